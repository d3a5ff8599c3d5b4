"""A photo as a form of a page sends it: one file, and what it shows, in `multipart/form-data` (RFC 7578)."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser
from typing import Literal, cast

from gridgeo_server.errors import BadRequest
from gridgeo_server.texts import say
from gridgeo_server.wording import LONGEST, told

KINDS = ("before", "after", "other")
_PARTS = 8
"""Most parts of a form."""


@dataclass(frozen=True)
class Form:
    """The file's bytes; what it shows and a note, where the form says so."""

    data: bytes
    kind: Literal["before", "after", "other"] | None = None
    note: str | None = None


def boundary_of(content_type: str) -> bytes | None:
    """What parts the parts of a form; None where a body is no form, but the file itself."""
    kind = Message()
    kind["content-type"] = content_type
    if kind.get_content_type() != "multipart/form-data":
        return None
    found = kind.get_boundary("")
    if not found or len(found) > 70 or not found.isascii():
        raise BadRequest(say("photo.form"), "body")
    return found.encode("ascii")


def read(boundary: bytes, body: bytes) -> Form:
    """The form that `body` is.

    Raises
    ------
    BadRequest
        It is cut off, has no file or several, or a field that isn't known or can't be used.
    """
    parts = (b"\r\n" + body).split(b"\r\n--" + boundary)
    if len(parts) < 3 or not parts[-1].startswith(b"--") or len(parts) > _PARTS + 2:
        raise BadRequest(say("photo.form"), "body")
    files: list[bytes] = []
    given: dict[str, str] = {}
    for part in parts[1:-1]:
        head, blank, data = part.partition(b"\r\n\r\n")
        headers = BytesHeaderParser().parsebytes(head.lstrip(b"\r\n"))
        name, filename = (headers.get_param(key, header="content-disposition") for key in ("name", "filename"))
        if not blank or not isinstance(name, str):
            raise BadRequest(say("photo.form"), "body")
        if filename is not None:
            files.append(data)
        elif name in given or name not in {"kind", "note"}:
            shown = name[:64].encode("utf-8", "replace").decode()
            raise BadRequest(say("photo.field", name=shown), "body")
        else:
            given[name] = _text(data, name)
    if len(files) != 1:
        raise BadRequest(say("photo.one", files=len(files)), "body")
    kind = given.get("kind")
    if kind is not None and kind not in KINDS:
        raise BadRequest(say("photo.kind"), "kind")
    return Form(files[0], cast(Literal["before", "after", "other"] | None, kind), given.get("note") or None)


def _text(data: bytes, name: str) -> str:
    try:
        text = told(data.decode("utf-8"), name)
    except UnicodeDecodeError as error:
        raise BadRequest(say("body.utf8", byte=error.start + 1), name) from None
    if len(text) > LONGEST:
        raise BadRequest(say("bulk.too_long", signs=len(text), most=LONGEST), name)
    return text
