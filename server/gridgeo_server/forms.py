"""What the doors of cases answer, told in the description: from the values that are sent and the table of who is shown what.

A value that isn't shown to everybody can be null, and is then named under `hidden`; see `gridgeo_server.cases.looking`.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Union, get_args, get_origin, get_type_hints

from gridgeo_server.board.figures import FIGURES, RATES
from gridgeo_server.cases import views
from gridgeo_server.cases.bulk import Filed
from gridgeo_server.cases.categories import Category
from gridgeo_server.cases.duplicates import Alike
from gridgeo_server.cases.filters import LIGHTS
from gridgeo_server.cases.intake import Fault
from gridgeo_server.cases.looking import can_be_hidden
from gridgeo_server.cases.model import STAGES, Case, Event
from gridgeo_server.cases.stages import machine
from gridgeo_server.clocks.limits import KINDS
from gridgeo_server.photos.store import Photo
from gridgeo_server.responders.model import Responder

Schema = dict[str, Any]

_PLAIN: dict[Any, Schema] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
}
_TEXT, _FLAG, _COUNT, _NUMBER, _TIME, _DAY = (_PLAIN[one] for one in (str, bool, int, float, datetime, date))
_ANY: Schema = {"type": "object"}


def _one(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _list(of: Schema) -> Schema:
    return {"type": "array", "items": of}


def _choice(*names: str) -> Schema:
    return {"type": "string", "enum": list(names)}


def _or_none(schema: Schema) -> Schema:
    """The same, or null."""
    kinds = schema.get("type")
    if kinds is None:
        return schema if {"type": "null"} in schema.get("anyOf", ()) else {"anyOf": [schema, {"type": "null"}]}
    told = {**schema, "type": [kinds, "null"] if isinstance(kinds, str) else kinds}
    return told | {"enum": [*dict.fromkeys([*schema["enum"], None])]} if "enum" in schema else told


def _object(fields: Mapping[str, Schema], optional: Mapping[str, Schema] | None = None, about: str = "") -> Schema:
    """An object that has these `fields`, and may have the `optional` ones."""
    told: Schema = {"type": "object", "required": list(fields), "properties": {**fields, **(optional or {})}}
    return told | {"description": about} if about else told


def _of(hint: Any) -> Schema:
    """How a value of that type is sent."""
    if hint in _PLAIN:
        return _PLAIN[hint]
    origin, parts = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        (kind,) = (one for one in parts if one is not type(None))
        return _or_none(_of(kind))
    return _list(_of(parts[0])) if origin in (tuple, list) else _ANY


def _fields(kind: type, *names: str) -> dict[str, Schema]:
    """How the values of a dataclass are sent, those called so, or all."""
    hints = get_type_hints(kind)
    return {name: _of(hints[name]) for name in names or hints}


def _as_shown(kind: str, fields: Mapping[str, Schema]) -> dict[str, Schema]:
    """Values of a case or an event, null where they aren't shown."""
    return {name: _or_none(one) if can_be_hidden(kind, name) else one for name, one in fields.items()}


_LIGHT, _STAGE = _choice(*LIGHTS), _choice(*STAGES)
_HIDDEN = {
    "hidden": {**_list(_TEXT), "description": "Values that aren't shown to who asks: null, or of the place rounded."}
}
_CASE = {
    **_fields(Case),
    **_fields(Category, "name_zh", "name_en", "urgent"),
    "actions": _list(_TEXT),
    "stage": _STAGE,
    "light": _LIGHT,
    "clock": _choice(*KINDS),
    "level": _choice(*(one.level for one in machine().levels)),
}
_EVENT = {**_fields(Event), "seq": _COUNT, "stage": _STAGE}
del _EVENT["rung"]
_SHORT = _as_shown("case", {name: _CASE[name] for name in views.CASE_FIELDS})
_POSSIBLE = _list(
    _object({"action": _TEXT, "name_en": _TEXT, "name_zh": _TEXT, "who": _list(_TEXT), "note_needed": _FLAG})
)
_CLOCKS = _list(
    _object(
        {
            "clock": _choice("filing", "dispatch", "handling", "checking"),
            "due_at": _TIME,
            "light": _LIGHT,
            "done_at": _or_none(_TIME),
            "left_s": _NUMBER,
        }
    )
)
_WORDS = _object({"en": _or_none(_TEXT), "zh": _or_none(_TEXT)})
_EVENTS = _list(_one("Event"))
_FULL = _as_shown(
    "case",
    {
        "events": _EVENTS,
        "route": _or_none(_ANY),
        "limit": _object({"words": _WORDS, "left_s": _NUMBER, "used": _or_none(_NUMBER), "paused": _FLAG}),
        "clocks": _CLOCKS,
        "possible": _POSSIBLE,
        "escalations": _EVENTS,
        "duplicates": _list(_TEXT),
        "alike": _list(_one("LikelyDuplicate")),
        "follows": _or_none(_object({"case": _TEXT, "stage": _STAGE})),
        "department_names": _WORDS,
    },
)
_REFUSED = {"status": _COUNT, "type": _TEXT, "detail": _TEXT}
_DONE = {"status": _COUNT, "stage": _STAGE, "version": _COUNT}
_ALIKE = {**_fields(Alike), "stage": _STAGE}
_MANY_FIGURES = _object(dict.fromkeys(FIGURES, _or_none(_COUNT)))
_HELD = {
    **dict.fromkeys(("grid", "code", "area"), _TEXT),
    **dict.fromkeys(("name", "owner"), _or_none(_TEXT)),
    **dict.fromkeys(("units", "households"), _or_none(_COUNT)),
    **dict.fromkeys(("area_m2", "difficulty", "workload_min"), _or_none(_NUMBER)),
    "plan": _TEXT,
    "from": _DAY,
    "to": _or_none(_DAY),
}
_NEAR = _object({"metres": _NUMBER, **_HELD})
_OFFICER = _fields(
    Responder, "responder", "name", "name_zh", "initials", "grids", "on_duty", "mode", "simulated", "skills"
)

