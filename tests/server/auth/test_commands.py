"""`gridgeo keys`: shown once, listed without secrets, revoked, heeded by a running server."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from gridgeo import cli
from gridgeo_server.auth import keyring

Run = Any


@pytest.fixture
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `gridgeo keys …` on the test's folder: exit status, output, errors."""

    def run(*words: str) -> tuple[object, str, str]:
        monkeypatch.setattr(sys, "argv", ["gridgeo", "keys", *words, "--data", str(tmp_path)])
        with pytest.raises(SystemExit) as left:
            cli.main()
        told = capsys.readouterr()
        return left.value.code or 0, told.out, told.err

    return run


def _add(keys: Run, role: str = "planner", *more: str) -> dict[str, Any]:
    status, told, _ = keys("add", "--role", role, "--name", "Li Na", "--json", *more)
    assert status == 0
    return dict(json.loads(told))


def test_a_key_is_heeded_by_a_running_server_until_it_is_revoked(
    client: TestClient, keys: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring, "LOOK_S", 0.0)  # else within a second
    made = _add(keys)
    headers = {"Authorization": f"Bearer {made['token']}"}
    assert client.get("/api/v1/me", headers=headers).json()["name"] == "Li Na"
    assert keys("revoke", made["key"])[0] == 0
    assert client.get("/api/v1/me", headers=headers).status_code == 401
    assert [key["state"] for key in json.loads(keys("list", "--json")[1])["keys"]] == ["revoked"]


def test_the_list_shows_no_secret(keys: Run) -> None:
    made = _add(keys, "approver", "--area", "west", "--days", "0")
    secret = made["token"].split("_", 2)[2]
    for more in ((), ("--json",)):
        _, told, _ = keys("list", *more)
        assert made["key"] in told
        assert secret not in told
    (listed,) = json.loads(keys("list", "--json")[1])["keys"]
    assert (listed["area"], listed["expires_at"], listed["state"]) == ("west", None, "valid")


def test_a_key_is_printed_whole_however_narrow_the_terminal(keys: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    _, told, _ = keys("add", "--role", "admin", "--name", "Li")
    assert any(line.startswith("gridgeo_") and len(line) > 55 for line in told.splitlines())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ("add", "--role", "king", "--name", "Li"),
            "choose public, officer, dispatcher, planner, reviewer, approver, supervisor, admin",
        ),
        (("add", "--role", "admin", "--name", "  "), "give a name of 1 to 100 characters"),
        (("revoke", "nobody"), "no key 'nobody'"),
    ],
)
def test_what_cant_be_done_is_told_with_the_mend_and_ends_with_2(keys: Run, words: tuple[str, ...], told: str) -> None:
    status, _, error = keys(*words)
    assert status == 2
    assert told in " ".join(error.split())


def test_a_folder_that_isnt_there_is_named(
    keys: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setattr(sys, "argv", ["gridgeo", "keys", "list", "--data", str(tmp_path / "no")])
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == 2
    assert "no such folder" in capsys.readouterr().err
