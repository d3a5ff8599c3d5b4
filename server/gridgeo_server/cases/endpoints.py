"""`/api/v1/cases`: report, list, read, act."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from shapely.geometry import mapping
from starlette.responses import Response

from gridgeo.errors import GridgeoError, NoPath
from gridgeo_server.auth.roles import PUBLIC
from gridgeo_server.board import figures
from gridgeo_server.cases import duplicates, filters, store
from gridgeo_server.cases.asking import Asking, AskingOf
from gridgeo_server.cases.dispatch import Candidate, way_to
from gridgeo_server.cases.looking import DIGITS
from gridgeo_server.cases.model import STAGES, Case
from gridgeo_server.cases.quota import spend
from gridgeo_server.cases.stages import machine
from gridgeo_server.cases.views import actions_view, case_view, clocks_view, event_view, limit_view
from gridgeo_server.cases.wishes import Report, Wish
from gridgeo_server.coordinates import Lat, Lon, refuse_missing
from gridgeo_server.days import Moment
from gridgeo_server.doors import Door
from gridgeo_server.errors import BadRequest, ServerError, status_of, told
from gridgeo_server.idempotency import IdempotencyKey, Reply, once
from gridgeo_server.parameters import Accepts
from gridgeo_server.responders import store as responder_store
from gridgeo_server.responders.model import shown
from gridgeo_server.state import State, StateOf, serving
from gridgeo_server.store import Transaction, tables
from gridgeo_server.store.instants import to_text
from gridgeo_server.texts import language_of, one_of, say
from gridgeo_server.wording import LONGEST, Said, Words

router = APIRouter(prefix="/api/v1/cases", tags=["cases"], route_class=Door)

Action = Literal[
    "accept",
    "refuse",
    "verify",
    "file",
    "dispatch",
    "acknowledge",
    "decline",
    "start",
    "handle",
    "self_handle",
    "check",
    "close",
    "return",
    "rework",
    "withdraw",
    "extend",
    "shelve",
    "unshelve",
    "supervise",
    "transfer",
    "reopen",
    "merge",
    "unmerge",
    "note",
]
Name = Annotated[str, Field(min_length=1, max_length=64)]
IfMatch = Annotated[str | None, Header(max_length=64, description='The version read, e.g. "3".')]


class ReportBody(BaseModel):
    """A report."""

    model_config = ConfigDict(extra="forbid")
    category: str = Field(max_length=64, description="Identifier of a kind of case, see /api/v1/board.")
    lon: Lon
    lat: Lat
    description: Words = ""
    reporter: Said | None = Field(default=None, max_length=200, description="Kept apart; shown nowhere.")
    caller: Said | None = Field(
        default=None,
        max_length=200,
        description="Who rang up and is reported for, in place of reporter; kept apart too.",
    )
    channel: Literal["web", "phone", "field", "open311", "bulk"] = Field(
        default="web", description="The way by which it came; the event of the report says it."
    )

    into: str | None = Field(
        default=None,
        min_length=1,
        max_length=64,
        description="The case of which this is one more report: it is linked to that one, and nobody is sent for it.",
    )

    def wanted(self, **told: str) -> Report:
        """What the desk is told."""
        if self.reporter is not None and self.caller is not None:
            raise BadRequest(say("case.caller"), "caller")
        refuse_missing(self.lon, self.lat)
        told = {"channel": self.channel, **told}
        return Report(
            self.category, self.lon, self.lat, self.description, self.reporter or self.caller, told, self.into
        )


class ActionBody(BaseModel):
    """Something done with a case."""

    model_config = ConfigDict(extra="forbid")
    action: Action
    responder: str | None = Field(
        default=None,
        max_length=64,
        description="Who is sent, the first of the candidates when left out; or whose answer it is.",
    )
    note: Words | None = None
    amount: float | None = Field(
        default=None,
        strict=True,
        gt=0,
        le=1_000,
        allow_inf_nan=False,
        description="By how much of its unit a limit is extended.",
    )
    category: Name | None = Field(default=None, description="To what a case is transferred.")
    department: Name | None = Field(default=None, description="To whom a case is transferred.")
    into: Name | None = Field(default=None, description="The case of which this one is a duplicate.")
    lon: Lon | None = Field(default=None, description="Where it is done, degrees.")
    lat: Lat | None = None

    def wish(self) -> Wish:
        """What is wanted."""
        if (self.lon is None) != (self.lat is None):
            raise BadRequest(say("case.place"), "lat" if self.lat is None else "lon")
        place = None if self.lon is None or self.lat is None else (self.lon, self.lat)
        if place is not None:
            refuse_missing(*place)
        return Wish(
            self.action, self.note, self.responder, self.amount, self.category, self.department, self.into, place
        )


class Chosen(BaseModel):
    """A case, and the version of it that was read."""

    model_config = ConfigDict(extra="forbid")
    case: Name
    version: Annotated[int, Field(strict=True, ge=1, le=10**9)] | None = None


class ManyBody(ActionBody):
    """The same thing done with many cases."""

    cases: list[Chosen] = Field(min_length=1, max_length=200)


@router.post("", status_code=201)
async def report(
    body: ReportBody, request: Request, asking: AskingOf, idempotency_key: IdempotencyKey = None
) -> Response:
    """Report a case: it is located, accepted and, when an officer is on duty, dispatched in the same breath."""
    state = serving(request)
    asking.check("cases.report")
    if asking.bearer.role == PUBLIC:
        spend(request, asking.bearer)
    wanted, now = body.wanted(), state.clock()

    def work(transaction: Transaction) -> Reply:
        case = state.desk.report(transaction, wanted, now, asking.actor)
        return Reply.of(201, asking.looker.seen(_view(state, case)))

    asked, by = body.model_dump(), asking.bearer.key
    wanted_once = once(idempotency_key, "POST /api/v1/cases", asked, now, work, by)
    reply = await state.store.write_soon(wanted_once, adds=body.into is None)
    made = reply.values
    return reply.response(Location=f"/api/v1/cases/{made['case']}", ETag=f'"{made["version"]}"')


@router.get("")
def cases(
    state: StateOf,
    asking: AskingOf,
    is_open: Annotated[bool | None, Query(alias="open")] = None,
    grid: Annotated[str | None, Query(max_length=64)] = None,
    area: Annotated[str | None, Query(max_length=64, description="An area with all areas below it.")] = None,
    stage: Annotated[str | None, Query(max_length=64)] = None,
    category: Annotated[str | None, Query(max_length=64)] = None,
    department: Annotated[str | None, Query(max_length=64)] = None,
    responder: Annotated[str | None, Query(max_length=64)] = None,
    light: Literal["ok", "soon", "over"] | None = None,
    due_after: Moment | None = None,
    due_before: Moment | None = None,
    text: Annotated[str | None, Query(min_length=1, max_length=200)] = None,
    figure: Annotated[str | None, Query(max_length=64, description="Cases that an indicator counts.")] = None,
    start: Annotated[Moment | None, Query(alias="from", description="Begin of the indicator's period.")] = None,
    end: Annotated[Moment | None, Query(alias="to", description="End of the indicator's period.")] = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 200,
    after: Annotated[str | None, Query(max_length=20, pattern=r"^[0-9]{1,18}$")] = None,
) -> dict[str, Any]:
    """Cases, newest first; `next` is what to give as `after` for the following page."""
    if stage is not None and stage not in STAGES:
        raise BadRequest(say("case.no_stage", stage=stage, stages=one_of(STAGES)), "stage")
    now, zone, looker = state.clock(), state.zone, asking.looker
    asking.bearer.check("cases.see", own=True)
    if department is not None:
        asking.check("cases.inside")
    if responder is not None and responder != looker.officer:
        asking.check("cases.people")
    where = looker.where()
    groups = {"grid": grid, "category": category, "department": department, "responder": responder}
    where += filters.due(*(filters.in_utc(one, zone) for one in (due_after, due_before)))
    if area is not None:
        where.append(filters.in_area(state.town, area))
    if light is not None:
        where.append(filters.light(light, now))
    if text is not None:
        where.append(filters.said(text, looker.readable()))
    if figure is None and (start is not None or end is not None):
        raise BadRequest(say("figures.alone"), "figure")
    if figure is None:
        where += filters.equal(groups)
    else:
        asking.check("figures.whole")
        period = figures.period(filters.in_utc(start, zone), filters.in_utc(end, zone), now)
        where += [figures.condition(figure, period, now), *figures.of_groups(groups, period, now)]
    with state.store.reading() as connection:
        found, following = store.search(
            connection,
            is_open=is_open,
            stages=() if stage is None else (stage,),
            where=where,
            before=None if after is None else int(after),
            limit=limit,
        )
    shown = [looker.seen(_view(state, case)) for case in found]
    return {"cases": shown, "next": None if following is None else str(following)}


@router.get("/duplicates")
def alike(
    state: StateOf,
    asking: AskingOf,
    category: Annotated[str, Query(max_length=64)],
    lon: Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False)],
    lat: Annotated[float, Query(ge=-90, le=90, allow_inf_nan=False)],
    text: Annotated[str, Query(max_length=LONGEST)] = "",
) -> dict[str, Any]:
    """Cases that may be what somebody is about to report: of that kind, within 50 m and 24 h, the most alike first."""
    state.desk.categories[category]
    asking.check("cases.see")
    refuse_missing(lon, lat)
    if not asking.looker.holds("cases.inside"):
        lon, lat = round(lon, DIGITS), round(lat, DIGITS)
    with state.store.reading() as connection:
        found = duplicates.alike(connection, category, lon, lat, text, state.clock(), also=asking.looker.where())
    if not asking.looker.holds("cases.text"):
        # In no order that tells which is how near or how alike in words.
        found = sorted(found, key=lambda one: one.case)
    return {"cases": [_alike(one, asking) for one in found]}


@router.post("/actions")
def act_on_many(
    body: ManyBody,
    state: StateOf,
    asking: AskingOf,
    idempotency_key: IdempotencyKey = None,
    accept_language: Accepts = None,
) -> Response:
    """Do the same with up to 200 cases; the answer tells each case's new version, or why nothing was done with it.

    Officers are sent to all of them together: the earliest possible worst arrival first, then the least total.
    """
    now, lang, wish = state.clock(), language_of(accept_language), body.wish()

    def work(transaction: Transaction) -> Reply:
        to = _joint(state, asking, transaction, body, now)
        results = [
            _one_of_many(state, asking, transaction, one, replace(wish, to=to.get(one.case)), now, lang)
            for one in body.cases
        ]
        return Reply.of(200, {"results": results})

    asked, by = body.model_dump(), asking.bearer.key
    return state.store.write(once(idempotency_key, "POST /api/v1/cases/actions", asked, now, work, by)).response()


@router.get("/{case}")
def one_case(case: str, state: StateOf, asking: AskingOf, response: Response) -> dict[str, Any]:
    """A case with its events, its limit, what may be done, its duplicates, and the way of the officer who is going there."""
    now = state.clock()
    with state.store.reading() as connection:
        found = asking.get(connection, case)
        events = store.events_of(connection, case)
        officer = None if found.responder is None else responder_store.get(connection, found.responder)
        merged = store.duplicates_of(connection, case)
        main = None if found.main is None else store.get(connection, found.main)
        likely = [] if found.finished else _likely(connection, found, asking)
    route = None
    if asking.looker.reads("route", vars(found)) and found.stage == "dispatched" and officer is not None:
        try:
            line = way_to(state.town, officer, found.lon, found.lat).line
            route = mapping(state.town.to_degrees(line))
        except NoPath:
            route = None
    response.headers["ETag"] = f'"{found.version}"'
    told_events = [event_view(event) for event in events]
    view = {
        **_view(state, found),
        "events": told_events,
        "route": route,
        "limit": limit_view(found, state.desk.calendar, now),
        "clocks": clocks_view(found, state.desk.calendar, now),
        "possible": actions_view(found),
        "escalations": [event for event in told_events if event["action"] == "escalate"],
        "duplicates": merged,
        "alike": [_alike(one, asking) for one in likely],
        "follows": None if main is None else {"case": main.case, "stage": main.stage},
        "department_names": state.desk.categories.department_named(found.department),
    }
    return asking.looker.seen(view)


@router.get("/{case}/candidates")
def candidates(case: str, state: StateOf, asking: AskingOf) -> dict[str, Any]:
    """Who can be sent, first the one who should go by the policy, and who can't; each with the reason."""
    now = state.clock()
    asking.check("cases.send")
    with state.store.reading() as connection:
        found = asking.get(connection, case)
        able, refused = state.desk.sending.candidates(connection, found, now, asking.looker)
    return {
        "candidates": [
            {
                "responder": one.officer.responder,
                "name": shown(one.officer.name),
                "name_zh": shown(one.officer.name_zh),
                "road_s": round(one.way.seconds, 1),
                "road_m": round(one.way.metres, 1),
                "open_cases": one.open_cases,
                "own_grid": one.own_grid,
                "rank": one.rank,
                "skills": list(one.officer.skills),
                "fix_age_s": one.officer.fix_age_s(now),
                "explanation": one.explanation(),
                "explanation_zh": one.explanation("zh"),
            }
            for one in able
        ],
        "not_offered": [
            {
                "responder": one.officer.responder,
                "name": shown(one.officer.name),
                "name_zh": shown(one.officer.name_zh),
                "code": one.code,
                "reason": one.reason,
                "reason_zh": one.reason_zh,
            }
            for one in refused
        ],
    }


