"""What shifts and leave make of officers as everybody sees them: the same rule by which nobody off shift is sent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from gridgeo.dispatch import Refusal
from gridgeo.dispatch.words import not_offered
from gridgeo_server.responders.duty import DutyCalendar
from gridgeo_server.store.instants import to_text


def as_on_shift(duty: DutyCalendar | None, officers: Iterable[dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
    """Officers as JSON values, see `gridgeo_server.responders.model.view`, with what the duty calendar says of this moment.

    Whoever is off shift or on leave isn't on duty, and is nowhere: `away` says why and until when.
    """
    away = {} if duty is None else duty.away(now)
    return [_seen(one, away.get(one["responder"])) for one in officers]


def _seen(officer: dict[str, Any], why: Refusal | None) -> dict[str, Any]:
    if why is None or not officer["on_duty"]:
        return {**officer, "away": None}
    until = why.values.get("at")
    told = {
        "code": why.code,
        "until": None if until is None else to_text(until),
        "reason": not_offered(why),
        "reason_zh": not_offered(why, "zh"),
    }
    nowhere = dict.fromkeys(("lon", "lat", "heading", "fix_at"))
    return {**officer, "on_duty": False, "status": "off", **nowhere, "away": told}


class ShiftWatch:
    """Notices who came on shift or went off since it was asked last."""

    def __init__(self) -> None:
        self._away: dict[str, str] | None = None

    def changed(self, duty: DutyCalendar | None, now: datetime) -> bool:
        """Whether somebody's shift or leave began or ended; never at the first time."""
        away: dict[str, str] = {} if duty is None else {name: why.code for name, why in duty.away(now).items()}
        before, self._away = self._away, away
        return before is not None and before != away
