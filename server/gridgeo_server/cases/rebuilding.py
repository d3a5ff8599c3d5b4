"""The table of cases made again from the events alone, and whether both say the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from gridgeo_server.cases import store
from gridgeo_server.cases.model import Case, rebuild


@dataclass(frozen=True)
class Difference:
    """Where a stored row says something else than its events; `field` is empty where the one or the other is missing."""

    case: str
    field: str
    stored: Any
    rebuilt: Any


def differences(connection: sa.Connection) -> Iterator[Difference]:
    """Every field in which a stored case is not what its events make of it."""
    stored = {case.case: case for case in store.search(connection)[0]}
    for name, events in store.histories(connection):
        row, made = stored.pop(name, None), rebuild(events)
        if row is None:
            yield Difference(name, "", None, made.stage)
        elif row != made:
            told, right = asdict(row), asdict(made)
            yield from (
                Difference(name, field, told[field], right[field]) for field in right if told[field] != right[field]
            )
    yield from (Difference(name, "", row.stage, None) for name, row in stored.items())


def rebuild_all(connection: sa.Connection) -> list[Difference]:
    """Make every row say what its events say; what was wrong is returned. A row without events is left as it is."""
    found = list(differences(connection))
    wrong = dict.fromkeys(one.case for one in found if one.field or one.stored is None)
    missing: list[tuple[int, Case]] = []
    stored = {one.case for one in found if one.field}
    for name in wrong:
        events = store.events_of(connection, name)
        case = rebuild(events)
        if name in stored:
            store.update(connection, case, store.get(connection, name))
        else:
            missing.append((int(events[0].seq or 0), case))
    for _, case in sorted(missing, key=lambda one: one[0]):
        store.insert(connection, case)
    return found
