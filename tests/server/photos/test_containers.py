from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from random import Random

import pytest

from gridgeo_server.errors import BadRequest
from gridgeo_server.photos.containers import Container, read
from server.photos.conftest import photo

KINDS = {
    "jpeg": photo("JPEG"),
    "progressive": photo("JPEG", progressive=True, restart_marker_blocks=1),
    "png": photo("PNG"),
    "lossy": photo("WEBP"),
    "lossless": photo("WEBP", lossless=True, turn=None),
    "extended": photo("WEBP", place=(7.4, 43.7)),
}
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_tells_its_format_and_size(kind: str) -> None:
    found = read(KINDS[kind])
    assert (found.width, found.height) == (60, 40)
    assert found.format == {"jpeg": "JPEG", "progressive": "JPEG", "png": "PNG"}.get(kind, "WEBP")


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_stands_behind_a_picture_refuses_it(kind: str) -> None:
    for behind in (b"PK\x03\x04 a zip archive", b"%PDF-1.7", b"\x00\x00\x00\x18ftypmp42 a motion photo"):
        with pytest.raises(BadRequest, match=r"behind the end|cut off"):
            read(KINDS[kind] + behind)


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_is_cut_anywhere_is_refused(kind: str) -> None:
    whole = KINDS[kind]
    for length in range(len(whole)):
        with pytest.raises(BadRequest):
            read(whole[:length])


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_with_wrong_bytes_is_taken_or_refused_and_nothing_else(kind: str) -> None:
    random = Random(7)
    for _ in range(300):
        wrong = bytearray(KINDS[kind])
        for _ in range(random.randint(1, 4)):
            wrong[random.randrange(len(wrong))] = random.randrange(256)
        with suppress(BadRequest):
            assert isinstance(read(bytes(wrong)), Container)


@pytest.mark.parametrize("data", [SVG, b"", b"GIF89a", b"<html><img src=x>", b"%PDF-1.7"])
def test_what_is_no_photo_is_refused_with_what_is_taken(data: bytes) -> None:
    with pytest.raises(BadRequest, match="no JPEG, PNG or WebP"):
        read(data)


@pytest.mark.parametrize("brand", [b"heic", b"mif1", b"avif"])
def test_a_picture_of_a_phone_that_few_can_show_is_refused_with_how_the_phone_is_set(brand: bytes) -> None:
    with pytest.raises(BadRequest, match=r"JPEG, PNG or WebP .*Most Compatible"):
        read(b"\x00\x00\x00\x18ftyp" + brand + b"\x00" * 40)


@pytest.mark.parametrize("hidden", [b"<script>alert(1)</script>", b"<HTML><body>", b"<?php system($_GET[0]);", SVG])
def test_a_page_or_a_script_inside_a_picture_refuses_it(take: Callable[..., bytes], hidden: bytes) -> None:
    with pytest.raises(BadRequest, match="page or a script"):
        read(take("JPEG", comment=hidden))


def test_further_pictures_of_the_same_scene_may_follow_the_first(take: Callable[..., bytes]) -> None:
    several = take("JPEG") + take("JPEG", size=(30, 20)) + b"\x00" * 16
    assert read(several) == Container("JPEG", 60, 40)
