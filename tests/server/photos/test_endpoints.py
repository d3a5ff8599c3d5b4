from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from gridgeo_server.app import create_app
from gridgeo_server.auth import looks as log
from gridgeo_server.cases.rebuilding import differences
from gridgeo_server.photos import endpoints, files, store
from gridgeo_server.settings import Settings
from gridgeo_server.state import State
from gridgeo_server.town import Town
from server.plans.conftest import make_key


@pytest.fixture
def case(report: Callable[..., Any]) -> str:
    """A reported case."""
    return str(report(480, 200)["case"])


def _files(state: State) -> set[str]:
    return {path.name for path in (state.settings.data / files.FOLDER).glob("??/*")}


def test_a_photo_is_kept_told_as_an_event_listed_and_shown_without_metadata(
    client: TestClient, state: State, case: str, take: Callable[..., bytes]
) -> None:
    sent = take(place=(7.4246, 43.7384), turn=6)
    answer = client.post(f"/api/v1/cases/{case}/photos?kind=before&note=the hole", content=sent)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert answer.headers["location"] == made["href"]
    assert (made["case"], made["kind"], made["width"], made["height"]) == (case, "before", 40, 60)
    assert client.get(f"/api/v1/cases/{case}/photos").json() == {"photos": [made]}
    full = client.get(f"/api/v1/cases/{case}").json()
    event = full["events"][-1]
    assert (event["action"], event["stage"], event["note"]) == ("photo", "dispatched", "the hole")
    assert event["data"] == {"photo": made["photo"], "kind": "before"}
    assert "photo" not in full["actions"]
    with state.store.reading() as connection:
        assert list(differences(connection)) == []
        assert files.path_of(state.settings.data, store.get(connection, made["photo"]).original).read_bytes() == sent
    shown = client.get(made["href"])
    assert Image.open(io.BytesIO(shown.content)).size == (40, 60)
    assert b"SpyCam" not in shown.content


def test_a_picture_comes_with_headers_that_let_nothing_run_and_a_tag(
    client: TestClient, case: str, take: Callable[..., bytes]
) -> None:
    href = client.post(f"/api/v1/cases/{case}/photos", content=take("PNG")).json()["href"]
    answer = client.get(href)
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["content-disposition"] == 'inline; filename="photo.jpg"'
    again = client.get(href, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(href, headers={"If-None-Match": '"other"'}).status_code == 200


def test_the_same_key_adds_one_photo(client: TestClient, case: str, take: Callable[..., bytes]) -> None:
    path, headers = f"/api/v1/cases/{case}/photos", {"Idempotency-Key": "p1"}
    first, again = (client.post(path, content=take(), headers=headers) for _ in range(2))
    assert (first.status_code, first.content) == (201, again.content)
    assert len(client.get(path).json()["photos"]) == 1
    assert client.post(path, content=take("PNG"), headers=headers).status_code == 422
    assert client.post(f"{path}?kind=after", content=take(), headers=headers).status_code == 422


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "no JPEG, PNG or WebP"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "no JPEG, PNG or WebP"),
        (b"\xff\xd8\xff\xe0 cut", "cut off"),
    ],
)
def test_what_is_no_photo_leaves_nothing_behind(
    client: TestClient, state: State, case: str, content: bytes, told: str
) -> None:
    answer = client.post(f"/api/v1/cases/{case}/photos", content=content)
    assert answer.status_code == 422
    assert told in answer.json()["detail"]
    assert _files(state) == set()
    assert client.get(f"/api/v1/cases/{case}").json()["version"] == 3


def test_an_unknown_case_or_photo_is_a_404(client: TestClient, take: Callable[..., bytes]) -> None:
    assert client.post("/api/v1/cases/none/photos", content=take()).status_code == 404
    assert client.get("/api/v1/cases/none/photos").status_code == 404
    answer = client.get("/api/v1/photos/none")
    assert answer.status_code == 404
    assert "/api/v1/cases/{case}/photos" in answer.json()["detail"]


def test_a_photo_may_be_longer_than_other_bodies_up_to_its_own_limit(
    settings: Settings, town: Town, clock: Any, at: Any, take: Callable[..., bytes]
) -> None:
    noisy = Image.effect_noise((400, 400), 200)
    out = io.BytesIO()
    noisy.save(out, "PNG")
    assert 100_000 < len(out.getvalue()) < 200_000
    app = create_app(settings.model_copy(update={"photo_limit": 200_000}), town, clock)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        lon, lat = at(480, 200)
        case = client.post("/api/v1/cases", json={"category": "noise", "lon": lon, "lat": lat}).json()["case"]
        path = f"/api/v1/cases/{case}/photos"
        assert client.post(path, content=out.getvalue()).status_code == 201
        assert client.post(path, content=b"x" * 200_001).status_code == 413
        assert client.post(f"/api/v1/cases/{case}/actions", content=b"x" * 100_000).status_code == 413


