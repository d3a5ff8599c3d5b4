"""The commands under `gridgeo solve`: one published instance in, a solution file out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from gridgeo.commands.options import Gap, Jobs, Json, Seed, TimeLimit, beside
from gridgeo.errors import BadInput
from gridgeo.terminal import interruptible, progress, show

if TYPE_CHECKING:
    from gridgeo_solvers.routing.tours import TourPlan

solve_app = typer.Typer(help="Solve a published benchmark instance.", no_args_is_help=True)

Output = Annotated[Path, typer.Option("-o", "--output", help="Solution file to write.")]
Goal = Annotated[str, typer.Option(help="total: the cost of all tours; longest: the longest tour first.")]
Vehicles = Annotated[int | None, typer.Option(min=1, help="Tours (a day) at the most, instead of what the file says.")]
Instance = TypeVar("Instance")


@solve_app.command("partition")
def solve_partition(
    instance: Annotated[Path, typer.Argument(help="Instance in the benchmark format.", metavar="INSTANCE.json")],
    output: Output,
    objective: Annotated[
        str, typer.Option(help="compactness, boundary, cuts, diameter or balance; several as in 'gridgeo partition'.")
    ] = "compactness",
    time_limit: TimeLimit = None,
    gap: Gap = 0.0,
    seed: Seed = 0,
    jobs: Jobs = None,
    start: Annotated[Path | None, typer.Option(help="Solution file to improve.", metavar="SOLUTION.json")] = None,
    as_json: Json = False,
) -> None:
    """Partition a published instance: contiguous, balanced, compact."""
    from gridgeo.plans.objectives import read_objective
    from gridgeo.sources import read_json, writable, write_json
    from gridgeo_solvers.partition import read_instance, solve, write_solution

    writable(output)
    terms = read_objective(objective)
    problem = replace(read_instance(read_json(instance)), objective=terms[0].objective if len(terms) == 1 else terms)
    first = None if start is None else _assignment(start)
    with beside(jobs, time_limit) as executor, progress() as observer, interruptible() as interrupt:
        answer = solve(
            problem, stop=interrupt, time_limit=time_limit, gap=gap, seed=seed, progress=observer, start=first,
            executor=executor,
        )  # fmt: skip
    solution = write_solution(answer)
    write_json(solution, output)
    show({name: value for name, value in solution.items() if name != "assignment"} | {"file": str(output)}, as_json)


@solve_app.command("carp")
def solve_carp(
    instance: Annotated[Path, typer.Argument(help="Instance in the format of CARPLIB.", metavar="INSTANCE.dat")],
    output: Output,
    objective: Goal = "total",
    vehicles: Vehicles = None,
    days: Annotated[
        int | None, typer.Option(help="Days of a period that repeats: serve streets several times.")
    ] = None,
    times: Annotated[
        str | None,
        typer.Option(
            help="With --days: services of a street in them. Numbers by falling demand, in classes of one size, e.g. 5,2,1; or a "
            "table task,times (.csv)."
        ),
    ] = None,
    time_limit: TimeLimit = None,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Route tours that serve streets within a capacity (arc routing), each once, or with --days some times in a period."""
    from gridgeo_solvers.routing.formats import read_carp, street_solution
    from gridgeo_solvers.routing.street_days import street_days_solution
    from gridgeo_solvers.routing.streets import solve_streets

    if (days is None) != (times is None):
        raise BadInput("--days and --times belong together, e.g. --days 5 --times 5,2,1")
    streets, goal = _read(instance, read_carp), _goal(objective)
    period = None if days is None else _street_days(streets, days, times or "")
    search = partial(solve_streets, streets, goal, vehicles=vehicles, period=period)
    _answer(output, as_json, street_solution if period is None else street_days_solution, search, time_limit, seed)


def _street_days(streets: Any, days: int, times: str) -> Any:
    """How often each street is served, from numbers for classes of streets or from a table."""
    from gridgeo_solvers.routing.street_days import StreetDays

    if times.lower().endswith(".csv"):
        return StreetDays(days, _times_of(Path(times), streets.tasks))
    words = [word.strip() for word in times.split(",")]
    if not all(word.isdigit() and 1 <= int(word) <= days for word in words):
        raise BadInput(
            f"--times {times}: write numbers from 1 to {days}, e.g. {days},1, or name a table task,times (.csv)"
        )
    return StreetDays.by_demand(streets, days, [int(word) for word in words])


