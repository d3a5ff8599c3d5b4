"""How requests about plans are answered: the plan as it is told, its `ETag`, and each write done once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from gridgeo.plans.plan import Plan
from gridgeo_server.idempotency import Reply, once
from gridgeo_server.plans import calendar as calendars
from gridgeo_server.plans import service, staging, store
from gridgeo_server.plans.calendar import Calendar
from gridgeo_server.plans.drawn import Drawn
from gridgeo_server.plans.merging import conflict_view
from gridgeo_server.plans.model import PlanRecord
from gridgeo_server.plans.service import Deed
from gridgeo_server.plans.views import event_view, plan_view
from gridgeo_server.state import State
from gridgeo_server.store import Transaction
from gridgeo_server.texts import recognised

GEOJSON = "application/geo+json"


def shown(state: State, calendar: Calendar, record: PlanRecord) -> dict[str, Any]:
    """A plan as it is told."""
    town = state.town
    return plan_view(record, calendar, town.units_hash, staging.areas_of_town(town))


def detail(state: State, connection: Any, plan: str) -> dict[str, Any]:
    """A plan with its events, its broken rules in both languages, and what its parts disagreed about when it was merged of them."""
    record = store.get(connection, plan)
    events = store.events_of(connection, plan)
    conflicts: list[Any] = next((event.data["conflicts"] for event in events if "conflicts" in event.data), [])
    told = shown(state, calendars.read(connection), record)
    broken = [{**one, "text_zh": recognised(one["text"], "zh")} for one in record.measures["broken"]]
    return {
        **told,
        "measures": {**told["measures"], "broken": broken},
        "events": [event_view(event) for event in events],
        "conflicts": [conflict_view(one) for one in conflicts],
    }


def answered(reply: Reply, *, made: bool = False) -> Response:
    """The HTTP answer to a write: the plan with its `ETag`, and where it is if it was made."""
    told = reply.values
    headers = {"ETag": f'"{told["revision"]}"'}
    if made:
        headers["Location"] = f"/api/v1/plans/{told['plan']}"
    return reply.response(**headers)


def load(state: State, connection: Any, plan: str) -> Plan:
    """A plan on the town as it stands."""
    return store.load(connection, state.town.jurisdiction, state.town.units_hash, store.get(connection, plan))


def keep(
    state: State,
    drawn: Drawn,
    name: str,
    deed: Deed,
    asked: dict[str, Any],
    key: str | None,
    **more: Any,
) -> Response:
    """Keep a new draft, once, and answer with it."""

    def work(transaction: Transaction) -> Reply:
        record = service.create(transaction, drawn, name, deed, **more)
        return Reply.of(201, detail(state, transaction.connection, record.plan))

    return answered(do_once(state, "POST /api/v1/plans", key, deed, asked, work), made=True)


def do_once(
    state: State,
    request: str,
    key: str | None,
    deed: Deed,
    asked: dict[str, Any],
    work: Callable[[Transaction], Reply],
) -> Reply:
    """Do `work` once for each key and bearer: two people who happen on one key never get each other's answer."""
    actor = "" if deed.bearer is None else deed.bearer.key
    return state.store.write(once(key, request, asked, deed.now, work, actor))
