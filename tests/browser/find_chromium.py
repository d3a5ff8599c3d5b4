"""Where this machine's Chromium is: ``python find_chromium.py`` prints it, or says how to get one and ends with 1."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MEND = (
    "no Chromium found: install one ('apt-get install chromium', or 'python -m playwright install chromium'),"
    " or name one in GRIDGEO_CHROMIUM"
)


def find_chromium() -> Path | None:
    """The browser named in GRIDGEO_CHROMIUM, one on PATH, or Playwright's own."""
    named = os.environ.get("GRIDGEO_CHROMIUM")
    if named:
        return Path(named) if Path(named).is_file() else None
    for name in NAMES:
        if found := shutil.which(name):
            return Path(found)
    return _playwrights_own()


def _playwrights_own() -> Path | None:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return path if path.is_file() else None


if __name__ == "__main__":
    chromium = find_chromium()
    if chromium is None:
        sys.exit(MEND)
    sys.stdout.write(f"{chromium}\n")