SCHEMAS: dict[str, Schema] = {
    "Case": _object(_SHORT, _HIDDEN, "A case."),
    "ChangedCase": _object(
        _SHORT | {name: _FULL[name] for name in ("clocks", "events")},
        _HIDDEN,
        "A case after something was done with it.",
    ),
    "CaseInFull": _object(_SHORT | _FULL, _HIDDEN, "A case with all that belongs to it."),
    "FollowedCase": _object(
        _SHORT | {name: _FULL[name] for name in ("events", "possible")},
        _HIDDEN,
        "A case as whoever reported it follows it.",
    ),
    "FiledCase": _object(
        _SHORT | {name: _FULL[name] for name in ("events", "possible")} | {"follow_up": _TEXT},
        _HIDDEN,
        "The case of a report without a key, with the secret by which it is followed.",
    ),
    "Event": _object(_as_shown("event", _EVENT), about="Something that was done with a case."),
    "PageOfCases": _object(
        {"cases": _list(_one("Case")), "next": _or_none(_TEXT)},
        about="Newest first; `next` is what to give as `after`.",
    ),
    "LikelyDuplicate": _object(
        {
            name: _or_none(one) if name in ("description", "address", "likeness", "metres") else one
            for name, one in _ALIKE.items()
        },
        _HIDDEN,
        "A case that may be the same one.",
    ),
    "LikelyDuplicates": _object({"cases": _list(_one("LikelyDuplicate"))}),
    "Candidate": _object(
        {
            **_fields(Responder, "responder", "name", "name_zh"),
            **dict.fromkeys(("road_s", "road_m"), _NUMBER),
            **dict.fromkeys(("open_cases", "rank"), _COUNT),
            "own_grid": _FLAG,
            "skills": _list(_TEXT),
            "fix_age_s": _or_none(_NUMBER),
            **dict.fromkeys(("explanation", "explanation_zh"), _TEXT),
        },
        about="Who can be sent to a case.",
    ),
    "Candidates": _object(
        {
            "candidates": _list(_one("Candidate")),
            "not_offered": _list(
                _object(
                    {
                        **_fields(Responder, "responder", "name", "name_zh"),
                        **dict.fromkeys(("code", "reason", "reason_zh"), _TEXT),
                    }
                )
            ),
        }
    ),
    "ActionResults": _object(
        {"results": _list({"anyOf": [_object({"case": _TEXT, **_DONE}), _object({"case": _TEXT, **_REFUSED})]})},
        about="What became of each case, or why nothing was done with it.",
    ),
    "BatchResults": _object(
        {
            "results": _list(
                {
                    "anyOf": [
                        _object({"client_id": _TEXT, "case": _TEXT, **_DONE}),
                        _object({"client_id": _or_none(_TEXT), **_REFUSED}),
                    ]
                }
            )
        },
        about="What became of each item, or why nothing was done of it.",
    ),
    "BulkResult": _object(
        {
            "filed": _list(_object(_fields(Filed))),
            "faults": _list(_object({**_fields(Fault, "row", "id", "field"), "message": _TEXT})),
        },
        about="The cases that rows became, and what was wrong with others.",
    ),
    "Reporters": _object({"case": _TEXT, "reporters": _list(_TEXT)}),
    "Photo": _object({**_fields(Photo, "photo", "case", "kind", "at", "width", "height"), "href": _TEXT}),
    "Photos": _object({"photos": _list(_one("Photo"))}),
    "Responder": _object(
        {
            **_OFFICER,
            "status": _choice("free", "busy", "off"),
            **_fields(Responder, "lon", "lat", "heading", "fix_at"),
            "open_cases": _COUNT,
            "away": _or_none(_object({"code": _TEXT, "until": _or_none(_TIME), "reason": _TEXT, "reason_zh": _TEXT})),
        },
        about="An officer.",
    ),
    "Responders": _object({"responders": _list(_one("Responder"))}),
    "PositionTaken": _object({"responder": _TEXT, "accepted": _FLAG}),
    "PositionsTaken": _object({"accepted": _COUNT, "refused": _list(_object({"position": _COUNT, **_REFUSED}))}),
    "Indicators": _object(
        {
            **dict.fromkeys(("overdue", "soon", "ok"), _or_none(_COUNT)),
            "on_time": _object({"rate": _or_none(_NUMBER), "on_time": _or_none(_COUNT), "due": _or_none(_COUNT)}),
            **dict.fromkeys(("on_duty", "free", "busy", "stale", "reported_today", "grids_at_zero"), _or_none(_COUNT)),
        },
        {"suppressed": _FLAG},
        "The indicators of this moment; null is a count too small to be told to who asks.",
    ),
    "PeriodRow": _object(
        {
            "key": _TEXT,
            "state": _choice("known", "zero", "unknown"),
            "figures": _MANY_FIGURES,
            "rates": _object(dict.fromkeys(RATES, _or_none(_NUMBER))),
            "cases": _object({}, dict.fromkeys(FIGURES, _TEXT)),
        },
        {"suppressed": _FLAG},
    ),
    "IndicatorsOfPeriod": _object(
        {
            "by": _TEXT,
            **dict.fromkeys(("from", "to"), _TIME),
            "rows": _list(_one("PeriodRow")),
            "total": _one("PeriodRow"),
        }
    ),
    "Located": _object(
        {
            "date": _DAY,
            "outcome": _choice("found", "ambiguous", "outside", "unmatched"),
            "matches": _list(
                _object(
                    {
                        "what": _TEXT,
                        "name": _or_none(_TEXT),
                        **dict.fromkeys(("lon", "lat"), _NUMBER),
                        "grid": _or_none(_object(_HELD)),
                        "snapped_m": _or_none(_NUMBER),
                        "beside": _list(_NEAR),
                        "nearest": _or_none(_NEAR),
                        "swapped": _FLAG,
                        "hint": _or_none(_TEXT),
                    }
                )
            ),
        },
        {
            **dict.fromkeys(("reason", "reason_text"), _or_none(_TEXT)),
            "left_out": _list(_TEXT),
            "candidates": _list(_object({"what": _TEXT, "name": _TEXT})),
        },
        "The grid of a place; of an address also why it isn't known, and names like it.",
    ),
}
"""Name of a form → its schema."""

