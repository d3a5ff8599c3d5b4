"""The benchmark scripts as they are run, and a small problem for them."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "benchmarks"))


def document(rows=5, columns=6, k=3, tolerance=0.1, seed=0):
    """A lattice in the benchmark format, units 3 km apart."""
    n = rows * columns
    people = np.random.default_rng(seed).integers(80, 121, n).tolist()
    nodes = [
        {"id": f"u{i}", "pop": people[i], "x": 3000.0 * (i % columns), "y": 3000.0 * (i // columns)} for i in range(n)
    ]
    edges = [[i, i + 1, 1.0] for i in range(n) if i % columns < columns - 1]
    edges += [[i, i + columns, 1.0] for i in range(n - columns)]
    return {"name": "lattice", "nodes": nodes, "edges": edges, "k": k, "tolerance": {"pop": tolerance}}


@pytest.fixture(scope="session")
def lattice_document():
    return document()


@pytest.fixture
def folder(tmp_path, lattice_document):
    """A folder with two instances."""
    for name, k in (("three", 3), ("two", 2)):
        (tmp_path / f"{name}.json").write_text(json.dumps(lattice_document | {"k": k}), encoding="utf-8")
    return tmp_path
