from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

import pytest
from PIL import Image, ImageFile

from gridgeo_server.errors import BadRequest
from gridgeo_server.photos.pictures import SIDE, Origin, prepare

MANY = 1_000_000


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def colour(image: Image.Image, x: int, y: int) -> str:
    red, green, blue = image.convert("RGB").getpixel((x, y))  # type: ignore[misc]
    if min(red, green, blue) > 200:
        return "white"
    return "red" if red > 200 > blue else "blue" if blue > 200 > red else f"{red},{green},{blue}"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_copy_shows_the_picture_and_tells_nothing_else(take: Callable[..., bytes], kind: str) -> None:
    picture = prepare(take(kind, place=(7.4246, 43.7384)), MANY)
    copy = opened(picture.copy)
    assert (copy.format, copy.size) == ("JPEG", (60, 40))
    assert (colour(copy, 5, 20), colour(copy, 55, 20)) == ("red", "blue")
    assert dict(copy.getexif()) == {}
    assert not {"exif", "icc_profile", "comment", "xmp", "photoshop"} & set(copy.info)
    assert b"SpyCam" not in picture.copy
    assert b"Exif" not in picture.copy


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_place_and_time_of_the_camera_are_read(take: Callable[..., bytes], kind: str) -> None:
    assert prepare(take(kind, place=(-7.4246, -43.7384)), MANY).origin == Origin(
        "2026-11-18T08:30:00+01:00", pytest.approx(-7.4246, abs=1e-6), pytest.approx(-43.7384, abs=1e-6)
    )
    assert prepare(take(kind), MANY).origin == Origin()


@pytest.mark.parametrize(
    ("turn", "size", "red", "blue"),
    [
        (1, (60, 40), (5, 20), (55, 20)),
        (3, (60, 40), (55, 20), (5, 20)),
        (6, (40, 60), (20, 5), (20, 55)),
        (8, (40, 60), (20, 55), (20, 5)),
        (99, (60, 40), (5, 20), (55, 20)),
    ],
)
def test_a_copy_is_upright_however_the_camera_was_held(
    take: Callable[..., bytes], turn: int, size: tuple[int, int], red: tuple[int, int], blue: tuple[int, int]
) -> None:
    picture = prepare(take(turn=turn), MANY)
    copy = opened(picture.copy)
    assert copy.size == (picture.width, picture.height) == size
    assert (colour(copy, *red), colour(copy, *blue)) == ("red", "blue")


def test_a_large_photo_is_shown_small(take: Callable[..., bytes]) -> None:
    picture = prepare(take(size=(3_000, 1_500), turn=6), 10_000_000)
    assert (picture.width, picture.height) == (SIDE // 2, SIDE)


@pytest.mark.parametrize("mode", ["L", "1", "P", "LA", "RGBA", "CMYK"])
def test_pictures_of_every_kind_of_colour_are_shown(take: Callable[..., bytes], mode: str) -> None:
    assert prepare(take("JPEG" if mode == "CMYK" else "PNG", mode=mode), MANY).width == 60


def test_what_is_transparent_is_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (20, 20), (255, 0, 0, 0)).save(out, "PNG")
    assert colour(opened(prepare(out.getvalue(), MANY).copy), 10, 10) == "white"


def test_a_bomb_is_refused_by_what_it_declares() -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    bomb = (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 9_999)) + chunk(b"IEND", b"")
    )
    with pytest.raises(BadRequest, match="60,000 × 60,000 pixels; at most 50,000,000"):
        prepare(bomb, 50_000_000)


def test_a_second_frame_that_declares_more_does_not_slip_through(take: Callable[..., bytes]) -> None:
    small = take()
    at = small.index(b"\xff\xc0")
    frame = small[at : at + 2 + int.from_bytes(small[at + 2 : at + 4])]
    large = frame[:5] + struct.pack(">HH", 60_000, 60_000) + frame[9:]
    with pytest.raises(BadRequest, match="60,000"):
        prepare(small[:at] + large + small[at:], MANY)


def test_a_picture_that_can_not_be_decoded_is_refused(
    take: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)  # as WeasyPrint leaves it
    whole = take("PNG")
    at = whole.index(b"IDAT") + 8
    with pytest.raises(BadRequest, match="can't be decoded"):
        prepare(whole[:at] + b"\xff" * 8 + whole[at + 8 :], MANY)
