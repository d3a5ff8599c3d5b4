"""What columns are called: where a plan's columns are looked for, and how they are headed in two languages."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from gridgeo.errors import BadInput
from gridgeo.sources.tables import HEADINGS

UNIT_NAMES = ("unit", "unit_id", "unitid", "单元", "单元编号", "单元编码", "单元代码", "基本单元")
GRID_NAMES = ("grid", "grid_id", "gridid", "网格", "网格编号", "网格编码", "网格代码", "所属网格")

IDENTITY_NAMES: Mapping[str, tuple[str, ...]] = {
    "code": ("grid_code", "网格编码", "网格代码"),
    "name": ("grid_name", "网格名称"),
    "owner": ("grid_owner", "网格负责人", "网格长"),
}
"""Where a table of units says what its grids are called; `code`, `name` and `owner` alone may be those of the unit."""

GRID_IDENTITY_NAMES: Mapping[str, tuple[str, ...]] = {
    "code": ("code", "编码", "登记编码", *IDENTITY_NAMES["code"]),
    "name": ("name", "名称", *IDENTITY_NAMES["name"]),
    "owner": ("owner", "负责人", *IDENTITY_NAMES["owner"]),
}
"""Where a table of grids says it."""

CHINESE: Mapping[str, str] = {
    "unit": "单元",
    "grid": "网格",
    "code": "编码",
    "name": "名称",
    "owner": "负责人",
    "grid_code": "网格编码",
    "grid_name": "网格名称",
    "grid_owner": "网格负责人",
    "area": "所属区域",
    "units": "单元数",
    "kind": "类型",
    "households": "户数",
    "area_m2": "面积（平方米）",
    "difficulty": "难易程度",
    "workload_min": "工作量（分钟/月）",
    "compactness": "紧凑度",
    "measure": "指标",
    "statistic": "统计量",
    "total": "合计",
    "mean": "平均",
    "min": "最小",
    "max": "最大",
    "cv": "变异系数",
    "gini": "基尼系数",
    "worst_deviation": "最大偏差",
    "households_deviation": "户数偏差",
    "area_deviation": "面积偏差",
    "difficulty_deviation": "难易程度偏差",
    "workload_deviation": "工作量偏差",
    "item": "项目",
    "value": "内容",
    "field": "字段",
    "column": "列",
    "meaning": "说明",
    "from": "原网格",
    "to": "新网格",
    "A": "甲",
    "B": "乙",
    "Δ": "变化",
    "state": "状态",
    "households_out": "迁出户数",
    "households_in": "迁入户数",
    "workload_A": "工作量甲",
    "workload_B": "工作量乙",
    "workload_Δ": "工作量变化",
    "difficulty_A": "难易程度甲",
    "difficulty_B": "难易程度乙",
    "difficulty_Δ": "难易程度变化",
    "area_A": "面积甲",
    "area_B": "面积乙",
    "area_Δ": "面积变化",
    "households_A": "户数甲",
    "households_B": "户数乙",
    "households_Δ": "户数变化",
}
"""Headings in Chinese, by column."""

SHEETS: Mapping[str, str] = {
    "grids": "网格登记表",
    "assignment": "单元分配",
    "measures": "均衡指标",
    "plan": "方案",
    "moved": "变动单元",
    "pairs": "网格间变动",
}
"""Names of sheets in Chinese."""

LANGUAGES = ("en", "zh")


def headings(columns: Iterable[str], lang: str) -> dict[str, str]:
    """What stands above each of `columns` in the language ``en`` or ``zh``.

    Raises
    ------
    BadInput
        It is another language.
    """
    if lang not in LANGUAGES:
        raise BadInput(f"no headings in '{lang}'; choose {' or '.join(LANGUAGES)}")
    return {name: CHINESE.get(name, name) if lang == "zh" else name for name in columns}


def find_column(columns: Sequence[str], given: str | None, known: Sequence[str], option: str) -> str | None:
    """The column that holds what is looked for: `given` where it is named, else the first of `known`, in any case and width.

    Raises
    ------
    BadInput
        The column that is named isn't there; the message names the nearest.

    Examples
    --------
    >>> find_column(["ID", "网格"], None, GRID_NAMES, "--grid-column"), find_column(["a"], None, GRID_NAMES, "")
    ('网格', None)
    """
    by_key = {plain(name): name for name in reversed(columns)}
    wanted = known if given is None else (given, HEADINGS.get(given.strip(), given))
    for name in wanted:
        if plain(name) in by_key:
            return by_key[plain(name)]
    if given is None:
        return None
    near = difflib.get_close_matches(given, columns, n=1, cutoff=0.5)
    hint = f"did you mean '{near[0]}'? it" if near else "it"
    raise BadInput(f"there is no column '{given}' ({option}); {hint} has {', '.join(columns)}")


def plain(text: str) -> str:
    """A heading without outer space, in lower case, full-width letters made narrow."""
    return unicodedata.normalize("NFKC", str(text)).strip().casefold()


def as_text(column: pd.Series) -> pd.Series:
    """Identifiers as text on the caller's index: whole numbers without a point, empty cells missing.

    Examples
    --------
    >>> as_text(pd.Series([7.0, None, 8.0])).tolist(), as_text(pd.Series(["007", " "])).tolist()
    (['7', nan, '8'], ['007', nan])
    """
    values = column
    if column.dtype.kind == "f":
        whole = column.notna() & (column % 1 == 0) & (column.abs() < 2**53)
        text = column.astype("object")
        text[whole] = column[whole].astype("int64").astype("object")
        values = text
    gone = values.isna()
    tidy = values.astype("object").where(~gone, "").astype("str")
    return tidy.mask(gone | (tidy.str.strip() == ""), np.nan)
