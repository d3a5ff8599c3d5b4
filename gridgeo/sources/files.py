"""Files that are either whole or not there: written beside, then put in place in one step."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path

from gridgeo.errors import BadInput, UnreadableSource


def writable(path: str | os.PathLike[str], ours: Sequence[str] = ()) -> Path:
    """`path` as a `Path`, proven to be one that can be written or replaced: worth asking before long work.

    Parameters
    ----------
    path
        Of the file or folder to be.
    ours
        Patterns of the names that a folder which is replaced may hold, such as ``plan-*.gpkg``.

    Raises
    ------
    BadInput
        The folder to write into doesn't exist or may not be written, or `path` is a folder that holds anything else.
    """
    target = Path(path)
    if not target.parent.is_dir():
        raise BadInput(f"{target}: the folder {target.parent} doesn't exist; make it first or give another path")
    if not os.access(target.parent, os.W_OK):
        raise BadInput(f"{target}: the folder {target.parent} may not be written; give another path")
    if target.is_dir():
        for name in sorted(os.listdir(target)):
            if not any(fnmatch(name, pattern) for pattern in ours):
                raise BadInput(f"{target}: is a folder that holds '{name}', which would be lost; give another path")
    return target


@contextmanager
def replacing(path: str | os.PathLike[str], ours: Sequence[str] = ()) -> Iterator[Path]:
    """A new path beside `path` to write to; it takes the place of `path` when the block ends well.

    When the block raises, what was written is removed and an earlier file at `path` is left as it was.
    The new path keeps the ending, from which writers tell the format, and may be made a file or a folder.

    Raises
    ------
    BadInput
        As `writable`, which `path` and `ours` are given to.
    """
    target = writable(path, ours)
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
