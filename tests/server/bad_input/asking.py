"""A server that is asked, and the check that it refuses: a 4xx that names the field and the mend, and nothing is stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from fastapi.testclient import TestClient
from httpx import Response

from server.conftest import degrees
from server.plans.conftest import make_key

LON, LAT = degrees(480, 200)
AT = "2026-11-18T09:00:00+00:00"

GOOD: dict[str, tuple[str, str, dict[str, Any]]] = {
    "report": ("POST", "/api/v1/cases", {"category": "noise", "lon": LON, "lat": LAT}),
    "batch": ("POST", "/api/v1/cases/batch", {"items": [{"client_id": "q", "at": AT, "of": "r"}]}),
    "action": ("POST", "/api/v1/cases/{case}/actions", {"action": "note", "note": "x"}),
    "many": ("POST", "/api/v1/cases/actions", {"action": "note", "note": "x", "cases": [{"case": "y"}]}),
    "position": ("POST", "/api/v1/responders/officer-01/positions", {"lon": LON, "lat": LAT}),
    "duty": ("PATCH", "/api/v1/responders/officer-01", {"on_duty": True}),
    "webhook": ("POST", "/api/v1/webhooks", {"url": "https://example.org/hook"}),
    "plan": ("POST", "/api/v1/plans", {"name": "x", "copy_of": "P-2026-001"}),
    "term": ("POST", "/api/v1/rosters/terms", {"grid": "01", "role": "grid_officer", "person": "Li"}),
}
"""Door → method, path, and a body that it takes."""


class Server:
    """A server with one case, and what its store holds."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.state = client.app.state.gridgeo  # type: ignore[attr-defined]
        _, self.token = make_key(self.state.store, "admin", "Admin Li")
        body = {"category": "noise", "lon": LON, "lat": LAT}
        self.case = client.post("/api/v1/cases", json=body).json()["case"]

    def rows(self) -> dict[str, int]:
        with self.state.store.reading() as connection:
            names = sa.inspect(connection).get_table_names()
            return {
                name: connection.exec_driver_sql(f'SELECT count(*), total(rowid) FROM "{name}"').one()[0]
                for name in names
                if name != "alembic_version"
            }

    def send(self, method: str, path: str, body: str | bytes | None, kind: str | None, **headers: str) -> Response:
        told = {**({"Content-Type": kind} if kind is not None else {}), **headers}
        content = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
        answer: Response = self.client.request(method, path, content=content, headers=told)
        return answer

    def json(self, method: str, path: str, body: str | bytes, **headers: str) -> Response:
        return self.send(method, path, body, "application/json", **headers)


def refused(server: Server, ask: Callable[[str], Response], *words: str, status: tuple[int, ...] = (422, 400)) -> None:
    """Ask in English and in Chinese: refused in the door's form, with `words` in it, and nothing is stored."""
    before = server.rows()
    for lang in ("en", "zh-CN"):
        answer = ask(lang)
        told = f"{answer.status_code} {answer.text[:600]}"
        results = answer.json()["results"] if "/batch" in str(answer.url) and answer.status_code == 200 else None
        assert (results[0]["status"] if results else answer.status_code) in status, told
        assert "Traceback" not in answer.text, told
        if results is None and "/open311/" not in str(answer.url):
            assert answer.headers["content-type"] == "application/problem+json", told
            assert answer.json()["status"] == answer.status_code, told
        if lang == "en":
            for word in words:
                assert word in answer.text, f"{word!r} isn't in {told}"
        else:
            assert any("\u4e00" <= sign <= "\u9fff" for sign in answer.text), told
            assert answer.headers.get("content-language", "zh-CN") == "zh-CN", told
    assert server.rows() == before
