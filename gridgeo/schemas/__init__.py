"""The columns of every table gridgeo hands around, with their units, written once.

A schema is a contract at the border of a module: `check` proves a frame against it and says which
column or row breaks it. Layers of a jurisdiction are `JURISDICTION`, of a plan `PLAN`, of routes `ROUTES`,
of street coverage `COVERAGE`.
All geometries of one jurisdiction share one metric CRS (metres); `gridgeo.crs` is the only module that changes it.
"""

from __future__ import annotations

from gridgeo.schemas.checking import Column, Schema, check

__all__ = ["COVERAGE", "JURISDICTION", "PLAN", "REGISTER", "ROUTES", "VISITING", "Column", "Schema", "check"]

_AREA = ("Polygon", "MultiPolygon")
_LINE = ("LineString", "MultiLineString")

JURISDICTION: dict[str, Schema] = {
    schema.name: schema
    for schema in (
        Schema(
            "boundary",
            {
                "name": Column("str", "name of the jurisdiction"),
                "source": Column("str", "how the outline was found: given, relation, recovered or extent"),
            },
            _AREA,
        ),
        Schema(
            "areas",
            {
                "area": Column("str", "identifier, unique", unique=True),
                "parent": Column("str", "area it lies in; empty for the root", nullable=True),
                "level": Column("str", "name of its level, e.g. jurisdiction, town, quarter"),
                "name": Column("str", "name as mapped"),
                "name_zh": Column("str", "Chinese name", nullable=True),
                "name_en": Column("str", "English name", nullable=True),
                "code": Column("str", "official code, where known", nullable=True),
                "source": Column("str", "relation, recovered, given, rest or whole"),
            },
            _AREA,
        ),
        Schema(
            "units",
            {
                "unit": Column("str", "identifier, unique, west to east then north to south", unique=True),
                "area": Column("str", "deepest area it lies in"),
                "kind": Column("str", "residential, mixed, work, open"),
                "households": Column("int", "households of its buildings", least=0),
                "buildings": Column("int", "number of buildings", least=0),
                "area_m2": Column("float", "land area, square metres", least=0),
                "street_m": Column("float", "metres of patrolled street charged to it", least=0),
                "difficulty": Column("float", "1.0 is ordinary", least=0),
                "workload_min": Column("float", "minutes of work a month", least=0),
                "part": Column("int", "connected part of the jurisdiction, 0 is the largest", least=0),
            },
            _AREA,
        ),
        Schema(
            "buildings",
            {
                "building": Column("str", "identifier, unique", unique=True),
                "unit": Column("str", "the one unit it belongs to"),
                "use": Column("str", "residential, mixed, work or other"),
                "households": Column("int", "households in it", least=0),
                "levels": Column("float", "storeys, given or assumed", least=0),
                "imputed": Column("str", "what was estimated: none, levels, use, households, joined by +"),
                "name": Column("str", "name as mapped", nullable=True, optional=True),
                "addresses": Column(
                    "str", "streets with house numbers, with ; between, where mapped", nullable=True, optional=True
                ),
            },
            _AREA,
        ),
        Schema(
            "places",
            {
                "place": Column("str", "identifier, unique", unique=True),
                "kind": Column("str", "school, hospital, police, …"),
                "name": Column("str", "name as mapped", nullable=True),
                "name_zh": Column("str", "Chinese name", nullable=True),
                "name_en": Column("str", "English name", nullable=True),
            },
            ("Point",),
        ),
        Schema("road_nodes", {"node": Column("int", "identifier, unique", unique=True)}, ("Point",)),
        Schema(
            "road_edges",
            {
                "u": Column("int", "node it leaves"),
                "v": Column("int", "node it reaches"),
                "key": Column("int", "number among parallel edges u → v", least=0),
                "street": Column("int", "the piece of street; both directions carry the same number", least=0),
                "name": Column("str", "street name", nullable=True),
                "highway": Column("str", "OpenStreetMap class"),
                "oneway": Column("bool", "vehicles may use it in this direction only"),
                "bridge": Column("bool", "runs on a bridge"),
                "tunnel": Column("bool", "runs in a tunnel"),
                "length_m": Column("float", "metres", least=0),
                "seconds": Column("float", "on foot; empty where walking isn't allowed", nullable=True, least=0),
                "seconds_ebike": Column("float", "by e-bike; empty where not allowed", nullable=True, least=0),
                "seconds_car": Column("float", "by car; empty where not allowed", nullable=True, least=0),
            },
            ("LineString",),
        ),
        Schema(
            "barriers",
            {
                "barrier": Column("str", "identifier, unique", unique=True),
                "kind": Column("str", "motorway, railway or river"),
                "name": Column("str", "name", nullable=True),
                "crossings": Column("int", "number of walkable crossings", least=0),
            },
            _LINE,
        ),
        Schema(
            "crossings",
            {
                "crossing": Column("str", "identifier, unique", unique=True),
                "barrier": Column("str", "the barrier it crosses"),
                "kind": Column("str", "bridge, tunnel or level"),
                "street": Column("int", "the piece of street that crosses"),
            },
            ("Point",),
        ),
        Schema(
            "borders",
            {
                "unit_a": Column("str", "one unit, the smaller identifier"),
                "unit_b": Column("str", "the other"),
                "kind": Column("str", "border (they share a line) or link (a bridge, ferry or declared tie)"),
                "length_m": Column("float", "shared border, metres; 0 for a link", least=0),
                "barrier_m": Column("float", "metres of it that run along a barrier", least=0),
                "crossings": Column("int", "walkable crossings of it", least=0),
                "walkable": Column("bool", "a person can walk from one to the other here"),
            },
            _LINE,
        ),
        Schema(
            "water",
            {"water": Column("str", "identifier, unique", unique=True), "kind": Column("str", "sea, river, lake, …")},
            _AREA,
        ),
    )
}
"""Layers of a jurisdiction, in the order they are written."""

