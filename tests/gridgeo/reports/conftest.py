"""A plan with a plan before it, a roster, and the papers made of them once."""

from __future__ import annotations

import dataclasses
import io
from datetime import date
from typing import Any

import pandas as pd
import pytest

from boards import lattice_plan
from gridgeo.errors import NotInstalled
from gridgeo.plans.plan import Plan
from gridgeo.reports import Approval, Cards, Departure, Heading, render_plan
from gridgeo.reports.printing import to_pdf
from gridgeo.rosters import Roster

DAY = date(2027, 1, 1)


@pytest.fixture(scope="session")
def now() -> Plan:
    """Six grids of 4 × 4 blocks with codes of 15 digits, names and owners."""
    plan = lattice_plan()
    identities = pd.DataFrame(
        {
            "grid": [f"0{i}" for i in range(1, 7)],
            "code": [f"11010100100100{i}" for i in range(1, 7)],
            "name": ["北街", "Mill Lane", "Harbour", "南街", "Market", "Gate"],
            "owner": ["周敏", "Li Na", "", "", "", ""],
        }
    )
    return dataclasses.replace(plan, identities=identities)


@pytest.fixture(scope="session")
def before(now: Plan) -> Plan:
    """The plan before: three units, U004, U016 and U050, change grid since."""
    return now.move(["U004", "U016"], "01").move(["U050"], "05")


@pytest.fixture(scope="session")
def roster() -> Roster:
    """Zhou Min fills three places, Wang Wei one; 38 of 42 places are empty."""
    rows = [
        ("01", "supervisor", "周敏", "13800000001"),
        ("01", "fire", "周敏", "13800000001"),
        ("02", "supervisor", "周敏", "13800000001"),
        ("03", "police", "Wang Wei", "+377 98 98"),
    ]
    return Roster(pd.DataFrame(rows, columns=["grid", "role", "person", "phone"]))


@pytest.fixture(scope="session")
def make(now: Plan, before: Plan, roster: Roster) -> Any:
    """Makes the page of the plan in a language, with everything in it unless said otherwise."""

    def render(lang: str, **other: Any) -> str:
        everything: dict[str, Any] = {
            "before": before,
            "roster": roster,
            "day": DAY,
            "cards": Cards(2, "https://grids.example.org"),
            "heading": Heading("P-2026-001", "P-2025-003", "proposed", date(2026, 11, 20), DAY),
            "approvals": [Approval("drawn", "Zhou Min", "Planning office", date(2026, 11, 20)), Approval("approved")],
            "exceptions": [Departure("05", "the market hall counts twice", "it is let by day and by night", "Li Na")],
        }
        return render_plan(now, lang=lang, **(everything | other))

    return render


@pytest.fixture(scope="session")
def pages(make: Any) -> dict[str, str]:
    """The page in each language."""
    return {lang: make(lang) for lang in ("en", "zh", "both")}


@pytest.fixture(scope="session")
def printed(pages: dict[str, str]) -> dict[str, bytes]:
    """The PDF in each language, where this machine can set one."""
    try:
        return {lang: to_pdf(page) for lang, page in pages.items()}
    except NotInstalled as lacking:
        pytest.skip(str(lacking))


@pytest.fixture(scope="session")
def read(printed: dict[str, bytes]) -> Any:
    """Reads a PDF with a library that had no part in making it."""
    from pypdf import PdfReader

    readers = {lang: PdfReader(io.BytesIO(data)) for lang, data in printed.items()}
    return lambda lang: readers[lang]
