"""All layers of one server: those that stand still and those made anew from the store."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from gridgeo_server.cases import store as case_store
from gridgeo_server.cases.looking import Looker
from gridgeo_server.cases.views import CASE_FIELDS, case_view
from gridgeo_server.errors import NotFound
from gridgeo_server.layers.features import ABOUT, OF_PLAN, Collection, from_places, still_collections, with_owners
from gridgeo_server.responders import service as responder_service
from gridgeo_server.responders import store as responder_store
from gridgeo_server.responders.model import RESPONDER_FIELDS
from gridgeo_server.town import Town

if TYPE_CHECKING:
    from gridgeo_server.state import State

OF_OFFICERS = ("routes", "coverage")
"""Collections that tell where officers go."""


class Shelf:
    """Where the collections lie."""

    def __init__(self, town: Town, known: Mapping[str, Collection] | None = None) -> None:
        self._town = town
        self._known = known or {}
        self._parts: dict[tuple[str, frozenset[str]], Collection] = {}

    @cached_property
    def _still(self) -> dict[str, Collection]:
        """Made when first asked for, so that a server begins to answer sooner."""
        return {**still_collections(self._town, tuple(self._known)), **self._known}

    def of(self, town: Town) -> Shelf:
        """The shelf of the town under another plan; collections that no plan changes are the same."""
        return Shelf(town, {name: one for name, one in self._still.items() if name not in OF_PLAN})

    def prepare(self) -> None:
        """Make what stands still, before anybody asks for it."""
        _ = self._still

    def names(self) -> list[str]:
        """Identifiers of the collections."""
        return list(ABOUT)

    def take(self, name: str, state: State, looker: Looker | None = None) -> Collection:
        """A collection as it is now for somebody who looks (for one who sees all where left out), or `NotFound`.

        What they may not see isn't in it, so that no filter finds it either.
        """
        looker = looker or Looker()
        if name == "responders":
            return self._responders(state, looker)
        if name == "cases":
            return self._cases(state, looker)
        if name in OF_OFFICERS and not looker.holds("routes.see"):
            return from_places(name, [], self._still[name].fields)
        if name not in self._still:
            raise NotFound(f"no collection '{name}'; there are {', '.join(ABOUT)}")
        if name in OF_OFFICERS and looker.grids is not None:
            asked = name, looker.grids
            if asked not in self._parts:  # as many as there are areas for which somebody speaks
                self._parts[asked] = self._still[name].of_grids(looker.grids)
            return self._parts[asked]
        if name == "grids":
            with state.store.reading() as connection:
                return with_owners(self._still["grids"], responder_store.everybody(connection))
        return self._still[name]

    def _responders(self, state: State, looker: Looker) -> Collection:
        with state.store.reading() as connection:
            officers = responder_service.views(connection)
        away = state.desk.sending.away(state.clock())
        rows = looker.officers([one for one in officers if one["on_duty"] and one["responder"] not in away])
        return from_places("responders", rows, RESPONDER_FIELDS)

    def _cases(self, state: State, looker: Looker) -> Collection:
        now = state.clock()
        with state.store.reading() as connection:
            found, _ = case_store.search(connection, is_open=True, where=looker.where())
        rows = [looker.seen(case_view(case, state.desk.kind_of(case, now), now)) for case in found]
        return from_places("cases", rows, CASE_FIELDS)
