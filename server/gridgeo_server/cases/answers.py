"""Whom a case asked since it was last handed on, what each answered, and who is no longer asked."""

from __future__ import annotations

from collections.abc import Iterable

from gridgeo.dispatch import Asked, Refusal
from gridgeo.dispatch.answers import Answer
from gridgeo_server.cases.model import Event

_ANSWERS: dict[str, Answer] = {
    "acknowledge": "acknowledge",
    "start": "acknowledge",
    "decline": "decline",
    "time_out": "timeout",
}
_ANEW = {"transfer", "reopen", "unmerge"}
"""After these everybody may be asked again."""


def asked(events: Iterable[Event]) -> list[Asked]:
    """Everybody who was sent, oldest first, with the answer; events oldest first."""
    found: list[Asked] = []
    for event in events:
        if event.action in _ANEW:
            found = []
        elif event.action == "dispatch":
            found.append(Asked(event.data["responder"], event.at))
        elif event.action in _ANSWERS and found and found[-1].answer is None:
            found[-1] = Asked(found[-1].officer, found[-1].at, _ANSWERS[event.action])
    return found


def in_vain(events: Iterable[Event]) -> dict[str, Refusal]:
    """Officers who declined or gave no answer in time, as reasons not to ask them again."""
    codes = {one.officer: one.answer for one in asked(events)}
    found = {who: Refusal("declined", {}) for who, answer in codes.items() if answer == "decline"}
    return found | {who: Refusal("no_answer", {}) for who, answer in codes.items() if answer == "timeout"}
