"""What the board asks once, and its indicators."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from fastapi import APIRouter

from gridgeo_server.board.indicators import current
from gridgeo_server.state import StateOf
from gridgeo_server.store.instants import to_text

router = APIRouter(prefix="/api/v1", tags=["board"])


@router.get("/board")
def board(state: StateOf) -> dict[str, Any]:
    """The jurisdiction, the plan's figures, the kinds of case and the server's time."""
    return {
        **state.town.summary(),
        "simulated": state.settings.simulate,
        "server_time": to_text(state.clock()),
        "version": version("gridgeo"),
        "categories": [category.as_json() for category in state.desk.categories.all()],
        "categories_source": state.desk.categories.source,
    }


@router.get("/indicators")
def indicators(state: StateOf) -> dict[str, Any]:
    """The strip of indicators."""
    with state.store.reading() as connection:
        return current(connection, len(state.town.grids), state.clock())
