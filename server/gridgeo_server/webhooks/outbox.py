"""What is laid into the outbox with each event of a case, in the event's own transaction: both are kept, or neither."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gridgeo_server.town import Town
from gridgeo_server.webhooks import store


def lay(
    connection: sa.Connection, town: Town, tell: Callable[[], tuple[dict[str, Any], dict[str, Any]]], now: datetime
) -> None:
    """Lay an event into the outbox of every webhook that wants it; `tell` gives the case and the event as JSON values."""
    hooks = store.active(connection)
    if not hooks:
        return
    case, event = tell()
    line = town.lineages.get(case["area"], ())
    told = {"type": f"case.{event['action']}", "timestamp": event["at"], "data": {"case": case, "event": event}}
    wanted = [one for one in hooks if one.wants(event["action"], line)]
    body = store.text(told) if wanted else ""
    for one in wanted:
        store.put(connection, one, f"msg_{secrets.token_hex(12)}", event, body, now)
