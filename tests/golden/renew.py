"""Write all golden values anew: ``python tests/golden/renew.py``. Read the difference before it is committed.

``python tests/golden/renew.py bounds`` renews the regression of bounds alone: plans and bounds in it only get better, and
nothing is written where a bound stands above a plan. ``python tests/golden/renew.py identities`` renews codes and matchings alone.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]


def main() -> None:
    """Solve every case and write one file for each, and the file of bounds."""
    import bounds

    if sys.argv[1:] == ["identities"]:
        _identities()
        return
    bounds.renew()
    if sys.argv[1:] == ["bounds"]:
        return
    _identities()
    from cases import SMALL, monaco_answer

    from gridgeo.importing import import_osm
    from gridgeo.sources import sample_map

    for name, answer in {**SMALL, "monaco": lambda: monaco_answer(import_osm(sample_map()))}.items():
        _keep(name, answer())


def _identities() -> None:
    from identities import matchings, numbers

    from gridgeo.importing import import_osm
    from gridgeo.sources import sample_map

    _keep("numbers", numbers(import_osm(sample_map())))
    _keep("matchings", matchings())


def _keep(name: str, answer: dict[str, Any]) -> None:
    text = json.dumps(answer, indent=1, ensure_ascii=False)
    (HERE / "values" / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
