"""`/open311/v2`: GeoReport v2, in XML and JSON."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from gridgeo_server.auth.guard import proven
from gridgeo_server.auth.roles import PUBLIC
from gridgeo_server.buckets import address_of
from gridgeo_server.cases.asking import Asking, AskingOf
from gridgeo_server.cases.model import Case
from gridgeo_server.cases.quota import spend
from gridgeo_server.cases.wishes import Report
from gridgeo_server.coordinates import refuse_no_degrees
from gridgeo_server.errors import NotFound, NotSignedIn
from gridgeo_server.idempotency import IdempotencyKey, Reply, once
from gridgeo_server.open311 import model, store
from gridgeo_server.open311.attributes import checked
from gridgeo_server.open311.catalogue import Catalogue, definition_view, service_view
from gridgeo_server.open311.encoding import Format, answer
from gridgeo_server.open311.intake import FIELDS, Submission, submission_of
from gridgeo_server.open311.places import place_of, place_of_building
from gridgeo_server.parameters import Accepts
from gridgeo_server.state import State, StateOf
from gridgeo_server.store import Transaction
from gridgeo_server.texts import language_of, say

router = APIRouter(prefix="/open311/v2", tags=["open311"])

Form = Annotated[Format, Path(description="xml or json")]
Several = Annotated[list[str] | None, Query(description="One or more, with commas between or given again.")]
One = Annotated[list[str] | None, Query(description="Once.")]

_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "required": ["api_key", "service_code"],
                    "properties": {
                        name: {"type": "string", "maxLength": most, "description": about}
                        for name, (most, about) in FIELDS.items()
                    },
                }
            }
        },
    }
}


async def _catalogue(request: Request) -> Catalogue:
    found = request.app.state.open311
    assert isinstance(found, Catalogue)
    return found


async def _submission(request: Request) -> Submission:
    return submission_of(request.headers.get("content-type"), await request.body())


def _jurisdiction(
    state: StateOf, jurisdiction_id: Annotated[str | None, Query(description="Whose services are asked for.")] = None
) -> None:
    _check_jurisdiction(state, jurisdiction_id)


CatalogueOf = Annotated[Catalogue, Depends(_catalogue)]
HERE = [Depends(_jurisdiction)]


@router.get("/discovery.{form}")
def discovery(request: Request, form: Form, state: StateOf, catalogue: CatalogueOf, lang: Accepts = None) -> Response:
    """Where the services are found, in which formats, whom to ask, and where keys come from."""
    settings = state.settings
    kind = "test" if settings.simulate else "production"
    told = model.discovery_view(
        str(request.base_url), settings.contact, settings.key_service, catalogue.changeset(_today(state)), kind
    )
    return answer("discovery", told, form, lang=language_of(lang))


@router.get("/services.{form}", dependencies=HERE)
def services(form: Form, state: StateOf, catalogue: CatalogueOf, lang: Accepts = None) -> Response:
    """What can be reported today."""
    spoken = language_of(lang)
    offered = catalogue.offered(_today(state))
    told = [service_view(one, catalogue.asked(one.category), spoken) for one in offered]
    return answer("services", told, form, lang=spoken)


@router.get("/services/{service_code}.{form}", dependencies=HERE)
def service_definition(
    service_code: str, form: Form, state: StateOf, catalogue: CatalogueOf, lang: Accepts = None
) -> Response:
    """What a service asks for beside place and description."""
    spoken = language_of(lang)
    service = catalogue.service(service_code, _today(state))
    told = definition_view(service, catalogue.asked(service.category), spoken)
    return answer("service_definition", told, form, lang=spoken)


@router.post("/requests.{form}", status_code=201, openapi_extra=_FORM)
def report(
    request: Request,
    form: Form,
    state: StateOf,
    catalogue: CatalogueOf,
    submission: Annotated[Submission, Depends(_submission)],
    jurisdiction_id: Annotated[str | None, Query(description="May stand in the form too.")] = None,
    idempotency_key: IdempotencyKey = None,
    lang: Accepts = None,
) -> Response:
    """Report a case with a key; the answer tells its service_request_id at once."""
    spoken, now = language_of(lang), state.clock()
    if "api_key" not in submission.given:
        raise NotSignedIn(say("auth.needed", how=say("open311.how")))
    bearer = proven(state, submission.given["api_key"], say("open311.how"), address_of(request))
    bearer.check("cases.report")
    if bearer.role == PUBLIC:
        spend(request, bearer)
    asking = Asking.of(state.town, bearer)
    _check_jurisdiction(state, submission.given.get("jurisdiction_id", jurisdiction_id))
    service = catalogue.service(submission.service, _today(state))
    place = submission.place or _found(state, submission)
    refuse_no_degrees(*place, state.town, ("long", "lat"))
    answers = checked(service.category, catalogue.asked(service.category), submission.attributes)
    kept = Submission(submission.given, answers).kept()
    told = {"channel": "open311", "key": bearer.key, **kept}
    wanted = Report(service.category, *place, submission.given.get("description", ""), submission.reporter, told)

    def work(transaction: Transaction) -> Reply:
        case = state.desk.report(transaction, wanted, now, asking.actor)
        return Reply.of(201, {"service_request_id": case.case})

    asked = {**submission.given, "api_key": bearer.key, "attributes": answers}
    reply = state.store.write(once(idempotency_key, "POST /open311/v2/requests", asked, now, work, bearer.key))
    made = {
        **reply.values,
        "service_notice": model.notice(service, spoken),
        "account_id": None,
    }
    return answer("service_requests", [made], form, reply.status, spoken)


@router.get("/requests.{form}", dependencies=HERE)
def requests(
    request: Request,
    form: Form,
    state: StateOf,
    asking: AskingOf,
    service_request_id: Several = None,
    service_code: Several = None,
    start_date: One = None,
    end_date: One = None,
    status: Several = None,
    page: One = None,
    page_size: One = None,
    lang: Accepts = None,
) -> Response:
    """Requests of at most 90 days, newest first, 1,000 to a page; those named whatever else is asked."""
    asked = {name: request.query_params.getlist(name) for name in request.query_params}
    search = model.search_of(asked, state.clock())
    spoken = language_of(lang)
    with state.store.reading() as connection:
        cases = store.found(connection, search, _shown(state, asking))
        told = _told(state, asking, connection, cases, spoken)
    return answer("service_requests", told, form, lang=spoken)


@router.get("/requests/{service_request_id}.{form}", dependencies=HERE)
def one_request(
    service_request_id: str, form: Form, state: StateOf, asking: AskingOf, lang: Accepts = None
) -> Response:
    """One request."""
    spoken = language_of(lang)
    with state.store.reading() as connection:
        case = _known(state, asking, connection, service_request_id)
        told = _told(state, asking, connection, [case], spoken)
    return answer("service_requests", told, form, lang=spoken)


@router.get("/tokens/{token}.{form}", dependencies=HERE)
def token(token: str, form: Form, state: StateOf, asking: AskingOf, lang: Accepts = None) -> Response:
    """The request of a token. Every report gets its service_request_id at once, which serves as its token too."""
    with state.store.reading() as connection:
        case = _known(state, asking, connection, token)
    told = [{"service_request_id": case.case, "token": case.case}]
    return answer("service_requests", told, form, lang=language_of(lang))


def _shown(state: State, asking: Asking) -> list[store.Condition]:
    return [*store.shown(state.settings.simulate), *asking.looker.where()]


def _known(state: State, asking: Asking, connection: Any, name: str) -> Case:
    case = store.one(connection, name, _shown(state, asking))
    if case is None:
        raise NotFound(say("open311.no_request", request=name[:64]))
    return case


def _told(state: State, asking: Asking, connection: Any, cases: Iterable[Case], lang: str) -> list[dict[str, Any]]:
    cases = list(cases)
    names = [case.case for case in cases]
    reports, last = store.reports_of(connection, names), store.last_of(connection, names)
    categories, day = state.desk.categories, _today(state)
    return [
        model.request_view(
            case,
            categories.held(case.category, case.area, day),
            categories.department_named(case.department).get(lang),
            reports[case.case],
            last[case.case],
            lang,
            asking.looker,
        )
        for case in cases
    ]


def _found(state: State, submission: Submission) -> tuple[float, float]:
    """The place of a report that gives no coordinates: its building, or else what its address leads to."""
    if "address_id" in submission.given:
        return place_of_building(state.town, submission.given["address_id"])
    return place_of(state.town, submission.given["address_string"])


def _check_jurisdiction(state: State, given: str | None) -> None:
    own = state.settings.jurisdiction_id
    if own and given and given.strip() and given.strip().casefold() != own.casefold():
        raise NotFound(say("open311.no_jurisdiction", given=given[:64], own=own))


def _today(state: State) -> date:
    return state.desk.calendar.day_of(state.clock())
