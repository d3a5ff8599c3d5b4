"""One file that holds a server's folder: the store as it was at one moment, and the files that it is served with.

A backup is a zip archive with ``manifest.json``, which tells what is in it and the SHA-256 of each part. The store is
copied by SQLite's online backup, in one step and so of one moment, while a server goes on writing. Files come into place by
renaming, so that neither a backup nor what was restored is ever there in half.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from gridgeo import __version__
from gridgeo.errors import BadInput
from gridgeo_server.store.database import revisions
from gridgeo_server.store.folder import STORE, held
from gridgeo_server.store.instants import to_text

WITH = ("*.gpkg", "*.csv", "*.json", "photos/**/*")
"""Files of the folder that belong to what is served, beside the store."""

_MANIFEST = "manifest.json"
_FORMAT = "gridgeo-backup"
_BEFORE = "gridgeo-before.sqlite"
_COUNTED = ("cases", "events")
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Manifest:
    """What a backup holds: by name the bytes and the SHA-256 of each file, and how many cases and events."""

    made_at: str
    gridgeo: str
    revision: str
    counts: dict[str, int]
    files: dict[str, dict[str, Any]]
    format: str = _FORMAT


def back_up(folder: Path, target: Path) -> Manifest:
    """Write the backup of `folder` to `target`, whether a server runs there or not; an older backup is replaced.

    Raises
    ------
    BadInput
        There is no store, or one that isn't gridgeo's or isn't whole, or the file can't be written.
    """
    if not (folder / STORE).is_file():
        raise BadInput(f"{folder} holds no {STORE}; give the folder that 'gridgeo serve' serves")
    with _written(target) as work:
        copied = work / STORE
        _copy_store(folder / STORE, copied)
        revision, counts = _look(copied, folder / STORE)
        parts = {STORE: copied, **_beside(folder)}
        files = {name: {"bytes": path.stat().st_size, "sha256": _sha256(path)} for name, path in parts.items()}
        manifest = Manifest(to_text(datetime.now(UTC)), __version__, revision, counts, files)
        with zipfile.ZipFile(work / "backup", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.writestr(_MANIFEST, json.dumps(asdict(manifest), ensure_ascii=False, indent=1))
            for name, path in parts.items():
                archive.write(path, name)
        _check_parts(work / "backup", manifest)
        _place(work / "backup", target)
    return manifest


def restore(source: Path, folder: Path, *, force: bool = False) -> Manifest:
    """Bring what the backup `source` holds into `folder`, which no server may use meanwhile.

    Parameters
    ----------
    force
        Put it in the place of what lies there. The store of before is kept as ``gridgeo-before.sqlite``.

    Raises
    ------
    BadInput
        `source` is no backup, is damaged or is of a newer gridgeo; or `folder` is in use, or holds such files already.
    """
    manifest = _manifest(source)
    folder.mkdir(parents=True, exist_ok=True)
    with held(folder):
        there = [name for name in manifest.files if (folder / name).exists()]
        if there and not force:
            raise BadInput(
                f"{folder} holds {there[0]} already; give another folder, or --force to put the backup in its place"
                f" (its store is kept as {_BEFORE})"
            )
        with _room(folder) as work:
            with zipfile.ZipFile(source) as archive:
                for name, told in manifest.files.items():
                    _unpack(archive, name, told, work / name, source)
            _look(work / STORE, source)
            for name in sorted(manifest.files, key=lambda name: name == STORE):  # the store comes last
                if name == STORE:
                    _set_aside(folder)
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                _place(work / name, folder / name)
    return manifest


def _beside(folder: Path) -> dict[str, Path]:
    found = sorted({path for pattern in WITH for path in folder.glob(pattern) if path.is_file()})
    return {path.relative_to(folder).as_posix(): path for path in found}


def _copy_store(source: Path, target: Path) -> None:
    """The store as it is at one moment; whoever writes meanwhile isn't held up."""
    try:
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=rw", uri=True, timeout=10)) as original,
            closing(sqlite3.connect(target)) as copy,
        ):
            original.backup(copy)  # all pages in one step: in steps it would begin anew at each write
            copy.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise BadInput(f"{source} can't be backed up ({error})") from None


