"""Photos as cameras make them."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import ExifTags, Image


def photo(
    kind: str = "JPEG",
    size: tuple[int, int] = (60, 40),
    *,
    mode: str = "RGB",
    turn: int | None = None,
    place: tuple[float, float] | None = None,
    **more: Any,
) -> bytes:
    """A picture whose left half is red and whose right half is blue, with what a camera writes beside it."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, *size))
    exif = Image.Exif()
    if turn is not None:
        exif[ExifTags.Base.Orientation] = turn
    if place is not None:
        lon, lat = place
        exif.get_ifd(ExifTags.IFD.GPSInfo).update(
            {
                ExifTags.GPS.GPSLatitudeRef: "N" if lat >= 0 else "S",
                ExifTags.GPS.GPSLatitude: _parts(abs(lat)),
                ExifTags.GPS.GPSLongitudeRef: "E" if lon >= 0 else "W",
                ExifTags.GPS.GPSLongitude: _parts(abs(lon)),
            }
        )
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2026:11:18 08:30:00"
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.OffsetTimeOriginal] = "+01:00"
        exif[ExifTags.Base.Model] = "SpyCam 3"
    out = io.BytesIO()
    image.convert(mode).save(out, kind, exif=exif, **more)
    return out.getvalue()


def _parts(degrees: float) -> tuple[float, float, float]:
    whole, rest = divmod(degrees, 1)
    minutes, rest = divmod(rest * 60, 1)
    return whole, minutes, round(rest * 60, 4)


@pytest.fixture(scope="session")
def take() -> Callable[..., bytes]:
    """The function `photo`."""
    return photo
