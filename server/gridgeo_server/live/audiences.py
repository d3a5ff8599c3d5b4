"""Who watches: the part of the town that they look at, and whether they are shown people.

What an audience sees of a message is worked out and put into bytes once, however many belong to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from gridgeo.register.areas import lineages
from gridgeo_server.errors import BadRequest
from gridgeo_server.texts import Listed, say
from gridgeo_server.town import Town

Role = Literal["staff", "public"]

_OF_PEOPLE = frozenset(
    [
        "owner",
        "owner_name",
        "owner_name_zh",
        "responder",
        "responder_name",
        "responder_name_zh",
        "eta_at",
        "road_s",
        "road_m",
        "actor",
        "actor_name",
        "note",
        "data",
    ]
)
"""Fields of cases and events that name somebody, say where they come from, or may."""


@dataclass(frozen=True)
class Audience:
    """Viewers who see the same.

    Parameters
    ----------
    role
        ``staff`` is shown everything, ``public`` no officers, and of cases nothing that tells of a person.
    areas, grids
        What cases and officers must belong to; None is the whole town.
    """

    role: Role = "staff"
    areas: frozenset[str] | None = None
    grids: frozenset[str] | None = None

    @classmethod
    def of(cls, town: Town, area: str | None, role: Role) -> Audience:
        """Those who look at an area of `town` with all areas below it, or at all of it.

        Raises
        ------
        BadRequest
            The town has no such area.
        """
        if area is None:
            return cls(role)
        line = lineages(town.jurisdiction)
        if area not in line:
            raise BadRequest(say("live.no-area", area=area, areas=Listed(tuple(line), 20)), "area")
        areas = frozenset(one for one, above in line.items() if area in above)
        names, homes = town.grids["grid"].astype(str), town.grids["area"].astype(str)
        return cls(role, areas, frozenset(names[homes.isin(areas)]))

    def sees(self, name: str, values: dict[str, Any]) -> dict[str, Any] | None:
        """What this audience is told of an event of the stream; None where that is nothing."""
        match name:
            case "case":
                return self._case(values)
            case "responder":
                found = self._officers(values["responders"])
                return {"responders": found} if found else None
            case "snapshot":
                cases = [seen for one in values["cases"] if (seen := self._case(one)) is not None]
                return {**values, "cases": cases, "responders": self._officers(values["responders"])}
        return values

    def _case(self, case: dict[str, Any]) -> dict[str, Any] | None:
        if self.areas is not None and case["area"] not in self.areas:
            return None
        if self.role == "staff":
            return case
        seen = {field: value for field, value in case.items() if field not in _OF_PEOPLE}
        if "event" in seen:
            seen["event"] = {field: value for field, value in seen["event"].items() if field not in _OF_PEOPLE}
        return seen

    def _officers(self, officers: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if self.role == "public":
            return []
        grids = self.grids
        return officers if grids is None else [one for one in officers if not grids.isdisjoint(one["grids"])]
