"""The paper of a plan that people sign: one page description, written as HTML or set as a PDF."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date
from importlib import resources
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from gridgeo.arguments import proven
from gridgeo.errors import BadInput
from gridgeo.plans.plan import Plan
from gridgeo.reports.approvals import BLANK, Approval, Departure
from gridgeo.reports.contents import Contents
from gridgeo.reports.heading import Cards, Heading
from gridgeo.reports.wording import Words
from gridgeo.rosters import Roster
from gridgeo.sources import write_bytes, write_text

FORMATS = (".pdf", ".html")
"""Endings that a paper is written to."""


@proven
def report_plan(
    plan: Plan,
    *,
    out: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    before: Plan | None = None,
    lang: str = "en",
    roster: Roster | None = None,
    day: date | None = None,
    approvals: Sequence[Approval] = (),
    exceptions: Sequence[Departure] = (),
    heading: Heading | None = None,
    cards: Cards | None = None,
) -> list[Path]:
    """Write the paper of `plan`.

    Parameters
    ----------
    plan
        The plan to be signed.
    out
        File to write, .pdf or .html, or several: the page is made once.
    before
        The plan that it replaces, of the same units; its maps, balance and what moves are then shown.
    lang
        ``en``, ``zh``, or ``both``.
    roster
        Officers; empty places are listed.
    day
        Day for which the roster is asked; by default the day from which the plan is in force, else that of the paper.
    approvals
        Lines of the approvals block; four blank ones are printed where none is given.
    exceptions
        Accepted departures from the rules. A departure that the judge finds and nobody explains is printed as such.
    heading
        Number, state and days.
    cards
        Contact cards, one for each grid.

    Returns
    -------
    The files that were written.

    Raises
    ------
    BadInput
        An ending or language isn't known, the plans are of different units, the roster names a grid that the plan
        doesn't have, or no day is known for it.
    NotInstalled
        A PDF is wanted, and WeasyPrint, pango or a font for the text is missing.

    Notes
    -----
    The same input gives the same bytes, HTML and PDF alike.
    """
    files = paper_files(out)
    page = render_plan(
        plan,
        before=before,
        lang=lang,
        roster=roster,
        day=day,
        approvals=approvals,
        exceptions=exceptions,
        heading=heading,
        cards=cards,
    )
    return write_paper(page, files)


def paper_files(out: str | os.PathLike[str] | Sequence[str | os.PathLike[str]]) -> list[Path]:
    """The files that a paper is to be written to, with endings that are known."""
    files = [Path(path) for path in ([out] if isinstance(out, str | os.PathLike) else out)]
    for file in files:
        if file.suffix.lower() not in FORMATS:
            raise BadInput(f"{file}: a report is written as {' or '.join(FORMATS)}, not '{file.suffix}'")
    return files


def write_paper(page: str, files: Sequence[Path]) -> list[Path]:
    """Write a page as HTML or set it as a PDF, by the ending of each file."""
    for file in files:
        if file.suffix.lower() == ".pdf":
            from gridgeo.reports.printing import to_pdf

            write_bytes(to_pdf(page), file)
        else:
            write_text(page, file)
    return list(files)


def render_plan(
    plan: Plan,
    *,
    before: Plan | None = None,
    lang: str = "en",
    roster: Roster | None = None,
    day: date | None = None,
    approvals: Sequence[Approval] = (),
    exceptions: Sequence[Departure] = (),
    heading: Heading | None = None,
    cards: Cards | None = None,
) -> str:
    """The page that `report_plan` writes as HTML and sets as a PDF; parameters as there."""
    heading, words = heading or Heading(), Words(lang)
    contents = Contents(
        plan, words, before=before, roster=roster, day=day or heading.effective or heading.dated, cards=cards or Cards()
    )
    page = environment()
    template = page.from_string(packaged("paper.html.j2"))
    sections = contents.sections()
    numbers = {key: number for number, key in enumerate(sections, start=1)}
    page.globals["loop_number"] = numbers.get
    shown = {
        "w": words,
        "css": Markup(packaged("paper.css")),  # noqa: S704 - our own file
        "heading": heading,
        "number": heading.number or words.plain("unnumbered"),
        "numbered": list(numbers.items()),
        "approvals": tuple(approvals) or BLANK,
    }
    return template.render(shown | contents.figures(exceptions, numbers))


def environment() -> Environment:
    """Where the templates of papers are filled in."""
    return Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def packaged(name: str) -> str:
    """The text of a template or style sheet."""
    return (resources.files("gridgeo") / "templates" / name).read_text(encoding="utf-8")
