from __future__ import annotations

from pathlib import Path

import pytest

from gridgeo_server.errors import StoreUnavailable
from gridgeo_server.photos import files


def test_a_file_is_named_by_what_it_holds_and_written_once(tmp_path: Path) -> None:
    name = files.keep(tmp_path, b"picture")
    path = files.path_of(tmp_path, name)
    assert (path.read_bytes(), path.name) == (b"picture", files.digest(b"picture"))
    before = path.stat().st_mtime_ns
    assert files.keep(tmp_path, b"picture") == name
    assert path.stat().st_mtime_ns == before
    assert [one.name for one in path.parent.iterdir()] == [name]


def test_a_file_that_a_crash_left_short_is_written_again(tmp_path: Path) -> None:
    path = files.path_of(tmp_path, files.keep(tmp_path, b"picture"))
    path.write_bytes(b"pic")
    files.keep(tmp_path, b"picture")
    assert path.read_bytes() == b"picture"


def test_a_sweep_puts_aside_what_nobody_names_gives_it_back_and_removes_it_after_a_month(tmp_path: Path) -> None:
    kept, stray = files.keep(tmp_path, b"kept"), files.keep(tmp_path, b"stray")
    unfinished = files.path_of(tmp_path, kept).with_name(f"{kept}.0badf00d")
    unfinished.write_bytes(b"unfinished")
    now = 1_800_000_000.0
    files.sweep(tmp_path, {kept}, now)
    assert files.path_of(tmp_path, kept).read_bytes() == b"kept"
    assert not files.path_of(tmp_path, stray).exists()
    assert not unfinished.exists()
    files.sweep(tmp_path, {kept, stray}, now + 60)
    assert files.path_of(tmp_path, stray).read_bytes() == b"stray"
    files.sweep(tmp_path, {kept}, now + 120)
    files.sweep(tmp_path, {kept}, now + 120 + files.KEPT_S)
    aside = tmp_path / files.FOLDER / files.ASIDE
    assert [path.name for path in aside.iterdir()] == [stray]
    files.sweep(tmp_path, {kept}, now + 121 + files.KEPT_S)
    assert list(aside.iterdir()) == []
    files.sweep(tmp_path / "nothing", set(), now)


def test_a_folder_that_can_not_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / files.FOLDER).write_text("a file stands where the folder should be")
    with pytest.raises(StoreUnavailable, match="can't be written"):
        files.keep(tmp_path, b"picture")
