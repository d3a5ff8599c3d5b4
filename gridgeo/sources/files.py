"""Files that are either whole or not there: written beside, then put in place in one step."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gridgeo.errors import BadInput, UnreadableSource


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """A new path beside `path` to write to; it takes the place of `path` when the block ends well.

    When the block raises, what was written is removed and an earlier file at `path` is left as it was.
    The new path keeps the ending, from which writers tell the format, and may be made a file or a folder.

    Raises
    ------
    BadInput
        The folder to write into doesn't exist or may not be written.
    """
    target = can_write(path)
    fresh = target.with_name(f".{os.getpid()}-{target.name}")
    old = target.with_name(f".{os.getpid()}-old-{target.name}")
    try:
        yield fresh
        if target.is_dir():
            # A folder can't be replaced in one step; the old one steps aside and is removed last.
            os.replace(target, old)
        os.replace(fresh, target)
    except BaseException:
        if old.exists() and not target.exists():
            os.replace(old, target)
        raise
    finally:
        for leftover in (fresh, old):
            _remove(leftover)


def can_write(path: str | os.PathLike[str]) -> Path:
    """`path` as a `Path`, proven to lie in a folder that may be written: to be asked before long work.

    Raises
    ------
    BadInput
        The folder to write into doesn't exist or may not be written.
    """
    target = Path(path)
    if not target.parent.is_dir():
        raise BadInput(f"{target}: the folder {target.parent} doesn't exist; make it first or give another path")
    if not os.access(target.parent, os.W_OK):
        raise BadInput(f"{target}: the folder {target.parent} may not be written; give another path")
    return target


def existing(path: str | os.PathLike[str], what: str) -> Path:
    """`path` as a `Path`, proven to be there and not empty; `what` names it in the message.

    Raises
    ------
    UnreadableSource
        Nothing is there, or an empty file.
    """
    file = Path(path)
    if not file.exists():
        raise UnreadableSource(f"{file}: there is no such file; give the path of {what}")
    if file.is_file() and file.stat().st_size == 0:
        raise UnreadableSource(f"{file}: is empty; give the path of {what}")
    if not os.access(file, os.R_OK):
        raise UnreadableSource(f"{file}: may not be read; change its permissions")
    return file


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
