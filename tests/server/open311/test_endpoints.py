from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridgeo_server.app import create_app
from gridgeo_server.cases import store as case_store
from gridgeo_server.open311.intake import FIELDS
from gridgeo_server.open311.model import FILTERS
from gridgeo_server.settings import Settings
from gridgeo_server.state import State
from gridgeo_server.town import Town
from open311_golden import HERE, answers, laid_out

REQUEST = (
    "service_request_id status status_notes service_name service_code description agency_responsible service_notice "
    "requested_datetime updated_datetime expected_datetime address address_id zipcode lat long media_url"
)
EXAMPLES = {
    "discovery": "discovery(changeset contact key_service endpoints(endpoint(specification url changeset type formats(format))))",
    "services": "services(service(service_code service_name description metadata type keywords group))",
    "service_definition": "service_definition(service_code attributes(attribute(variable code datatype required "
    "datatype_description order description values(value(key name)))))",
    "posted": "service_requests(request(service_request_id service_notice account_id))",
    "requests": f"service_requests(request({REQUEST}))",
    "request": f"service_requests(request({REQUEST}))",
    "token": "service_requests(request(service_request_id token))",
    "errors": "errors(error(code description))",
}
"""Answer → elements of the standard's example of it, in their order, those that are repeated once."""


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    """The answers that are kept, by the names of their files."""
    return dict(answers())


def structure(element: ET.Element) -> str:
    inner: list[str] = []
    for one in element:
        part = structure(one)
        if part not in inner:
            inner.append(part)
    # A list whose elements differ in what they leave out tells the longest.
    if inner and len({one.tag for one in element}) == 1:
        inner = [max(inner, key=len)]
    return f"{element.tag}({' '.join(inner)})" if inner else element.tag


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_xml_is_built_like_the_examples_of_the_standard(told: dict[str, Any], name: str) -> None:
    answer = told[f"{name}.xml"]
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    assert answer.text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n')
    assert structure(ET.fromstring(answer.content)) == EXAMPLES[name]


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_json_is_the_xml_without_the_root(told: dict[str, Any], name: str) -> None:
    def of(element: ET.Element, like: Any) -> Any:
        if isinstance(like, list):
            return [of(one, other) for one, other in zip(element, like, strict=True)]
        if isinstance(like, dict):
            return {one.tag: of(one, like[one.tag]) for one in element}
        if like is None or isinstance(like, str):
            return element.text
        return json.loads(element.text or "")

    answer = told[f"{name}.json"]
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    value = answer.json()
    if name == "posted":  # two reports, hence two identifiers
        value[0]["service_request_id"] = "20261118-0001"
    assert of(ET.fromstring(told[f"{name}.xml"].content), value) == value


@pytest.mark.parametrize("path", sorted(HERE.iterdir()), ids=lambda path: path.name)
def test_answers_stay_what_they_were(told: dict[str, Any], path: Any) -> None:
    assert laid_out(path.name, told[path.name].content) == path.read_text(encoding="utf-8")


def test_every_answer_that_is_made_is_kept(told: dict[str, Any]) -> None:
    assert set(told) == {path.name for path in HERE.iterdir()}


def test_a_report_is_a_case_that_keeps_what_was_told_and_hides_who_told_it(
    send: Callable[..., Any], client: TestClient, state: State, form: dict[str, str]
) -> None:
    answer = send(
        "xml",
        first_name="Wei",
        email="wei@example.org",
        phone="13800000000",
        account_id="a-1",
        **{"attribute[since]": "2026-11-18T08:00:00Z"},
    )
    assert answer.status_code == 201
    name = ET.fromstring(answer.content).findtext("request/service_request_id")
    case = client.get(f"/api/v1/cases/{name}")
    first = case.json()["events"][0]["data"]
    assert (case.json()["grid"], case.json()["description"]) == ("02", "Loud music")
    assert first["channel"] == "open311"
    assert first["attributes"] == {"since": ["2026-11-18T08:00:00Z"]}
    everywhere = case.text + client.get("/open311/v2/requests.json").text + answer.text
    for secret in ("Wei", "wei@", "1380", "a-1", form["api_key"].split("_", 2)[2]):
        assert secret not in everywhere
    with state.store.reading() as connection:
        assert json.loads(case_store.reporters_of(connection, str(name))[0])["phone"] == "13800000000"


