"""Who watches: somebody who looks at cases, and what of the stream they are told.

What an audience sees of a message is worked out and put into bytes once, however many belong to it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from gridgeo.register.areas import lineages
from gridgeo_server.auth.roles import PUBLIC
from gridgeo_server.board.small import without_small
from gridgeo_server.cases.looking import Looker
from gridgeo_server.errors import BadRequest
from gridgeo_server.live.news import ALL, WAS
from gridgeo_server.texts import Listed, say
from gridgeo_server.town import Town

Shown = Literal["staff", "public"]
"""What a viewer asks for: what they may see, or no more than the public may."""

AREAS = "areas"
"""Where a message of indicators keeps those of areas that somebody watches, by the areas."""


@dataclass(frozen=True)
class Audience(Looker):
    """Viewers who see the same.

    Parameters
    ----------
    whole
        Whether they see the figures of the whole town, not only those of 5 and more.
    """

    whole: bool = True

    @classmethod
    def of(cls, town: Town, area: str | None, shown: Shown = "staff", looker: Looker | None = None) -> Audience:
        """Somebody who looks at an area of `town` with all areas below it, or at all that they may.

        Raises
        ------
        BadRequest
            The town has no such area.
        """
        looker = looker or Looker()
        if shown == "public":
            looker = replace(looker, role=PUBLIC, officer=None)
        whole = looker.holds("figures.whole") and looker.areas is None
        if area is not None:
            line = lineages(town.jurisdiction)
            if area not in line:
                raise BadRequest(say("live.no-area", area=area, areas=Listed(tuple(line), 20)), "area")
            looker = looker.within(town, area)
        return cls(**{field.name: getattr(looker, field.name) for field in fields(Looker)}, whole=whole)

    def of_message(self, name: str, values: dict[str, Any]) -> Audience:
        """Those who see the same of an event of the stream: officers differ in their own cases, and in themselves, alone."""
        if self.officer is None or name in {"responder", "snapshot"}:
            return self
        if name == "case" and any(self.owns(one) for one in (values, values.get(WAS)) if one):
            return self
        return replace(self, officer=None)

    def told(self, name: str, values: dict[str, Any]) -> dict[str, Any] | None:
        """What this audience is told of an event of the stream; None where that is nothing."""
        match name:
            case "case":
                return self._case(values)
            case "responder":
                found = self.officers(values["responders"])
                # Of all officers it is told who isn't among them any more, be it everybody.
                return (
                    {**values, "responders": found}
                    if found or (ALL in values and self.holds("responders.see"))
                    else None
                )
            case "indicators":
                return self._figures(values)
            case "snapshot":
                cases = [self.seen(one) for one in values["cases"] if self.sees(one)]
                figures = values["indicators"] if self.scope is not None else self._figures(values["indicators"])
                return {
                    **values,
                    "cases": cases,
                    "responders": self.officers(values["responders"]),
                    "indicators": figures,
                }
        return values

    def _case(self, values: dict[str, Any]) -> dict[str, Any] | None:
        """A case as it is shown to them; of one that they see no more, that it is gone."""
        was, case = values.get(WAS), {name: value for name, value in values.items() if name != WAS}
        if self.sees(case):
            return self.seen(case)
        return {"case": case["case"], "gone": True} if was and self.sees(was) else None

    @property
    def scope(self) -> Audience | None:
        """Those whose own figures are to be worked out: who may see figures whole, but of an area alone."""
        return self if not self.whole and self.holds("figures.whole") else None

    def _figures(self, values: dict[str, Any]) -> dict[str, Any]:
        town = {name: value for name, value in values.items() if name != AREAS}
        if self.whole:
            return town
        own = values.get(AREAS, {}).get(self.areas) if self.scope is not None else None
        return without_small(town) if own is None else dict(own)
