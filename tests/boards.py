"""A plan of the lattice town, and the real server on it: ``python tests/boards.py --port 8765 [--simulate]``."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import pandas as pd

from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import Rules
from gridgeo_server.settings import Settings
from gridgeo_server.town import Town
from towns import lattice_town


def lattice_plan(rows: int = 8, columns: int = 12) -> Plan:
    """Six grids of 4 × 4 blocks in two rows, 01 to 06 from the north-west."""
    town = lattice_town(rows, columns)
    units = pd.Index(town.units["unit"], name="unit")
    grids = [f"{(i // columns // 4) * (columns // 4) + (i % columns) // 4 + 1:02d}" for i in range(len(units))]
    return Plan(town, pd.Series(grids, index=units), Rules(k=len(set(grids))))


def main() -> None:
    """Serve until stopped."""
    from gridgeo_server.serving import serve

    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=8765)
    parser.add_argument("--data", type=Path, default=None)
    parser.add_argument("--simulate", action="store_true")
    options = parser.parse_args()
    folder = options.data or Path(tempfile.mkdtemp(prefix="gridgeo-lattice-"))
    serve(Settings(data=folder, port=options.port, simulate=options.simulate), Town(lattice_plan()))


if __name__ == "__main__":
    main()
