"""`gridgeo dispatch`: who goes to which case. `gridgeo simulate`: what policies and plans come to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gridgeo.commands.options import Json, Mode, PlanFile, Seed, Town, rows
from gridgeo.commands.simulate_options import (
    After,
    Against,
    Cases,
    Days,
    Demand,
    Officers,
    Offline,
    Output,
    PassOn,
    PerDay,
    Policies,
    Predict,
)
from gridgeo.errors import BadInput
from gridgeo.terminal import err, progress, show, show_table

if TYPE_CHECKING:
    import pandas as pd

Zone = Annotated[str, typer.Option(help="Local time zone, e.g. Asia/Shanghai.")]
LimitMin = Annotated[
    float, typer.Option("--limit", min=0.0, help="Minutes from report to arrival after which a case is late.")
]
Handling = Annotated[float, typer.Option(min=0.0, help="Minutes on the spot on average.")]


def dispatch(
    town: Town,
    plan: PlanFile,
    cases: Annotated[
        Path,
        typer.Argument(
            help="Table or layer case,lon,lat[,reported,limit_min,urgency,skills,persons].", metavar="CASES"
        ),
    ],
    officers: Annotated[
        Path,
        typer.Argument(
            help="Table officer,grid[,lon,lat,fix_at,open_cases,skills,mode,from,to,weekdays,leave].",
            metavar="OFFICERS",
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="File for who goes, all candidates and reasons (.gpkg, .geojson)."),
    ] = None,
    policy: Annotated[
        str, typer.Option(help="together, owner, nearest, coverage, farsighted or farsighted-together.")
    ] = "together",
    at: Annotated[
        str | None, typer.Option(help="Moment of the decision, e.g. 2026-11-28T09:30; now if not set.")
    ] = None,
    zone: Zone = "UTC",
    room: Annotated[int, typer.Option(min=1, help="Cases that an officer may be given at once, by 'together'.")] = 1,
    busy: Annotated[
        float, typer.Option(min=0.0, help="Minutes by which each case in hand puts an officer back.")
    ] = 0.0,
    limit: LimitMin = 30.0,
    fix_age: Annotated[
        float | None, typer.Option(min=0.0, help="Minutes after which a position is too old to be sent from.")
    ] = None,
    most_open: Annotated[
        int | None, typer.Option(min=0, help="Cases in hand with which an officer isn't sent any more.")
    ] = None,
    mode: Mode = "foot",
    as_json: Json = False,
) -> None:
    """Decide who goes to which case: the earliest possible worst arrival first, then the least total; tell why."""
    from gridgeo.dispatch import Choice, send
    from gridgeo.plans.files import read_plan
    from gridgeo.sources import check_ending, read_jurisdiction

    if output is not None:
        check_ending(output)
    choice = Choice(
        policy=policy,
        room=room,
        busy_min=busy,
        limit_min=limit,
        fix_age_min=fix_age,
        open_cases=most_open,
        mode=mode,
    )
    drawn = read_plan(plan, read_jurisdiction(town))
    found = send(drawn, _table(cases), _table(officers), at=at, zone=zone, choice=choice)
    figures = found.figures()
    if output is not None:
        found.to_file(output)
        figures |= {"file": str(output)}
    table = rows(found.sent.drop(columns="geometry").astype(object).where(found.sent.notna(), None))
    if as_json:
        more = {"candidates": rows(found.candidates), "not_offered": rows(found.not_offered)}
        show(figures | more, True, table)
        return
    show(figures, False, table, title="Who goes")


def simulate(
    town: Town,
    plan: PlanFile,
    against: Against = None,
    predict: Predict = False,
    policy: Policies = None,
    cases: Cases = None,
    officers: Officers = None,
    per_day: PerDay = 50.0,
    days: Days = 28.0,
    limit: LimitMin = 30.0,
    handling: Handling = 20.0,
    demand: Demand = "households",
    after: After = "on the way",
    pass_on: PassOn = False,
    offline: Offline = False,
    mode: Mode = "foot",
    zone: Zone = "UTC",
    seed: Seed = 0,
    output: Output = None,
    as_json: Json = False,
) -> None:
    """Replay or predict cases under a plan: response, lateness, load by policy; with --against, what a re-drawing changes."""
    from gridgeo.coverage.times import zone_of
    from gridgeo.dispatch import Work
    from gridgeo.plans.files import read_plan
    from gridgeo.sources import check_ending, read_jurisdiction

    if after not in ("on the way", "home first", "at home", "stays"):
        raise BadInput(f"--after {after}: choose 'on the way', 'home first', 'at home' or 'stays'")
    if offline and predict:
        raise BadInput("--offline belongs to a simulation; leave --predict out")
    if cases is not None and predict:
        raise BadInput("--cases belongs to a simulation; leave --predict out, or give --per-day instead")
    if predict and zone != "UTC":
        raise BadInput("--zone is for shifts and logs, which --predict doesn't look at; leave one of them out")
    if predict and after in ("at home", "stays"):
        raise BadInput(f"--after '{after}' belongs to a simulation; --predict knows 'on the way' and 'home first'")
    zone_of(zone)
    if output is not None:
        check_ending(output)
    work = Work(
        per_day=per_day,
        limit_min=limit,
        handling_min=handling,
        days=days,
        seed=seed,
        after=after,  # type: ignore[arg-type]
        queue=not pass_on,
        mode=mode,
        demand=demand,
    )
    place = read_jurisdiction(town)
    plans = [read_plan(path, place) for path in (plan, against) if path is not None]
    crew = None if officers is None else _table(officers)
    names = policy or (["owner"] if predict or against else ["owner", "nearest", "coverage", "farsighted"])
    if predict:
        _predicted(plans, crew, names, work, output, as_json)
    else:
        log = None if cases is None else _table(cases)
        _simulated(plans, crew, names, work, log, zone, offline, output, as_json)


def _predicted(
    plans: list[Any], crew: pd.DataFrame | None, names: list[str], work: Any, output: Path | None, as_json: bool
) -> None:
    from gridgeo.dispatch import compare_response, predict_response
    from gridgeo.sources import write_answer

    if names not in (["owner"], ["nearest"]):
        raise BadInput("the queueing model knows the policies owner and nearest; simulate the others")
    first = names == ["owner"]
    if len(plans) == 2:
        measures, areas = compare_response(*plans, work=work, officers=(crew, crew), owner_first=first)
        if as_json:
            show({"measures": rows(measures), "areas": rows(areas)}, True)
            return
        show({}, False, rows(measures), title="Predicted: A / B / Δ")
        show_table(rows(areas), "Minutes of response by area")
        return
    told = predict_response(plans[0], work=work, officers=crew, owner_first=first)
    figures = dict(told.figures)
    if output is not None:
        write_answer({"grids": told.grids}, told.figures, output)
        figures |= {"file": str(output)}
    show(figures, as_json, rows(told.grids.drop(columns="geometry")), title="Predicted by grid")


def _simulated(
    plans: list[Any],
    crew: pd.DataFrame | None,
    names: list[str],
    work: Any,
    log: pd.DataFrame | None,
    zone: str,
    offline: bool,
    output: Path | None,
    as_json: bool,
) -> None:
    from gridgeo.dispatch import simulate_response

    with progress() as observer:
        found = [
            simulate_response(
                one, names, work=work, officers=crew, cases=log, zone=zone, offline=offline, progress=observer
            )
            for one in plans
        ]
    figures = found[0].figures()
    if output is not None:
        found[0].to_file(output)
        figures |= {"file": str(output)}
    if len(found) == 1:
        told = found[0].policies if as_json else found[0].policies.drop(columns=["cases", "served", "late", "turned"])
        show(figures, as_json, rows(told), title="By policy")
        return
    table = _against(found[0].policies, found[1].policies)
    if output is not None:
        err.print("gridgeo: the file holds plan A alone", soft_wrap=True, markup=False)
    show(figures, as_json, table, title="A / B / Δ")


def _against(a: pd.DataFrame, b: pd.DataFrame) -> list[dict[str, Any]]:
    """One row a policy and measure."""
    told = []
    for (_, one), (_, two) in zip(a.iterrows(), b.iterrows(), strict=True):
        for name in ("mean_min", "p50_min", "p90_min", "late_share", "mean_load", "highest_load"):
            left, right = float(one[name]), float(two[name])
            told.append({"policy": one["policy"], "measure": name, "A": left, "B": right, "Δ": round(right - left, 4)})
    return told


def _table(path: Path) -> pd.DataFrame:
    from gridgeo.sources import read_csv, read_layer

    return read_csv(path) if path.suffix.lower() == ".csv" else read_layer(path)
