from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from gridgeo.errors import BadInput
from gridgeo_server.cases import store as case_store
from gridgeo_server.store import Store, tables
from gridgeo_server.store.folder import STORE, begin_demo_store, check_own_of_demo, held


def _write_a_reply(folder: Path) -> None:
    store = Store(folder / STORE)
    row = {"key": "k", "request": "r", "status": 200, "body": "{}", "at": None}
    from datetime import UTC, datetime

    store.write(lambda t: t.connection.execute(tables.replies.insert(), [{**row, "at": datetime.now(UTC)}]) and None)
    store.close()


def _replies(path: Path) -> int:
    connection = sqlite3.connect(path)
    try:
        return int(connection.execute("SELECT count(*) FROM replies").fetchone()[0])
    finally:
        connection.close()


def test_a_folder_is_held_once_and_free_again_afterwards(tmp_path: Path) -> None:
    with held(tmp_path), pytest.raises(BadInput, match="in use by another gridgeo server"), held(tmp_path):
        pass
    with held(tmp_path):
        pass


def test_a_process_that_is_killed_lets_go_of_its_folder(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from gridgeo_server.store.folder import held\n"
        "with held(Path(sys.argv[1])): print('held', flush=True); time.sleep(600)"
    )
    process = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "held"
    with pytest.raises(BadInput, match="stop that one"), held(tmp_path):
        pass
    process.kill()
    process.wait(30)
    process.stdout.close()
    with held(tmp_path):
        pass


def test_the_demonstration_begins_anew_and_keeps_its_store_of_before(tmp_path: Path) -> None:
    begin_demo_store(tmp_path)
    _write_a_reply(tmp_path)
    begin_demo_store(tmp_path)
    assert _replies(tmp_path / STORE) == 0
    assert _replies(tmp_path / "gridgeo-before.sqlite") == 1
    check_own_of_demo(tmp_path)
    store = Store(tmp_path / STORE)
    with store.reading() as connection:
        assert case_store.search(connection) == ([], None)
    store.close()


def test_the_demonstration_leaves_alone_what_is_not_its_own(tmp_path: Path) -> None:
    check_own_of_demo(tmp_path)
    _write_a_reply(tmp_path)
    for refuse in (check_own_of_demo, begin_demo_store):
        with pytest.raises(BadInput, match="may hold real cases; move it away"):
            refuse(tmp_path)
    assert _replies(tmp_path / STORE) == 1
    (tmp_path / STORE).write_bytes(b"no database at all, but somebody's file")
    with pytest.raises(BadInput, match="may hold real cases"):
        begin_demo_store(tmp_path)
