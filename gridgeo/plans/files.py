"""A plan on disk, and several of them in a folder."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from gridgeo.arguments import proven
from gridgeo.errors import BadInput
from gridgeo.jurisdictions import Jurisdiction
from gridgeo.plans.exchange import export_plan, import_plan
from gridgeo.plans.exchange.exporting import WRITTEN, refuse_format
from gridgeo.plans.plan import Plan, choice_table
from gridgeo.sources import write_csv
from gridgeo.sources.files import replacing, writable

CHOICES = ("plan-*.gpkg", "plans.csv")
"""What a folder of several plans holds."""


def write_plan(plan: Plan, path: str | os.PathLike[str]) -> None:
    """Write a plan; the ending chooses what is in the file, as `gridgeo.plans.exchange.export_plan` says.

    Raises
    ------
    BadInput
        The ending names no format that is written, or the path can't be written.
    """
    export_plan(plan, path)


def plan_path(path: str | os.PathLike[str]) -> Path:
    """`path` as a `Path` that `write_plan` can write to: worth asking before a plan is searched.

    Raises
    ------
    BadInput
        As `write_plan`.
    """
    refuse_format(path)
    return writable(path)


@proven
def read_plan(path: str | os.PathLike[str], jurisdiction: Jurisdiction) -> Plan:
    """The plan of `jurisdiction` in a file of any format that `gridgeo.plans.exchange.import_plan` reads.

    A file that says nothing of rules gives a plan with the rules of an empty wish and as many grids as it names. Identifiers
    must be those of the jurisdiction's units to the letter; `import_plan` tells more and forgives more.

    Raises
    ------
    UnreadableSource
        The file is missing, damaged or of another kind.
    BadInput
        It isn't a plan, or a plan of other units.
    """
    try:
        found = import_plan(path, jurisdiction)
    except BadInput as wrong:
        text = str(wrong)
        raise type(wrong)(text if text.startswith(str(path)) else f"{path}: {text}") from wrong
    if found.plan is None:
        raise BadInput(found.report.why())
    return found.plan


def choices_path(folder: str | os.PathLike[str]) -> Path:
    """`folder` as a `Path` that `write_choices` can write to: worth asking before plans are searched.

    Raises
    ------
    BadInput
        As `write_choices`.
    """
    target = Path(folder)
    if target.suffix.lower() in WRITTEN:
        raise BadInput(f"{target}: several plans are written into a folder; give one, without '{target.suffix}'")
    if target.is_file():
        raise BadInput(f"{target}: is a file; several plans are written into a folder, give another path")
    return writable(target, CHOICES)


def write_choices(plans: Sequence[Plan], folder: str | os.PathLike[str]) -> None:
    """Write several plans into one folder: ``plan-1.gpkg``, … and the table ``plans.csv`` that compares them.

    A folder that holds nothing else is replaced.

    Raises
    ------
    BadInput
        The folder names a file format, holds other files, or can't be written.
    """
    with replacing(choices_path(folder), CHOICES) as fresh:
        fresh.mkdir()
        for number, plan in enumerate(plans, start=1):
            write_plan(plan, fresh / f"plan-{number}.gpkg")
        write_csv(choice_table(plans), fresh / "plans.csv")
