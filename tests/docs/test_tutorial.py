"""Tutorials, guides and the README's example are run as they stand, from the first line to the last."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest

import gridgeo
from gridgeo.jurisdictions import Jurisdiction
from pages import ROOT, blocks, run


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, monaco: Jurisdiction) -> Path:
    """An empty working folder; the sample map, already imported for other tests, isn't imported once more."""
    imported = gridgeo.import_osm

    def once(source: Any, **options: Any) -> Jurisdiction:
        if Path(source) == Path(gridgeo.sample_map()) and not options:
            return monaco
        return imported(source, **options)

    monkeypatch.setattr(gridgeo, "import_osm", once)
    monkeypatch.chdir(tmp_path)
    mpl.use("agg")
    return tmp_path


def test_the_tutorial_runs_and_prints_what_it_says(workplace: Path) -> None:
    run(ROOT / "docs" / "tutorials" / "first-town.md")
    assert {"town.gpkg", "plan.gpkg", "patrols.gpkg", "visits.gpkg"} <= {path.name for path in workplace.iterdir()}


def test_the_example_of_the_readme_runs(workplace: Path) -> None:
    names = run(ROOT / "README.md")
    assert gridgeo.check(names["town"], names["plan"]).ok
    assert (workplace / "patrols.gpkg").exists()


def test_the_guide_to_exchange_runs_and_prints_what_it_says(workplace: Path) -> None:
    run(ROOT / "docs" / "how-to" / "exchange.md")
    assert {"plan.xlsx", "beats.csv", "moved.geojson"} <= {path.name for path in workplace.iterdir()}


def test_the_how_to_of_the_register_runs_and_prints_what_it_says(workplace: Path) -> None:
    run(ROOT / "docs" / "how-to" / "register.md")
    assert {"plan.gpkg", "register.gpkg"} <= {path.name for path in workplace.iterdir()}


def test_the_how_to_of_re_drawing_runs_and_prints_what_it_says(workplace: Path) -> None:
    run(ROOT / "docs" / "how-to" / "redraw.md")


def test_the_how_to_of_travel_times_runs_and_prints_what_it_says(workplace: Path) -> None:
    run(ROOT / "docs" / "how-to" / "travel-times.md")


def test_the_how_to_of_visits_runs_and_holds_what_it_says(workplace: Path) -> None:
    names = run(ROOT / "docs" / "how-to" / "visits.md")
    assert len(names["month"].routes.routes) > 20
    assert names["mended"].routes.meta["replanned"]["lost"] > 0


def faults(text: str, line: int) -> list[str]:
    """Why a block that begins in `line` of its page isn't Python."""
    try:
        ast.parse("\n" * (line - 1) + text)
    except SyntaxError as wrong:
        return [f"line {wrong.lineno}: {wrong.msg}"]
    return []


@pytest.mark.parametrize(
    "path", sorted((ROOT / "docs").rglob("*.md")), ids=lambda path: str(path.relative_to(ROOT / "docs"))
)
def test_every_python_block_is_python(path: Path) -> None:
    assert [
        fault for language, text, line in blocks(path) if language == "python" for fault in faults(text, line)
    ] == []
