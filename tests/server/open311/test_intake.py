from __future__ import annotations

import json
from contextlib import suppress
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo_server.errors import BadRequest
from gridgeo_server.open311.intake import FIELDS, Submission, submission_of

FORM = "application/x-www-form-urlencoded; charset=utf-8"


def read(**fields: object) -> Submission:
    return submission_of(FORM, urlencode(fields, doseq=True).encode())


def test_the_example_of_the_standard_is_read_whole() -> None:
    body = (
        b"api_key=xyz&jurisdiction_id=city.gov&service_code=001&lat=37.76524078&long=-122.4212043"
        b"&address_string=1234+5th+street&email=smit333%40sfgov.edu&device_id=tt222111&account_id=123456"
        b"&first_name=john&last_name=smith&phone=111111111&description=A+large+sinkhole"
        b"&media_url=http%3A%2F%2Fexample.org%2F2212426634_5ed477a060.jpg&attribute[WHISPAWN]=123456"
        b"&attribute[WHISDORN]=COISL001&attribute[A][]=1&attribute[A][]=2"
    )
    found = submission_of(FORM, body)
    assert found.place == (-122.4212043, 37.76524078)
    assert found.attributes == {"WHISPAWN": ["123456"], "WHISDORN": ["COISL001"], "A": ["1", "2"]}
    assert json.loads(found.reporter or "")["email"] == "smit333@sfgov.edu"
    assert found.kept() == {
        "address_string": "1234 5th street",
        "media_url": "http://example.org/2212426634_5ed477a060.jpg",
        "attributes": found.attributes,
    }


def test_an_empty_field_is_as_good_as_none_and_a_foreign_one_is_left_alone() -> None:
    assert read(description=" ", email="", stage="closed", due_at="2030-01-01").given == {}
    assert read().reporter is None


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"lat": "43.7"}, "belong together"),
        ({"long": "7.4"}, "belong together"),
        ({}, "say where"),
        ({"lat": "NaN", "long": "7.4"}, "lat 'NaN' is no number"),
        ({"lat": "43.7", "long": "inf"}, "long 'inf' is no number"),
        ({"lat": "43,7", "long": "7.4"}, "no number"),
        ({"lat": "1_0", "long": "7.4"}, "no number"),
        ({"lat": "٤٣", "long": "7.4"}, "no number"),
    ],
)
def test_a_place_that_is_none_is_refused(fields: dict[str, str], said: str) -> None:
    with pytest.raises(BadRequest, match=said):
        read(**fields).place  # noqa: B018


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "ftp://x.org/a", "https://", "http://x.org/a b", 'http://x.org/"a', "//x.org"]
)
def test_a_medium_must_be_one_address_of_the_web(url: str) -> None:
    with pytest.raises(BadRequest, match="media_url"):
        read(media_url=url).kept()


def test_a_field_given_twice_or_too_long_is_refused() -> None:
    with pytest.raises(BadRequest, match="lat is given more than once"):
        read(lat=["1", "2"])
    assert len(read(description="x" * 4_000).given["description"]) == 4_000
    with pytest.raises(BadRequest, match="at most 4000"):
        read(description="x" * 4_001)


def test_another_type_or_coding_is_refused() -> None:
    for kind in (None, "application/json", "multipart/form-data"):
        with pytest.raises(BadRequest, match="as a form"):
            submission_of(kind, b"lat=1")
    for body in (b"description=\xff", b"description=%ff", b"a=1&" * 300):
        with pytest.raises(BadRequest, match="UTF-8"):
            submission_of(FORM, body)


@given(st.dictionaries(st.sampled_from([*FIELDS, "attribute[a]", "attribute[]", "x"]), st.text(max_size=50)))
def test_whatever_a_form_says_is_kept_as_said_or_refused(fields: dict[str, str]) -> None:
    try:
        found = submission_of(FORM, urlencode(fields, errors="surrogatepass").encode())
        told = {**found.given, "place": found.place, "kept": found.kept(), "reporter": found.reporter}
    except BadRequest:
        return
    assert json.dumps(told)
    assert all(found.given[name] == fields[name].strip() for name in found.given)


@given(st.binary(max_size=200))
def test_whatever_bytes_come_they_are_read_or_refused(body: bytes) -> None:
    with suppress(BadRequest):
        assert set(submission_of(FORM, body).given) <= set(FIELDS)
