"""The built pages: `/`, `/plans`, `/rosters`, `/rounds` and `/assets`."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from gridgeo_server.errors import NotFound


class Assets(StaticFiles):
    """Files whose names carry a hash of their content: a browser may keep them for good."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """One file."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def mount(app: FastAPI, folder: Path) -> None:
    """Serve the pages in `folder`; where there are none, `/` says how to build them."""

    def shown(name: str) -> FileResponse:
        page = folder / name
        if not page.is_file():
            raise NotFound("the pages are not built; install gridgeo without GRIDGEO_PAGES=skip, or run 'make pages'")
        return FileResponse(page, media_type="text/html", headers={"Cache-Control": "no-cache"})

    @app.get("/", include_in_schema=False)
    def index() -> FileResponse:
        return shown("index.html")

    @app.get("/plans", include_in_schema=False)
    def plans() -> FileResponse:
        return shown("plans.html")

    @app.get("/rosters", include_in_schema=False)
    def rosters() -> FileResponse:
        return shown("rosters.html")

    @app.get("/rounds", include_in_schema=False)
    def rounds() -> FileResponse:
        return shown("rounds.html")

    app.mount("/assets", Assets(directory=folder / "assets", check_dir=False), name="assets")
