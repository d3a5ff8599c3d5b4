"""`gridgeo redraw`: draw a plan in force anew, moving as few households as the new rules allow."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from gridgeo.commands import rule_options as rule
from gridgeo.commands.carrying import carried_figures, carried_rows, show_carried, take_plan
from gridgeo.commands.options import CarryOver, Gap, Json, OldTown, PlanFile, Seed, TimeLimit, Town, deviations, rows
from gridgeo.errors import BadInput
from gridgeo.terminal import interruptible, progress, show

STAYS = "What stays as it is"

Output = Annotated[
    Path | None,
    typer.Option(
        "-o", "--output", help="Plan file to write (.gpkg, .csv, .geojson, .fgb, .parquet); needless with --pareto."
    ),
]
Count = Annotated[
    str | None,
    typer.Option(
        "-k",
        help="Number of grids, or LOW:HIGH: the fewest of them that keep every rule; as many as there are if not set.",
        rich_help_panel=rule.COUNT,
    ),
]
Fewest = Annotated[
    bool,
    typer.Option(
        "--fewest",
        help="As few grids as none is above what it may hold: --officer-hours, --households or a range of --balance.",
        rich_help_panel=rule.COUNT,
    ),
]
Officers = Annotated[
    int | None,
    typer.Option(help="So many grids more than there are, e.g. +1, or fewer, e.g. -2.", rich_help_panel=rule.COUNT),
]
OfficerHours = Annotated[
    float | None,
    typer.Option(help="Hours of work a month that one officer, with one grid, does.", rich_help_panel=rule.COUNT),
]
Households = Annotated[str | None, typer.Option(help="Households of a grid as LOW:HIGH.", rich_help_panel=rule.ALIKE)]
MaxMoved = Annotated[
    float | None,
    typer.Option(
        "--max-moved-households",
        help="Most households that may be moved, as a share of all, e.g. 0.05.",
        rich_help_panel=STAYS,
    ),
]
Lock = Annotated[
    list[str] | None,
    typer.Option(
        help="Grid (identifier, code or name) that keeps exactly its units; repeatable.", rich_help_panel=STAYS
    ),
]
LockUnit = Annotated[
    list[str] | None, typer.Option(help="Unit that stays in its grid; repeatable.", rich_help_panel=STAYS)
]
Areas = Annotated[
    list[str] | None,
    typer.Option(
        help="Area (identifier or name) that is drawn anew; all outside stays. Repeatable; everything if not set.",
        rich_help_panel=STAYS,
    ),
]
Price = Annotated[
    float | None,
    typer.Option(
        help="What moving one household is worth in the unit of --objective, which is then traded against moves.",
        rich_help_panel=rule.GOAL,
    ),
]
Goal = Annotated[
    str | None,
    typer.Option(
        "--objective",
        help="compactness, boundary, cuts, ties or balance, or a weighed sum; the plan's own if not set.",
        rich_help_panel=rule.GOAL,
    ),
]
Without = Annotated[
    list[str] | None,
    typer.Option(
        help="Rule of the plan in force that is lifted, e.g. reach or keep_together; repeatable.",
        rich_help_panel=STAYS,
    ),
]
Pareto = Annotated[
    Path | None,
    typer.Option(
        help="Folder for plans of every count -k LOW:HIGH and tolerance, with the table choices.csv.",
        rich_help_panel="Several plans to choose from",
    ),
]
Tolerances = Annotated[
    str | None,
    typer.Option(
        help="Tolerances that --pareto tries, with commas; default 0.1,0.2,0.35.",
        rich_help_panel="Several plans to choose from",
    ),
]
OfficerCost = Annotated[
    float | None,
    typer.Option(
        help="What the officers of one grid cost, for the column cost of --pareto; 1 if not set.",
        rich_help_panel="Several plans to choose from",
    ),
]
Moves = Annotated[Path | None, typer.Option(help="CSV to write with every moved unit: unit,from,to,households.")]


def redraw(
    context: typer.Context,
    town: Town,
    plan: PlanFile,
    output: Output = None,
    k: Count = None,
    fewest: Fewest = False,
    officers: Officers = None,
    officer_hours: OfficerHours = None,
    households: Households = None,
    balance: rule.Balance = None,
    targets: rule.Targets = None,
    max_moved_households: MaxMoved = None,
    lock: Lock = None,
    lock_unit: LockUnit = None,
    areas: Areas = None,
    objective: Goal = None,
    price: Price = None,
    within: rule.Within = None,
    keep_together: rule.Together = None,
    keep_apart: rule.Apart = None,
    seeds: rule.Seeds = None,
    fix: rule.Fix = None,
    splits: rule.Splits = None,
    split_level: rule.SplitLevel = None,
    reach: rule.Reach = None,
    customs: rule.Customs = None,
    prefer_borders: rule.PreferBorders = None,
    links: rule.Links = None,
    without: Without = None,
    pareto: Pareto = None,
    tolerances: Tolerances = None,
    officer_cost: OfficerCost = None,
    moves: Moves = None,
    carry_over: CarryOver = False,
    old_town: OldTown = None,
    time_limit: TimeLimit = None,
    gap: Gap = 0.0,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Draw a plan in force anew: every rule holds and as few households as possible change their grid; exit 3 if none can."""
    options = context.params
    _refuse_mixed(options)
    _refuse_unwritable(options)
    if pareto is not None:
        _several(options, pareto)
        return
    assert output is not None
    redrawn, carried = _draw(options)
    redrawn.to_file(output)
    if moves is not None:
        from gridgeo.sources import write_csv

        write_csv(redrawn.moved, moves)
    told = redrawn.figures() | deviations(redrawn.plan) | carried_figures(carried) | {"file": str(output)}
    show(told | (carried_rows(carried) if as_json else {}), as_json, rows(redrawn.moves), title="Moves")
    if not as_json:
        show_carried(carried)


