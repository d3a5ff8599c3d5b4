"""Options and arguments that commands share, and the figures that they print."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from math import isnan
from pathlib import Path
from typing import Annotated, Any

import typer

Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Seed = Annotated[int, typer.Option(min=0, help="The same input, seed and versions give the same answer.")]
TimeLimit = Annotated[
    float | None, typer.Option(min=0.1, help="Seconds of search at the most; without it the search ends by itself.")
]
Gap = Annotated[float, typer.Option(min=0.0, help="Relative gap at which the search may end.")]
Jobs = Annotated[
    int | None,
    typer.Option(min=1, help="Processes; one a processor if not set. A single place uses them within a time limit."),
]
Mode = Annotated[str, typer.Option(help="foot, ebike or car.")]
Shift = Annotated[float, typer.Option(min=1.0, help="Minutes of a shift.")]
Town = Annotated[Path, typer.Argument(help="Jurisdiction file, made by 'gridgeo import'.", metavar="TOWN.gpkg")]
PlanFile = Annotated[
    Path, typer.Argument(help="Plan file, made by 'gridgeo partition', or any that 'gridgeo import-plan' can use.")
]

CarryOver = Annotated[
    bool,
    typer.Option(
        "--carry-over",
        help="Take a plan of other units of the same place: what vanished or was split goes by its ground.",
    ),
]
OldTown = Annotated[
    Path | None,
    typer.Option(
        help="Town file that the plan was drawn for: carries it over and tells what became of each unit.",
        metavar="OLD.gpkg",
    ),
]


Barriers = Annotated[Path | None, typer.Option(help="More lines that can't be crossed, any vector file.")]


def read_place(town: Path, barriers: Path | None) -> Any:
    """A jurisdiction from its file, with the barriers of another where they are given."""
    from gridgeo.roads.barriers import add_barriers
    from gridgeo.sources import read_jurisdiction, read_layer

    place = read_jurisdiction(town)
    return place if barriers is None else add_barriers(place, read_layer(barriers))


@contextmanager
def beside(jobs: int | None, time_limit: float | None) -> Iterator[Executor | None]:
    """Processes that search a partition beside this one; None without a time limit, where the answer must repeat."""
    from gridgeo_solvers.processes import helpers

    if time_limit is None:
        yield None
        return
    with helpers(jobs, "gridgeo_solvers.partition.search") as executor:
        yield executor


def rows(table: Any) -> list[dict[str, Any]]:
    """The rows of a frame as `gridgeo.terminal.show` takes them; None where a cell is empty."""
    return [
        {str(name): None if isinstance(value, float) and isnan(value) else value for name, value in row.items()}
        for row in table.to_dict("records")
    ]


def deviations(plan: Any) -> dict[str, Any]:
    """The worst deviation of each measure in words, with the band where it has one."""
    bands, missed = plan.rules.balance, plan.target_deviation()
    told = {}
    for name, value in plan.worst_deviation().items():
        from_targets = f", {missed[name]:.1%} from the targets" if name in missed else ""
        band = f" (band {bands[str(name)]})" if name in bands else ""
        told[f"{name}_worst_deviation"] = f"{value:.1%}{from_targets}{band}"
    return told


def plan_figures(plan: Any) -> dict[str, Any]:
    """What the solver said of a plan, and its worst deviations."""
    figures, rules = plan.figures, plan.rules
    # What is aimed at is settled before the objective, unless that says when.
    first = "balance," if rules.aim and "balance" not in rules.objective else ""
    told: dict[str, Any] = {
        "grids": int(plan.assignment.nunique()),
        "objective": figures.objective,
        "minimised": first + plan.rules.objective,
        "bound": figures.bound,
        "gap": figures.gap,
        "status": figures.status,
        "seed": figures.seed,
    }
    if plan.rules.aim:
        told["aim"] = list(plan.rules.aim)
    return told | {"objectives": dict(figures.objectives)} | deviations(plan)