@router.post("/{case}/actions")
def act(
    case: str,
    body: ActionBody,
    state: StateOf,
    asking: AskingOf,
    idempotency_key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> Response:
    """Do something with a case; the answer is the case with all its events."""
    version, wish, now = _version(if_match), body.wish(), state.clock()

    def work(transaction: Transaction) -> Reply:
        changed = state.desk.act(transaction, case, wish, now, asking.actor, version=version)
        events = store.events_of(transaction.connection, case)
        clocks = clocks_view(changed, state.desk.calendar, now)
        view = {**_view(state, changed), "clocks": clocks, "events": [event_view(event) for event in events]}
        return Reply.of(200, asking.looker.seen(view))

    asked, by = {**body.model_dump(), "if_match": if_match}, asking.bearer.key
    reply = state.store.write(once(idempotency_key, f"POST /api/v1/cases/{case}/actions", asked, now, work, by))
    return reply.response(ETag=f'"{reply.values["version"]}"')


def _joint(
    state: State, asking: Asking, transaction: Transaction, body: ManyBody, now: datetime
) -> dict[str, Candidate]:
    """Whom to send to each of the cases that can be sent to, settled for all of them at once."""
    if body.action != "dispatch" or body.responder is not None:
        return {}
    where = [tables.cases.c.case.in_([one.case for one in body.cases]), *asking.looker.where()]
    cases, _ = store.search(transaction.connection, stages=machine().actions["dispatch"].starts, where=where)
    sent = state.desk.sending.joint(transaction.connection, cases[::-1], now, asking.looker)
    return {case.case: to for case, to in sent}


def _one_of_many(
    state: State, asking: Asking, transaction: Transaction, one: Chosen, wish: Wish, now: datetime, lang: str
) -> dict[str, Any]:
    """What became of one case; a refusal leaves nothing behind and stands in nobody's way."""
    before = len(transaction.announcements)
    try:
        with transaction.connection.begin_nested():
            changed = state.desk.act(transaction, one.case, wish, now, asking.actor, version=one.version)
    except (ServerError, GridgeoError) as error:
        del transaction.announcements[before:]
        status, name = status_of(error)
        return {"case": one.case, "status": status, "type": f"urn:gridgeo:problem:{name}", "detail": told(error, lang)}
    return {"case": one.case, "status": 200, "stage": changed.stage, "version": changed.version}


def _likely(connection: Any, case: Case, asking: Asking) -> list[duplicates.Alike]:
    if not asking.looker.holds("cases.text"):
        return []
    place = (case.category, case.lon, case.lat, case.description, case.reported_at)
    return duplicates.alike(connection, *place, but=case.case, also=asking.looker.where())


def _alike(one: duplicates.Alike, asking: Asking) -> dict[str, Any]:
    told = {**asdict(one), "reported_at": to_text(one.reported_at)}
    if asking.looker.holds("cases.text"):
        return told
    hidden = ("description", "address", "likeness", "metres")
    return {**told, **dict.fromkeys(hidden), "hidden": list(hidden)}


def _view(state: State, case: Case) -> dict[str, Any]:
    now = state.clock()
    return case_view(case, state.desk.kind_of(case, now), now)


def _version(if_match: str | None) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    text = if_match.strip().removeprefix("W/").strip('"')
    if not (text.isascii() and text.isdigit()):
        raise BadRequest(say("case.no_version", given=if_match), "If-Match")
    return int(text)