PLAN: dict[str, Schema] = {
    schema.name: schema
    for schema in (
        Schema(
            "assignment",
            {"unit": Column("str", "unit", unique=True), "grid": Column("str", "the grid that takes it")},
        ),
        Schema(
            "grids",
            {
                "grid": Column("str", "identifier, unique: 01, 02, … west to east, north to south", unique=True),
                "code": Column("str", "registered number; the identifier until it is registered"),
                "name": Column("str", "name people use; empty text where it has none"),
                "owner": Column("str", "who answers for it; empty text where nobody does"),
                "area": Column("str", "area it lies in (of the level the plan is nested in)"),
                "units": Column("int", "number of units", least=1),
                "households": Column("int", "households", least=0),
                "area_m2": Column("float", "land area, square metres", least=0),
                "difficulty": Column("float", "household-weighted mean difficulty of its units", least=0),
                "workload_min": Column("float", "minutes of work a month", least=0),
            },
            _AREA,
        ),
    )
}
"""Layers of a plan; the one-row table `plan` beside them holds rules, objective, bound, gap, status, seed."""

ROUTES: dict[str, Schema] = {
    schema.name: schema
    for schema in (
        Schema(
            "routes",
            {
                "route": Column("str", "identifier, unique: grid and number, 07-2", unique=True),
                "grid": Column("str", "grid it serves"),
                "kind": Column("str", "patrol or visits"),
                "mode": Column("str", "foot, ebike or car"),
                "minutes": Column("float", "travel, service and waiting", least=0),
                "length_m": Column("float", "metres along the roads", least=0),
                "service_m": Column("float", "metres of street covered (patrol)", least=0),
                "stops": Column("int", "number of stops", least=0),
            },
            _LINE,
        ),
        Schema(
            "stops",
            {
                "route": Column("str", "the route"),
                "order": Column("int", "position on the route, from 0", least=0),
                "what": Column("str", "street piece or door that is served"),
                "name": Column("str", "street or door name", nullable=True),
                "arrive_min": Column("float", "minutes after the start of the shift", least=0),
                "leave_min": Column("float", "minutes after the start of the shift", least=0),
            },
            ("Point",),
        ),
        Schema(
            "unserved",
            {
                "what": Column("str", "street piece or door that no route serves"),
                "grid": Column("str", "grid it lies in", nullable=True),
                "reason": Column("str", "why, in words"),
            },
            ("Point",),
        ),
    )
}
"""Layers of a routes file."""

