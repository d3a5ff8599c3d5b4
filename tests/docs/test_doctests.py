"""Examples in docstrings run and answer what they say."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from collections.abc import Iterator

import pytest

import gridgeo
import gridgeo_server
import gridgeo_solvers

OPTIONS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def modules() -> Iterator[str]:
    """Every module of the three packages; migrations are run by Alembic alone, `__main__` runs the command."""
    for package in (gridgeo, gridgeo_solvers, gridgeo_server):
        yield package.__name__
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations" not in module.name and not module.name.endswith(".__main__"):
                yield module.name


def examples(name: str) -> list[doctest.DocTest]:
    finder = doctest.DocTestFinder(exclude_empty=True)
    return [test for test in finder.find(importlib.import_module(name)) if test.examples]


@pytest.mark.parametrize("name", sorted(modules()))
def test_examples_of_a_module_hold(name: str) -> None:
    runner = doctest.DocTestRunner(optionflags=OPTIONS, verbose=False)
    told: list[str] = []
    for test in examples(name):
        runner.run(test, out=told.append)
    assert runner.summarize(verbose=False).failed == 0, "".join(told)


def test_examples_are_found() -> None:
    assert sum(len(test.examples) for name in modules() for test in examples(name)) >= 20
