"""The `gridgeo` command. Exit status: 0 done, 1 failed, 2 bad usage or input, 3 no feasible answer.

Other packages add commands through the entry-point group ``gridgeo.commands``: a function that is given the
typer application.
"""

from __future__ import annotations

import os
import sys
import traceback
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, Any

import typer

from gridgeo import __version__
from gridgeo.bench import bench_app
from gridgeo.errors import BadInput, NoFeasiblePlan
from gridgeo.terminal import err, interruptible, out, progress, show
from gridgeo_solvers.errors import BadProblem, Infeasible

app = typer.Typer(
    name="gridgeo",
    help="Draw balanced grids, route patrols and visits over real streets, and serve them on a live map.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
solve_app = typer.Typer(help="Solve a published benchmark instance.", no_args_is_help=True)
app.add_typer(solve_app, name="solve")
app.add_typer(bench_app, name="bench")

Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Seed = Annotated[int, typer.Option(help="The same input, seed and versions give the same answer.")]
TimeLimit = Annotated[
    float | None, typer.Option(min=0.1, help="Seconds of search at the most; without it the search ends by itself.")
]
Mode = Annotated[str, typer.Option(help="foot, ebike or car.")]
Shift = Annotated[float, typer.Option(min=1.0, help="Minutes of a shift.")]
Town = Annotated[Path, typer.Argument(help="Jurisdiction file, made by 'gridgeo import'.", metavar="TOWN.gpkg")]
Towns = Annotated[
    list[Path], typer.Argument(help="Jurisdiction files, made by 'gridgeo import'.", metavar="TOWN.gpkg...")
]
PlanFile = Annotated[Path, typer.Argument(help="Plan file, made by 'gridgeo partition', or a CSV unit,grid.")]


@app.callback(invoke_without_command=True)
def _main(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        out.print(f"gridgeo {__version__}")
        raise typer.Exit


@app.command("import")
def import_(
    source: Annotated[
        Path, typer.Argument(help="OpenStreetMap extract (.osm.pbf, .osm, .osm.gz) or a folder of layers.")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="Jurisdiction file to write (.gpkg, or a folder).")],
    boundary: Annotated[Path | None, typer.Option(help="Outline of the jurisdiction, any vector file.")] = None,
    households: Annotated[
        str, typer.Option(help="'estimate', or a table building|unit|lon,lat + households.")
    ] = "estimate",
    levels: Annotated[str | None, typer.Option(help="Names of administrative levels, e.g. 8=town,10=quarter.")] = None,
    as_json: Json = False,
) -> None:
    """Make a jurisdiction from a map: boundary, areas, units, buildings, streets, barriers."""
    from gridgeo.importing import import_osm
    from gridgeo.sources import read_households, read_jurisdiction, read_layer, write_jurisdiction

    table = None if households == "estimate" else read_households(households)
    outline = None if boundary is None else read_layer(boundary)
    if source.is_dir():
        town = read_jurisdiction(source)
    else:
        with progress() as observer:
            town = import_osm(source, boundary=outline, households=table, levels=_levels(levels), progress=observer)
    write_jurisdiction(town, output)
    show(_town_figures(town) | {"file": str(output)}, as_json)


@app.command()
def partition(
    towns: Towns,
    output: Annotated[
        Path,
        typer.Option(
            "-o",
            "--output",
            help="Plan file to write (.gpkg, .csv, .geojson, .fgb, .parquet); a folder for the plans of several towns.",
        ),
    ],
    k: Annotated[int | None, typer.Option("-k", help="Number of grids.")] = None,
    households: Annotated[
        str | None, typer.Option(help="Households of a grid as LOW:HIGH; the count of grids follows.")
    ] = None,
    officers: Annotated[int | None, typer.Option(help="Number of officers, one grid each.")] = None,
    balance: Annotated[
        list[str] | None, typer.Option(help="MEASURE=BAND, e.g. households=0.10 or area=20000:90000; repeatable.")
    ] = None,
    objective: Annotated[str, typer.Option(help="compactness, boundary or travel.")] = "compactness",
    within: Annotated[
        str | None, typer.Option(help="Level whose areas no grid may cross; default the whole jurisdiction.")
    ] = None,
    keep_together: Annotated[Path | None, typer.Option(help="CSV unit,group: units of a group share a grid.")] = None,
    each: Annotated[
        str | None,
        typer.Option(help="Level whose areas are each partitioned by themselves, in parallel, into one plan."),
    ] = None,
    counts: Annotated[Path | None, typer.Option(help="CSV area,k: number of grids of each area, for --each.")] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Processes for --each or several towns; one a processor if not set.")
    ] = None,
    dask: Annotated[
        str | None,
        typer.Option(help="Address of a Dask scheduler whose workers solve instead, e.g. tcp://10.0.0.5:8786."),
    ] = None,
    barriers: Annotated[Path | None, typer.Option(help="More lines that can't be crossed, any vector file.")] = None,
    time_limit: TimeLimit = None,
    gap: Annotated[float, typer.Option(min=0.0, help="Relative gap at which the search may end.")] = 0.0,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Draw balanced, connected, compact grids; exit 3 with the reasons where no plan can keep the rules."""
    count, band = _one_count(k, households, officers, counts if each is not None else None)
    wish: dict[str, Any] = {
        "households": band,
        "balance": _balance(balance),
        "objective": objective,
        "time_limit": time_limit,
        "gap": gap,
        "seed": seed,
    }
    at_work = {"jobs": jobs, "dask": dask}
    if len(towns) > 1:
        single = {"--each": each, "--keep-together": keep_together, "--barriers": barriers}
        _refuse_beside("several towns", single)
        _draw_many(towns, output, count, wish | {"within": within}, at_work, as_json)
        return
    place, together = _place(towns[0], barriers, keep_together)
    wish["keep_together"] = together
    if each is None:
        _refuse_beside("one town without --each", {"--jobs": jobs, "--dask": dask, "--counts": counts})
        _draw(place, output, count, wish | {"within": within}, as_json)
    else:
        _refuse_beside("--each", {"--within": within})
        _draw_each(place, each, output, count if counts is None else _area_counts(counts), wish, at_work, as_json)


@app.command()
def check(town: Town, plan: PlanFile, as_json: Json = False) -> None:
    """Judge a plan: count, contiguity, nesting, balance, tiling, sums; exit 3 if a hard rule is broken."""
    from gridgeo.plans.files import read_plan
    from gridgeo.plans.judging import RULES
    from gridgeo.plans.judging import check as judge
    from gridgeo.sources import read_jurisdiction

    place = read_jurisdiction(town)
    drawn = read_plan(plan, place)
    verdict = judge(place, drawn)
    faults = [{"rule": f.rule, "grid": f.grid, "text": f.text} for f in verdict.faults]
    broken = {fault.rule for fault in verdict.faults}
    result = {rule.replace(" ", "_"): "broken" if rule in broken else "holds" for rule in RULES}
    show({"ok": verdict.ok} | result | _deviations(drawn), as_json, faults, title="Broken rules")
    if not verdict.ok:
        raise typer.Exit(3)


@app.command()
def compare(
    town: Town,
    before: Annotated[Path, typer.Argument(help="Plan to start from.")],
    after: Annotated[Path, typer.Argument(help="Plan to compare with it.")],
    as_json: Json = False,
) -> None:
    """Tell what moved between two plans, for how many households, and every measure A / B / Δ."""
    from gridgeo.plans.files import read_plan
    from gridgeo.sources import read_jurisdiction

    place = read_jurisdiction(town)
    a, b = read_plan(before, place), read_plan(after, place)
    moved = a.diff(b)
    flows = moved.groupby(["from", "to"]).agg(units=("unit", "size"), households=("households", "sum")).reset_index()
    total = int(place.units["households"].sum())
    result: dict[str, Any] = {
        "units_moved": len(moved),
        "households_moved": int(moved["households"].sum()),
        "share_moved": float(moved["households"].sum()) / total if total else 0.0,
    }
    for name, old in a.worst_deviation().items():
        new = b.worst_deviation()[str(name)]
        result[f"{name}_worst_deviation"] = {"A": round(old, 4), "B": round(new, 4), "Δ": round(new - old, 4)}
    result["grids"] = {"A": a.assignment.nunique(), "B": b.assignment.nunique()}
    show(result, as_json, _rows(flows), title="Moves")


@app.command()
def patrol(
    town: Town,
    plan: PlanFile,
    output: Annotated[Path, typer.Option("-o", "--output", help="Routes file to write (.gpkg, .geojson).")],
    mode: Mode = "foot",
    shift: Shift = 240.0,
    speed: Annotated[
        float | None, typer.Option(min=0.1, help="Kilometres an hour while covering a street; 4 on foot if not set.")
    ] = None,
    stations: Annotated[
        Path | None, typer.Option(help="Points with a column grid where patrols begin and end, any vector file.")
    ] = None,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Route a patrol over every street of every grid, split by shift."""
    from gridgeo.plans.files import read_plan
    from gridgeo.routes import patrol_routes
    from gridgeo.sources import read_jurisdiction, read_layer

    drawn = read_plan(plan, read_jurisdiction(town))
    with progress() as observer:
        routes = patrol_routes(
            drawn,
            mode=mode,
            shift_min=shift,
            patrol_kmh=speed,
            stations=None if stations is None else read_layer(stations),
            seed=seed,
            progress=observer,
        )
    routes.to_file(output)
    show(routes.figures() | {"file": str(output)}, as_json, _rows(routes.summary()))


@app.command()
def visits(
    town: Town,
    plan: PlanFile,
    doors: Annotated[Path, typer.Argument(help="Table door,lon,lat,minutes[,from,to,name].", metavar="VISITS.csv")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Routes file to write (.gpkg, .geojson).")],
    mode: Mode = "foot",
    shift: Shift = 240.0,
    shift_from: Annotated[str, typer.Option(help="Time of day at which the shift begins, HH:MM.")] = "08:00",
    rounds: Annotated[
        int | None, typer.Option(min=1, help="Most rounds for a grid; as many as the doors need if not set.")
    ] = None,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Plan visit rounds to a list of doors, within windows and shifts."""
    from gridgeo.plans.files import read_plan
    from gridgeo.routes import visit_routes
    from gridgeo.sources import read_csv, read_jurisdiction

    drawn = read_plan(plan, read_jurisdiction(town))
    with progress() as observer:
        routes = visit_routes(
            drawn,
            read_csv(doors),
            mode=mode,
            shift_min=shift,
            shift_from=shift_from,
            rounds=rounds,
            seed=seed,
            progress=observer,
        )
    routes.to_file(output)
    show(routes.figures() | {"file": str(output)}, as_json, _rows(routes.summary()))


@app.command()
def report(
    town: Town,
    plan: PlanFile,
    output: Annotated[Path, typer.Option("-o", "--output", help="Page to write (.html).")],
    patrols: Annotated[Path | None, typer.Option(help="Patrol routes to add.")] = None,
    visit_rounds: Annotated[Path | None, typer.Option("--visits", help="Visit rounds to add.")] = None,
    lang: Annotated[str, typer.Option(help="en or zh.")] = "en",
    as_json: Json = False,
) -> None:
    """Write a plan's figures and map as one page that needs no internet."""
    from gridgeo.plans.files import read_plan
    from gridgeo.reports import write_report
    from gridgeo.routes import read_routes
    from gridgeo.sources import read_jurisdiction

    drawn = read_plan(plan, read_jurisdiction(town))
    routes = [read_routes(path) for path in (patrols, visit_rounds) if path is not None]
    write_report(drawn, output, routes=routes, lang=lang)
    show({"file": str(output)}, as_json)


@app.command()
def export(
    town: Town,
    plan: PlanFile,
    output: Annotated[
        Path, typer.Option("-o", "--output", help="File to write: .csv .geojson .fgb .parquet .shp .gpkg .html")
    ],
    as_json: Json = False,
) -> None:
    """Write a plan in another format; .html is an offline folium map."""
    from gridgeo.plans.files import read_plan
    from gridgeo.sources import read_jurisdiction, write_text

    drawn = read_plan(plan, read_jurisdiction(town))
    if output.suffix.lower() == ".html":
        write_text(drawn.explore().get_root().render(), output)
    else:
        drawn.to_file(output)
    show({"file": str(output)}, as_json)


@solve_app.command("partition")
def solve_partition(
    instance: Annotated[Path, typer.Argument(help="Instance in the benchmark format.", metavar="INSTANCE.json")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Solution file to write.")],
    objective: Annotated[str, typer.Option(help="compactness or boundary.")] = "compactness",
    time_limit: TimeLimit = None,
    gap: Annotated[float, typer.Option(min=0.0, help="Relative gap at which the search may end.")] = 0.0,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Partition a published instance: contiguous, balanced, compact."""
    from gridgeo.sources import read_json, write_json
    from gridgeo_solvers.partition import read_instance, solve, write_solution

    problem = read_instance(read_json(instance), objective)
    with progress() as observer, interruptible() as interrupt:
        answer = solve(problem, stop=interrupt, time_limit=time_limit, gap=gap, seed=seed, progress=observer)
    solution = write_solution(answer)
    write_json(solution, output)
    show({name: value for name, value in solution.items() if name != "assignment"} | {"file": str(output)}, as_json)


def _place(town: Path, barriers: Path | None, keep_together: Path | None) -> tuple[Any, list[tuple[str, ...]]]:
    from gridgeo.roads.barriers import add_barriers
    from gridgeo.sources import read_csv, read_jurisdiction, read_layer

    place = read_jurisdiction(town)
    if barriers is not None:
        place = add_barriers(place, read_layer(barriers))
    return place, [] if keep_together is None else _groups(read_csv(keep_together), keep_together)


def _draw(place: Any, output: Path, count: int | None, wish: dict[str, Any], as_json: bool) -> None:
    from gridgeo.plans.partitioning import partition as draw

    with progress() as observer, interruptible() as interrupt:
        plan = draw(place, count, stop=interrupt, progress=observer, **wish)
    plan.to_file(output)
    show(_plan_figures(plan) | {"file": str(output)}, as_json, _grid_rows(plan))


def _draw_each(
    place: Any, level: str, output: Path, count: Any, wish: dict[str, Any], at_work: dict[str, Any], as_json: bool
) -> None:
    from gridgeo.clusters import cluster
    from gridgeo.plans.each import partition_each

    with cluster(at_work["dask"]) as executor, progress() as observer, interruptible() as interrupt:
        each = partition_each(
            place, level, count, executor=executor, workers=at_work["jobs"], stop=interrupt, progress=observer, **wish
        )
    each.plan.to_file(output)
    figures = _plan_figures(each.plan) | {"grids": each.plan.assignment.nunique()}
    _show_many(each.areas, figures | {"file": str(output)}, level, as_json)


def _draw_many(
    towns: list[Path], output: Path, count: int | None, wish: dict[str, Any], at_work: dict[str, Any], as_json: bool
) -> None:
    from gridgeo.clusters import cluster
    from gridgeo.plans.many import partition_many

    with cluster(at_work["dask"]) as executor, progress() as observer, interruptible() as interrupt:
        drawn = partition_many(
            towns, count, folder=output, executor=executor, workers=at_work["jobs"], stop=interrupt,
            progress=observer, **wish,
        )  # fmt: skip
    _show_many(drawn, {"folder": str(output)}, "towns", as_json)


def _show_many(places: Any, figures: dict[str, Any], what: str, as_json: bool) -> None:
    unsolved = [place for place in places if not place.solved]
    result = {"places": len(places), "solved": len(places) - len(unsolved)} | figures
    rows = [place.row() for place in places]
    if not as_json:
        for row in rows:
            row.pop("reasons")
    show(result, as_json, rows, title=what)
    for place in unsolved:
        for reason in place.reasons:
            err.print(f"  - {place.name}: {reason}", soft_wrap=True, markup=False)
    ended = {place.status for place in unsolved}
    if ended:
        infeasible, broken = ended & {"infeasible", "not found"}, ended & {"failed", "stopped"}
        raise typer.Exit(3 if infeasible else 1 if broken else 2)


def _refuse_beside(what: str, options: dict[str, Any]) -> None:
    for name, value in options.items():
        if value is not None:
            raise BadInput(f"{name} can't be used with {what}; leave one out")


def _area_counts(path: Path) -> dict[str, int]:
    from gridgeo.sources import read_csv

    table = read_csv(path)
    for column in ("area", "k"):
        if column not in table.columns:
            raise BadInput(f"{path}: needs the columns area and k; '{column}' is missing")
    counts: dict[str, int] = {}
    for row, (area, k) in enumerate(zip(table["area"].astype(str), table["k"].astype(str), strict=True), start=2):
        if not k.isdecimal() or int(k) < 1:
            raise BadInput(f"{path}, row {row}: k is '{k}'; it must be a whole number of at least 1")
        if area in counts:
            raise BadInput(f"{path}, row {row}: area '{area}' stands twice")
        counts[area] = int(k)
    return counts


def _one_count(
    k: int | None, households: str | None, officers: int | None, counts: Path | None = None
) -> tuple[int | None, tuple[float, float] | None]:
    ways = (("-k", k), ("--households", households), ("--officers", officers), ("--counts", counts))
    given = [name for name, value in ways if value is not None]
    if len(given) != 1:
        raise BadInput(
            f"say how many grids in one way: -k N, --households LOW:HIGH or --officers N; given: {', '.join(given) or 'none'}"
        )
    if households is None:
        return (k if officers is None else officers), None
    from gridgeo.plans.rules import Band

    band = Band.parse(households)
    if band.low is None or band.high is None:
        raise BadInput(f"--households {households}: write LOW:HIGH, e.g. 300:500")
    return None, (band.low, band.high)


def _balance(options: list[str] | None) -> dict[str, str] | None:
    if not options:
        return None
    bands: dict[str, str] = {}
    for option in options:
        name, sign, band = option.partition("=")
        if not sign:
            raise BadInput(f"--balance {option}: write MEASURE=BAND, e.g. households=0.10")
        bands[name.strip()] = band.strip()
    return bands


def _levels(text: str | None) -> dict[str, str] | None:
    if text is None:
        return None
    rules: dict[str, str] = {}
    for rule in text.split(","):
        number, sign, name = rule.partition("=")
        if not sign or not number.strip().isdigit() or not name.strip():
            raise BadInput(f"--levels {text}: write ADMIN_LEVEL=NAME pairs, e.g. 8=town,10=quarter")
        rules[number.strip()] = name.strip()
    return rules


def _groups(table: Any, path: Path) -> list[tuple[str, ...]]:
    for column in ("unit", "group"):
        if column not in table.columns:
            raise BadInput(f"{path}: needs the columns unit and group; '{column}' is missing")
    return [tuple(part["unit"].astype(str)) for _, part in table.groupby("group", sort=True)]


def _town_figures(town: Any) -> dict[str, Any]:
    return {
        "jurisdiction": town.name,
        "levels": ", ".join(town.levels()),
        "areas": len(town.areas),
        "units": len(town.units),
        "parts": int(town.units["part"].nunique()),
        "buildings": len(town.buildings),
        "households": int(town.units["households"].sum()),
        "imputed": float((town.buildings["imputed"] != "none").mean()) if len(town.buildings) else 0.0,
        "area_km2": float(town.units["area_m2"].sum() / 1e6),
        "streets_km": float(town.road_edges.drop_duplicates("street")["length_m"].sum() / 1e3),
        "barriers": len(town.barriers),
        "places": len(town.places),
    }


def _plan_figures(plan: Any) -> dict[str, Any]:
    figures = plan.figures
    return {
        "grids": plan.rules.k,
        "objective": figures.objective,
        "minimised": plan.rules.objective,
        "bound": figures.bound,
        "gap": figures.gap,
        "status": figures.status,
        "seed": figures.seed,
    } | _deviations(plan)


def _deviations(plan: Any) -> dict[str, Any]:
    bands = plan.rules.balance
    return {
        f"{name}_worst_deviation": f"{value:.1%}" + (f" (band {bands[str(name)]})" if name in bands else "")
        for name, value in plan.worst_deviation().items()
    }


def _grid_rows(plan: Any) -> list[dict[str, Any]]:
    table = plan.grids.drop(columns=["geometry", "code"])
    rounded = table.assign(
        area_m2=table["area_m2"].round().astype(int),
        difficulty=table["difficulty"].round(2),
        workload_min=table["workload_min"].round().astype(int),
    )
    return _rows(rounded)


def _rows(table: Any) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def main() -> None:
    """Run the command; every error becomes one clear message and an exit status."""
    for point in entry_points(group="gridgeo.commands"):
        try:
            register = point.load()
        except ModuleNotFoundError:
            continue  # its extra, e.g. gridgeo[server], isn't installed: the command isn't offered
        register(app)
    try:
        app(standalone_mode=True)
    except (BadInput, BadProblem) as error:
        err.print(f"gridgeo: {error}", soft_wrap=True, markup=False)
        sys.exit(2)
    except (NoFeasiblePlan, Infeasible) as error:
        err.print("gridgeo: no feasible plan", soft_wrap=True, markup=False)
        for reason in error.reasons:
            err.print(f"  - {reason}", soft_wrap=True, markup=False)
        sys.exit(3)
    except KeyboardInterrupt:
        err.print("gridgeo: stopped")
        sys.exit(1)
    except Exception as error:
        if os.environ.get("GRIDGEO_DEBUG"):
            traceback.print_exc()
        err.print(f"gridgeo: {type(error).__name__}: {error}", soft_wrap=True, markup=False)
        err.print("this is a fault of gridgeo; set GRIDGEO_DEBUG=1 to see where, and please report it", markup=False)
        sys.exit(1)
