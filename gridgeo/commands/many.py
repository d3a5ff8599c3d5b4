"""`gridgeo partition` of every area of a level, and of several towns: one table, and an exit status for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import typer

from gridgeo.commands import rule_options as rule
from gridgeo.commands.many_options import area_counts
from gridgeo.commands.options import plan_figures
from gridgeo.terminal import err, interruptible, progress, show


def draw_each(options: Mapping[str, Any], place: Any) -> None:
    """Draw one plan over all areas of a level, write it and tell what became of each area."""
    from gridgeo.clusters import cluster
    from gridgeo.plans.each import partition_each
    from gridgeo.plans.files import plan_path

    plan_path(options["output"])
    count, wishes = rule.read_wishes(options)
    counts = count if options["counts"] is None else area_counts(options["counts"])
    with cluster(options["dask"]) as executor, progress() as observer, interruptible() as interrupt:
        each = partition_each(
            place,
            options["each"],
            counts,
            executor=executor,
            stop=interrupt,
            progress=observer,
            **_work(options),
            **wishes,
        )
    each.plan.to_file(options["output"])
    _tell(each.areas, plan_figures(each.plan) | {"file": str(options["output"])}, options["each"], options["as_json"])


def draw_towns(options: Mapping[str, Any]) -> None:
    """Draw a plan for each of several towns, write them into a folder and tell what became of each town."""
    from gridgeo.clusters import cluster
    from gridgeo.plans.many import partition_many

    count, wishes = rule.read_wishes(options)
    with cluster(options["dask"]) as executor, progress() as observer, interruptible() as interrupt:
        drawn = partition_many(
            options["towns"], count, folder=options["output"], executor=executor, stop=interrupt, progress=observer,
            **_work(options), **wishes,
        )  # fmt: skip
    _tell(drawn, {"folder": str(options["output"])}, "towns", options["as_json"])


def _work(options: Mapping[str, Any]) -> dict[str, Any]:
    return {"workers": options["jobs"]} | {name: options[name] for name in ("time_limit", "gap", "seed")}


def _tell(places: Sequence[Any], figures: dict[str, Any], what: str, as_json: bool) -> None:
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