def test_a_case_is_followed_until_it_is_closed(send: Callable[..., Any], client: TestClient, clock: Any) -> None:
    name = send().json()[0]["service_request_id"]
    clock.pass_seconds(60)
    for action in ("start", "handle", "check"):
        client.post(f"/api/v1/cases/{name}/actions", json={"action": action, "note": "by Officer Wang"})
    one = client.get(f"/open311/v2/requests/{name}.json").json()[0]
    assert (one["status"], one["status_notes"]) == ("open", "Checked")
    assert (one["requested_datetime"], one["updated_datetime"]) == ("2026-11-18T09:00:00Z", "2026-11-18T09:01:00Z")
    client.post(f"/api/v1/cases/{name}/actions", json={"action": "close"})
    clock.pass_seconds(60)
    client.post(f"/api/v1/cases/{name}/actions", json={"action": "note", "note": "by Officer Wang"})
    one = client.get(f"/open311/v2/requests/{name}.json", headers={"Accept-Language": "zh"}).json()[0]
    assert (one["status"], one["status_notes"], one["service_name"]) == ("closed", "结案", "噪音扰民")
    assert one["updated_datetime"] == "2026-11-18T09:01:00Z"
    assert "Wang" not in json.dumps(one)


def test_a_shelved_case_has_no_expected_time(send: Callable[..., Any], client: TestClient) -> None:
    name = send().json()[0]["service_request_id"]
    assert client.get(f"/open311/v2/requests/{name}.json").json()[0]["expected_datetime"] == "2026-11-18T10:00:00Z"
    client.post(f"/api/v1/cases/{name}/actions", json={"action": "shelve", "note": "waits"})
    assert client.get(f"/open311/v2/requests/{name}.json").json()[0]["expected_datetime"] is None


def test_the_same_key_is_done_once_in_either_format(send: Callable[..., Any], client: TestClient) -> None:
    header = {"Idempotency-Key": "k1"}
    first, again = send("json", header), send("xml", header)
    name = first.json()[0]["service_request_id"]
    assert ET.fromstring(again.content).findtext("request/service_request_id") == name
    assert len(client.get("/open311/v2/requests.json").json()) == 1
    other = send("json", header, description="Something else")
    assert (other.status_code, other.json()[0]["code"]) == (400, 400)
    assert "k1" in other.json()[0]["description"]


def test_without_a_good_key_nothing_is_reported(send: Callable[..., Any], client: TestClient) -> None:
    for key in (None, "", "x", "gridgeo_0123456789_wrong", "gridgeo__", "\u738b"):
        answer = send("xml", api_key=key)
        assert answer.status_code == 403
        assert ET.fromstring(answer.content).findtext("error/code") == "403"
        assert "gridgeo keys add" in answer.text
    assert client.get("/open311/v2/requests.json").json() == []


def test_a_bad_report_is_refused_in_the_words_of_the_standard(send: Callable[..., Any], client: TestClient) -> None:
    nowhere = {"lat": None, "long": None}
    for changed, status, said in (
        ({"service_code": None}, 400, "service_code was not provided"),
        ({"service_code": "ufo"}, 404, "service_code 'ufo'"),
        ({"lat": "91"}, 400, "no coordinate"),
        ({"lat": "7.4165158", "long": "43.7344695"}, 400, "look swapped"),
        ({"lat": "0", "long": "0"}, 400, "missing"),
        (nowhere, 400, "say where"),
        ({**nowhere, "address_string": "Nowhere Lane 9"}, 400, "no place is found"),
        ({**nowhere, "address_id": "B-9"}, 400, "no building"),
        ({"description": "x" * 4_001}, 400, "at most 4000"),
        ({"media_url": "javascript:alert(1)"}, 400, "http://"),
        ({"attribute[colour]": "red"}, 400, "has no attribute[colour]"),
        ({"attribute[since]": "yesterday"}, 400, "zone"),
    ):
        answer = send("json", **changed)
        assert answer.status_code == status, answer.text
        (error,) = answer.json()
        assert error["code"] == status
        assert said in error["description"]
    assert client.get("/open311/v2/requests.json").json() == []


def test_a_report_by_address_lies_where_the_address_is(send: Callable[..., Any], client: TestClient) -> None:
    name = send("json", lat=None, long=None, address_string="School").json()[0]["service_request_id"]
    one = client.get(f"/open311/v2/requests/{name}.json").json()[0]
    assert one["address"] == "School"
    assert client.get(f"/api/v1/cases/{name}").json()["grid"] == "01"


def test_markup_is_shown_as_text_and_what_xml_can_not_hold_is_replaced(
    send: Callable[..., Any], client: TestClient
) -> None:
    said = "</description><status>closed</status>&x;<![CDATA[\ufffe]]>😀"
    assert send(description=said).status_code == 201
    one = ET.fromstring(client.get("/open311/v2/requests.xml").content)
    assert len(one) == 1
    assert one.findtext("request/status") == "open"
    shown = said.replace("\ufffe", "\ufffd")
    assert one.findtext("request/description") == shown


