"""`gridgeo partition`: draw one plan, several to choose from, a front, or plans of many places."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from gridgeo.commands import many_options as many
from gridgeo.commands import rule_options as rule
from gridgeo.commands.options import Gap, Jobs, Json, Seed, TimeLimit, beside, plan_figures, read_place, rows
from gridgeo.errors import BadInput, NoFeasiblePlan
from gridgeo.terminal import interruptible, progress, show

SEVERAL = "Several plans to choose from"

Start = Annotated[Path | None, typer.Option(help="Plan to improve: a plan file or a CSV unit,grid.")]
Alternatives = Annotated[
    int | None, typer.Option(help="Draw this many different good plans into the folder -o.", rich_help_panel=SEVERAL)
]
Front = Annotated[
    bool,
    typer.Option(
        "--front",
        help="Draw plans of every count -k LOW:HIGH and tolerance into the folder -o.",
        rich_help_panel=SEVERAL,
    ),
]
Tolerances = Annotated[
    str | None,
    typer.Option(
        help="Tolerances that --front tries, with commas; default 0.05,0.1,0.15,0.2,0.3.", rich_help_panel=SEVERAL
    ),
]
Nearest = Annotated[
    Path | None, typer.Option(help="Where no plan keeps the rules: file for the one that breaks them least.")
]
Output = Annotated[
    Path,
    typer.Option(
        "-o",
        "--output",
        help="Plan file to write (.gpkg, .csv, .geojson, .fgb, .parquet), or a folder for several plans or towns.",
    ),
]


def partition(
    context: typer.Context,
    towns: many.Towns,
    output: Output,
    k: rule.Count = None,
    households: rule.Households = None,
    officers: rule.Officers = None,
    officer_hours: rule.OfficerHours = None,
    balance: rule.Balance = None,
    aim: rule.Aim = None,
    targets: rule.Targets = None,
    objective: rule.Goal = "compactness",
    within: rule.Within = None,
    keep_together: rule.Together = None,
    keep_apart: rule.Apart = None,
    seeds: rule.Seeds = None,
    fix: rule.Fix = None,
    splits: rule.Splits = None,
    split_level: rule.SplitLevel = None,
    customs: rule.Customs = None,
    prefer_borders: rule.PreferBorders = None,
    reach: rule.Reach = None,
    links: rule.Links = None,
    barriers: rule.Barriers = None,
    each: many.Each = None,
    counts: many.Counts = None,
    jobs: Jobs = None,
    dask: many.Dask = None,
    start: Start = None,
    alternatives: Alternatives = None,
    front: Front = False,
    tolerances: Tolerances = None,
    nearest: Nearest = None,
    time_limit: TimeLimit = None,
    gap: Gap = 0.0,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Draw balanced, connected, compact grids; exit 3 with the reasons where no plan can keep the rules."""
    # Typer hands over each option by name as well; so the rules are read in one place.
    options = context.params
    many.refuse_mixed(options)
    _refuse_mixed(options)
    if len(towns) > 1 or each is not None:
        from gridgeo.commands.many import draw_each, draw_towns

        if each is None:
            draw_towns(options)
        else:
            draw_each(options, read_place(options["towns"][0], options["barriers"]))
        return
    _refuse_unwritable(options)
    try:
        plans = _draw(options)
    except NoFeasiblePlan as error:
        if nearest is not None and error.nearest is not None:
            error.nearest.to_file(nearest)
            error.reasons.append(f"the nearest plan, which breaks rules, is written to {nearest}")
        raise
    if alternatives is None and not front:
        plans[0].to_file(output)
        show(plan_figures(plans[0]) | {"file": str(output)}, as_json, _grids(plans[0]))
        return
    from gridgeo.plans.files import write_choices

    write_choices(plans, output)
    show({"plans": len(plans), "folder": str(output)}, as_json, _choices(plans))


def _refuse_mixed(options: dict[str, Any]) -> None:
    several = [
        words for words, on in (("--alternatives", options["alternatives"]), ("--front", options["front"])) if on
    ]
    if len(several) > 1:
        raise BadInput("--alternatives and --front are two questions; ask one of them")
    if several and options["start"] is not None:
        raise BadInput(f"{several[0]} searches from many starts; leave --start out")
    if options["tolerances"] is not None and not options["front"]:
        raise BadInput("--tolerances are what --front tries; give --front too, or a band with --balance")
    _tolerances(options["tolerances"])


def _refuse_unwritable(options: dict[str, Any]) -> None:
    """Refuse paths that can't be written before anything is searched for them."""
    from gridgeo.plans.files import choices_path, plan_path

    several = options["alternatives"] is not None or options["front"]
    (choices_path if several else plan_path)(options["output"])
    if options["nearest"] is not None:
        plan_path(options["nearest"])


def _draw(options: dict[str, Any]) -> list[Any]:
    from gridgeo.plans.choices import TOLERANCES, alternatives, front
    from gridgeo.plans.files import read_plan
    from gridgeo.plans.partitioning import partition as draw

    count, wishes = rule.read_wishes(options)
    place = read_place(options["towns"][0], options["barriers"])
    start = None if options["start"] is None else read_plan(options["start"], place)
    with progress() as observer, interruptible() as interrupt:
        common = {"time_limit": options["time_limit"], "seed": options["seed"], "stop": interrupt, "progress": observer}
        if options["alternatives"] is not None:
            return alternatives(place, options["alternatives"], count, **common, **wishes)
        if options["front"]:
            tried = _tolerances(options["tolerances"]) or TOLERANCES
            return [choice.plan for choice in front(place, count, tolerances=tried, **common, **wishes)]
        with beside(options["jobs"], options["time_limit"]) as executor:
            return [draw(place, count, start=start, gap=options["gap"], executor=executor, **common, **wishes)]


def _tolerances(text: str | None) -> list[float]:
    try:
        return [float(part) for part in text.split(",")] if text else []
    except ValueError:
        raise BadInput(f"--tolerances {text}: write shares with commas, e.g. 0.05,0.10,0.20") from None


def _grids(plan: Any) -> list[dict[str, Any]]:
    table = plan.grids.drop(columns=["geometry", "code", "name", "owner"])
    rounded = table.assign(
        area_m2=table["area_m2"].round().astype(int),
        difficulty=table["difficulty"].round(2),
        workload_min=table["workload_min"].round().astype(int),
    )
    return rows(rounded)


def _choices(plans: list[Any]) -> list[dict[str, Any]]:
    """What one chooses by: balance in percent, and the objectives; the file plans.csv has every figure."""
    from gridgeo.plans.plan import choice_table

    table, rules = choice_table(plans), plans[0].rules
    told = table[["plan", "k"]].copy()
    for name in dict.fromkeys((*rules.balance, *rules.aim)):
        told[f"{name}_off"] = [f"{value:.1%}" for value in table[f"{name}_worst_deviation"]]
    for objective in dict.fromkeys((*(str(term.objective) for term in rules.terms), "compactness", "boundary")):
        if objective != "balance":
            told[objective] = table[objective]
    told["gap"] = ["–" if value != value else f"{value:.1%}" for value in table["gap"].astype(float)]
    return rows(told)
