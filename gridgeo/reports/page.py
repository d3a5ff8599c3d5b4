"""A plan as one page for the screen that needs no internet: map, rules, figures of every grid, routes."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from importlib import resources
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from gridgeo.arguments import proven
from gridgeo.errors import BadInput
from gridgeo.layers import plot_plan
from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import MEASURES
from gridgeo.routes import Routes
from gridgeo.sources import read_json, write_text

LANGUAGES = ("en", "zh")


@proven
def write_report(plan: Plan, path: str | os.PathLike[str], *, routes: Sequence[Routes] = (), lang: str = "en") -> None:
    """Write the report of `plan` as HTML.

    Parameters
    ----------
    plan
        The plan.
    path
        Page to write.
    routes
        Patrols and visits to add.
    lang
        ``en`` or ``zh``.
    """
    write_text(render_report(plan, routes=routes, lang=lang), path)


def render_report(plan: Plan, *, routes: Sequence[Routes] = (), lang: str = "en") -> str:
    """The page that `write_report` writes."""
    if lang not in LANGUAGES:
        raise BadInput(f"no report in '{lang}'; choose {' or '.join(LANGUAGES)}")
    folder = resources.files("gridgeo") / "templates"
    words: dict[str, str] = read_json(str(folder / "words.json"))[lang]
    page = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    page.filters |= {"number": _number, "percent": _percent}
    template = page.from_string((folder / "report.html.j2").read_text(encoding="utf-8"))
    return template.render(
        lang="zh-CN" if lang == "zh" else "en",
        words=words,
        plan=plan,
        figures=plan.figures,
        drawing=Markup(_drawing(plan)),  # noqa: S704 - our own SVG, labels escaped by matplotlib
        measures=_measures(plan),
        grids=_grids(plan),
        routes=[_routes(item) for item in routes],
        notes=plan.jurisdiction.notes,
        fingerprint=plan.record()["input_hash"],
    )


def _drawing(plan: Plan) -> str:
    # A fixed salt and no date: the same plan gives the same page.
    with mpl.rc_context({"svg.hashsalt": "gridgeo", "svg.fonttype": "none", "font.family": "sans-serif"}):
        figure, axes = plt.subplots(figsize=(10, 10), layout="constrained")
        plot_plan(plan, axes)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None}, bbox_inches="tight")
        plt.close(figure)
    text = buffer.getvalue()
    return text[text.index("<svg") :]


def _measures(plan: Plan) -> list[dict[str, Any]]:
    table, worst = plan.metrics(), plan.worst_deviation()
    rows = []
    for name in MEASURES:
        band = plan.rules.balance.get(name)
        low, high = (None, None) if band is None else band.bounds(float(table[name].sum()), plan.rules.most)
        rows.append(
            {
                "name": name,
                "total": float(table[name].sum()),
                "mean": float(table[name].mean()),
                "least": float(table[name].min()),
                "most": float(table[name].max()),
                "worst": float(worst[name]),
                "low": low,
                "high": high,
            }
        )
    return rows


def _grids(plan: Plan) -> list[dict[str, Any]]:
    joined = (
        plan.grids.drop(columns="geometry")
        .set_index("grid")
        .join(plan.metrics()[["households_deviation", "workload_deviation", "compactness"]])
    )
    names = plan.jurisdiction.areas.set_index("area")["name"]
    joined["area_name"] = joined["area"].map(names)
    return [{str(key): value for key, value in row.items()} for row in joined.reset_index().to_dict("records")]


def _routes(routes: Routes) -> dict[str, Any]:
    return {
        "figures": routes.figures(),
        "rows": routes.summary().to_dict("records"),
        "unserved": routes.unserved.drop(columns="geometry").to_dict("records"),
    }


def _number(value: Any, digits: int = 0) -> str:
    return "–" if value is None or pd.isna(value) else f"{value:,.{digits}f}"


def _percent(value: Any, digits: int = 1, sign: bool = False) -> str:
    if value is None or pd.isna(value):
        return "–"
    text = f"{value * 100:{'+' if sign else ''},.{digits}f} %"
    return text.replace("-", "−")
