"""Every rule of a plan as an option of `gridgeo partition`, and how options are read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from gridgeo.errors import BadInput

COUNT = "How many grids"
ALIKE = "What grids have alike"
GOAL = "What is made small"
WHERE = "Where grids may lie"
SOFT = "What is wished for softly"
"""Headings under which the help lists the options."""

Count = Annotated[
    str | None,
    typer.Option(
        "-k", help="Number of grids, or LOW:HIGH: the fewest of them that keep every rule.", rich_help_panel=COUNT
    ),
]
Households = Annotated[
    str | None,
    typer.Option(help="Households of a grid as LOW:HIGH; the count of grids follows.", rich_help_panel=COUNT),
]
Officers = Annotated[int | None, typer.Option(help="Number of officers, one grid each.", rich_help_panel=COUNT)]
OfficerHours = Annotated[
    float | None,
    typer.Option(
        help="Hours of work a month that one officer does; the fewest officers follow.", rich_help_panel=COUNT
    ),
]
Balance = Annotated[
    list[str] | None,
    typer.Option(help="MEASURE=BAND, e.g. households=0.10 or area=20000:90000; repeatable.", rich_help_panel=ALIKE),
]
Aim = Annotated[
    list[str] | None,
    typer.Option(help="Measure whose worst deviation is made small first of all; repeatable.", rich_help_panel=ALIKE),
]
Targets = Annotated[
    Path | None,
    typer.Option(
        help="CSV with seed (a unit of each grid) and a column for each measure: what that grid shall have.",
        rich_help_panel=ALIKE,
    ),
]
Goal = Annotated[
    str,
    typer.Option(
        "--objective",
        help="compactness, boundary, travel, cuts, ties, diameter or balance; 'balance,boundary' settles one before "
        "the other, 'compactness+0.5*boundary' weighs them.",
        rich_help_panel=GOAL,
    ),
]
Within = Annotated[
    str | None,
    typer.Option(
        help="Level whose areas no grid may cross, or several with commas that nest; default the whole.",
        rich_help_panel=WHERE,
    ),
]
Together = Annotated[
    Path | None, typer.Option(help="CSV unit,group: units of a group share a grid.", rich_help_panel=WHERE)
]
Apart = Annotated[
    Path | None, typer.Option(help="CSV unit_a,unit_b: the two never share a grid.", rich_help_panel=WHERE)
]
Seeds = Annotated[
    Path | None,
    typer.Option(
        help="CSV unit, or points of stations in any vector file: each in a grid of its own.", rich_help_panel=WHERE
    ),
]
Fix = Annotated[
    Path | None, typer.Option(help="CSV unit,seed: the unit lies in the grid of that seed.", rich_help_panel=WHERE)
]
Splits = Annotated[
    int | None,
    typer.Option(help="An area of --split-level lies in at most this many grids and one.", rich_help_panel=WHERE),
]
SplitLevel = Annotated[str | None, typer.Option(help="Level whose areas --splits counts.", rich_help_panel=WHERE)]
Customs = Annotated[
    Path | None,
    typer.Option(help="CSV unit,custom: neighbours of one custom stay together if they can.", rich_help_panel=SOFT),
]
PreferBorders = Annotated[
    str | None,
    typer.Option(help="roads, rivers or both with a comma: grids end there if they can.", rich_help_panel=SOFT),
]
Reach = Annotated[
    float | None, typer.Option(help="Most minutes on foot between two units of a grid.", rich_help_panel=WHERE)
]
Links = Annotated[
    Path | None,
    typer.Option(help="CSV unit_a,unit_b: one can walk between them, whatever the map says.", rich_help_panel=WHERE),
]
Barriers = Annotated[
    Path | None, typer.Option(help="More lines that can't be crossed, any vector file.", rich_help_panel=WHERE)
]


def read_wishes(options: Mapping[str, Any]) -> tuple[int | tuple[int, int] | None, dict[str, Any]]:
    """The number of grids and the keywords of `gridgeo.partition` that the command's options come to.

    Raises
    ------
    BadInput
        An option or a file of it can't be read; the message names the option.
    """
    k, counted = _count(options)
    return k, read_rules(options) | counted


def read_rules(options: Mapping[str, Any]) -> dict[str, Any]:
    """The keywords of `gridgeo.partition` that say nothing of the number of grids; options that a command lacks are none.

    Raises
    ------
    BadInput
        An option or a file of it can't be read; the message names the option.
    """
    direct = ("objective", "within", "splits", "split_level", "reach", "officer_hours")
    wishes: dict[str, Any] = {name: options[name] for name in direct if options.get(name) is not None}
    if wishes.get("within"):
        wishes["within"] = _listed(wishes["within"])
    if options.get("prefer_borders") is not None:
        wishes["prefer_borders"] = _listed(options["prefer_borders"])
    if options.get("balance"):
        wishes["balance"] = _balance(options["balance"])
    if options.get("aim"):
        wishes["aim"] = options["aim"]
    return wishes | _files(options)


def _files(options: Mapping[str, Any]) -> dict[str, Any]:
    """The wishes that stand in tables."""
    from gridgeo.sources import read_csv

    wishes: dict[str, Any] = {}
    for name in ("keep_apart", "links"):
        if options.get(name) is not None:
            wishes[name] = _pairs(options[name])
    for name, column in (("fix", "seed"), ("customs", "custom")):
        if options.get(name) is not None:
            wishes[name] = _lookup(options[name], column)
    if options.get("keep_together") is not None:
        table = _table(options["keep_together"], ("unit", "group"))
        wishes["keep_together"] = [tuple(part["unit"]) for _, part in table.groupby("group", sort=True)]
    if options.get("targets") is not None:
        _table(options["targets"], ("seed",))
        wishes["targets"] = read_csv(options["targets"])
    if options.get("seeds") is not None:
        wishes["seeds"] = _seeds(options["seeds"])
    return wishes


def _count(options: Mapping[str, Any]) -> tuple[int | tuple[int, int] | None, dict[str, Any]]:
    ways = {"-k N": "k", "--households LOW:HIGH": "households", "--officers N": "officers"}
    ways |= {"--officer-hours H": "officer_hours"}
    if options["each"] is not None:
        ways |= {"--counts FILE": "counts"}
    given = [words for words, name in ways.items() if options[name] is not None]
    grown = options["targets"] is not None or options["seeds"] is not None
    if len(given) > 1 or (not given and not grown):
        raise BadInput(
            f"say how many grids in one way: {', '.join(ways)}, or one for each row of --seeds or --targets; "
            f"given: {', '.join(given) or 'none'}"
        )
    if options["households"] is not None:
        return None, {"households": household_range(options["households"])}
    if options["k"] is not None:
        return number_or_range(options["k"]), {}
    return options["officers"], {}


def number_or_range(text: str) -> int | tuple[int, int]:
    """What `-k` says: a number of grids, or the fewest and the most."""
    ends = text.split(":")
    try:
        numbers = [int(end) for end in ends]
    except ValueError:
        numbers = []
    if len(numbers) == 1:
        return numbers[0]
    if len(numbers) == 2:
        return numbers[0], numbers[1]
    raise BadInput(f"-k {text}: write a whole number, e.g. 12, or the fewest and the most, e.g. 10:15")


def household_range(text: str) -> tuple[float, float]:
    """What `--households` says: the fewest and the most of a grid."""
    from gridgeo.plans.rules import Band

    band = Band.parse(text)
    if band.low is None or band.high is None:
        raise BadInput(f"--households {text}: write LOW:HIGH, e.g. 300:500")
    return band.low, band.high


def _balance(options: list[str]) -> dict[str, str]:
    bands: dict[str, str] = {}
    for option in options:
        name, sign, band = option.partition("=")
        if not sign:
            raise BadInput(f"--balance {option}: write MEASURE=BAND, e.g. households=0.10")
        name = name.strip()
        if name in bands:
            raise BadInput(f"--balance {option}: {name} has the band {bands[name]} already; give each measure one")
        bands[name] = band.strip()
    return bands


def _listed(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _table(path: Path, columns: tuple[str, ...]) -> Any:
    """A CSV in which none of `columns` is missing or has an empty cell."""
    from gridgeo.sources import read_csv

    table = read_csv(path)
    for column in columns:
        if column not in table.columns:
            raise BadInput(f"{path}: needs the columns {' and '.join(columns)}; '{column}' is missing")
        empty = table[column].isna()
        if empty.any():
            line = int(empty.to_numpy().argmax()) + 2
            raise BadInput(f"{path}, line {line}: {column} is empty; fill the cell or remove the line")
    return table


def _pairs(path: Path) -> list[tuple[str, str]]:
    table = _table(path, ("unit_a", "unit_b"))
    same = table["unit_a"] == table["unit_b"]
    if same.any():
        line = int(same.to_numpy().argmax()) + 2
        raise BadInput(
            f"{path}, line {line}: names unit {table['unit_a'][same].iloc[0]} twice; give two different units"
        )
    return list(zip(table["unit_a"], table["unit_b"], strict=True))


def _lookup(path: Path, column: str) -> dict[str, str]:
    """Unit → cell of `column`."""
    table = _table(path, ("unit", column))
    again = table["unit"].duplicated()
    if again.any():
        line = int(again.to_numpy().argmax()) + 2
        raise BadInput(f"{path}, line {line}: unit {table['unit'][again].iloc[0]} stands twice; keep one line of it")
    return dict(zip(table["unit"], table[column], strict=True))


def _seeds(path: Path) -> Any:
    """Units of a CSV with a column unit, else the points of a layer (a CSV with lon and lat is one)."""
    from gridgeo.sources import read_csv, read_layer

    if path.suffix.lower() != ".csv":
        return read_layer(path)
    columns = read_csv(path).columns
    if "unit" not in columns and not {"lon", "lat"} <= set(columns):
        raise BadInput(f"{path}: needs a column unit, or lon and lat of stations; it has {', '.join(columns)}")
    return _table(path, ("unit",))["unit"].tolist() if "unit" in columns else read_layer(path)
