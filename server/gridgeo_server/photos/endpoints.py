"""`/api/v1/cases/{case}/photos` and `/api/v1/photos`: photos of a case in and out."""

from __future__ import annotations

import secrets
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from fastapi import APIRouter, Body, Header, Query
from fastapi import Path as InPath
from starlette.responses import Response

from gridgeo_server.auth.guard import BearerOf
from gridgeo_server.cases import store as case_store
from gridgeo_server.cases.asking import Asking, AskingOf
from gridgeo_server.cases.model import Case
from gridgeo_server.doors import Door
from gridgeo_server.errors import BadRequest, NotFound
from gridgeo_server.idempotency import IdempotencyKey, Reply, once
from gridgeo_server.photos import files, forms, store
from gridgeo_server.photos.pictures import prepare
from gridgeo_server.photos.store import Photo
from gridgeo_server.state import StateOf
from gridgeo_server.store import Transaction
from gridgeo_server.store.instants import to_text
from gridgeo_server.texts import say
from gridgeo_server.wording import Words

router = APIRouter(prefix="/api/v1", tags=["photos"], route_class=Door)

MOST = 50
"""Most photos of one case."""

PhotoBytes = Annotated[bytes, Body(media_type="application/octet-stream", description="A JPEG, PNG or WebP file.")]
PhotoName = Annotated[str, InPath(min_length=1, max_length=64)]
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Content-Disposition": 'inline; filename="photo.jpg"',
    # What a photo shows never changes; only who may see it does, so nobody between keeps it.
    "Cache-Control": "private, max-age=86400, immutable",
}


@router.post("/cases/{case}/photos", status_code=201)
def add(
    case: str,
    state: StateOf,
    asking: AskingOf,
    kind: Annotated[Literal["before", "after", "other"], Query(description="What it shows.")] = "other",
    note: Annotated[Words | None, Query()] = None,
    idempotency_key: IdempotencyKey = None,
    content_type: Annotated[str, Header(max_length=200)] = "",
    data: PhotoBytes = b"",
) -> Response:
    """Add a photo to a case: the file itself is the body, or a form (`multipart/form-data`) with it and, in place of the query, `kind` and `note`. What it is, is told by its content; what is shown is a copy without metadata."""
    folder, now = state.settings.data, state.clock()
    if (boundary := forms.boundary_of(content_type)) is not None:
        form = forms.read(boundary, data)
        data, kind, note = form.data, form.kind or kind, form.note or note
    with state.store.reading() as connection:
        asking.check("cases.photos", asking.get(connection, case))
    picture = prepare(data, state.settings.photo_pixels)
    original, copy = files.keep(folder, data), files.keep(folder, picture.copy)
    name = f"ph_{secrets.token_hex(12)}"
    photo = Photo(
        name, case, kind, now, picture.format, len(data), picture.width, picture.height, original, copy
    )  # fmt: skip

    def work(transaction: Transaction) -> Reply:
        if len(store.of_case(transaction.connection, case)) >= MOST:
            raise BadRequest(say("photo.many", case=case, most=MOST), "body")
        told = {"photo": name, "kind": kind}
        state.desk.photograph(transaction, case, told, now, asking.actor, note)
        store.insert(transaction.connection, photo, picture.origin)
        return Reply.of(201, _view(photo))

    asked, by = {"kind": kind, "note": note, "sha256": original}, asking.bearer.key
    reply = state.store.write(once(idempotency_key, f"POST /api/v1/cases/{case}/photos", asked, now, work, by))
    return reply.response(Location=_view(photo)["href"])


@router.get("/cases/{case}/photos")
def photos(case: str, state: StateOf, asking: AskingOf) -> dict[str, Any]:
    """Photos of a case, the oldest first."""
    with state.store.reading() as connection:
        asking.check("cases.photos", asking.get(connection, case))
        return {"photos": [_view(one) for one in store.of_case(connection, case)]}


@router.get("/photos/{photo}", response_class=Response, responses={200: {"content": {"image/jpeg": {}}}})
def picture(
    photo: PhotoName,
    state: StateOf,
    asking: AskingOf,
    if_none_match: Annotated[str | None, Header(max_length=1_000)] = None,
) -> Response:
    """The picture: a JPEG of at most 2,048 pixels, upright, without place, time or any other metadata."""
    with state.store.reading() as connection:
        found, case = _seen(connection, asking, photo)
        asking.check("cases.photos", case)
    etag = f'"{found.copy}"'
    headers = {**_HEADERS, "ETag": etag}
    if if_none_match is not None and (if_none_match.strip() == "*" or found.copy in if_none_match):
        return Response(status_code=304, headers=headers)
    try:
        data = files.path_of(state.settings.data, found.copy).read_bytes()
    except OSError:
        raise NotFound(say("photo.missing", photo=photo)) from None
    return Response(data, 200, headers, "image/jpeg")


@router.get("/photos/{photo}/origin")
def origin(photo: PhotoName, state: StateOf, bearer: BearerOf, asking: AskingOf) -> dict[str, Any]:
    """Where and when the camera says that it took a photo, for those who may see that; each look is logged."""
    bearer.check("photos.origin")
    now = state.clock()

    def work(transaction: Transaction) -> dict[str, Any]:
        _seen(transaction.connection, asking, photo)
        store.look(transaction.connection, photo, bearer, now)
        found = store.origin_of(transaction.connection, photo)
        return {"photo": photo, "taken": found.taken, "lon": found.lon, "lat": found.lat}

    return state.store.write(work)


def _seen(connection: sa.Connection, asking: Asking, photo: str) -> tuple[Photo, Case]:
    """A photo and its case, or `NotFound` where there is none for them."""
    found = store.get(connection, photo)
    case = case_store.get(connection, found.case)
    if not asking.looker.sees(vars(case)):
        raise NotFound(say("photo.unknown", photo=photo))
    return found, case


def _view(photo: Photo) -> dict[str, Any]:
    return {
        "photo": photo.photo,
        "case": photo.case,
        "kind": photo.kind,
        "at": to_text(photo.at),
        "width": photo.width,
        "height": photo.height,
        "href": f"/api/v1/photos/{photo.photo}",
    }
