"""The how-to on travel times is run as it stands."""

from __future__ import annotations

import io
import re
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

import gridgeo
from gridgeo.jurisdictions import Jurisdiction

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "travel-times.md"
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def test_the_examples_run_and_print_what_the_page_says(monaco: Jurisdiction, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gridgeo, "import_osm", lambda source: monaco)
    names: dict[str, Any] = {}
    printed, compared = "", 0
    for language, text in FENCE.findall(PAGE.read_text(encoding="utf-8")):
        if language == "python":
            out = io.StringIO()
            with redirect_stdout(out):
                exec(compile(text, str(PAGE), "exec"), names)
            printed = out.getvalue()
        elif language == "text":
            assert printed == text
            compared += 1
    assert compared == 6
