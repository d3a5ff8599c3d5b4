"""The sheets of a plan's workbook: register of grids, assignment, measures, and how the plan came about."""

from __future__ import annotations

import pandas as pd

from gridgeo.plans.exchange.columns import SHEETS, headings
from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import MEASURES
from gridgeo.plans.spread import spread
from gridgeo.sources import Sheet

FORMATS = {
    "units": "#,##0",
    "households": "#,##0",
    "area_m2": "#,##0",
    "workload_min": "#,##0",
    "difficulty": "0.00",
    "compactness": "0.00",
    "total": "#,##0.0",
    "mean": "#,##0.0",
    "min": "#,##0.0",
    "max": "#,##0.0",
    "cv": "0.000",
    "gini": "0.000",
    "worst_deviation": "0.0%",
} | {f"{name}_deviation": "0.0%" for name in MEASURES}
"""How numbers are shown, by column."""

MEASURES_ZH = {
    "grids": "网格",
    "households": "户数",
    "area": "面积（平方米）",
    "difficulty": "难易程度加权户数",
    "workload": "工作量（分钟/月）",
    "compactness": "紧凑度",
    "boundary_m": "网格间边界（米）",
}
"""Names of measures in Chinese."""


def plan_sheets(plan: Plan, lang: str = "en") -> dict[str, Sheet]:
    """The sheets `grids`, `assignment`, `measures` and `plan`, headed and named in ``en`` or ``zh``."""
    measures = spread(plan).reset_index()
    if lang == "zh":
        measures["measure"] = measures["measure"].map(MEASURES_ZH)
    record = pd.DataFrame({"item": list(plan.record()), "value": [_told(value) for value in plan.record().values()]})
    tables = {"grids": _register(plan), "assignment": _assignment(plan), "measures": measures, "plan": record}
    return {
        SHEETS[name] if lang == "zh" else name: Sheet(table, headings(table.columns, lang), FORMATS)
        for name, table in tables.items()
    }


def _register(plan: Plan) -> pd.DataFrame:
    metrics = plan.metrics()[[*(f"{name}_deviation" for name in MEASURES), "compactness"]]
    return pd.DataFrame(plan.grids.drop(columns="geometry")).merge(metrics, left_on="grid", right_index=True)


def _assignment(plan: Plan) -> pd.DataFrame:
    units = plan.jurisdiction.units
    columns = ["area", "households", "area_m2", "difficulty", "workload_min"]
    table = plan.assignment.rename("grid").rename_axis("unit").reset_index()
    return pd.concat([table, pd.DataFrame(units[columns]).reset_index(drop=True)], axis=1)


def _told(value: object) -> str | None:
    return None if value is None else value if isinstance(value, str) else repr(value)
