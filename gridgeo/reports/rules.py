"""The rules of a plan in words, and where the plan departs from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from gridgeo.plans.judging import check
from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import MEASURES, Rules
from gridgeo.reports.approvals import Departure
from gridgeo.reports.wording import Words

FACTOR = {"households": 1.0, "area": 1e-4, "difficulty": 1.0, "workload": 1 / 60}
"""From the unit of a measure to the one on paper: hectares, hours."""
DIGITS = {"households": 0, "area": 1, "difficulty": 0, "workload": 1}


def rule_rows(plan: Plan, words: Words) -> list[tuple[Markup, Markup]]:
    """Each rule that the plan was drawn by, and what it asks; wishes that are empty are left out."""
    rules = plan.rules
    ends = f"{rules.fewest}" if rules.fewest == rules.most else f"{rules.fewest}–{rules.most}"
    rows = [(words("r_count"), Markup("{}").format(ends)), (words("r_contiguous"), words("yes"))]
    rows.append((words("r_within"), _levels(plan, words)))
    rows += [
        (
            both(words, "r_band", measure=lambda lang, name=name: words.word(f"mw_{name}", lang)),
            _band(plan, name, words),
        )
        for name in MEASURES
        if name in rules.balance
    ]
    rows += _wishes(rules, words)
    rows.append((words("r_objective"), _objective(rules, words)))
    return rows


def figure_rows(plan: Plan, words: Words) -> list[tuple[Markup, str | Markup]]:
    """What the solver said of the plan; what is unknown is left out."""
    figures = plan.figures
    status = f"status_{figures.status}"
    rows: list[tuple[Markup, str | Markup]] = [
        (words("status"), words(status) if words.knows(status) else words("status_drawn"))
    ]
    if figures.objective is not None:
        rows.append((words("objective"), words.number(figures.objective, 2)))
    if figures.bound is not None:
        rows.append((words("bound"), words.number(figures.bound, 2)))
    if figures.gap is not None:
        rows.append((words("gap"), words.percent(figures.gap, 2)))
    if figures.seed is not None:
        rows.append((words("seed"), str(figures.seed)))
    return rows


def bands(plan: Plan) -> dict[str, tuple[float, float]]:
    """The band of each measure that has one, in the measure's own unit; unequal targets have none."""
    table = plan.metrics()
    return {
        name: band.bounds(float(table[name].sum()), len(table))
        for name, band in plan.rules.balance.items()
        if name not in plan.rules.targets
    }


def departures(plan: Plan, words: Words, accepted: Sequence[Departure]) -> list[dict[str, Any]]:
    """Where the plan departs from its rules, as the judge finds it, with the reasons that were given, and what else was accepted.

    A reason belongs to a fault when it names the fault's grid (by identifier or code) and its rule.
    """
    codes = plan.identities["code"].to_dict()
    left = list(accepted)
    rows = []
    for fault in check(plan.jurisdiction, plan).faults:
        code = str(codes.get(fault.grid, fault.grid))
        given = next((one for one in left if one.grid in (fault.grid, code) and one.what == fault.rule), None)
        if given is not None:
            left.remove(given)
        rows.append(
            {
                "grid": code,
                "rule": words(f"f_{fault.rule}") if words.knows(f"f_{fault.rule}") and fault.rule != "balance" else "",
                "text": Markup('<span lang="en">{}</span>').format(fault.text) if fault.rule != "balance" else "",
                "what": _out_of_band(plan, fault.grid, words) if fault.rule == "balance" else "",
                "reason": given.reason if given else "",
                "agreed": given.agreed if given else "",
            }
        )
    rows += [
        {"grid": str(codes.get(one.grid, one.grid)), "rule": "", "text": _what(one.what, words), "what": "", "reason": one.reason, "agreed": one.agreed}
        for one in left
    ]  # fmt: skip
    return rows


def _what(what: str, words: Words) -> Markup:
    """What was accepted: the name of a rule in the paper's language, or the words as they were given."""
    if what == "balance":
        return words("s_balance")
    return words(f"f_{what}") if words.knows(f"f_{what}") else words.foreign(what)


def _out_of_band(plan: Plan, grid: str, words: Words) -> Markup:
    """Every measure of `grid` that lies out of its band, in words."""
    table, told = plan.metrics(), []
    for name, (low, high) in bands(plan).items():
        value = float(table[name].loc[grid])
        if not low * (1 - 1e-9) <= value <= high * (1 + 1e-9):
            told.append(
                both(
                    words,
                    "f_balance",
                    measure=lambda lang, name=name: words.word(f"m_{name}", lang),
                    value=amount(name, value, words),
                    low=amount(name, low, words),
                    high=amount(name, high, words),
                )
            )
    return Markup("<br>").join(told)


def _band(plan: Plan, name: str, words: Words) -> Markup:
    band = plan.rules.balance[name]
    if name in plan.rules.targets:
        return words("r_targets", tolerance=words.percent(band.tolerance, 0))
    low, high = bands(plan)[name]
    values: dict[str, Any] = {
        "low": amount(name, low, words),
        "high": amount(name, high, words),
        "unit": lambda lang: words.word(f"u_{name}", lang),
    }
    if band.tolerance is None:
        return both(words, "r_band_range", **values)
    return both(words, "r_band_tol", tolerance=words.percent(band.tolerance, 0), **values)


def _levels(plan: Plan, words: Words) -> Markup:
    return Markup("{}").format("、".join(plan.rules.levels)) if plan.rules.levels else words("r_whole")


def _wishes(rules: Rules, words: Words) -> list[tuple[Markup, Markup]]:
    rows = []
    for key, many in (
        ("r_keep_together", rules.keep_together),
        ("r_keep_apart", rules.keep_apart),
        ("r_seeds", rules.seeds),
        ("r_fix", rules.fix),
        ("r_customs", rules.customs),
        ("r_links", rules.links),
    ):
        if many:
            rows.append((words(key), Markup("{}").format(len(many))))
    if rules.splits is not None:
        rows.append((words("r_splits", level=rules.split_level), words("at_most", n=rules.splits)))
    if rules.reach is not None:
        rows.append((words("r_reach"), words("minutes", n=f"{rules.reach:g}")))
    if rules.prefer_borders:
        rows.append((words("r_prefer"), _listed(rules.prefer_borders, words)))
    if rules.aim:
        rows.append((words("r_aim"), _listed([f"mw_{name}" for name in rules.aim], words)))
    return rows


def _objective(rules: Rules, words: Words) -> Markup:
    """The objective's names where they have words; a weighed sum is printed as it was written."""
    names = [name.strip() for name in rules.objective.split(",")]
    return _listed(names, words) if all(map(words.knows, names)) else Markup("{}").format(rules.objective)


def _listed(keys: Sequence[str], words: Words) -> Markup:
    told = [("、" if lang == "zh" else ", ").join(words.word(key, lang) for key in keys) for lang in words.langs]
    return words.pair(*told)


def both(words: Words, key: str, **values: Any) -> Markup:
    """The words under `key`, with values that may depend on the language."""
    told = [
        words.word(
            key, lang, **{name: value(lang) if callable(value) else value for name, value in values.items()}
        ).strip()
        for lang in words.langs
    ]
    return words.pair(*told)


def amount(name: str, value: float, words: Words) -> str:
    """A value of a measure in the unit that it has on paper."""
    return words.number(value * FACTOR[name], DIGITS[name])