def _look(path: Path, named: Path) -> tuple[str, dict[str, int]]:
    """The revision of a store's tables and how much is in it; `BadInput` where it is damaged, foreign or newer."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            sound = connection.execute("PRAGMA quick_check").fetchone()
            if sound != ("ok",):
                raise BadInput(f"the store of {named} is damaged ({sound[0]}); take another backup")
            revision = str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])
            counts = {
                name: int(connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0])  # noqa: S608
                for name in _COUNTED
            }
    except (sqlite3.Error, TypeError) as error:
        raise BadInput(f"{named} holds no store of gridgeo ({error})") from None
    if revision not in revisions():
        raise BadInput(f"the store of {named} was written by a newer gridgeo; install that, then try again")
    return revision, counts


def _manifest(source: Path) -> Manifest:
    try:
        with zipfile.ZipFile(source) as archive:
            values = json.loads(archive.read(_MANIFEST))
        manifest = Manifest(**values)
        good = manifest.format == _FORMAT and STORE in manifest.files and all(map(_is_plain, manifest.files))
    except OSError as error:
        raise BadInput(f"{source} can't be read ({error.strerror or error})") from None
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError):
        good = False
    if not good:
        raise BadInput(f"{source} is no backup of gridgeo; give a file that 'gridgeo backup' wrote")
    if manifest.revision not in revisions():
        raise BadInput(f"{source} was made by gridgeo {manifest.gridgeo}, which is newer; install that, then try again")
    return manifest


def _is_plain(name: str) -> bool:
    """Whether a name stays inside the folder and is one that a backup holds."""
    path = PurePosixPath(name)
    inside = not path.is_absolute() and ".." not in path.parts and "\\" not in name and ":" not in name
    known = name == STORE or path.suffix in {".gpkg", ".csv", ".json"} or path.parts[0] == "photos"
    return inside and known


def _unpack(archive: zipfile.ZipFile, name: str, told: dict[str, Any], target: Path, source: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with archive.open(name) as packed, target.open("wb") as out:
            left = int(told["bytes"])
            while left > 0 and (chunk := packed.read(min(left, _CHUNK))):
                out.write(chunk)
                left -= len(chunk)
            whole = left == 0 and not packed.read(1)
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError):
        whole = False
    if not whole or _sha256(target) != told["sha256"]:
        raise BadInput(f"{source} is damaged: {name} is not what was backed up; take another backup")


def _check_parts(path: Path, manifest: Manifest) -> None:
    """Read a backup once more before the one of before is given up for it; a file that changed meanwhile shows here."""
    with zipfile.ZipFile(path) as archive:
        for name, told in manifest.files.items():
            digest = hashlib.sha256()
            with archive.open(name) as packed:
                while chunk := packed.read(_CHUNK):
                    digest.update(chunk)
            if digest.hexdigest() != told["sha256"]:
                raise BadInput(f"{name} changed while it was backed up; try again")


def _set_aside(folder: Path) -> None:
    """Keep the store that lies there with its log under another name, where it stays whole even if it can't be opened."""
    for end in ("", "-wal", "-shm"):
        (folder / f"{_BEFORE}{end}").unlink(missing_ok=True)
    for end in ("-shm", "-wal", ""):
        if (folder / f"{STORE}{end}").exists():
            os.replace(folder / f"{STORE}{end}", folder / f"{_BEFORE}{end}")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _written(target: Path) -> Iterator[Path]:
    """A room beside `target`; what goes wrong with the disk is told as such."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _room(target.parent) as work:
            yield work
    except OSError as error:
        raise BadInput(f"{target} can't be written ({error.strerror or error}); give another place") from None


@contextmanager
def _room(folder: Path) -> Iterator[Path]:
    """A folder of one's own on the disk of `folder`, gone at the end."""
    work = Path(tempfile.mkdtemp(prefix=".gridgeo-", dir=folder))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _place(path: Path, target: Path) -> None:
    """Rename a file to where it belongs, once it is on the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
    os.replace(path, target)
    if os.name == "posix":
        parent = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(parent)
        finally:
            os.close(parent)
