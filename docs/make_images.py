"""Draw the two pictures of the README: ``python docs/make_images.py``.

``plan.png`` is a plan of the sample map, ``board.png`` the live board of the demo, as a browser shows it on an
office screen. Both are made from what the library and the server really answer.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import matplotlib as mpl

IMAGES = Path(__file__).resolve().parent / "images"
SCREEN = (1366, 768)
WARM_UP_S = 20
"""Seconds after which officers have walked and cases have come in."""


def plan_picture(folder: Path) -> None:
    """Draw the demo's plan as the library draws it."""
    mpl.use("agg")
    import matplotlib.pyplot as plt

    from gridgeo.plans.files import read_plan
    from gridgeo.sources import read_jurisdiction

    town = read_jurisdiction(folder / "town.gpkg")
    axes = read_plan(folder / "plan.gpkg", town).plot()
    axes.figure.savefig(IMAGES / "plan.png", dpi=110, bbox_inches="tight")
    plt.close(axes.figure)


def board_picture(folder: Path) -> None:
    """Photograph the board of a server that runs on a free port."""
    from playwright.sync_api import sync_playwright

    width, height = SCREEN
    with _served(folder) as address, sync_playwright() as player:
        browser = player.chromium.launch(executable_path=_chromium(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": width, "height": height}, color_scheme="light", locale="en")
        page.goto(address)
        page.locator("canvas.maplibregl-canvas").wait_for(timeout=60_000)
        page.wait_for_timeout(WARM_UP_S * 1_000)
        page.screenshot(path=IMAGES / "board.png")
        browser.close()


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "gridgeo", "serve", "--data", str(folder), "--port", "0", "--simulate", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 - our own command
        try:
            assert server.stdout is not None
            yield json.loads(server.stdout.readline())["address"]
        finally:
            server.terminate()


def _chromium() -> str | None:
    """A browser of this machine; without one, the one that Playwright brought."""
    return next((path for name in ("chromium", "google-chrome") if (path := shutil.which(name))), None)


def main() -> None:
    """Make the demo's files, or take those of the folder that is given, and draw both pictures."""
    IMAGES.mkdir(exist_ok=True)
    with TemporaryDirectory() as scratch:
        if len(sys.argv) > 1:
            folder = Path(sys.argv[1])
        else:
            folder = Path(scratch)
            command = [sys.executable, "-m", "gridgeo", "demo", "--no-serve", "--out", str(folder)]
            subprocess.run(command, check=True)  # noqa: S603 - our own command
        plan_picture(folder)
        board_picture(folder)


if __name__ == "__main__":
    main()
