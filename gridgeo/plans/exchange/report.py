"""What was found in a file before anything is made of it: rows that fit, and rows that don't, each with its mend."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from gridgeo.errors import BadInput
from gridgeo.sources import Sheet, write_csv, write_workbook


@dataclass(frozen=True)
class Finding:
    """A kind of finding: whether it stands in the way of a plan, and what it means."""

    blocks: bool
    meaning: str


FINDINGS: Mapping[str, Finding] = {
    "missing": Finding(True, "a unit that has no grid"),
    "unmatched": Finding(True, "an id that the jurisdiction doesn't have, or a polygon that takes no unit"),
    "similar": Finding(True, "an unknown id that differs from a known one by zeros, spaces, case or width"),
    "conflict": Finding(True, "a unit that is given to two grids"),
    "blank unit": Finding(True, "a row that names a grid but no unit"),
    "blank grid": Finding(True, "a row that names a unit but no grid, or a polygon without a grid"),
    "weak": Finding(True, "a unit of which no polygon covers enough"),
    "drifted": Finding(True, "a unit that no longer lies where its grid was drawn"),
    "corrected": Finding(False, "an id that was read as the known one it is similar to"),
    "left out": Finding(False, "an id or polygon that was left out as asked"),
    "repeated": Finding(False, "a unit that stands twice with the same grid, or a grid drawn by several polygons"),
    "spelling": Finding(False, "a grid whose name differs from another's by zeros, spaces, case or width only"),
    "two names": Finding(False, "a grid that is called differently in different rows; the first was kept"),
    "mismatch": Finding(False, "a unit that the border of a polygon cuts; it went where most of its households live"),
    "overlap": Finding(False, "a unit on which polygons lie over each other"),
    "gap": Finding(False, "a unit of which a part lies in no polygon"),
    "mended": Finding(False, "a polygon that crossed itself and was mended"),
    "carried over": Finding(
        False, "a unit that the old plan didn't have; it went where its ground was (`--carry-over`)"
    ),
    "new land": Finding(False, "a unit on ground where the old plan had no grid; it went to the nearest"),
    "gone": Finding(False, "a unit of the old plan that is no more, and what became of it"),
    "lost grid": Finding(False, "a grid of the old plan in which no unit lies any more"),
    "other input": Finding(False, "the plan was drawn for another state of the jurisdiction's units or figures"),
}
"""Every kind of finding, in the order in which they are told."""

COLUMNS = ("finding", "row", "unit", "grid", "suggestion", "share", "text")


def listed(kind: str, **columns: object) -> pd.DataFrame:
    """Findings of one kind, one row for each item of the given columns (of `COLUMNS`)."""
    frame = pd.DataFrame(columns)
    if frame.empty:
        return empty()
    return frame.assign(finding=kind).reindex(columns=list(COLUMNS)).reset_index(drop=True)


def empty() -> pd.DataFrame:
    """No findings."""
    return pd.DataFrame({name: pd.Series([], dtype="object") for name in COLUMNS})


@dataclass(frozen=True)
class ImportReport:
    """What a file says about the units of a jurisdiction.

    Parameters
    ----------
    source
        The file.
    layer
        The table, sheet or layer of it that was read.
    kind
        ``table`` (units with their grid), ``polygons`` (grids that were laid over the units) or ``carried over`` (a plan of
        other units, matched by ground).
    jurisdiction
        Name of the jurisdiction.
    units
        Its number of units.
    matched
        One row for each unit that found its grid: `unit`, `grid`, `how` (id, suggestion; whole, most, nearest) and `share`, the
        part of its households (of its land, where nobody lives) that lies in the grid (1 for a table).
    findings
        One row for each thing that didn't fit: `finding` (of `FINDINGS`), `row` of the file, `unit`, `grid`, `suggestion`,
        `share`, and `text`, which says it in words.
    """

    source: str
    layer: str
    kind: str
    jurisdiction: str
    units: int
    matched: pd.DataFrame
    findings: pd.DataFrame = field(default_factory=empty)

    @property
    def ok(self) -> bool:
        """Whether a plan can be made: every unit has one grid, and nothing that the file says is lost."""
        return not self._blocking().any()

    def counts(self) -> dict[str, int]:
        """How many there are of each finding, zeros left out, in the order of `FINDINGS`."""
        found = self.findings["finding"].value_counts()
        return {kind: int(found[kind]) for kind in FINDINGS if kind in found.index}

    def table(self) -> pd.DataFrame:
        """Findings, then the units that fit (finding ``matched``), as one table."""
        fit = self.matched.assign(finding="matched", text=self.matched["how"]).reindex(columns=list(COLUMNS))
        return (
            fit
            if self.findings.empty
            else pd.concat([self.findings.astype("object"), fit.astype("object")], ignore_index=True)
        )

    def to_file(self, path: str | os.PathLike[str]) -> None:
        """Write `table` as .csv (UTF-8 with the mark by which Excel knows it) or .xlsx.

        Raises
        ------
        BadInput
            The ending is another one, or the path can't be written.
        """
        suffix = Path(path).suffix.lower()
        if suffix == ".csv":
            write_csv(self.table(), path, encoding="utf-8-sig")
        elif suffix == ".xlsx":
            table = self.table()
            share = pd.to_numeric(table["share"]).astype("float64")
            row = pd.to_numeric(table["row"]).astype("float64")
            write_workbook({"report": Sheet(table.assign(share=share, row=row), formats={"share": "0.0%"})}, path)
        else:
            raise BadInput(f"{path}: a report is written as .csv or .xlsx, not '{suffix}'")

    def why(self) -> str:
        """Why no plan can be made, in one sentence with the first case of each kind and the mend; empty where one can."""
        blocking = self.findings[self._blocking()]
        parts = []
        for kind in FINDINGS:
            rows = blocking[blocking["finding"] == kind]
            if len(rows):
                parts.append(_told(kind, rows, self.jurisdiction))
        if not parts:
            return ""
        mend = "see every row with 'gridgeo import-plan TOWN FILE --dry-run --report report.csv'"
        if "similar" in set(blocking["finding"]):
            mend += ", take the suggestions with --accept-suggestions"
        if set(blocking["finding"]) & {"missing", "unmatched", "drifted"} and self.kind == "table":
            mend += (
                "; if it was drawn for other units of the same place, carry it over by its ground: 'gridgeo import-plan TOWN "
                "FILE --carry-over -o NEW.gpkg'"
            )
        return f"{self.source}: {'; '.join(parts)}; {mend}"

    def _blocking(self) -> pd.Series:
        return self.findings["finding"].map(lambda kind: FINDINGS[kind].blocks).astype(bool)


def _told(kind: str, rows: pd.DataFrame, jurisdiction: str) -> str:
    first, count = rows.iloc[0], len(rows)
    at = "" if pd.isna(first["row"]) else f" (row {int(first['row'])})"
    many = "s" if count != 1 else ""
    heads = {
        "missing": f"{count} units have no grid, first {first['unit']}"
        if count != 1
        else f"unit {first['unit']} has no grid",
        "unmatched": f"{count} id{many} or polygon{many} that {jurisdiction} has no unit for",
    }
    if kind in heads:
        return heads[kind] + ("" if kind == "missing" else f", first {first['text']}{at}")
    return f"{count} × {kind}, first: {first['text']}{at}"
