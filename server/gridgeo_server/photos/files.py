"""Files of photos in the data folder, each named by the SHA-256 of what it holds.

A file is on the disk before the row that names it is committed: a crash leaves a file too many at the worst, never a row whose
file is missing. What no row names is put aside when the server starts, before anybody can add, and removed a month later: the
store may be an older one, or a new one, and the one before may come back.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Collection
from pathlib import Path

from gridgeo_server.errors import StoreUnavailable

FOLDER = "photos"
"""Name of the folder in the data folder."""
ASIDE = "unnamed"
"""Folder in it for files that no row names."""
KEPT_S = 30 * 86_400.0
"""How long they are kept, seconds."""


def digest(data: bytes) -> str:
    """The name under which `data` is kept."""
    return hashlib.sha256(data).hexdigest()


def path_of(folder: Path, name: str) -> Path:
    """Where the file `name` lies; `folder` is the data folder."""
    return folder / FOLDER / name[:2] / name


def keep(folder: Path, data: bytes) -> str:
    """Write `data` durably, and return its name; what is there already isn't written again.

    Raises
    ------
    StoreUnavailable
        The disk is full or can't be written.
    """
    name = digest(data)
    path = path_of(folder, name)
    try:
        if not (path.exists() and path.stat().st_size == len(data)):
            _write(path, data)
        # Also for a file that another request is just writing: its name must be durable before a row says it.
        for above in (path.parent, path.parent.parent, folder):
            _sync(above)
    except OSError as error:
        raise StoreUnavailable(f"the photo can't be written: {error.strerror}; nothing was kept") from error
    return name


def sweep(folder: Path, named: Collection[str], now_s: float) -> None:
    """Put every file aside whose name isn't among `named`, take those back that are, and remove what was put aside long ago.

    Parameters
    ----------
    now_s
        Seconds since 1970.
    """
    aside = folder / FOLDER / ASIDE
    for path in aside.glob("*"):
        if path.name in named:
            home = path_of(folder, path.name)
            home.parent.mkdir(exist_ok=True)
            os.replace(path, home)
        elif now_s - path.stat().st_mtime > KEPT_S:
            path.unlink()
    for path in (folder / FOLDER).glob("??/*"):
        if path.name not in named:
            aside.mkdir(exist_ok=True)
            os.utime(path, (now_s, now_s))
            os.replace(path, aside / path.name)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        with unfinished.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    """Make the names in `folder` durable, where the system can do that."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
