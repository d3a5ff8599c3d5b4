"""A real Chromium against the installed wheel."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from filelock import FileLock
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

from browser.find_chromium import MEND, find_chromium
from browser.installed import Board, build_wheel, install_wheel
from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import Rules
from gridgeo.sources import write_jurisdiction
from towns import lattice_town

ROWS, COLUMNS, SIDE = 8, 12, 4


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder drives a browser."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)


# A page may wait for what the server compiles on first use.
expect.set_options(timeout=60_000)


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Programs of an environment that holds the wheel, made once for all test processes."""
    base = tmp_path_factory.getbasetemp()
    base = base if worker_id == "master" else base.parent
    folder, told = base / "wheel", base / "wheel.json"
    with FileLock(f"{folder}.lock"):
        if not told.exists():
            folder.mkdir(exist_ok=True)
            told.write_text(json.dumps(str(install_wheel(build_wheel(folder), folder / "venv"))))
    return Path(json.loads(told.read_text()))


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    """Name of this test process; `master` where there is only one."""
    return str(getattr(request.config, "workerinput", {}).get("workerid", "master"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium."""
    path = find_chromium()
    if path is None:
        pytest.fail(MEND)
    flags = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--no-first-run"]
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=flags)
        yield opened
        opened.close()


def write_town(folder: Path) -> None:
    """A lattice town of six grids of 4 × 4 blocks, 01 to 06, as the files that `gridgeo serve` reads."""
    town = lattice_town(ROWS, COLUMNS)
    units = pd.Index(town.units["unit"], name="unit")
    across = COLUMNS // SIDE
    grids = [f"{(i // COLUMNS // SIDE) * across + i % COLUMNS // SIDE + 1:02d}" for i in range(len(units))]
    write_jurisdiction(town, folder / "town.gpkg")
    Plan(town, pd.Series(grids, index=units), Rules(k=len(set(grids)))).to_file(folder / "plan.gpkg")


@pytest.fixture(scope="session")
def server(programs: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    """The installed server on a lattice town, with an officer on duty in each of six grids."""
    folder = tmp_path_factory.mktemp("board")
    write_town(folder)
    started = Board(programs, folder)
    started.start()
    yield started
    started.stop()


@pytest.fixture
def board(server: Board) -> Iterator[Board]:
    """The server without any open case; what a test leaves open is withdrawn after it."""
    assert ask(server, "/api/v1/cases?open=true")["cases"] == []
    yield server
    if server.process is None:
        server.start()
    for case in ask(server, "/api/v1/cases?open=true&limit=1000")["cases"]:
        action = {"action": "withdraw" if "withdraw" in case["actions"] else "close"}
        ask(server, f"/api/v1/cases/{case['case']}/actions", action)


@dataclass
class Watch:
    """What a page did that it must not do."""

    errors: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    expected: tuple[str, ...] = ()

    def forgive(self, *parts: str) -> None:
        """Expect console errors that hold one of `parts`: the browser logs each refused or failed request as one."""
        self.expected += parts

    def faults(self) -> list[str]:
        """Everything that was not expected."""
        errors = [text for text in self.errors if not any(part in text for part in self.expected)]
        return errors + self.strangers + self.violations


@pytest.fixture
def watch() -> Watch:
    """Watches the page of the test."""
    return Watch()


@pytest.fixture
def page(browser: Browser, board: Board, watch: Watch) -> Iterator[Page]:
    """A page on an office screen in English; the test fails on a console error, a stranger's host or a CSP violation."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="en-GB", color_scheme="light")
    context.expose_binding("gridgeoViolation", lambda _, text: watch.violations.append(text))
    context.add_init_script(
        "addEventListener('securitypolicyviolation',"
        " e => window.gridgeoViolation(`${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber}`))"
    )
    opened = context.new_page()
    opened.set_default_timeout(60_000)

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            watch.errors.append(f"{message.text} {message.location.get('url', '')}")

    def see(request: Request) -> None:
        if not request.url.startswith((board.url, "blob:", "data:")):
            watch.strangers.append(request.url)

    opened.on("console", hear)
    opened.on("pageerror", lambda error: watch.errors.append(str(error)))
    opened.on("request", see)
    yield opened
    context.close()
    assert watch.faults() == []


@pytest.fixture
def drawn(page: Page, board: Board) -> Page:
    """The board, loaded and drawn."""
    return open_board(page, board)


def open_board(page: Page, board: Board, query: str = "") -> Page:
    """Open the board and wait until the map is drawn and the stream has told its snapshot."""
    page.goto(f"{board.url}/{query}")
    page.wait_for_selector("main.map[data-drawn=true]")
    page.wait_for_selector(".line.live")
    return page


def ask(board: Board, path: str, body: dict[str, Any] | None = None) -> Any:
    """What the server answers to another client."""
    request = urllib.request.Request(f"{board.url}{path}")
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.load(answer)
