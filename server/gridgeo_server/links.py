"""How answers lead on, told in the description: the `links` of OpenAPI, from what was made to what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI

_MADE = {
    ("/api/v1/cases", "case"): (
        ("get", "/api/v1/cases/{case}"),
        ("get", "/api/v1/cases/{case}/candidates"),
        ("post", "/api/v1/cases/{case}/actions"),
        ("get", "/api/v1/cases/{case}/photos"),
        ("post", "/api/v1/cases/{case}/photos"),
    ),
    ("/api/v1/webhooks", "webhook"): (
        ("get", "/api/v1/webhooks/{webhook}"),
        ("patch", "/api/v1/webhooks/{webhook}"),
        ("get", "/api/v1/webhooks/{webhook}/messages"),
        ("delete", "/api/v1/webhooks/{webhook}"),
    ),
    ("/api/v1/plans", "plan"): (
        ("get", "/api/v1/plans/{plan}"),
        ("patch", "/api/v1/plans/{plan}"),
        ("post", "/api/v1/plans/{plan}/transitions"),
        ("get", "/api/v1/plans/{plan}/assignment"),
    ),
}
"""Path that makes something and the field of the answer that names it → what that name is good for."""


def install(app: FastAPI) -> None:
    """Let the description of `app` tell the links."""
    plain: Callable[[], dict[str, Any]] = app.openapi

    def linked() -> dict[str, Any]:
        if app.openapi_schema is None:
            _add(plain()["paths"])
        return plain()

    app.openapi = linked  # type: ignore[method-assign]


def _add(paths: dict[str, Any]) -> None:
    for (path, name), targets in _MADE.items():
        made = paths[path]["post"]["responses"].setdefault("201", {"description": "Made."})
        made["links"] = {
            paths[target][method]["operationId"]: {
                "operationId": paths[target][method]["operationId"],
                "parameters": {name: f"$response.body#/{name}"},
            }
            for method, target in targets
        }
