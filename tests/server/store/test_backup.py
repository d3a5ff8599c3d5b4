from __future__ import annotations

import json
import shutil
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gridgeo.errors import BadInput
from gridgeo_server.store import Store, backup, tables
from gridgeo_server.store.backup import back_up, restore
from gridgeo_server.store.folder import STORE, held

NOW = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path, empty_store: Path) -> Path:
    """A data folder with a store that holds one answer, a file that is served and one that isn't."""
    made = tmp_path / "data"
    made.mkdir()
    shutil.copy(empty_store, made)
    _keep(made, "a")
    (made / "plan.gpkg").write_bytes(b"the plan")
    (made / "photos").mkdir()
    (made / "photos" / "1.jpg").write_bytes(b"a photo")
    (made / "log.txt").write_text("noise")
    return made


def _keep(folder: Path, key: str) -> None:
    store = Store(folder / STORE)
    store.write(
        lambda t: (
            t.connection.execute(tables.replies.insert().values(key=key, request="r", status=200, body="{}", at=NOW))
            and None
        )
    )
    store.close()


def _keys(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [row[0] for row in connection.execute("SELECT key FROM replies ORDER BY key")]


def _changed(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The backup with other contents."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


def test_what_was_backed_up_is_restored_elsewhere_file_by_file(folder: Path, tmp_path: Path) -> None:
    manifest = back_up(folder, tmp_path / "b" / "town.backup")
    assert set(manifest.files) == {STORE, "plan.gpkg", "photos/1.jpg"}
    assert manifest.counts == {"cases": 0, "events": 0}
    assert restore(tmp_path / "b" / "town.backup", tmp_path / "new") == manifest
    assert _keys(tmp_path / "new" / STORE) == ["a"]
    assert (tmp_path / "new" / "plan.gpkg").read_bytes() == b"the plan"
    assert (tmp_path / "new" / "photos" / "1.jpg").read_bytes() == b"a photo"
    assert not list(tmp_path.rglob(".gridgeo-*"))
    Store(tmp_path / "new" / STORE).close()


def test_what_is_written_but_not_yet_in_the_main_file_is_in_the_backup(folder: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(folder / STORE)) as other:
        other.execute("INSERT INTO replies VALUES ('b', 'r', 200, '{}', '2026-11-18T09:00:00.000Z')")
        other.commit()
        other.execute("INSERT INTO replies VALUES ('open', 'r', 200, '{}', '2026-11-18T09:00:00.000Z')")
        assert (folder / f"{STORE}-wal").stat().st_size > 0
        back_up(folder, tmp_path / "x")
    restore(tmp_path / "x", tmp_path / "new")
    assert _keys(tmp_path / "new" / STORE) == ["a", "b"]


def test_nothing_is_overwritten_unless_it_is_said_and_the_store_of_before_is_kept(folder: Path, tmp_path: Path) -> None:
    back_up(folder, tmp_path / "x")
    _keep(folder, "later")
    (folder / "plan.gpkg").write_bytes(b"another plan")
    with pytest.raises(BadInput, match="--force"):
        restore(tmp_path / "x", folder)
    assert _keys(folder / STORE) == ["a", "later"]
    restore(tmp_path / "x", folder, force=True)
    assert _keys(folder / STORE) == ["a"]
    assert _keys(folder / "gridgeo-before.sqlite") == ["a", "later"]
    assert (folder / "plan.gpkg").read_bytes() == b"the plan"


def test_a_folder_in_use_is_not_restored_over(folder: Path, tmp_path: Path) -> None:
    back_up(folder, tmp_path / "x")
    with held(folder), pytest.raises(BadInput, match="in use by another gridgeo server"):
        restore(tmp_path / "x", folder, force=True)


def test_a_damaged_backup_is_refused_and_leaves_nothing(folder: Path, tmp_path: Path) -> None:
    back_up(folder, tmp_path / "x")
    damaged = _changed(tmp_path / "x", lambda parts: parts.update({"plan.gpkg": b"the plum"}))
    with pytest.raises(BadInput, match=r"damaged: plan\.gpkg"):
        restore(damaged, tmp_path / "new")
    assert [path.name for path in (tmp_path / "new").iterdir() if path.suffix != ".lock"] == []
    cut = tmp_path / "cut"
    cut.write_bytes((tmp_path / "x").read_bytes()[:-100])
    with pytest.raises(BadInput, match="no backup of gridgeo"):
        restore(cut, tmp_path / "new")


@pytest.mark.parametrize("name", ["../plan.gpkg", "/plan.gpkg", "photos/../../plan.gpkg", "C:\\plan.gpkg", "run.sh"])
def test_a_file_that_would_land_elsewhere_is_no_backup(folder: Path, tmp_path: Path, name: str) -> None:
    back_up(folder, tmp_path / "x")

    def smuggle(parts: dict[str, bytes]) -> None:
        told = json.loads(parts["manifest.json"])
        told["files"][name] = told["files"]["plan.gpkg"]
        parts["manifest.json"] = json.dumps(told).encode()
        parts[name] = parts["plan.gpkg"]

    with pytest.raises(BadInput, match="no backup of gridgeo"):
        restore(_changed(tmp_path / "x", smuggle), tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_foreign_file_and_a_newer_one_are_told_apart(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("Dear all")
    with pytest.raises(BadInput, match="is no backup of gridgeo; give a file that 'gridgeo backup' wrote"):
        restore(tmp_path / "letter", tmp_path / "new")
    with pytest.raises(BadInput, match="can't be read"):
        restore(tmp_path / "nothing", tmp_path / "new")
    back_up(folder, tmp_path / "x")

    def newer(parts: dict[str, bytes]) -> None:
        told = json.loads(parts["manifest.json"])
        parts["manifest.json"] = json.dumps({**told, "revision": "9999", "gridgeo": "99.0"}).encode()

    with pytest.raises(BadInput, match=r"made by gridgeo 99\.0, which is newer"):
        restore(_changed(tmp_path / "x", newer), tmp_path / "new")


def test_a_store_that_is_not_gridgeos_or_newer_is_not_backed_up(folder: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(folder / STORE)) as other:
        other.execute("UPDATE alembic_version SET version_num = '9999'")
        other.commit()
    with pytest.raises(BadInput, match="newer gridgeo"):
        back_up(folder, tmp_path / "x")
    with closing(sqlite3.connect(folder / STORE)) as other:
        other.execute("DROP TABLE alembic_version")
    with pytest.raises(BadInput, match="holds no store of gridgeo"):
        back_up(folder, tmp_path / "x")
    (folder / STORE).unlink()
    with pytest.raises(BadInput, match=r"holds no gridgeo\.sqlite"):
        back_up(folder, tmp_path / "x")
    assert not (tmp_path / "x").exists()


def test_a_backup_that_fails_leaves_the_one_of_before(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(folder, tmp_path / "x")
    before = (tmp_path / "x").read_bytes()

    def full(*given: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup, "_check_parts", full)
    with pytest.raises(BadInput, match="No space left on device"):
        back_up(folder, tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == before