COVERAGE: dict[str, Schema] = {
    schema.name: schema
    for schema in (
        Schema(
            "coverage",
            {
                "street": Column("int", "number of the piece of street", unique=True),
                "grid": Column("str", "grid in which it counts"),
                "name": Column("str", "street name", nullable=True),
                "highway": Column("str", "OpenStreetMap class"),
                "counts_as": Column("str", "metres; visits for stairs"),
                "length_m": Column("float", "metres of the piece", least=0),
                "planned": Column("int", "passes planned in the time of the tracks", least=0),
                "passes": Column("int", "times that at least half of it was walked at once", least=0),
                "covered": Column("float", "share of it that was walked", least=0),
                "last_pass": Column("str", "local time at which the last pass ended; empty for none", nullable=True),
                "gap_days": Column("float", "days since then", nullable=True),
            },
            _LINE,
        ),
        Schema(
            "walked",
            {
                "street": Column("int", "piece of street"),
                "from_share": Column("float", "share of it at which the stretch begins", least=0),
                "to_share": Column("float", "share of it at which the stretch ends", least=0),
            },
            _LINE,
        ),
        Schema(
            "passes",
            {
                "officer": Column("str", "who"),
                "street": Column("int", "piece of street"),
                "begin": Column("str", "local time at which it was entered"),
                "end": Column("str", "local time at which it was left"),
                "from_share": Column("float", "share of the piece at which the walk begins", least=0),
                "to_share": Column("float", "share of the piece at which the walk ends", least=0),
                "way": Column("str", "along, against, or out and back"),
                "metres": Column("float", "metres walked on it; 0 on stairs", least=0),
            },
        ),
        Schema(
            "weeks",
            {
                "week": Column("str", "ISO 8601 week, 2026-W48"),
                "highway": Column("str", "OpenStreetMap class; (stays) for visits"),
                "streets": Column("int", "pieces of the class", least=0),
                "length_m": Column("float", "their metres; 0 for stairs", least=0),
                "covered_m": Column("float", "metres of them walked in the week; 0 for stairs", least=0),
                "share": Column("float", "covered share of the metres; of stairs, of their number", least=0),
                "passes": Column("int", "passes", least=0),
                "visits": Column("int", "stairs climbed and stays", least=0),
            },
        ),
        Schema(
            "stays",
            {
                "officer": Column("str", "who"),
                "begin": Column("str", "local time"),
                "end": Column("str", "local time"),
                "minutes": Column("float", "length of the visit", least=0),
                "place": Column("str", "nearest place or street by name, within 40 m", nullable=True),
            },
            ("Point",),
        ),
    )
}
"""Layers of a coverage file."""

REGISTER: dict[str, Schema] = {
    schema.name: schema
    for schema in (
        Schema(
            "register",
            {
                "code": Column("str", "registered number of the grid"),
                "version": Column("int", "1, 2, … for each code", least=1),
                "name": Column("str", "name people use; empty text where it has none"),
                "owner": Column("str", "who answers for it; empty text where nobody does"),
                "area": Column("str", "smallest area that holds it"),
                "households": Column("int", "households when it came into force", least=0),
                "valid_from": Column("str", "first day, YYYY-MM-DD"),
                "valid_to": Column("str", "first day on which it no longer holds; empty while it holds", nullable=True),
                "plan": Column("str", "number of the plan that brought it; of the earlier one after a hand-over"),
                "change": Column(
                    "str", "how it came: new, grown, shrunk, reshaped, split, merged, renamed, handed over"
                ),
                "parents": Column("str", "other codes whose land it took, most households first, with spaces between"),
                "heirs": Column("str", "codes that took its land when it was retired, most households first"),
            },
            _AREA,
        ),
        Schema(
            "steps",
            {
                "valid_from": Column("str", "day on which the plan came into force there, YYYY-MM-DD"),
                "area": Column("str", "area, the deepest of the level tree"),
                "plan": Column("str", "number of the plan"),
            },
        ),
    )
}
"""Tables of a register of grids; rows are only added, and `valid_to` and `heirs` are filled once."""

