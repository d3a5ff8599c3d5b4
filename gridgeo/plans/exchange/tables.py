"""A table of units with their grid, held against the units of a jurisdiction."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gridgeo.plans.exchange.likeness import suggestions
from gridgeo.plans.exchange.report import empty, listed


def match_table(
    table: pd.DataFrame, known: pd.Index, *, accept_suggestions: bool = False, ignore_unmatched: bool = False
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The units of `table` that a jurisdiction has, and everything that doesn't fit.

    Parameters
    ----------
    table
        `unit` and `grid`, text or missing, indexed by row of the file.
    known
        Units of the jurisdiction.
    accept_suggestions
        Read an unknown id as the one known id that it is alike to.
    ignore_unmatched
        Leave out rows of units that the jurisdiction doesn't have.

    Returns
    -------
    `matched` (`unit`, `grid`, `how`, `share`) in the order of the file, and `findings`.
    """
    blank, named, kept = _blanks(table)
    rows, strangers = _named(kept, known, accept_suggestions, ignore_unmatched)
    twice, once = _repeats(rows)
    gone = known[~known.isin(once["unit"]) & ~known.isin(twice.loc[twice["finding"] == "conflict", "unit"])]
    gone = gone[~gone.isin(named["unit"])] if len(named) else gone
    missing = listed("missing", unit=gone, text=[f"unit {unit} has no grid" for unit in gone])
    findings = pd.concat(
        [frame for frame in (missing, *strangers, twice, *blank) if len(frame)] or [empty()], ignore_index=True
    )
    return once.reset_index(drop=True), findings


def _blanks(table: pd.DataFrame) -> tuple[list[pd.DataFrame], pd.DataFrame, pd.DataFrame]:
    no_unit, no_grid = table["unit"].isna(), table["grid"].isna()
    nameless, gridless = table[no_unit & ~no_grid], table[no_grid & ~no_unit]
    found = [
        listed("blank unit", row=nameless.index, grid=nameless["grid"].to_numpy(), text="no unit is named"),
        listed("blank grid", row=gridless.index, unit=gridless["unit"].to_numpy(), text="no grid is named"),
    ]
    for frame, who, what in ((found[0], "grid", "unit"), (found[1], "unit", "grid")):
        frame["text"] = [f"{who} {name} stands without a {what}" for name in frame[who]]
    return found, gridless, table[~no_unit & ~no_grid]


def _named(table: pd.DataFrame, known: pd.Index, accept: bool, ignore: bool) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    rows = pd.DataFrame({"unit": table["unit"], "grid": table["grid"], "how": "id", "row": table.index})
    strange = ~rows["unit"].isin(known)
    if not strange.any():
        return rows, []
    near = suggestions(rows.loc[strange, "unit"], known)
    choices = rows.loc[strange, "unit"].map(near)
    told = choices.map(" or ".join)
    similar, single = choices.map(len) > 0, choices.map(len) == 1
    findings = [_similar(rows[strange][similar & ~(single & accept)], told, "similar")]
    if accept:
        findings.append(_similar(rows[strange][single], told, "corrected"))
        rows.loc[single.index[single], "how"] = "suggestion"
        rows.loc[single.index[single], "unit"] = told[single]
    unknown = rows.loc[similar.index[~similar]]
    text = [f"'{unit}' is no unit here" for unit in unknown["unit"]]
    findings.append(
        listed(
            "left out" if ignore else "unmatched",
            row=unknown["row"],
            unit=unknown["unit"],
            grid=unknown["grid"],
            text=text,
        )
    )
    return rows[rows["unit"].isin(known)], findings


def _similar(rows: pd.DataFrame, told: pd.Series, kind: str) -> pd.DataFrame:
    meant = told[rows.index]
    text = [
        f"'{unit}' was read as '{near}'" if kind == "corrected" else f"'{unit}' is no unit here; is '{near}' meant?"
        for unit, near in zip(rows["unit"], meant, strict=True)
    ]
    columns = {"row": rows["row"], "unit": rows["unit"], "grid": rows["grid"], "suggestion": meant, "text": text}
    return listed(kind, **columns)


def _repeats(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    again = rows["unit"].duplicated(keep=False)
    several = rows[again]
    differ = several.groupby("unit")["grid"].transform("nunique") > 1
    clash, same = several[differ], several[~differ & several["unit"].duplicated()]
    both = clash.groupby("unit")["grid"].agg(lambda grids: " and ".join(dict.fromkeys(grids)))
    conflict = listed(
        "conflict",
        row=clash["row"],
        unit=clash["unit"],
        grid=clash["grid"],
        text=[f"unit {unit} is given to grids {both[unit]}" for unit in clash["unit"]],
    )
    repeated = listed(
        "repeated",
        row=same["row"],
        unit=same["unit"],
        grid=same["grid"],
        text=[
            f"unit {unit} stands again with the same grid {grid}"
            for unit, grid in zip(same["unit"], same["grid"], strict=True)
        ],
    )
    once = rows[~rows["unit"].isin(clash["unit"]) & ~rows["unit"].duplicated()]
    matched = once[["unit", "grid", "how"]].assign(share=np.ones(len(once)))
    return pd.concat([frame for frame in (conflict, repeated) if len(frame)] or [empty()], ignore_index=True), matched
