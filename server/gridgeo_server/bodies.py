"""What the body of a request may be, whatever its door: as it is, not packed; and JSON that every reader reads alike.

JSON leaves open what a name that stands twice means, how long a number and how deep a nest may be, and lets halves of characters
pass (RFC 8259, sections 4, 6, 8.2, 9); what leaves nothing open is I-JSON (RFC 7493), and only that is taken.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any

from starlette.types import Message, Receive

from gridgeo_server.errors import BadRequest
from gridgeo_server.media import is_json
from gridgeo_server.texts import say

DEEPEST = 64
"""Most levels of objects and lists in one another."""
_LOOKED_AT = re.compile(rb"\\u0000|\\u[dD]|NaN|Infinity")
"""What may stand for something that no text and no number can be."""
_OWN_READER = "/api/v1/cases/bulk"
"""Where a file is read that tells its faults row by row."""
_ITEM_BY_ITEM = "/api/v1/cases/batch"
"""Where one item that holds no good text or number must not keep the others back; each is checked by itself."""


VALUES = "gridgeo.values"
"""Where the scope of a request has what `read` gave, so that nobody reads it again."""


def read(path: str, content_type: bytes, body: bytes) -> Any:
    """The values of a JSON body, or None of another; `BadRequest`, which names the field, where readers may read it differently.

    Of an ordinary body looking costs a few microseconds; the values are gone through one by one only where they hold something
    that has to be looked at.
    """
    if not body or path == _OWN_READER or not is_json(content_type.decode("latin-1")):
        return None
    try:
        values = _READER.decode(body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise BadRequest(say("body.utf8", byte=error.start + 1), "body") from None
    except json.JSONDecodeError as error:
        raise BadRequest(say("body.json", line=error.lineno, column=error.colno), "body") from None
    except RecursionError:
        raise BadRequest(say("body.deep", most=DEEPEST), "body") from None
    except BadRequest:
        raise
    except ValueError:  # Python reads no number of more than some thousand figures
        raise BadRequest(say("body.figures"), "body") from None
    if body.count(b"[") + body.count(b"{") > DEEPEST or _LOOKED_AT.search(body):
        _check_inside(values, deep_only=path == _ITEM_BY_ITEM)
    return values


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise BadRequest(say("body.twice", name=_shown(twice)), _shown(twice))
    return found


_READER = json.JSONDecoder(object_pairs_hook=_once_each)


def _check_inside(values: Any, *, deep_only: bool) -> None:
    for place, depth, value in _walk(values):
        if depth > DEEPEST:
            raise BadRequest(say("body.deep", most=DEEPEST), place)
        if deep_only:
            continue
        if isinstance(value, str) and not (value.isascii() and value.isprintable()):
            wrong = next((sign for sign in value if sign == "\0" or "\ud800" <= sign <= "\udfff"), None)
            if wrong is not None:
                raise BadRequest(say("body.sign", code=f"U+{ord(wrong):04X}"), place)
        if isinstance(value, float) and not math.isfinite(value):
            raise BadRequest(say("body.constant"), place)


def _walk(values: Any) -> Iterator[tuple[str, int, Any]]:
    """Every value and every name with its place and its depth, without a call for each level."""
    waiting: list[tuple[str, int, Any]] = [("", 0, values)]
    while waiting:
        place, depth, value = waiting.pop()
        yield place or "body", depth, value
        if depth > DEEPEST:
            continue
        if isinstance(value, dict):
            for name, inner in value.items():
                here = f"{place}.{_shown(name)}" if place else _shown(name)
                yield here, depth, name
                waiting.append((here, depth + 1, inner))
        elif isinstance(value, list):
            waiting += [(f"{place}.{at}" if place else str(at), depth + 1, inner) for at, inner in enumerate(value)]


def _shown(name: str) -> str:
    """A name as an answer can hold it."""
    return name[:64].encode("utf-8", "replace").decode().replace("\0", "\ufffd") or "body"


def replayed(body: bytes, receive: Receive) -> Receive:
    """Hand the body that was read to the app, then whatever comes (a disconnect)."""
    told = False

    async def received() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return received
