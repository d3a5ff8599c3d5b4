"""What the Open311 door answers, laid out to be read. ``python tests/open311_golden.py`` writes it anew; read the difference."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.etree import ElementTree as ET

HERE = Path(__file__).resolve().parent / "server" / "open311" / "golden"
NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)
PLACE = {"long": "7.4165158", "lat": "43.7344695"}


def answers() -> Iterator[tuple[str, Any]]:
    """Name of a file → the answer that it keeps, from a server of the lattice town with two reports."""
    from fastapi.testclient import TestClient

    from boards import lattice_plan
    from gridgeo_server.app import create_app
    from gridgeo_server.auth import keys, store
    from gridgeo_server.open311.catalogue import Catalogue
    from gridgeo_server.settings import Settings
    from gridgeo_server.town import Town

    identifier, secret, token = "0123456789", "secret", "gridgeo_0123456789_secret"
    with TemporaryDirectory() as folder:
        app = create_app(
            Settings(data=Path(folder), indicators_s=3_600, jurisdiction_id="lattice.example"),
            Town(lattice_plan()),
            lambda: NOW,
        )
        old: Catalogue = app.state.open311
        app.state.open311 = Catalogue(old.categories, old.attributes, NOW)
        with TestClient(app, base_url="http://127.0.0.1") as client:
            key = keys.Key(identifier, "City app", "planner", NOW)
            app.state.gridgeo.store.write(lambda t: store.insert(t.connection, key, keys.hashed(secret)))
            form: dict[str, Any] = {
                "api_key": token,
                "service_code": "street_lamp",
                **PLACE,
                "description": "Dark <since> Monday & louder\nthan ever",
                "address_id": "U004-b0",
                "media_url": "http://example.org/lamp.jpg?a=1&b=2",
                "email": "somebody@example.org",
                "attribute[pole]": "A-17",
                "attribute[faults][]": ["dark", "wires"],
            }
            for ending in ("xml", "json"):
                yield f"posted.{ending}", client.post(f"/open311/v2/requests.{ending}", data=form)
            merge = {"action": "merge", "into": "20261118-0001"}
            client.post("/api/v1/cases/20261118-0002/actions", json=merge).raise_for_status()
            for name, path in {
                "discovery": "discovery",
                "services": "services",
                "service_definition": "services/street_lamp",
                "requests": "requests",
                "request": "requests/20261118-0001",
                "token": "tokens/20261118-0001",
                "errors": "services/ufo",
            }.items():
                for ending in ("xml", "json"):
                    yield f"{name}.{ending}", client.get(f"/open311/v2/{path}.{ending}")


def laid_out(name: str, body: bytes) -> str:
    """An answer's body with an element or a value to a line."""
    if name.endswith(".json"):
        return json.dumps(json.loads(body), ensure_ascii=False, indent=1) + "\n"
    root = ET.fromstring(body)
    ET.indent(root, " ")
    return ET.tostring(root, encoding="unicode") + "\n"


if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parents[2]))
    HERE.mkdir(exist_ok=True)
    for name, answer in answers():
        (HERE / name).write_text(laid_out(name, answer.content), encoding="utf-8")
