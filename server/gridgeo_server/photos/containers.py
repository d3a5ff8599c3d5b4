"""What a file says of itself before anything of it is decoded: its format, the size of its picture, and where it ends.

A picture is taken only where the file ends with it, so that nothing else hides behind; after the specifications of PNG (ISO/IEC
15948), JPEG (ITU-T T.81) and WebP (RFC 9649).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gridgeo_server.errors import BadRequest
from gridgeo_server.texts import say

FORMATS = ("JPEG", "PNG", "WEBP")
_PHONES = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis")
"""How HEIC and AVIF call themselves (ISO/IEC 23008-12), which few browsers show or free decoders read."""
_PNG = b"\x89PNG\r\n\x1a\n"
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG markers that begin a frame and say its size."""
_ALONE = frozenset(range(0xD0, 0xD8)) | {0x01}
"""JPEG markers without a segment behind them."""
_FOREIGN = (b"<script", b"<!doctype", b"<iframe", b"javascript:", b"<html>", b"<html ", b"<?php\n", b"<?php ", b"<svg ")


@dataclass(frozen=True)
class Container:
    """Format, and width and height in pixels, as the file says."""

    format: str
    width: int
    height: int


def read(data: bytes) -> Container:
    """What `data` says of itself.

    Raises
    ------
    BadRequest
        It is no JPEG, PNG or WebP, is cut off, or holds something beside the picture.
    """
    try:
        if data.startswith(_PNG):
            found = _png(data)
        elif data.startswith(b"\xff\xd8\xff"):
            found = _jpeg(data)
        elif data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            found = _webp(data)
        elif data[4:8] == b"ftyp" and data[8:12] in _PHONES:
            raise BadRequest(say("photo.phone"), "body")
        else:
            raise BadRequest(say("photo.format"), "body")
    except IndexError:
        raise BadRequest(say("photo.cut"), "body") from None
    lowered = data.lower()
    if any(words in lowered for words in _FOREIGN):
        raise BadRequest(say("photo.foreign"), "body")
    if found.width < 1 or found.height < 1:
        raise BadRequest(say("photo.cut"), "body")
    return found


def _png(data: bytes) -> Container:
    at, size = len(_PNG), (0, 0)
    while True:
        length, kind = _number(data, at, 4), data[at + 4 : at + 8]
        if kind == b"IHDR":
            size = _number(data, at + 8, 4), _number(data, at + 12, 4)
        at += 12 + length
        if at > len(data):
            raise IndexError
        if kind == b"IEND":
            _ends(data, at)
            return Container("PNG", *size)


def _webp(data: bytes) -> Container:
    end = 8 + _little(data, 4, 4)
    _ends(data, end + end % 2 if len(data) > end else end)
    at = 12
    while at + 8 <= end:
        kind, length, start = data[at : at + 4], _little(data, at + 4, 4), at + 8
        if start + length > end:
            raise IndexError
        match kind:
            case b"VP8X":
                return Container("WEBP", 1 + _little(data, start + 4, 3), 1 + _little(data, start + 7, 3))
            case b"VP8 ":
                size = _little(data, start + 6, 2) & 0x3FFF, _little(data, start + 8, 2) & 0x3FFF
                return Container("WEBP", *size)
            case b"VP8L":
                bits = _little(data, start + 1, 4)
                return Container("WEBP", 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
        at = start + length + length % 2
    raise IndexError


def _jpeg(data: bytes) -> Container:
    """The largest frame that the file declares.

    Phones put further pictures of the same scene behind the first (CIPA DC-007): whole JPEGs may follow, nothing else.
    """
    at, width, height = 0, 0, 0
    while at < len(data):
        if data[at : at + 2] != b"\xff\xd8":
            _ends(data, at)
        for marker, start, end in _segments(data, at + 2):
            if marker in _FRAMES:
                height = max(height, _number(data, start + 1, 2))
                width = max(width, _number(data, start + 3, 2))
            at = end
        while at < len(data) and data[at] == 0:
            at += 1
    return Container("JPEG", width, height)


def _segments(data: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Marker, begin and end of each segment up to the end of the image; the last one ends where the image does."""
    while True:
        if data[at] != 0xFF:
            raise IndexError
        while data[at] == 0xFF:
            at += 1
        marker, start = data[at], at + 3
        if marker == 0xD9:
            yield marker, at + 1, at + 1
            return
        if marker in _ALONE:
            at += 1
            continue
        at = start - 2 + _number(data, start - 2, 2)
        if at > len(data) or at < start:
            raise IndexError
        yield marker, start, at
        if marker == 0xDA:
            at = _scan_end(data, at)


def _scan_end(data: bytes, at: int) -> int:
    """Where the coded data of a scan ends: at the next marker that is neither a stuffed zero nor a restart."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0:
            raise IndexError
        if data[at + 1] != 0 and not 0xD0 <= data[at + 1] <= 0xD7:
            return at
        at += 2


def _ends(data: bytes, at: int) -> None:
    if at > len(data):
        raise IndexError
    if at < len(data):
        raise BadRequest(say("photo.behind", bytes=f"{len(data) - at:,}"), "body")


def _number(data: bytes, at: int, length: int) -> int:
    if at + length > len(data):
        raise IndexError
    return int.from_bytes(data[at : at + length], "big")


def _little(data: bytes, at: int, length: int) -> int:
    if at + length > len(data):
        raise IndexError
    return int.from_bytes(data[at : at + length], "little")
