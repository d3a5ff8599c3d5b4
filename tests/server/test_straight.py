"""What is read straight is read as FastAPI reads it, and what can't be is left to FastAPI."""

from __future__ import annotations

import json
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Query, Request
from fastapi.routing import APIRoute, _IncludedRouter
from fastapi.testclient import TestClient
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from gridgeo_server.app import create_app
from gridgeo_server.cases import endpoints as cases
from gridgeo_server.doors import Door
from gridgeo_server.responders import position_endpoints as positions
from gridgeo_server.settings import Settings
from gridgeo_server.straight import Straight
from gridgeo_server.town import Town

Key = Annotated[str | None, Header(min_length=2, max_length=5, pattern="^[a-z]+$")]
Named = Annotated[str | None, Header(alias="X-Some", max_length=3)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = Field(max_length=5)
    amount: float = 1.0
    many: list[int] = []


async def who(request: Request) -> str:
    """Whoever says nothing of themselves is refused."""
    if "x-who" not in request.headers:
        raise HTTPException(401, "who?")
    return request.headers["x-who"]


Who = Annotated[str, Depends(who)]


async def asked(body: Body, request: Request, person: Who, some_key: Key = None, some: Named = None) -> Response:
    told = {**body.model_dump(), "path": request.url.path, "who": person, "key": some_key, "some": some}
    return Response(json.dumps(told), 201, media_type="application/json")


def served(route_class: type[APIRoute]) -> TestClient:
    router = APIRouter(route_class=route_class)
    router.add_api_route("/asked", asked, methods=["POST"], status_code=201)
    app = FastAPI()
    app.include_router(router)
    return TestClient(app)


@pytest.fixture(scope="module")
def both() -> tuple[TestClient, TestClient]:
    """The endpoint behind a door of the server, and behind a route of FastAPI's."""
    return served(Door), served(APIRoute)


GOOD = b'{"name": "a", "amount": "2.5", "many": [1]}'
AS_JSON = {"content-type": "application/json", "x-who": "me"}


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (GOOD, {}, 201),
        (b'{"name": "a"}', {"some-key": "abc"}, 201),
        (b'{"name": "a"}', {"some_key": "abc"}, 201),
        (GOOD, {"content-type": "application/json; charset=utf-8"}, 201),
        (GOOD, {"content-type": "application/geo+json"}, 201),
        (GOOD, {"content-type": "text/plain"}, 422),
        (GOOD, {"some-key": "a"}, 422),
        (GOOD, {"some-key": ""}, 422),
        (GOOD, {"some-key": "ABC"}, 422),
        (GOOD, {"X-SOME": "abc"}, 201),
        (GOOD, {"x-some": "abcd"}, 422),
        (b'{"name": "a", "more": 1}', {}, 422),
        (b'{"name": "abcdefg", "amount": "x"}', {"some-key": "1"}, 422),
        (b"{}", {}, 422),
        (b"[]", {}, 422),
        (b"null", {}, 422),
        (b"", {}, 422),
        (b'{"name"', {}, 422),
        (b'{"name": "a", "many": [1.5]}', {}, 422),
        (b'{"name": "\xff"}', {}, None),
    ],
)
def test_an_endpoint_answers_alike_whoever_reads_for_it(
    both: tuple[TestClient, TestClient], body: bytes, headers: dict[str, str], status: int | None
) -> None:
    ours, theirs = (one.post("/asked", content=body, headers={**AS_JSON, **headers}) for one in both)
    assert (ours.status_code, ours.content) == (theirs.status_code, theirs.content)
    assert status is None or ours.status_code == status


@pytest.mark.parametrize("body", [GOOD, b"{}"])
def test_who_is_refused_hears_so_before_what_is_wrong_with_the_body(
    both: tuple[TestClient, TestClient], body: bytes
) -> None:
    for one in both:
        assert one.post("/asked", content=body, headers={"content-type": "application/json"}).status_code == 401


def test_an_endpoint_is_called_once_and_the_framework_not_at_all_where_all_is_as_expected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def read_by_framework(self: APIRoute) -> Any:
        async def refuse(request: Request) -> Response:
            raise AssertionError("the framework was asked to read")

        return refuse

    monkeypatch.setattr(APIRoute, "get_route_handler", read_by_framework)
    assert served(Door).post("/asked", content=GOOD, headers=AS_JSON).json()["who"] == "me"


async def with_query(body: Body, limit: Annotated[int, Query()] = 1) -> Response: ...
async def with_path(body: Body, name: str) -> Response: ...
async def with_two(body: Body, other: Body) -> Response: ...
async def without_body(request: Request) -> Response: ...
async def with_values(body: Body) -> dict[str, Any]: ...
async def with_list(body: Body, some: Annotated[list[str], Header()]) -> Response: ...
async def by_itself(request: Request, limit: int = 1) -> str: ...
async def with_deep(body: Body, deep: Annotated[str, Depends(by_itself)]) -> Response: ...
def in_a_thread(body: Body) -> Response: ...


@pytest.mark.parametrize(
    "endpoint",
    [with_query, with_path, with_two, without_body, with_values, with_list, with_deep, in_a_thread],
)
def test_a_signature_that_asks_for_more_is_left_to_the_framework(endpoint: Any) -> None:
    assert Straight.of(endpoint) is None


def test_the_doors_that_are_knocked_at_most_are_read_straight() -> None:
    assert Straight.of(cases.report) is not None
    assert Straight.of(positions.positions) is not None


def test_a_dependency_of_a_route_is_asked_first() -> None:
    router = APIRouter(route_class=Door, dependencies=[Depends(who)])

    async def free(body: Body) -> Response:
        return Response("in")

    router.add_api_route("/free", free, methods=["POST"])
    app = FastAPI()
    app.include_router(router)
    assert TestClient(app).post("/free", json={"name": "a"}).status_code == 401


def test_no_part_of_the_server_is_given_dependencies_that_doors_would_not_know(settings: Settings, town: Town) -> None:
    app = create_app(settings, town)
    # Doors stand in the app itself: what a part of it is given stands in theirs, and nothing lies between.
    assert len([one for one in app.router.routes if isinstance(one, Door)]) > 70
    assert [one for one in app.router.routes if isinstance(one, _IncludedRouter)] == []
    assert app.router.dependencies == []
    app.state.gridgeo.store.close()
