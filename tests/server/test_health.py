from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from gridgeo_server.app import create_app
from gridgeo_server.settings import Settings
from gridgeo_server.town import Town


def test_it_is_alive_and_ready(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ready", "jurisdiction": "Lattice", "grids": 6}


def test_it_is_not_ready_without_its_store(client: TestClient, state: Any) -> None:
    state.store.close()
    lon, lat = 7.418, 43.7327
    answer = client.post("/api/v1/cases", json={"category": "noise", "lon": lon, "lat": lat})
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "2"
    assert client.get("/healthz").status_code == 200


def test_metrics_count_by_pattern_and_tell_the_indicators(client: TestClient, report: Any) -> None:
    case = report(480, 200)["case"]
    client.get(f"/api/v1/cases/{case}")
    client.get("/never/heard/of")
    text = client.get("/metrics").text
    assert 'gridgeo_requests_total{method="GET",route="/api/v1/cases/{case}",status="200"} 1.0' in text
    assert case not in text
    assert "/never" not in text
    assert 'gridgeo_board{indicator="ok"} 1.0' in text


def test_two_apps_in_one_process_count_apart(client: TestClient, tmp_path: Path, town: Town) -> None:
    client.get("/readyz")
    (tmp_path / "other").mkdir()
    with TestClient(create_app(Settings(data=tmp_path / "other"), town), base_url="http://localhost") as other:
        assert 'route="/readyz"' not in other.get("/metrics").text