def _times_of(file: Path, tasks: int) -> Any:
    """Services of each task; 1 where the table doesn't name it."""
    import numpy as np

    from gridgeo.routes.reading import Rows
    from gridgeo.sources import read_csv

    table = read_csv(file)
    for column in ("task", "times"):
        if column not in table.columns:
            raise BadInput(f"{file}: has no column '{column}'; give columns task and times")
    rows = Rows(table, "task", str(file))
    task, times = rows.numbers("task"), rows.numbers("times")
    rows.refuse(~np.isin(task, np.arange(tasks)), "task", f"is no task; they are numbered from 0 to {tasks - 1}")
    rows.refuse((times < 1) | (times % 1 != 0), "times", "is no whole number of 1 or more")
    found = np.ones(tasks, dtype=np.int64)
    found[task.astype(np.int64)] = times.astype(np.int64)
    return found


@solve_app.command("pvrp")
def solve_pvrp(
    instance: Annotated[Path, typer.Argument(help="Periodic instance in Cordeau's format.", metavar="INSTANCE.txt")],
    output: Output,
    objective: Goal = "total",
    vehicles: Vehicles = None,
    time_limit: TimeLimit = None,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Route visits over several days, each client on the days of one of its patterns."""
    from gridgeo_solvers.routing.formats import periodic_solution, read_pvrp, tours_of_periods
    from gridgeo_solvers.routing.tours import solve

    problem = tours_of_periods(_read(instance, read_pvrp), _goal(objective), vehicles)
    _answer(output, as_json, periodic_solution, partial(solve, problem), time_limit, seed)


@solve_app.command("vrp")
def solve_vrp(
    instance: Annotated[Path, typer.Argument(help="Instance in the format of VRPLIB.", metavar="INSTANCE.vrp")],
    output: Output,
    objective: Goal = "total",
    vehicles: Vehicles = None,
    time_limit: TimeLimit = None,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Route visits of one day within a capacity, and within time windows where the file has them (by PyVRP then)."""
    from gridgeo_solvers.routing.formats import client_solution, read_vrp, tours_of_clients
    from gridgeo_solvers.routing.tours import solve
    from gridgeo_solvers.routing.windows import solve_windows

    given, goal = _read(instance, read_vrp), _goal(objective)
    if given.windows is None:
        search = partial(solve, tours_of_clients(given, goal, vehicles))
    elif goal == "total":
        search = partial(solve_windows, given, vehicles=vehicles)
    else:
        raise BadInput(f"{instance}: has time windows, whose tours are planned by their total; leave out --objective")
    _answer(output, as_json, client_solution, search, time_limit, seed)


def _assignment(path: Path) -> list[Any]:
    """The grid of every node in a solution file."""
    from gridgeo.sources import read_json

    document = read_json(path)
    if not isinstance(document, dict) or not isinstance(document.get("assignment"), list):
        raise BadInput(f"{path}: isn't a solution; it must be an object with 'assignment', the grid of every node")
    return document["assignment"]


def _goal(objective: str) -> str:
    if objective not in ("total", "longest"):
        raise BadInput(f"--objective {objective}: choose total or longest")
    return objective


def _read(file: Path, read: Callable[[str], Instance]) -> Instance:
    """The instance in a file; what is wrong with it is told with the name of the file."""
    from gridgeo.sources import read_text
    from gridgeo_solvers.errors import BadProblem

    try:
        return read(read_text(file, "latin-1"))
    except BadProblem as broken:
        raise BadInput(f"{file}: {broken}") from None


def _answer(
    output: Path,
    as_json: bool,
    told: Callable[[TourPlan], dict[str, Any]],
    search: Callable[..., TourPlan],
    time_limit: float | None,
    seed: int,
) -> None:
    """Search, write the solution, say its figures."""
    from gridgeo.sources import writable, write_json

    writable(output)
    with progress() as observer, interruptible() as interrupt:
        plan = search(stop=interrupt, time_limit=time_limit, seed=seed, progress=observer)
    solution = told(plan)
    write_json(solution, output)
    figures = {name: value for name, value in solution.items() if name not in ("routes", "days")}
    tours = sum(1 for routes in plan.days for route in routes if route)
    show({"tours": tours} | figures | {"file": str(output)}, as_json)
