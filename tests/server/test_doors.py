"""A query parameter that no door reads is refused, in the words of the reader."""

import pytest


def test_a_parameter_that_nobody_reads_is_refused_with_those_there_are(client):
    answer = client.get("/api/v1/cases", params={"stat": "open"})
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("unknown parameter 'stat'; there are after, ")
    told = client.get("/api/v1/cases", params={"stat": "open"}, headers={"Accept-Language": "zh"}).json()["detail"]
    assert told.startswith("未知参数“stat”")


def test_a_door_without_parameters_says_so(client):
    answer = client.get("/api/v1/board", params={"grid": "01"})
    assert answer.status_code == 422
    assert "nothing can be asked here" in answer.json()["detail"]


@pytest.mark.parametrize("name", ["grid", "open", "limit"])
def test_parameters_that_are_read_pass(client, name):
    value = {"grid": "01", "open": "true", "limit": "5"}[name]
    assert client.get("/api/v1/cases", params={name: value}).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/api/v1/cases", "GET, HEAD, POST"),
        ("PUT", "/open311/v2/requests.json", "GET, HEAD, POST"),
        ("POST", "/healthz", "GET, HEAD"),
    ],
)
def test_a_method_that_a_path_doesnt_know_is_refused_with_all_that_it_knows(client, method, path, allowed):
    answer = client.request(method, path)
    assert (answer.status_code, answer.headers["Allow"]) == (405, allowed)
