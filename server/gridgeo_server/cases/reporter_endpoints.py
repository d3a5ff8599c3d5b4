"""`/api/v1/cases/{case}/reporter`: who reported a case, for those who handle it; each look is logged."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from gridgeo_server.auth import looks as log
from gridgeo_server.cases import store
from gridgeo_server.cases.asking import AskingOf
from gridgeo_server.doors import Door
from gridgeo_server.state import StateOf
from gridgeo_server.store import Transaction

router = APIRouter(prefix="/api/v1/cases", tags=["cases"], route_class=Door)


@router.get("/{case}/reporter")
def reporter(case: str, state: StateOf, asking: AskingOf) -> dict[str, Any]:
    """Who reported a case and the duplicates merged into it, for those who handle it. That somebody looked is kept before it is shown."""
    now = state.clock()

    def work(transaction: Transaction) -> dict[str, Any]:
        connection = transaction.connection
        asking.check("cases.reporter", asking.get(connection, case))
        found = store.reporters_of(connection, case)
        log.look(connection, asking.bearer, log.OF_REPORTER, now, of=case, shown=len(found))
        return {"case": case, "reporters": found}

    return state.store.write(work)
