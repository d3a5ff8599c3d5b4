"""What a text that somebody writes may hold, whatever door it comes by.

It is kept as it was written, tags, quotes and emoji too, and shown as text. Control signs are refused. Marks that turn the
direction of writing can make a text look like another (Unicode Technical Report 36, section 2.5): they are taken out of what is
told, and refused in the names of people and things, which others go by.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from gridgeo.signs import TURNING
from gridgeo.signs import fault_of as fault_of
from gridgeo_server.errors import BadRequest
from gridgeo_server.texts import say

LONGEST = 4_000
"""Most characters of a description or a note."""


def plain(text: str) -> str:
    """`text` as it is kept: without blanks around it and marks that turn it.

    Examples
    --------
    >>> plain(" <b>loud</b> \u202etxt.exe "), plain("شكوى\u200f")
    ('<b>loud</b> txt.exe', 'شكوى')
    """
    return text.strip() if text.isascii() else TURNING.sub("", text).strip()


def told(text: str, field: str) -> str:
    """`plain` of a text that came otherwise than in JSON; `BadRequest` names `field` where it can't be kept."""
    if fault := fault_of(text):
        raise BadRequest(say("bulk.control", code=fault[1]), field)
    return plain(text)


def _words(text: str) -> str:
    _refuse(fault_of(text))
    return plain(text)


def _name(text: str) -> str:
    _refuse(fault_of(text, name=True))
    return text


def _refuse(fault: tuple[str, str] | None) -> None:
    if fault is not None:
        raise PydanticCustomError(fault[0], "the text holds {code}", {"code": fault[1]})


Words = Annotated[str, Field(max_length=LONGEST), AfterValidator(_words)]
"""A text that tells something."""
Said = Annotated[str, AfterValidator(_words)]
"""The same; how long it may be is said where it stands."""
Called = AfterValidator(_name)
"""For the name of somebody or something."""
