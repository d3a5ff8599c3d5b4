"""The stages of a case and what leads from one to another. The machine is data: `stages.json`.

An action may name what it ``needs``: that the case is ``filed``, or still ``unfiled``, or that whoever was sent is ``unanswered``:
has neither said yes nor no. It leads to a stage, leaves the case at
the ``same``, or brings it back to the one ``before`` it was shelved. Actions that nobody may take are those of the desk itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Any

from gridgeo.errors import BadInput

SAME, BEFORE = "same", "before"
NEEDS = ("filed", "unfiled", "unanswered")


@dataclass(frozen=True)
class Stage:
    """Where a case can stand: its names, whether nothing is left to do, and whether an officer is on it."""

    stage: str
    en: str
    zh: str
    finished: bool = False
    with_officer: bool = False


@dataclass(frozen=True)
class Action:
    """What can be done with a case: from which stages, to which, by which roles, and whether it takes a reason."""

    action: str
    en: str
    zh: str
    starts: tuple[str, ...]
    to: str
    who: tuple[str, ...]
    note: bool
    needs: str | None = None


@dataclass(frozen=True)
class Level:
    """Who is answerable: `after` is the share of the limit that is used when a case comes to this level by itself."""

    level: str
    en: str
    zh: str
    after: float = 0.0


@dataclass(frozen=True)
class Machine:
    """The stages, actions and levels by their names, in the order of the table."""

    stages: Mapping[str, Stage]
    actions: Mapping[str, Action]
    levels: tuple[Level, ...]

    @property
    def finished(self) -> tuple[str, ...]:
        """Stages at which nothing is left to do."""
        return tuple(name for name, stage in self.stages.items() if stage.finished)

    @property
    def with_officer(self) -> tuple[str, ...]:
        """Stages in which an officer is on the case."""
        return tuple(name for name, stage in self.stages.items() if stage.with_officer)


@cache
def machine() -> Machine:
    """The machine that comes with the server, checked once."""
    text = (resources.files("gridgeo_server.cases") / "stages.json").read_text(encoding="utf-8")
    return machine_from(json.loads(text))


def machine_from(table: Mapping[str, Any], file: str = "stages.json") -> Machine:
    """A machine of JSON values.

    Raises
    ------
    BadInput
        A stage, role, need or name is unknown or missing, a stage can't be reached, one that isn't finished can't be left,
        or the levels don't rise; the message names the row.
    """
    roles = set(table["roles"])
    stages = {name: Stage(name, **_row(row, f"{file}: stage {name}")) for name, row in table["stages"].items()}
    actions = {
        name: _action(name, row, stages, roles, f"{file}: action {name}") for name, row in table["actions"].items()
    }
    reached = {"reported", *(one.to for one in actions.values())}
    left = {start for one in actions.values() if one.to not in {SAME} for start in one.starts}
    for name, stage in stages.items():
        if name not in reached:
            raise BadInput(f"{file}: stage {name}: no action leads to it; add one, or leave the stage out")
        if name not in left and not stage.finished:
            raise BadInput(f"{file}: stage {name}: no action leads on from it; add one, or call it finished")
    levels = tuple(Level(**row) for row in table["levels"])
    if not levels or any(one.after >= two.after for one, two in pairwise(levels)):
        raise BadInput(f"{file}: levels: 'after' must rise from one level to the next")
    return Machine(stages, actions, levels)


def _action(name: str, row: Any, stages: Mapping[str, Stage], roles: set[str], where: str) -> Action:
    values = _row(row, where)
    starts, to, who = tuple(values.pop("from", ())), values.pop("to", ""), tuple(values.pop("who", ()))
    if unknown := [stage for stage in (*starts, to) if stage not in stages and stage not in {SAME, BEFORE}]:
        raise BadInput(f"{where}: unknown stage '{unknown[0]}'; stages are {', '.join(stages)}")
    if unknown := sorted(set(who) - roles):
        raise BadInput(f"{where}: unknown role '{unknown[0]}'; roles are {', '.join(sorted(roles))}")
    if values.get("needs", "filed") not in NEEDS:
        raise BadInput(f"{where}: needs '{values['needs']}'; it can need {' or '.join(NEEDS)}")
    try:
        return Action(name, starts=starts, to=to, who=who, **values)
    except TypeError:
        raise BadInput(f"{where}: needs en, zh, from, to, who and note, and may have needs; nothing else") from None


def _row(row: Any, where: str) -> dict[str, Any]:
    if not isinstance(row, dict) or not row.get("en") or not row.get("zh"):
        raise BadInput(f"{where}: needs a name in en and in zh")
    return dict(row)
