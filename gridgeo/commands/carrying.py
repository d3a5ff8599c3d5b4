"""Plans that commands take although they are of other units: carried over by ground, with all of it told."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from gridgeo.commands.options import rows
from gridgeo.terminal import err, show_table

if TYPE_CHECKING:
    from gridgeo.jurisdictions import Jurisdiction
    from gridgeo.plans.exchange import ImportReport
    from gridgeo.plans.plan import Plan

SHOWN = 20
"""Units that are listed at the terminal; --json, or `gridgeo import-plan --report`, lists all of them."""


def take_plan(
    path: Path, place: Jurisdiction, carry_over: bool = False, old_town: Path | None = None
) -> tuple[Plan, ImportReport | None]:
    """The plan in a file; where that is wished and it is of other units, carried over, with a report of what was matched."""
    from gridgeo.crosswalks.carried_files import carry_plan
    from gridgeo.plans.files import read_plan
    from gridgeo.sources import read_jurisdiction

    if not carry_over and old_town is None:
        return read_plan(path, place), None
    found = carry_plan(path, place, None if old_town is None else read_jurisdiction(old_town))
    assert found.plan is not None
    return found.plan, found.report


def carried_figures(report: ImportReport | None) -> dict[str, Any]:
    """How many units were carried over, of which kind; nothing where none was."""
    if report is None or not len(report.findings):
        return {}
    how = {str(name): int(count) for name, count in report.matched["how"].value_counts().items()}
    gone = {name: count for name, count in report.counts().items() if name in ("gone", "lost grid")}
    return {"carried_over": how | gone}


def carried_rows(report: ImportReport | None) -> dict[str, Any]:
    """Every unit that isn't what it was, for --json."""
    if report is None or not len(report.findings):
        return {}
    table = report.findings.drop(columns="row").astype("object")
    return {"carried_units": rows(table.where(table.notna(), None))}


def show_carried(report: ImportReport | None) -> None:
    """The same at the terminal, and that households are counted where they live now."""
    if report is None or not len(report.findings):
        return
    err.print("the plan is of other units; they were matched by their ground, and households count as they are now")
    table = report.findings[["finding", "unit", "grid", "text"]].astype("object").head(SHOWN)
    show_table(rows(table.where(table.notna(), None)), "Carried over")
    if len(report.findings) > SHOWN:
        err.print(f"… and {len(report.findings) - SHOWN:,} more; --json lists all", style="dim")
