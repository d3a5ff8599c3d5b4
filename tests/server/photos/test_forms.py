"""A photo in a form."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo_server.errors import BadRequest
from gridgeo_server.photos import forms

FILE = b"\xff\xd8\r\n--x\r\n\r\n\x00\xff"


def sent(files, **fields):
    request = httpx.Request("POST", "http://x", files=files, data=fields)
    boundary = forms.boundary_of(request.headers["content-type"])
    assert boundary is not None
    return boundary, request.read()


def test_a_form_as_clients_send_it_is_read_to_the_byte():
    found = forms.read(*sent({"photo": ("洞.jpg", FILE, "image/png")}, kind="before", note=" <b>洞</b> \u202e"))
    assert found == forms.Form(FILE, "before", "<b>洞</b>")
    assert forms.read(*sent({"x": ("a", FILE)})) == forms.Form(FILE)


def test_a_body_that_is_no_form_is_the_file_itself():
    for kind in ("", "image/jpeg", "application/octet-stream", "multipart/mixed; boundary=x"):
        assert forms.boundary_of(kind) is None
    for kind in ("multipart/form-data", "multipart/form-data; boundary=" + "x" * 71):
        with pytest.raises(BadRequest):
            forms.boundary_of(kind)


@pytest.mark.parametrize(
    ("files", "fields", "said"),
    [
        ([("a", ("a", FILE)), ("b", ("b", FILE))], {}, "2 files"),
        ([("a", ("a", b"x"))], {"stage": "closed"}, "'stage'"),
        ([("a", ("a", b"x"))], {"kind": ["before", "after"]}, "'kind'"),
        ([("a", ("a", b"x"))], {"kind": "during"}, "before, after or other"),
        ([("a", ("a", b"x"))], {"note": "a\0"}, "U\\+0000"),
        ([("a", ("a", b"x"))], {"note": "好" * 4_001}, "4001"),
        ([("a", ("a", b"x"))] * 12, {}, "cut off"),
    ],
)
def test_what_is_wrong_with_a_form_is_told(files, fields, said):
    with pytest.raises(BadRequest, match=said):
        forms.read(*sent(files, **fields))


def test_a_form_that_is_cut_anywhere_is_refused():
    boundary, body = sent({"photo": ("a.jpg", FILE)}, kind="after")
    for end in range(len(body) - 4):
        with pytest.raises(BadRequest):
            forms.read(boundary, body[:end])


def outcome(body):
    try:
        return forms.read(b"x", body)
    except BadRequest as refused:
        return refused


@given(st.binary(max_size=200))
def test_whatever_comes_is_a_form_or_refused(data):
    part, file = b"--x\r\nContent-Disposition: form-data; name=", b"a; filename=a\r\n\r\n"
    field, content = part + data + b"\r\n\r\n\r\n--x--", part + file + data + b"\r\n--x--"
    note = part + b"note\r\n\r\n" + data + b"\r\n" + part + file + b"\r\n--x--"
    for body in (data, b"--x" + data, field, content, note):
        found = outcome(body)
        if isinstance(found, forms.Form):
            assert found.data in body
            assert found.kind in {None, *forms.KINDS}
        else:
            assert found.field in {"body", "kind", "note"}
