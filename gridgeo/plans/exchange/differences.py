"""The difference of two plans as files: units on a map, tables for a meeting."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from gridgeo.errors import BadInput
from gridgeo.plans.comparing import Comparison
from gridgeo.plans.exchange.columns import SHEETS, headings
from gridgeo.plans.exchange.shapefiles import write_shapefile
from gridgeo.plans.exchange.sheets import FORMATS, MEASURES_ZH
from gridgeo.sources import Sheet, write_csv, write_layer, write_layers, write_text, write_workbook
from gridgeo.sources.vectors import FORMATS as LAYER_FORMATS

WRITTEN = (*LAYER_FORMATS, ".xlsx", ".html")
"""Endings that `write_comparison` writes."""

_STATISTICS_ZH = {"count": "个数", "total": "合计"} | {
    name: headings([name], "zh")[name] for name in ("mean", "min", "max", "cv", "gini", "worst_deviation")
}


def write_comparison(comparison: Comparison, file: Path, lang: str = "en") -> None:
    """Write what moved: one layer or table of moved units, or all tables (.gpkg, .xlsx), or a map (.html).

    Raises
    ------
    BadInput
        The ending is none of `WRITTEN`, the language has no headings, or the path can't be written.
    """
    suffix = file.suffix.lower()
    moved = comparison.moved
    table = pd.DataFrame(moved.drop(columns="geometry"))
    heads = headings(table.columns, lang)
    if suffix == ".csv":
        write_csv(table.rename(columns=heads), file, encoding="utf-8-sig")
    elif suffix == ".xlsx":
        write_workbook(_sheets(comparison, table, lang), file)
    elif suffix == ".gpkg":
        write_layers({"moved": moved, **_tables(comparison)}, file)
    elif suffix == ".html":
        write_text(comparison.explore().get_root().render(), file)
    elif suffix == ".shp":
        write_shapefile(moved, file, lang)
    elif suffix in LAYER_FORMATS:
        write_layer(moved, file, "moved")
    else:
        raise BadInput(f"{file}: '{suffix}' isn't written; choose one of {', '.join(WRITTEN)}")


def _tables(comparison: Comparison) -> dict[str, pd.DataFrame]:
    return {"pairs": comparison.pairs, "grids": comparison.grids, "measures": comparison.measures}


def _sheets(comparison: Comparison, moved: pd.DataFrame, lang: str) -> Mapping[str, Sheet]:
    tables = {"measures": comparison.measures, "pairs": comparison.pairs, "moved": moved, "grids": comparison.grids}
    formats = FORMATS | dict.fromkeys(("A", "B", "Δ"), "#,##0.00")
    formats |= {str(name): "#,##0" for name in comparison.grids.columns[2:]}
    if lang == "zh":
        measures = comparison.measures
        tables["measures"] = measures.assign(
            measure=measures["measure"].map(MEASURES_ZH), statistic=measures["statistic"].map(_STATISTICS_ZH)
        )
    return {
        SHEETS[name] if lang == "zh" else name: Sheet(table, headings(table.columns, lang), formats)
        for name, table in tables.items()
    }