VISITING: dict[str, Schema] = {
    schema.name: schema
    for schema in (
        Schema(
            "visits",
            {
                "door": Column("str", "identifier, unique (with a column `task`: may repeat)"),
                "minutes": Column("float", "length of a visit, above 0"),
                "lon": Column("float", "degrees in WGS 84; or `building`, or a geometry", nullable=True, optional=True),
                "lat": Column("float", "degrees in WGS 84", nullable=True, optional=True),
                "building": Column("str", "one of the jurisdiction's", nullable=True, optional=True),
                "every": Column(
                    "str",
                    "weekly, monthly, quarterly, yearly, every 10 days, 2 a week, at most 14 days, 每月, …; empty: a single visit",
                    nullable=True,
                    optional=True,
                ),
                "slack": Column(
                    "int", "days by which a gap may differ; empty: a quarter of it", True, 0, optional=True
                ),
                "last": Column("str", "day of the last visit, 2026-11-24", nullable=True, optional=True),
                "from": Column(
                    "str", "HH:MM, or minutes of the shift: a visit begins then or later", True, optional=True
                ),
                "to": Column(
                    "str", "HH:MM, or minutes of the shift: a visit begins then or before", True, optional=True
                ),
                "weekdays": Column("str", "Mon-Fri, Tue;Thu, 周一至周五; empty: any day", True, optional=True),
                "difficulty": Column("float", "multiplies the minutes; empty: 1", True, 0, optional=True),
                "floor": Column("float", "floors to climb, 0.7 minutes each", True, optional=True),
                "skills": Column("str", "what the officer must have, with ; between", True, optional=True),
                "priority": Column("float", "what a visit left out weighs, above 0; empty: 1", True, 0, optional=True),
                "officer": Column("str", "preferred officer", True, optional=True),
                "persons": Column("int", "1, or 2 officers who begin together; empty: 1", True, 1, optional=True),
                "grid": Column("str", "grid that it counts in; empty: the one it lies in", True, optional=True),
                "name": Column("str", "what to call the door", True, optional=True),
                "task": Column("str", "identifier of one department's task, unique", unique=True, optional=True),
                "fields": Column("str", "what the task's form asks, with ; between", True, optional=True),
            },
        ),
        Schema(
            "officers",
            {
                "officer": Column("str", "identifier, unique", unique=True),
                "grid": Column("str", "own grids, with ; between; empty: every grid", True, optional=True),
                "also": Column("str", "further grids that the officer may go to", True, optional=True),
                "from": Column("str", "HH:MM, beginning of the shift; empty: `--shift-from`", True, optional=True),
                "to": Column("str", "HH:MM, end of the shift; empty: `--shift` minutes later", True, optional=True),
                "weekdays": Column("str", "Mon-Fri, Tue;Thu, …; empty: Mon-Fri", True, optional=True),
                "leave": Column("str", "days and spans: 2026-12-24; 2026-12-28..2026-12-31", True, optional=True),
                "lon": Column("float", "where the day begins; empty: the start of the first grid", True, optional=True),
                "lat": Column("float", "degrees in WGS 84", True, optional=True),
                "end_lon": Column("float", "where the day ends; empty: where it began", True, optional=True),
                "end_lat": Column("float", "degrees in WGS 84", True, optional=True),
                "break_min": Column("float", "minutes of a break; empty: none", True, 0, optional=True),
                "break_from": Column("str", "HH:MM at which it begins at the earliest", True, optional=True),
                "break_to": Column("str", "HH:MM at which it begins at the latest", True, optional=True),
                "skills": Column("str", "with ; between", True, optional=True),
                "mode": Column("str", "foot, ebike or car; empty: `--mode`", True, optional=True),
                "name": Column("str", "what to call the officer", True, optional=True),
            },
        ),
    )
}
"""Tables that go into a plan of visits; cells may be text. `gridgeo.routes.visiting` reads and proves them."""
