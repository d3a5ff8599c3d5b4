"""A photo that came in made into what is shown: decoded within limits, turned upright, made small, without any metadata."""

from __future__ import annotations

import io
import math
import threading
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from PIL import ExifTags, Image, ImageFile, ImageOps

from gridgeo_server.errors import BadRequest
from gridgeo_server.photos import containers
from gridgeo_server.texts import say

SIDE = 2_048
"""Longest side of a copy, pixels."""
MOST_PIXELS = 89_000_000
"""Beyond this Pillow itself takes a picture for a bomb."""
_QUALITY = 85
_DECODING = threading.BoundedSemaphore(2)
"""A large picture takes some hundred megabytes while it is decoded: two at a time."""


@dataclass(frozen=True)
class Origin:
    """Where and when a camera says it took a photo: degrees, and the camera's own clock."""

    taken: str | None = None
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True)
class Picture:
    """The copy that is shown, a JPEG with its size in pixels; the format that came in, and where it was taken."""

    copy: bytes
    width: int
    height: int
    format: str
    origin: Origin


def prepare(data: bytes, most_pixels: int) -> Picture:
    """The copy of a photo that is shown, and what its metadata say.

    Parameters
    ----------
    most_pixels
        Most pixels that are decoded; what the file declares is looked at before.

    Raises
    ------
    BadRequest
        It is no photo, too large, broken, or holds something else.
    """
    container = containers.read(data)
    _check_size(container.width, container.height, most_pixels)
    with _DECODING:
        try:
            with Image.open(io.BytesIO(data), formats=(container.format,)) as image:
                _check_size(*image.size, most_pixels)
                ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint turns it on for the whole process
                image.draft("RGB", (SIDE, SIDE))  # JPEG: decoded at a fraction of its size where that is enough
                image.load()
                origin = _origin(image)
                copy = _copy(image)
        except BadRequest:
            raise
        # A decoder that is fed nonsense raises whatever it comes upon.
        except Exception:
            raise BadRequest(say("photo.broken"), "body") from None
        out = io.BytesIO()
        copy.save(out, "JPEG", quality=_QUALITY, progressive=True, optimize=True)
    return Picture(out.getvalue(), *copy.size, container.format, origin)


def _copy(image: Image.Image) -> Image.Image:
    """The picture upright, on white, `SIDE` pixels long at the most, in a new image that carries nothing along."""
    turn = _turn(image)
    image.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    layered = image.convert("RGBA") if image.mode in {"P", "PA", "LA", "RGBA", "La", "RGBa"} else None
    bare = Image.new("RGB", image.size, "white")
    if layered is None:
        bare.paste(image.convert("RGB"))
    else:
        bare.paste(layered, mask=layered)
    bare.getexif()[ExifTags.Base.Orientation] = turn
    upright = ImageOps.exif_transpose(bare)
    clean = Image.new("RGB", upright.size)
    clean.paste(upright)
    return clean


def _turn(image: Image.Image) -> int:
    """How the camera was held (EXIF orientation, 1 to 8); upright where that can't be read."""
    try:
        turn = int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:
        return 1
    return turn if 1 <= turn <= 8 else 1


def _origin(image: Image.Image) -> Origin:
    """What the camera wrote; metadata that can't be read say nothing."""
    try:
        exif = image.getexif()
        inner, place = exif.get_ifd(ExifTags.IFD.Exif), exif.get_ifd(ExifTags.IFD.GPSInfo)
        lat = _degrees(place, ExifTags.GPS.GPSLatitude, ExifTags.GPS.GPSLatitudeRef, "S", 90)
        lon = _degrees(place, ExifTags.GPS.GPSLongitude, ExifTags.GPS.GPSLongitudeRef, "W", 180)
        taken = _moment(inner.get(ExifTags.Base.DateTimeOriginal), inner.get(ExifTags.Base.OffsetTimeOriginal))
    except Exception:
        return Origin()
    return Origin(taken) if lon is None or lat is None else Origin(taken, lon, lat)


def _degrees(place: Any, value: int, side: int, negative: str, most: float) -> float | None:
    parts = place.get(value)
    if not parts or len(parts) != 3:
        return None
    degrees = sum(float(part) / 60**power for power, part in enumerate(parts))
    if not math.isfinite(degrees) or not 0 <= degrees <= most:
        return None
    return round(-degrees if str(place.get(side, "")).upper().startswith(negative) else degrees, 7)


def _moment(told: Any, offset: Any) -> str | None:
    """ISO 8601, with the offset from UTC where the camera knows it."""
    try:
        moment = datetime.strptime(str(told).strip("\0 "), "%Y:%m:%d %H:%M:%S")
    except ValueError:
        return None
    try:
        return datetime.fromisoformat(f"{moment.isoformat()}{str(offset).strip(chr(0) + ' ')}").isoformat()
    except ValueError:
        return moment.isoformat()


def _check_size(width: int, height: int, most: int) -> None:
    if width * height > most:
        raise BadRequest(say("photo.pixels", width=f"{width:,}", height=f"{height:,}", most=f"{most:,}"), "body")
