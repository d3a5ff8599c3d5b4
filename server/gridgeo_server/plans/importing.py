"""Plan files that somebody hands in: looked at first, in whole, and made a draft of only as they were looked at."""

from __future__ import annotations

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import pandas as pd

from gridgeo.crosswalks.carried_files import carry_plan
from gridgeo.errors import BadInput
from gridgeo.plans.exchange import FINDINGS, Imported, import_plan
from gridgeo.plans.plan import Figures, Plan
from gridgeo.plans.rules import Rules
from gridgeo.sources.tabular import READ
from gridgeo_server.errors import BadRequest, Changed
from gridgeo_server.plans.uploads import fitting, tidy_part
from gridgeo_server.texts import Listed, Text, say
from gridgeo_server.town import Town, plain

ZIP = ".zip"
"""Ending of an archive that holds one Shapefile, whose parts are several files."""
NAMED = 200
"""Most findings that are told one by one."""
_UNPACKED = 16
"""How many times larger than the archive what it holds may be."""


@dataclass(frozen=True)
class Options:
    """How a file is read; see `gridgeo.plans.exchange.import_plan`, and `gridgeo.crosswalks.carry_plan` for `carry_over`."""

    unit_column: str | None = None
    grid_column: str | None = None
    layer: str | None = None
    accept_suggestions: bool = False
    ignore_unmatched: bool = False
    carry_over: bool = False


@dataclass(frozen=True)
class Looked:
    """A file that was looked at: what was found, the plan where one can be made, and what both are known by."""

    file: str
    imported: Imported
    plan: Plan | None
    checked: str | None
    """Changes with the file, the options and the town: what is confirmed is what was looked at."""


def look(town: Town, data: bytes, filename: str, options: Options) -> Looked:
    """Look at a plan file of the town's units; nothing is kept.

    Raises
    ------
    BadRequest, BadInput, UnknownCRS
        It can't be read as a plan: the ending, a column, a layer, a coordinate reference system.
    """
    name = _plain_name(filename)
    if not data:
        raise BadRequest(say("upload.empty"), "body")
    with _on_disk(data, name) as path:
        try:
            imported = _read(path, town, options)
        except BadInput as wrong:
            raise BadRequest(_told(str(wrong), path), "body") from None
    plan = None if imported.plan is None else _in_town(town, imported.plan, imported)
    if plan is not None:
        tidy_part(town, {str(unit): str(grid) for unit, grid in plan.assignment.items()}, "body")
    return Looked(name, imported, plan, None if plan is None else _token(town, data, options, plan))


def confirmed(looked: Looked, checked: str | None) -> Plan:
    """The plan of a file that was looked at, if it is the one that `checked` stands for.

    Raises
    ------
    BadRequest
        Something stands in the way of a plan.
    Changed
        It isn't what was looked at.
    """
    if looked.plan is None:
        blocking = {kind: count for kind, count in looked.imported.report.counts().items() if FINDINGS[kind].blocks}
        kinds = Listed(tuple(say(_key("kind", kind)) for kind in blocking))
        raise BadRequest(say("upload.unfit", count=sum(blocking.values()), kinds=kinds), "body")
    if checked is not None and checked != looked.checked:
        raise Changed(say("upload.other"))
    return looked.plan


def report(town: Town, looked: Looked, lang: str) -> dict[str, Any]:
    """What was found, in `lang`. JSON values."""
    found = looked.imported.report
    findings = found.findings
    order = {kind: number for number, kind in enumerate(FINDINGS)}
    rows = findings.assign(_order=findings["finding"].map(order)).sort_values("_order", kind="stable")
    return {
        "file": looked.file,
        "layer": found.layer,
        "kind": found.kind,
        "ok": looked.plan is not None,
        "checked": looked.checked,
        "units": found.units,
        "matched": len(found.matched),
        "grids": int(found.matched["grid"].nunique()),
        "counts": [
            {
                "finding": kind,
                "count": count,
                "blocks": FINDINGS[kind].blocks,
                "text": say(_key("kind", kind)).told(lang),
            }
            for kind, count in found.counts().items()
        ],
        "findings": [_finding(row, lang) for row in rows.head(NAMED).to_dict("records")],
        "findings_left_out": max(0, len(rows) - NAMED),
        "changes": None if looked.plan is None else _changes(town.plan, looked.plan),
    }


def _finding(row: dict[Any, Any], lang: str) -> dict[str, Any]:
    kind = str(row["finding"])
    cells = {name: plain(None if pd.isna(row[name]) else row[name]) for name in ("unit", "grid", "suggestion", "share")}
    place = None if pd.isna(row["row"]) else int(row["row"])
    share = "" if cells["share"] is None else f"{cells['share']:.0%}"
    values = {**{name: cells[name] or "" for name in ("unit", "grid", "suggestion")}, "share": share}
    told = say(_key("finding", kind), **values, what=_what(kind, cells))
    return {"finding": kind, "row": place, **cells, "blocks": FINDINGS[kind].blocks, "text": told.told(lang)}


