"""Small text files: JSON in and out, and text written whole or not at all."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from gridgeo.errors import UnreadableSource
from gridgeo.sources.files import existing, replacing


def read_text(path: str | os.PathLike[str], otherwise: str | None = None) -> str:
    """The text of a UTF-8 file, or of one in the encoding `otherwise`.

    Raises
    ------
    UnreadableSource
        The file is missing, or isn't text in these encodings.
    """
    file = existing(path, "a text file")
    if file.is_dir():
        raise UnreadableSource(f"{file}: is a folder; give the path of a text file")
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as broken:
        if otherwise is not None:
            return file.read_text(encoding=otherwise)
        raise UnreadableSource(f"{file}: isn't UTF-8 text (byte {broken.start}); save it as UTF-8") from None


def write_text(text: str, path: str | os.PathLike[str]) -> None:
    """Write `text` as UTF-8, whole or not at all."""
    with replacing(Path(path)) as fresh:
        fresh.write_text(text, encoding="utf-8")


def read_json(path: str | os.PathLike[str]) -> Any:
    """The value in a JSON file.

    Raises
    ------
    UnreadableSource
        The file is missing or isn't JSON.
    """
    try:
        return json.loads(read_text(path))
    except json.JSONDecodeError as broken:
        raise UnreadableSource(
            f"{path}: isn't JSON, line {broken.lineno}: {broken.msg}; mend or fetch it again"
        ) from None


def write_json(value: Any, path: str | os.PathLike[str]) -> None:
    """Write `value` as JSON, whole or not at all."""
    write_text(json.dumps(value, ensure_ascii=False) + "\n", path)


def write_bytes(data: bytes, path: str | os.PathLike[str]) -> None:
    """Write `data` as it is, whole or not at all."""
    with replacing(Path(path)) as fresh:
        fresh.write_bytes(data)