ANSWERS: dict[tuple[str, str], Schema] = {
    ("post", "/api/v1/cases"): _one("Case"),
    ("get", "/api/v1/cases"): _one("PageOfCases"),
    ("get", "/api/v1/cases/duplicates"): _one("LikelyDuplicates"),
    ("post", "/api/v1/cases/actions"): _one("ActionResults"),
    ("post", "/api/v1/cases/batch"): _one("BatchResults"),
    ("post", "/api/v1/cases/bulk"): _one("BulkResult"),
    ("get", "/api/v1/cases/{case}"): _one("CaseInFull"),
    ("get", "/api/v1/cases/{case}/candidates"): _one("Candidates"),
    ("post", "/api/v1/cases/{case}/actions"): _one("ChangedCase"),
    ("get", "/api/v1/cases/{case}/reporter"): _one("Reporters"),
    ("post", "/api/v1/cases/{case}/photos"): _one("Photo"),
    ("get", "/api/v1/cases/{case}/photos"): _one("Photos"),
    ("post", "/api/v1/reports"): _one("FiledCase"),
    ("get", "/api/v1/reports/{case}"): _one("FollowedCase"),
    ("post", "/api/v1/reports/{case}/withdraw"): _one("FollowedCase"),
    ("get", "/api/v1/responders"): _one("Responders"),
    ("patch", "/api/v1/responders/{responder}"): _one("Responder"),
    ("post", "/api/v1/responders/{responder}/positions"): _one("PositionTaken"),
    ("post", "/api/v1/positions"): _one("PositionsTaken"),
    ("get", "/api/v1/indicators"): {"anyOf": [_one("Indicators"), _one("IndicatorsOfPeriod")]},
    ("get", "/api/v1/locate"): _one("Located"),
}
"""Request → the schema of what it answers."""
