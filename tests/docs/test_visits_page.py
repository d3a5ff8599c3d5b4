"""The how-to on visits is run as it stands."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import gridgeo
from gridgeo.jurisdictions import Jurisdiction

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "visits.md"
FENCE = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def test_the_examples_run_and_hold_what_the_page_says(monaco: Jurisdiction, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gridgeo, "import_osm", lambda source: monaco)
    names: dict[str, Any] = {}
    for text in FENCE.findall(PAGE.read_text(encoding="utf-8")):
        exec(compile(text, str(PAGE), "exec"), names)
    assert len(names["month"].routes.routes) > 20
    assert names["mended"].routes.meta["replanned"]["lost"] > 0
