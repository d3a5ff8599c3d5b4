"""The commands under `gridgeo bench`: fixed work on a folder of instances, quality beside time."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from gridgeo.commands.options import Jobs, beside
from gridgeo.errors import BadInput
from gridgeo.terminal import err, interruptible, progress, show

bench_app = typer.Typer(help="Do fixed work on published instances: quality beside time.", no_args_is_help=True)


@bench_app.callback()
def _group() -> None:
    """Keep `partition` a command of its own while it is the only one."""


@bench_app.command("partition")
def bench_partition(
    folder: Annotated[
        Path, typer.Argument(help="Folder of instances in the benchmark format, or one of them.", metavar="FOLDER")
    ],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Results file to write (.json).")] = None,
    time_limit: Annotated[float, typer.Option(min=0.1, help="Seconds of search for each instance and seed.")] = 60.0,
    seeds: Annotated[int, typer.Option(min=1, help="Runs of each instance, with the seeds 0, 1, …")] = 1,
    jobs: Jobs = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Solve every instance of a folder and judge the plans: gap to the best known value, bound, time; exit 3 if a plan is not valid."""
    from gridgeo.benching import measure_instance, summary, warm
    from gridgeo.sources import writable, write_json

    if output is not None:
        writable(output)
    files = _instances(folder)
    documents = {file.stem: _document(file) for file in files}
    cold = warm()
    runs: dict[str, list[dict[str, Any]]] = {}
    rows = []
    with beside(jobs, time_limit) as executor, interruptible() as interrupt:
        for name, document in documents.items():
            if interrupt():
                err.print(f"stopped before {name}")
                break
            with progress() as observer:
                observer.stage(name)
                runs[name] = [
                    measure_instance(document, time_limit, seed, stop=interrupt, progress=observer, executor=executor)
                    for seed in range(seeds)
                ]
            rows.append(summary(name, runs[name]))
    result = {
        "instances": len(rows),
        "valid": sum(row["valid"] for row in rows),
        "time_limit": time_limit,
        "seeds": seeds,
        "first_solve_seconds": round(cold, 2),
    }
    if output is not None:
        write_json(result | {"runs": runs}, output)
        result["file"] = str(output)
    show(result, as_json, rows)
    if not all(row["valid"] for row in rows):
        raise typer.Exit(3)


def _instances(folder: Path) -> list[Path]:
    if folder.is_file():
        return [folder]
    files = sorted(folder.glob("*.json"))
    if not files:
        raise BadInput(f"{folder}: holds no instance (*.json); give a folder of benchmark instances")
    return files


def _document(file: Path) -> Any:
    """A parsed instance, refused with the name of its file before any is solved."""
    from gridgeo.sources import read_json
    from gridgeo_solvers.errors import BadProblem
    from gridgeo_solvers.partition import read_instance

    document = read_json(file)
    if not isinstance(document, dict):
        raise BadInput(f"{file}: isn't an instance; it must be an object with nodes, edges, k and tolerance")
    try:
        read_instance(document)
    except BadProblem as broken:
        raise BadInput(f"{file}: {broken}") from None
    return document