def test_place_and_time_are_for_those_who_may_see_them_and_each_look_is_kept(
    client: TestClient, state: State, case: str, take: Callable[..., bytes]
) -> None:
    made = client.post(f"/api/v1/cases/{case}/photos", content=take(place=(7.4246, 43.7384))).json()
    public = [client.get(path).text for path in (f"/api/v1/cases/{case}", f"/api/v1/cases/{case}/photos")]
    assert not any("7.4246" in text or "08:30" in text for text in (*public, json.dumps(made)))
    path = f"{made['href']}/origin"
    assert client.get(path).status_code == 401
    _, planner = make_key(state.store, "planner", "Planner Li")
    key, supervisor = make_key(state.store, "supervisor", "Supervisor Li")
    assert client.get(path, headers={"Authorization": f"Bearer {planner}"}).status_code == 403
    told = client.get(path, headers={"Authorization": f"Bearer {supervisor}"}).json()
    assert told["taken"] == "2026-11-18T08:30:00+01:00"
    assert (told["lon"], told["lat"]) == pytest.approx((7.4246, 43.7384), abs=1e-6)
    with state.store.reading() as connection:
        looks = log.looks(connection, 10)
    assert [(one["what"], one["of"], one["actor"]) for one in looks] == [("photo origin", made["photo"], key)]


def test_a_transaction_that_fails_leaves_a_file_too_many_which_the_next_start_puts_aside(
    client: TestClient,
    state: State,
    case: str,
    take: Callable[..., bytes],
    monkeypatch: pytest.MonkeyPatch,
    town: Town,
    clock: Any,
) -> None:
    path = f"/api/v1/cases/{case}/photos"
    kept = client.post(path, content=take()).json()
    before = _files(state)
    monkeypatch.setattr(endpoints, "MOST", 1)
    assert "1 photos already" in client.post(path, content=take("PNG")).json()["detail"]
    assert client.get(path).json() == {"photos": [kept]}
    assert client.get(f"/api/v1/cases/{case}").json()["version"] == 4
    assert _files(state) > before
    with TestClient(create_app(state.settings, town, clock), base_url="http://127.0.0.1") as again:
        assert _files(state) == before
        assert again.get(kept["href"]).status_code == 200


def test_a_photo_whose_file_is_missing_says_so(
    client: TestClient, state: State, case: str, take: Callable[..., bytes]
) -> None:
    made = client.post(f"/api/v1/cases/{case}/photos", content=take()).json()
    for path in (state.settings.data / files.FOLDER).glob("*/*"):
        path.unlink()
    assert "restore the folder" in client.get(made["href"]).json()["detail"]


def test_a_photo_may_come_in_a_form_with_what_it_shows(
    client: TestClient, case: str, take: Callable[..., bytes]
) -> None:
    file = {"photo": ("hole.png", take("JPEG", place=(7.4, 43.7)), "image/png")}
    answer = client.post(f"/api/v1/cases/{case}/photos", files=file, data={"kind": "after", "note": "mended"})
    assert answer.status_code == 201, answer.text
    assert answer.json()["kind"] == "after"
    assert client.get(f"/api/v1/cases/{case}").json()["events"][-1]["note"] == "mended"
    shown = client.get(answer.json()["href"])
    assert dict(Image.open(io.BytesIO(shown.content)).getexif()) == {}
    for files_sent, fields in (({"photo": ("x.svg", b"<svg/>")}, {}), (file, {"stage": "closed"})):
        refused = client.post(f"/api/v1/cases/{case}/photos", files=files_sent, data=fields)
        assert refused.status_code == 422, refused.text
    assert len(client.get(f"/api/v1/cases/{case}/photos").json()["photos"]) == 1


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_of_a_film_the_first_picture_is_kept(client: TestClient, case: str, kind: str) -> None:
    frames = [Image.new("RGB", (30, 20), colour) for colour in ("red", "blue", "green")]
    film = io.BytesIO()
    frames[0].save(film, kind, save_all=True, append_images=frames[1:])
    answer = client.post(f"/api/v1/cases/{case}/photos", content=film.getvalue())
    assert answer.status_code == 201, answer.text
    shown = Image.open(io.BytesIO(client.get(answer.json()["href"]).content))
    assert (shown.format, getattr(shown, "n_frames", 1)) == ("JPEG", 1)
    red, _, blue = shown.getpixel((10, 10))  # type: ignore[misc]
    assert red > 200 > 60 > blue
