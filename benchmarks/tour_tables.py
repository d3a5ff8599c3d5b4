"""Results of the tour engine as Markdown tables: must, aim, measured, PyVRP; the longest tour; weeks; an officer's day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

from tour_bars import WORKS, Work, figures


def tour_tables(results: Mapping[str, Any]) -> str:
    """Markdown of the tour cases of a results document; empty where it has none."""
    cases = results["cases"]
    parts = [_sets(cases)]
    parts += [_compared(name, row) for name, row in cases.items() if "compared" in row]
    parts += [_days(row) for row in cases.values() if "days" in row]
    return "\n\n".join(part for part in parts if part)


def told(row: Mapping[str, Any]) -> str | None:
    """One line for a tour case; None for any other."""
    if "tours" in row:
        return measured(row, None)
    if "compared" in row:
        return f"{len(row['compared'])} plans compared"
    if "days" in row:
        return f"{_line(row, 'own')}; PyVRP {_line(row, 'peer')}"
    return None


def measured(row: Mapping[str, Any] | None, work: Work | None) -> str:
    """The mean above best known of a set, over its instances and seeds, and whether every plan is valid."""
    if row is None:
        return "–"
    if "failed" in row:
        return f"failed: {row['failed']}"
    runs = row["tours"]
    found = figures(runs)
    parts = ["not valid" if found["mean_over"] is None else f"{found['mean_over']:.2%}"]
    parts += [
        f"{part['mean_over']:.2%} of {', '.join(bar.only)}"
        for bar in (work.bars if work else ())
        if bar.only and (part := figures(runs, bar))["mean_over"] is not None
    ]
    proven = sum(run.get("status") == "optimal" for run in runs)
    parts += [f"{proven} of {len(runs)} proven"] if proven else []
    seeds = len({run["seed"] for run in runs})
    parts.append(f"{found['instances']} instances × {seeds} seeds, {fmean(run['cpu'] for run in runs):.3g} CPU s")
    return ", ".join(dict.fromkeys(parts))


def _sets(cases: Mapping[str, Any]) -> str:
    lines = []
    for work in WORKS:
        for limit in work.limits:
            name = f"{work.kind} {work.name} {limit:g} s"
            row, peer = cases.get(name), cases.get(f"peers {name}")
            if row is not None or peer is not None:
                bars = [_bars(work, level, limit, row) for level in ("must", "aim")]
                lines.append(f"| {name} | {' | '.join(bars)} | {measured(row, work)} | {measured(peer, None)} |")
    return (
        "\n".join(["| set | must | aim | measured | PyVRP |", "| --- | --- | --- | --- | --- |", *lines])
        if lines
        else ""
    )


def _bars(work: Work, level: str, limit: float, row: Mapping[str, Any] | None) -> str:
    told = []
    for bar in work.bars:
        if bar.level == level and bar.seconds == limit:
            found = figures(row["tours"], bar) if row and "tours" in row else {}
            mark = "–" if found.get("mean_over") is None else "✓" if bar.met(found) else "✗"
            told.append(f"{mark} {bar}" + (f" ({', '.join(bar.only)})" if bar.only else ""))
    return "<br>".join(told) or " "


def _compared(name: str, row: Mapping[str, Any]) -> str:
    """One line an instance, in the mean over its seeds."""
    rows = [each for each in row["compared"] if "reasons" not in each]
    if not rows:
        return ""
    keys = [key for key in rows[0] if key not in ("instance", "seed")]
    lines = [f"| {name} | {' | '.join(key.replace('_', ' ') for key in keys)} |", "| --- |" + " --- |" * len(keys)]
    for instance in dict.fromkeys(each["instance"] for each in rows):
        mine = [each for each in rows if each["instance"] == instance]
        lines.append(f"| {instance} | {' | '.join(_cell([each[key] for each in mine]) for key in keys)} |")
    return "\n".join(lines)


def _cell(values: Sequence[Any]) -> str:
    if any(value is None for value in values):
        return "–"
    if all(isinstance(value, bool) for value in values):
        return "yes" if all(values) else "no"
    return f"{fmean(values):,.1f}"


def _days(row: Mapping[str, Any]) -> str:
    limits = list(row["own_over"])
    lines = [f"| officer's day | {' | '.join(limits)} |", "| --- |" + " --- |" * len(limits)]
    for who, name in (("own", "gridgeo"), ("peer", "PyVRP")):
        overs = [f"{row[f'{who}_over'][limit]:.2%}" for limit in limits]
        lines.append(f"| {name} | {' | '.join(overs)} |")
    bars = "; ".join(f"{'✓' if met else '✗'} {bar}" for bar, met in row["bars"].items())
    matrix = f"The table of travel times, {row['matrix_cpu'] * 1000:.0f} ms of CPU, is within every limit"
    return "\n".join(lines) + f"\n\n{matrix}; the hierarchy took {row['hierarchy_cpu']:.2f} CPU s before. Bars: {bars}."


def _line(row: Mapping[str, Any], who: str) -> str:
    return ", ".join(f"{over:.2%} in {limit}" for limit, over in row[f"{who}_over"].items())
