"""Partition a jurisdiction into balanced grids, route patrols and visits, and serve them on a live map.

Modules are the API (`gridgeo.sources`, `gridgeo.units.dividing`, `gridgeo.plans.plan`, …); the front doors stand here. A door's
module is loaded when the door is first used, so that `import gridgeo` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gridgeo.collection import CollectionPlan, collection_rounds
    from gridgeo.coverage import Coverage, read_coverage, street_coverage
    from gridgeo.crosswalks import carry_over, crosswalk, fit_polygons
    from gridgeo.crosswalks.carried_files import carry_plan
    from gridgeo.importing import import_osm
    from gridgeo.jurisdictions import Jurisdiction
    from gridgeo.plans.choices import alternatives, front
    from gridgeo.plans.comparing import Comparison, compare
    from gridgeo.plans.continuity import keep_identities
    from gridgeo.plans.each import partition_each
    from gridgeo.plans.exchange import ImportReport, export_plan, import_plan
    from gridgeo.plans.files import read_plan
    from gridgeo.plans.judging import Verdict, check
    from gridgeo.plans.many import partition_many
    from gridgeo.plans.partitioning import partition
    from gridgeo.plans.plan import Plan
    from gridgeo.plans.redraw_choices import pareto
    from gridgeo.plans.redrawing import Redrawn, redraw
    from gridgeo.plans.rules import Rules
    from gridgeo.register import Register, number_grids, read_register
    from gridgeo.reports import report_plan, write_report
    from gridgeo.roads.barriers import add_barriers
    from gridgeo.rosters import Roster, read_roster, write_roster
    from gridgeo.routes import Routes, patrol_routes, read_routes, visit_routes
    from gridgeo.sites import ServicePoints, service_points
    from gridgeo.sources import read_jurisdiction, sample_map, write_jurisdiction

__version__ = "0.1.0"

__all__ = [
    "CollectionPlan",
    "Comparison",
    "Coverage",
    "ImportReport",
    "Jurisdiction",
    "Plan",
    "Redrawn",
    "Register",
    "Roster",
    "Routes",
    "Rules",
    "ServicePoints",
    "Verdict",
    "add_barriers",
    "alternatives",
    "carry_over",
    "carry_plan",
    "check",
    "collection_rounds",
    "compare",
    "crosswalk",
    "export_plan",
    "fit_polygons",
    "front",
    "import_osm",
    "import_plan",
    "keep_identities",
    "number_grids",
    "pareto",
    "partition",
    "partition_each",
    "partition_many",
    "patrol_routes",
    "read_coverage",
    "read_jurisdiction",
    "read_plan",
    "read_register",
    "read_roster",
    "read_routes",
    "redraw",
    "report_plan",
    "sample_map",
    "service_points",
    "street_coverage",
    "visit_routes",
    "write_jurisdiction",
    "write_report",
    "write_roster",
]

_DOORS = {
    "CollectionPlan": "collection",
    "Comparison": "plans.comparing",
    "Coverage": "coverage",
    "ImportReport": "plans.exchange",
    "Jurisdiction": "jurisdictions",
    "Plan": "plans",
    "Redrawn": "plans.redrawing",
    "Register": "register",
    "Roster": "rosters",
    "Routes": "routes",
    "Rules": "plans",
    "ServicePoints": "sites",
    "Verdict": "plans.judging",
    "add_barriers": "roads.barriers",
    "alternatives": "plans.choices",
    "carry_over": "crosswalks",
    "carry_plan": "crosswalks.carried_files",
    "check": "plans.judging",
    "collection_rounds": "collection",
    "compare": "plans.comparing",
    "export_plan": "plans.exchange",
    "front": "plans.choices",
    "import_osm": "importing",
    "import_plan": "plans.exchange",
    "crosswalk": "crosswalks",
    "fit_polygons": "crosswalks",
    "keep_identities": "plans.continuity",
    "number_grids": "register",
    "pareto": "plans.redraw_choices",
    "partition": "plans.partitioning",
    "partition_each": "plans.each",
    "partition_many": "plans.many",
    "patrol_routes": "routes",
    "read_coverage": "coverage",
    "read_jurisdiction": "sources",
    "read_plan": "plans",
    "read_register": "register",
    "read_roster": "rosters",
    "read_routes": "routes",
    "redraw": "plans.redrawing",
    "report_plan": "reports",
    "sample_map": "sources",
    "service_points": "sites",
    "street_coverage": "coverage",
    "visit_routes": "routes",
    "write_jurisdiction": "sources",
    "write_report": "reports",
    "write_roster": "rosters",
}


def __getattr__(name: str) -> Any:
    if name not in _DOORS:
        raise AttributeError(f"module 'gridgeo' has no attribute '{name}'")
    door = getattr(import_module(f"gridgeo.{_DOORS[name]}"), name)
    globals()[name] = door
    return door


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
