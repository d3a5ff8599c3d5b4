from __future__ import annotations

import copy
import json
from importlib import resources
from typing import Any

import pytest

from gridgeo.errors import BadInput
from gridgeo_server.cases.endpoints import Action
from gridgeo_server.cases.stages import machine, machine_from

TABLE = json.loads((resources.files("gridgeo_server.cases") / "stages.json").read_text(encoding="utf-8"))


def _without(*path: str) -> dict[str, Any]:
    table = copy.deepcopy(TABLE)
    inner = table
    for name in path[:-1]:
        inner = inner[name]
    del inner[path[-1]]
    return table


def _with(value: Any, *path: str) -> dict[str, Any]:
    table = copy.deepcopy(TABLE)
    inner = table
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    return table


def test_the_stages_and_side_paths_of_the_practice_are_all_there() -> None:
    found = machine()
    way = ["reported", "accepted", "verified", "filed", "dispatched", "handling", "handled", "checked", "closed"]
    assert [name for name in found.stages if name in way] == way
    assert {"refuse", "withdraw", "return", "extend", "shelve", "unshelve", "supervise", "rework"} <= set(found.actions)
    assert {"self_handle", "reopen", "transfer", "merge", "unmerge"} <= set(found.actions)
    assert found.stages["shelved"].zh == "挂账"
    assert [one.level for one in found.levels] == ["grid", "community", "subdistrict", "district"]


def test_every_action_that_somebody_may_take_can_be_asked_for() -> None:
    assert {name for name, row in machine().actions.items() if row.who} == set(Action.__args__)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (_without("stages", "closed", "zh"), "stage closed: needs a name in en and in zh"),
        (_with(["lost"], "actions", "accept", "from"), "action accept: unknown stage 'lost'"),
        (_with("lost", "actions", "accept", "to"), "action accept: unknown stage 'lost'"),
        (_with(["king"], "actions", "accept", "who"), "action accept: unknown role 'king'"),
        (_with("luck", "actions", "accept", "needs"), "action accept: needs 'luck'"),
        (_with(1, "actions", "accept", "cost"), "action accept: needs en, zh, from"),
        (_without("actions", "shelve"), "stage shelved: no action leads to it"),
        (_with({"en": "Lost", "zh": "失"}, "stages", "lost"), "stage lost: no action leads to it"),
        (_with([{"level": "a", "en": "A", "zh": "甲"}] * 2, "levels"), "levels: 'after' must rise"),
    ],
)
def test_a_table_that_cant_be_a_life_is_refused_with_the_row(table: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        machine_from(table)