def test_another_jurisdiction_is_a_404_where_one_is_set_and_none_is_needed(
    tmp_path: Path, empty_store: Path, town: Town, clock: Any
) -> None:
    shutil.copy(empty_store, tmp_path)
    app = create_app(Settings(data=tmp_path, indicators_s=3_600, jurisdiction_id="city.gov"), town, clock)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        for name, status in {"": 200, "city.gov": 200, "CITY.gov": 200, "sfgov.org": 404}.items():
            answer = client.get("/open311/v2/services.json", params={"jurisdiction_id": name})
            assert answer.status_code == status
        assert "city.gov" in answer.json()[0]["description"]
        body = {"api_key": "x", "jurisdiction_id": "sfgov.org"}
        assert client.post("/open311/v2/requests.json", data=body).status_code == 403


def test_a_parameter_that_is_no_filter_changes_nothing_and_one_of_other_servers_is_refused(
    send: Callable[..., Any], client: TestClient
) -> None:
    send()
    every = client.get("/open311/v2/requests.json")
    for asked in ({"extensions": "true"}, {"api_key": "x"}, {"locale": "en"}, {"status": "", "page": ""}):
        assert client.get("/open311/v2/requests.json", params=asked).content == every.content
    refused = client.get("/open311/v2/requests.json", params={"updated_after": "2030-01-01T00:00:00Z"})
    assert (refused.status_code, refused.json()[0]["code"]) == (400, 400)


@pytest.mark.parametrize("ending", ["xml", "json"])
def test_whatever_is_wrong_with_a_request_it_is_told_in_the_format_that_was_asked_for(
    client: TestClient, state: State, ending: str
) -> None:
    asked = [
        ("GET", "nothing", 404, {}),
        ("GET", "services/none", 404, {}),
        ("GET", "requests/none", 404, {}),
        ("GET", "tokens/none", 404, {}),
        ("DELETE", "requests", 405, {}),
        ("GET", "requests", 400, {"params": {"start_date": "x"}}),
        ("POST", "requests", 400, {"json": {}}),
        (
            "POST",
            "requests",
            400,
            {"content": b"\xff", "headers": {"content-type": "application/x-www-form-urlencoded"}},
        ),
        ("POST", "requests", 413, {"content": b"x" * 70_000}),
        ("POST", "requests", 400, {"data": {"lat": "1"}, "headers": {"Idempotency-Key": "a b"}}),
    ]
    for method, path, status, more in asked:
        answer = client.request(method, f"/open311/v2/{path}.{ending}", **more)
        assert answer.status_code == status, (method, path, answer.text)
        if ending == "json":
            assert answer.headers["content-type"] == "application/json; charset=utf-8"
            assert [set(one) for one in answer.json()] == [{"code", "description"}]
        else:
            assert answer.headers["content-type"] == "text/xml; charset=utf-8"
            assert structure(ET.fromstring(answer.content)) == EXAMPLES["errors"]
    assert client.get("/open311/v2/services.yaml").headers["content-type"] == "text/xml; charset=utf-8"


def test_refusals_are_told_in_chinese_where_that_is_asked_for(client: TestClient) -> None:
    answer = client.get("/open311/v2/requests/none.json", headers={"Accept-Language": "zh-CN"})
    assert answer.json() == [{"code": 404, "description": "没有服务请求“none”"}]
    assert answer.headers["content-language"] == "zh-CN"


def test_whatever_is_asked_or_reported_the_answer_is_one_of_the_standard(
    client: TestClient, form: dict[str, str]
) -> None:
    texts = st.text(max_size=20) | st.sampled_from(["open", "20261118-0001", "noise", "2026-11-18T09:00:00Z", "1", ""])
    queries = st.dictionaries(st.sampled_from([*FILTERS, "jurisdiction_id", "x"]), texts)
    fields = st.dictionaries(st.sampled_from([*FIELDS, "attribute[since]", "attribute[]", "stage"]), texts)
    names = st.text(st.characters(exclude_characters="/?#\\"), min_size=1, max_size=8)

    @given(queries, fields, names, st.sampled_from(["xml", "json"]), st.booleans())
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
    def ask(query: dict[str, str], given: dict[str, str], name: str, ending: str, near: bool) -> None:
        sent = {**form, **given, "api_key": form["api_key"]} if near else given
        encoded = {key: value.encode("utf-8", "replace") for key, value in sent.items()}
        for answer in (
            client.get(f"/open311/v2/requests.{ending}", params=query),
            client.post(f"/open311/v2/requests.{ending}", data=encoded),
            client.get(f"/open311/v2/requests/{_quoted(name)}.{ending}"),
        ):
            assert answer.status_code in {200, 201, 400, 403, 404}, answer.text
            body = answer.json() if ending == "json" else ET.fromstring(answer.content)
            if answer.status_code >= 400:
                code = body[0]["code"] if ending == "json" else body.findtext("error/code")
                assert int(str(code)) == answer.status_code

    ask()


def _quoted(text: str) -> str:
    return quote(text, safe="", errors="replace")
