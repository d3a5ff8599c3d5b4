"""Docstrings: examples run and answer what they say, and what is public has one."""

from __future__ import annotations

import doctest
import importlib
import inspect
from pathlib import Path

import pytest

import gridgeo
import gridgeo_server
import gridgeo_solvers

OPTIONS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def modules() -> list[str]:
    """Every module of the three packages; migrations are run by Alembic alone, `__main__` runs the command."""
    found = []
    for package in (gridgeo, gridgeo_solvers, gridgeo_server):
        folder = Path(str(package.__file__)).parent
        for file in folder.rglob("*.py"):
            parts = [package.__name__, *file.relative_to(folder).with_suffix("").parts]
            if "migrations" not in parts and parts[-1] != "__main__":
                found.append(".".join(part for part in parts if part != "__init__"))
    return sorted(found)


def examples(name: str) -> list[doctest.DocTest]:
    finder = doctest.DocTestFinder(exclude_empty=True)
    return [test for test in finder.find(importlib.import_module(name)) if test.examples]


@pytest.mark.parametrize("name", modules())
def test_examples_of_a_module_hold(name: str) -> None:
    runner = doctest.DocTestRunner(optionflags=OPTIONS, verbose=False)
    told: list[str] = []
    for test in examples(name):
        runner.run(test, out=told.append)
    assert runner.summarize(verbose=False).failed == 0, "".join(told)


def test_examples_are_found() -> None:
    assert sum(len(test.examples) for name in modules() for test in examples(name)) >= 20


@pytest.mark.parametrize("name", modules())
def test_every_exported_name_exists_and_has_a_docstring(name: str) -> None:
    module = importlib.import_module(name)
    for exported in getattr(module, "__all__", ()):
        thing = getattr(module, exported)
        if inspect.isclass(thing) or inspect.isfunction(thing):
            assert inspect.getdoc(thing), f"{name}.{exported} has no docstring"


@pytest.mark.parametrize("name", ["gridgeo.errors", "gridgeo_server.errors"])
def test_the_tree_of_errors_names_every_error(name: str) -> None:
    module = importlib.import_module(name)
    tree = module.__doc__ or ""
    own = [kind for kind in vars(module).values() if inspect.isclass(kind) and kind.__module__ == name]
    errors = [kind.__name__ for kind in own if issubclass(kind, Exception)]
    assert len(errors) > 3
    assert [error for error in errors if error not in tree] == []
