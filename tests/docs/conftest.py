"""Pages of the documentation, and the script that writes their tables."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def page() -> Callable[[str], str]:
    """Reads a page by its path below docs/."""
    return lambda name: (ROOT / "docs" / name).read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def section(page: Callable[[str], str]) -> Callable[[str, str], str]:
    """Reads what stands under one heading of a page, up to the next heading of the same or a higher rank."""

    def read(name: str, heading: str) -> str:
        lines = page(name).splitlines()
        starts = [i for i, line in enumerate(lines) if line.lstrip("#").strip() == heading and line.startswith("#")]
        assert starts, f"docs/{name} has no section '{heading}'"
        rank = len(lines[starts[0]]) - len(lines[starts[0]].lstrip("#"))
        body = []
        for line in lines[starts[0] + 1 :]:
            if line.startswith("#") and len(line) - len(line.lstrip("#")) <= rank:
                break
            body.append(line)
        return "\n".join(body)

    return read


@pytest.fixture(scope="session")
def tables() -> ModuleType:
    """The script docs/make_tables.py as a module."""
    spec = importlib.util.spec_from_file_location("make_tables", ROOT / "docs" / "make_tables.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
