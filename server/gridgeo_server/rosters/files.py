"""Roster files in and out: looked at first, taken in whole or not at all, and given out as `gridgeo report plan` reads them."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import sqlalchemy as sa

from gridgeo.errors import BadInput
from gridgeo.plans.exchange.likeness import likeness
from gridgeo.rosters import COLUMNS, Role, Roster, read_roster, write_roster
from gridgeo.rosters.files import ENDINGS
from gridgeo_server.auth.bearers import Bearer
from gridgeo_server.errors import BadRequest, Changed
from gridgeo_server.plans.calendar import Calendar
from gridgeo_server.plans.service import Deed
from gridgeo_server.rosters import store
from gridgeo_server.rosters.model import Term, fault_of
from gridgeo_server.rosters.places import grids_on
from gridgeo_server.rosters.service import bearer_of, own_areas
from gridgeo_server.store import Transaction
from gridgeo_server.texts import Listed, Text, say
from gridgeo_server.town import Town

NAMED = 200
"""Most rows that are told one by one."""


@dataclass(frozen=True)
class Sorted:
    """What a roster file would do: terms to add and to change, those that are known already, and rows that can't be used."""

    added: list[Term] = field(default_factory=list)
    changed: list[Term] = field(default_factory=list)
    known: int = 0
    findings: list[tuple[int, str, str, Text]] = field(default_factory=list)


def read(data: bytes, filename: str, roles: Mapping[str, Role]) -> Roster:
    """The roster in a file's bytes.

    Raises
    ------
    BadRequest
        The ending isn't read, or a row can't be used by itself.
    """
    suffix = Path(filename.strip()).suffix.lower()
    if suffix not in ENDINGS:
        raise BadRequest(say("roster.file_kind", read=Listed(ENDINGS), suffix=suffix), "filename")
    if not data:
        raise BadRequest(say("upload.empty"), "body")
    with tempfile.TemporaryDirectory(prefix="gridgeo-") as folder:
        path = Path(folder) / f"file{suffix}"
        path.write_bytes(data)
        try:
            return read_roster(path, roles=list(roles.values()))
        except BadInput as wrong:
            raise BadRequest(str(wrong).replace(f"{path}: ", "").replace(str(path), path.name), "body") from None


def sort(
    connection: sa.Connection, calendar: Calendar, town: Town, given: Roster, deed: Deed, roles: Mapping[str, Role]
) -> Sorted:
    """What the rows of `given` would do to the terms that are stored.

    A row of the same grid, role, person and first day as a stored term changes that term; any other is a new one.
    """
    grids = grids_on(connection, calendar, deed.today)
    known_as = {one.grid: one for one in reversed(grids.values())} | grids
    alike = {likeness(code): code for code in reversed(grids)}
    own = own_areas(town, bearer_of(deed))
    stored = store.everything(connection)
    index = store.by_place_and_person(stored)
    same = {_same(one): one for one in stored}
    result = Sorted()
    known = 0
    for row, values in zip(given.entries.index, given.entries.to_dict("records"), strict=True):
        term = _term(values)
        grid = known_as.get(term.grid)
        if grid is None or (own is not None and grid.area not in own):
            unfit = _no_grid(alike, term.grid) if grid is None else _not_own(bearer_of(deed))
            result.findings.append((int(row), term.grid, term.role, unfit))
            continue
        term = replace(term, grid=grid.code)
        before = same.get(_same(term))
        if before is not None:
            term = replace(term, term=before.term, revision=before.revision + 1)
            if term.values() == before.values():
                known += 1
                continue
        beside = [one for key in store.keys_of(term) for one in index.get(key, [])]
        if (fault := fault_of(term, beside, roles)) is not None:
            result.findings.append((int(row), term.grid, term.role, fault))
            continue
        (result.added if before is None else result.changed).append(term)
        _stand_in(index, before, term)
    return replace(result, known=known)


def take_in(transaction: Transaction, sorted_: Sorted, deed: Deed) -> None:
    """Add and change all terms of a file, or none.

    Raises
    ------
    BadRequest
        A row can't be used.
    """
    if sorted_.findings:
        row, _, _, first = sorted_.findings[0]
        raise BadRequest(say("roster.unfit", count=len(sorted_.findings), row=row, first=first), "body")
    connection, bearer = transaction.connection, bearer_of(deed)
    added = store.insert_all(connection, sorted_.added)
    for term in sorted_.changed:
        store.update(connection, term)
    store.append(connection, [*added, *sorted_.changed], "import", bearer, deed.why, deed.now)


def report(sorted_: Sorted, rows: int, checked: str, lang: str) -> dict[str, Any]:
    """What a file would do, in `lang`. JSON values."""
    return {
        "ok": not sorted_.findings,
        "checked": checked,
        "rows": rows,
        "added": len(sorted_.added),
        "changed": len(sorted_.changed),
        "known": sorted_.known,
        "findings": [
            {"row": row, "grid": grid, "role": role, "text": told.told(lang)}
            for row, grid, role, told in sorted_.findings[:NAMED]
        ],
        "findings_left_out": max(0, len(sorted_.findings) - NAMED),
    }


def token(data: bytes, sorted_: Sorted) -> str:
    """Changes with the file and with what it would do."""
    total = hashlib.sha256(data)
    terms = [[one.term, one.values()] for one in (*sorted_.added, *sorted_.changed)]
    total.update(json.dumps([terms, sorted_.known, len(sorted_.findings)], sort_keys=True).encode())
    return total.hexdigest()


def check_token(checked: str | None, data: bytes, sorted_: Sorted) -> None:
    """Raise `Changed` where `checked` stands for another file, or one that would do something else now."""
    if checked is not None and checked != token(data, sorted_):
        raise Changed(say("upload.other"))


def written(terms: list[Term], roles: Mapping[str, Role], ending: str, encoding: str) -> bytes:
    """A roster file of `terms`: columns as in `gridgeo.rosters.COLUMNS`, grids by their code."""
    table = pd.DataFrame([one.values() for one in terms], columns=pd.Index(COLUMNS), dtype=object)
    with tempfile.TemporaryDirectory(prefix="gridgeo-") as folder:
        path = Path(folder) / f"roster{ending}"
        write_roster(Roster(table, list(roles.values())), path, encoding=encoding)
        return path.read_bytes()


def _same(term: Term) -> tuple[object, ...]:
    return term.grid, term.role, term.person, term.person_id, term.first


def _stand_in(index: dict[tuple[str, ...], list[Term]], before: Term | None, after: Term) -> None:
    for key in store.keys_of(after):
        others = [one for one in index.get(key, []) if before is None or one.term != before.term]
        index[key] = [*others, after]


def _term(values: Mapping[Any, Any]) -> Term:
    first: date | None = values["from"]
    last: date | None = values["to"]
    grid, role, person, phone, number = (str(values[name]) for name in ("grid", "role", "person", "phone", "person_id"))
    return Term(grid, role, person, phone, first, last, number)


def _no_grid(alike: Mapping[str, str], named: str) -> Text:
    suggestion = alike.get(likeness(named))
    if suggestion is None:
        return say("roster.unknown_grid", grid=named)
    return say("roster.alike_grid", grid=named, suggestion=suggestion)


def _not_own(bearer: Bearer) -> Text:
    return say("auth.area", name=bearer.name, area=bearer.area)
