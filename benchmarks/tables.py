"""A results file as a Markdown table: must, aim, measured, peers."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from typing import Any

from bars import CLASSES, Class

BREAK = "<br>"


def table(results: Mapping[str, Any]) -> str:
    """Markdown of the partition cases of a results document, if any, and its machine; a bar is met (✓) by all its runs."""
    cases = results["cases"]
    lines = []
    for each in CLASSES:
        for name in each.instances:
            rows = {limit: cases.get(f"partition {name} {limit:g} s") for limit in each.limits(name)}
            measured = {limit: row for limit, row in rows.items() if row is not None}
            peers = cases.get(f"peers {name}")
            if measured or peers is not None:
                cells = (
                    f"{each.title}: {name}",
                    _bars(each, name, "must", measured),
                    _bars(each, name, "aim", measured),
                    BREAK.join(f"{limit:g} s: {measured_text(row)}" for limit, row in measured.items()),
                    peers_text(peers),
                )
                lines.append("| " + " | ".join(cells) + " |")
    machine = ", ".join(f"{key} {value}" for key, value in results.get("machine", {}).items())
    heading = ["| instance | must | aim | measured | peers |", "| --- | --- | --- | --- | --- |"] if lines else []
    parts = "\n".join(heading + lines), f"Measured on: {machine}." if machine else ""
    return "\n\n".join(part for part in parts if part)


def _bars(each: Class, name: str, level: str, measured: Mapping[float, Mapping[str, Any]]) -> str:
    told = []
    for bar in each.bars:
        if bar.level != level or not bar.concerns(name):
            continue
        runs = measured.get(bar.seconds, {}).get("runs", [])
        met = sum(bar.met(run) for run in runs)
        mark = "–" if not runs else "✓" if met == len(runs) else "✗" if met == 0 else f"{met} of {len(runs)}"
        told.append(f"{mark} {bar}")
    return BREAK.join(told)


def measured_text(row: Mapping[str, Any]) -> str:
    """The runs of one case on one line."""
    if "failed" in row:
        return f"failed: {row['failed']}"
    runs = row["runs"]
    parts = []
    objective = _middle(runs, "objective")
    if objective is not None:
        parts.append(f"{objective:,.7g}")
    over, gap, inside = (_middle(runs, key) for key in ("over_best_known", "gap", "in_band"))
    if over is not None:
        parts.append(_share(over))
    parts.append("no bound" if gap is None else f"gap {gap:.2%}")
    if inside is not None and inside < 1:
        parts.append(f"{inside:.1%} of grids in band")
    parts.append("/".join(sorted({str(run["status"]) for run in runs})))
    if not all(run["valid"] for run in runs):
        parts.append("NOT VALID")
    if any(run.get("second_judge") and run["second_judge"]["valid"] != run["valid"] for run in runs):
        parts.append("THE JUDGES DISAGREE")
    parts.append(f"{_middle(runs, 'wall'):.1f} s, {_middle(runs, 'cpu'):.1f} CPU s")
    if len(runs) > 1:
        parts.append(f"median of {len(runs)} seeds")
    return ", ".join(parts)


def peers_text(row: Mapping[str, Any] | None) -> str:
    """What the peers of one instance made, each after a break."""
    if row is None:
        return "–"
    if "failed" in row:
        return f"failed: {row['failed']}"
    return BREAK.join(f"{name} {_peer(each)}" for name, each in row["peers"].items())


def _peer(row: Mapping[str, Any]) -> str:
    if row["objective"] is None:
        return f"nothing ({row['note']})"
    over = row.get("over_best_known")
    worth = f"{row['objective']:,.7g}" + ("" if over is None else f" ({_share(over)})")
    broken = ", ".join(_fault(rule, number, row) for rule, number in row["faults"].items())
    return f"{worth}{', ' + broken if broken else ''}, {row['cpu']:.1f} CPU s"


def _fault(rule: str, number: int, row: Mapping[str, Any]) -> str:
    if rule in row["worst"]:
        return f"{rule} out of band in {number} grids, by up to ±{row['worst'][rule]:.2%}"
    return f"breaks {rule} {number} times"


def _middle(runs: list[Mapping[str, Any]], key: str) -> float | None:
    values = [run[key] for run in runs if run.get(key) is not None]
    return statistics.median(values) if values else None


def _share(value: float) -> str:
    return f"{value:+.4%}" if abs(value) < 0.001 else f"{value:+.2%}"