def _what(kind: str, cells: dict[str, Any]) -> Text:
    """What a finding is about: the unit, else the grid, else its row."""
    of_grid = kind == "corrected" and cells["suggestion"] is not None and cells["unit"] is None
    if cells["unit"] is not None and not of_grid:
        return say("what.unit", name=cells["unit"])
    return say("what.row") if cells["grid"] is None else say("what.grid", name=cells["grid"])


def _changes(now: Plan, then: Plan) -> dict[str, Any]:
    """What the file would change in the plan that is served: a look before it is kept."""
    moved = now.diff(then)
    return {
        "units": len(moved),
        "households": int(moved["households"].sum()),
        "grids_gone": sorted(set(now.assignment) - set(then.assignment)),
        "grids_new": sorted(set(then.assignment) - set(now.assignment)),
    }


def _read(path: Path, town: Town, options: Options) -> Imported:
    asked = asdict(options)
    take = carry_plan if asked.pop("carry_over") else import_plan
    return take(path, town.jurisdiction, **asked)


def _in_town(town: Town, plan: Plan, imported: Imported) -> Plan:
    """The plan by the town's rules where the file brings none; grids that it doesn't name keep name and owner by their code."""
    drawn_elsewhere = {"other input", "drifted"} & set(imported.report.counts())
    own = plan.rules != Rules(k=int(plan.assignment.nunique()))
    rules = plan.rules if own else fitting(town.plan.rules, plan.assignment)
    figures = plan.figures if own and not drawn_elsewhere else Figures()
    known = town.plan.identities.drop_duplicates("code").set_index("code")[["name", "owner"]]
    names = plan.identities
    for column in ("name", "owner"):
        kept = names["code"].map(known[column]).fillna("")
        names = names.assign(**{column: names[column].where(names[column] != "", kept)})
    return replace(plan, rules=rules, figures=figures, identities=names)


def _token(town: Town, data: bytes, options: Options, plan: Plan) -> str:
    total = hashlib.sha256(data)
    total.update(json.dumps([asdict(options), town.units_hash, plan.fingerprint()]).encode())
    return total.hexdigest()


def _plain_name(filename: str) -> str:
    """The last part of a path of any system, without signs that steer a terminal or a disk."""
    name = PureWindowsPath(PurePosixPath(filename.strip()).name).name
    name = "".join(sign for sign in name if sign.isprintable())
    if not Path(name).suffix or not Path(name).stem:
        raise BadRequest(say("upload.no_name"), "filename")
    suffix = Path(name).suffix.lower()
    taken = [*(ending for ending in READ if ending != ".shp"), ZIP]
    if suffix not in taken:
        raise BadRequest(say("upload.kind", suffix=suffix, read=Listed(tuple(taken), len(taken))), "filename")
    return name


@contextmanager
def _on_disk(data: bytes, name: str) -> Iterator[Path]:
    """A file of the bytes for as long as it is read; of an archive the Shapefile in it."""
    with tempfile.TemporaryDirectory(prefix="gridgeo-") as folder:
        path = Path(folder) / f"file{Path(name).suffix.lower()}"
        path.write_bytes(data)
        yield _unpacked(path) if path.suffix == ZIP else path


def _unpacked(path: Path) -> Path:
    """The one Shapefile in an archive; its parts get names of our own, so that none leads elsewhere."""
    try:
        with zipfile.ZipFile(path) as archive:
            inside = [one for one in archive.infolist() if not one.is_dir()]
            shapes = [one.filename for one in inside if one.filename.lower().endswith(".shp")]
            if len(shapes) != 1:
                raise BadRequest(say("upload.zip", count=len(shapes)), "body")
            stem = shapes[0][: -len(".shp")]
            parts = [one for one in inside if one.filename.rpartition(".")[0] == stem]
            if sum(one.file_size for one in parts) > _UNPACKED * max(path.stat().st_size, 2**20):
                raise BadRequest(say("upload.zip_size"), "body")
            for one in parts:
                ending = one.filename.rpartition(".")[2].lower()
                if ending.isalnum():
                    (path.parent / f"shape.{ending}").write_bytes(archive.read(one))
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError):
        raise BadRequest(say("upload.zip_damaged"), "body") from None
    return path.parent / "shape.shp"


def _told(message: str, path: Path) -> str:
    """What the library says of a file, without our place for it and with the names that requests have for options."""
    told = message.replace(f"{path}: ", "").replace(f"{path}, ", "").replace(str(path), path.name)
    for name in ("unit_column", "grid_column", "layer"):
        told = told.replace(f"--{name.replace('_', '-')}", name)
    return told


def _key(of: str, kind: str) -> str:
    return f"{of}.{kind.replace(' ', '_')}"
