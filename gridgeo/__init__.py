"""Partition a jurisdiction into balanced grids, route patrols and visits, and serve them on a live map.

Modules are the API (`gridgeo.sources`, `gridgeo.units.dividing`, `gridgeo.plans.plan`, …); the front doors stand here. A door's
module is loaded when the door is first used, so that `import gridgeo` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gridgeo.importing import import_osm
    from gridgeo.jurisdictions import Jurisdiction
    from gridgeo.plans.choices import alternatives, front
    from gridgeo.plans.each import partition_each
    from gridgeo.plans.files import read_plan
    from gridgeo.plans.judging import Verdict, check
    from gridgeo.plans.many import partition_many
    from gridgeo.plans.partitioning import partition
    from gridgeo.plans.plan import Plan
    from gridgeo.plans.redraw_choices import pareto
    from gridgeo.plans.redrawing import Redrawn, redraw
    from gridgeo.plans.rules import Rules
    from gridgeo.reports import write_report
    from gridgeo.roads.barriers import add_barriers
    from gridgeo.routes import Routes, patrol_routes, read_routes, visit_routes
    from gridgeo.sources import read_jurisdiction, sample_map, write_jurisdiction

__version__ = "0.1.0"

__all__ = [
    "Jurisdiction",
    "Plan",
    "Redrawn",
    "Routes",
    "Rules",
    "Verdict",
    "add_barriers",
    "alternatives",
    "check",
    "front",
    "import_osm",
    "pareto",
    "partition",
    "partition_each",
    "partition_many",
    "patrol_routes",
    "read_jurisdiction",
    "read_plan",
    "read_routes",
    "redraw",
    "sample_map",
    "visit_routes",
    "write_jurisdiction",
    "write_report",
]

_DOORS = {
    "Jurisdiction": "jurisdictions",
    "Plan": "plans",
    "Redrawn": "plans.redrawing",
    "Routes": "routes",
    "Rules": "plans",
    "Verdict": "plans.judging",
    "add_barriers": "roads.barriers",
    "alternatives": "plans.choices",
    "check": "plans.judging",
    "front": "plans.choices",
    "import_osm": "importing",
    "pareto": "plans.redraw_choices",
    "partition": "plans.partitioning",
    "partition_each": "plans.each",
    "partition_many": "plans.many",
    "patrol_routes": "routes",
    "read_jurisdiction": "sources",
    "read_plan": "plans",
    "read_routes": "routes",
    "redraw": "plans.redrawing",
    "sample_map": "sources",
    "visit_routes": "routes",
    "write_jurisdiction": "sources",
    "write_report": "reports",
}


def __getattr__(name: str) -> Any:
    if name not in _DOORS:
        raise AttributeError(f"module 'gridgeo' has no attribute '{name}'")
    door = getattr(import_module(f"gridgeo.{_DOORS[name]}"), name)
    globals()[name] = door
    return door


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