def _refuse_mixed(options: dict[str, Any]) -> None:
    if options["pareto"] is None:
        if options["output"] is None:
            raise BadInput("say where the new plan is written, with -o FILE, or ask for several with --pareto FOLDER")
        for name in ("tolerances", "officer_cost"):
            if options[name] is not None:
                raise BadInput(f"--{name.replace('_', '-')} belongs to --pareto; give --pareto FOLDER too")
        return
    for name in ("output", "price", "officers", "max_moved_households", "moves"):
        if options[name] is not None:
            raise BadInput(f"--pareto draws several plans into its folder; leave --{name.replace('_', '-')} out")
    if options["fewest"] or options["k"] is None:
        raise BadInput("--pareto tries several numbers of grids; say which with -k LOW:HIGH, without --fewest")


def _refuse_unwritable(options: dict[str, Any]) -> None:
    """Refuse paths that can't be written before anything is searched for them."""
    from gridgeo.plans.files import plan_path
    from gridgeo.plans.redraw_choices import pareto_path
    from gridgeo.sources import writable

    if options["pareto"] is not None:
        pareto_path(options["pareto"])
        return
    plan_path(options["output"])
    if options["moves"] is not None:
        writable(options["moves"])


def _asked(options: dict[str, Any]) -> tuple[Any, Any, Any, Any, dict[str, Any]]:
    """Place, plan in force, what was carried over of it, number of grids and wishes of the options."""
    from gridgeo.sources import read_jurisdiction

    wishes = rule.read_rules(options)
    if options["households"] is not None:
        wishes["households"] = rule.household_range(options["households"])
    place = read_jurisdiction(options["town"])
    count = None if options["k"] is None else rule.number_or_range(options["k"])
    plan, carried = take_plan(options["plan"], place, options["carry_over"], options["old_town"])
    return place, plan, carried, count, wishes


def _draw(options: dict[str, Any]) -> tuple[Any, Any]:
    from gridgeo.plans.redrawing import redraw as draw

    place, plan, carried, count, wishes = _asked(options)
    with progress() as observer, interruptible() as interrupt:
        redrawn = draw(
            place,
            plan,
            count,
            fewest=options["fewest"],
            officers=options["officers"] or 0,
            max_moved=options["max_moved_households"],
            lock=options["lock"] or (),
            lock_units=options["lock_unit"] or (),
            areas=options["areas"] or (),
            without=options["without"] or (),
            price=options["price"],
            time_limit=options["time_limit"],
            gap=options["gap"],
            seed=options["seed"],
            stop=interrupt,
            progress=observer,
            **wishes,
        )
    return redrawn, carried


def _several(options: dict[str, Any], folder: Path) -> None:
    from gridgeo.plans.redraw_choices import TOLERANCES, pareto_table, write_pareto
    from gridgeo.plans.redraw_choices import pareto as draw

    place, plan, carried, count, wishes = _asked(options)
    ends = (count, count) if isinstance(count, int) else count
    with progress() as observer, interruptible() as interrupt:
        choices = draw(
            place,
            plan,
            ends,
            tolerances=_shares(options["tolerances"]) or TOLERANCES,
            officer_cost=1.0 if options["officer_cost"] is None else options["officer_cost"],
            lock=options["lock"] or (),
            lock_units=options["lock_unit"] or (),
            areas=options["areas"] or (),
            without=options["without"] or (),
            time_limit=options["time_limit"],
            seed=options["seed"],
            stop=interrupt,
            progress=observer,
            **wishes,
        )
    write_pareto(choices, folder)
    told = {"plans": len(choices), "folder": str(folder)} | carried_figures(carried)
    show(told, options["as_json"], rows(pareto_table(choices)), title="Choices")


def _shares(text: str | None) -> list[float]:
    try:
        return [float(part) for part in text.split(",")] if text else []
    except ValueError:
        raise BadInput(f"--tolerances {text}: write shares with commas, e.g. 0.1,0.2") from None
