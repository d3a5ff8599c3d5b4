"""Questions to the core of the engine about one weighed sum, and the plans that answered them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from gridgeo_solvers import clock
from gridgeo_solvers.errors import Infeasible
from gridgeo_solvers.partition.ground.answer import Partition
from gridgeo_solvers.partition.ground.parts import SLACK, IntArray
from gridgeo_solvers.partition.objectives.thresholds import BOTTLENECKS, held
from gridgeo_solvers.partition.objectives.worth import worth
from gridgeo_solvers.problems import Objective, PartitionProblem, Term
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.stop import AnyOf, MaxSeconds, StopRule

Weights = dict[Objective, float]
HELD_AT_LAST = 1000.0
"""Weight that holds sums while shapes are made compact at the end."""


@dataclass(frozen=True)
class Plan:
    """An answer of the core with its exact value in every objective asked for."""

    answer: Partition
    values: Mapping[Objective, float]


@dataclass(frozen=True)
class Asked:
    """What became of a question: a plan, or none and whether that is proven; `bound` is that of the weighed sum."""

    plan: Plan | None
    proven: bool = False
    bound: float | None = None

    def value(self, objective: Objective) -> float:
        """Value of the plan, which must be there."""
        assert self.plan is not None
        return self.plan.values[objective]


@dataclass(frozen=True)
class Ceiling:
    """What the terms of an earlier rank may be worth at the most; `slack` whether that is more than they reached."""

    terms: tuple[Term, ...]
    most: float
    slack: bool


def told(values: Mapping[Objective, float], terms: tuple[Term, ...]) -> float:
    """Weighed sum of `terms`."""
    return sum(term.weight * values[term.objective] for term in terms)


class Asking:
    """The state of a run over ranks: the best plan, caps and ceilings of earlier ranks, the clock."""

    def __init__(
        self,
        problem: PartitionProblem,
        core: Callable[..., Partition],
        options: dict[str, Any],
        stop: StopRule | None,
        time_limit: float | None,
        progress: Progress,
        start: IntArray | None,
    ) -> None:
        self.problem, self.progress = problem, progress
        self.best: Plan | None = None
        self.caps: dict[Objective, float] = {}
        self.ceilings: list[Ceiling] = []
        self.starts = 0
        self._core, self._options, self._start = core, options, start
        rules = [rule for rule in (stop,) if rule is not None]
        if time_limit is not None:
            rules.append(MaxSeconds(time_limit))
        self._stop = AnyOf(tuple(rules))
        self._end = None if time_limit is None else clock.now() + time_limit
        self._heard = {term.objective for term in problem.terms}
        self._stop()

    def over(self) -> bool:
        """Whether the run is to end; never before there is a plan."""
        return self.best is not None and self._stop()

    def slack(self) -> bool:
        """Whether any earlier rank may be worse than it is at its best."""
        return any(ceiling.slack for ceiling in self.ceilings)

    def ask(self, weights: Weights, caps: dict[Objective, float], *, share: float, quick: bool = False) -> Asked:
        """The best plan for `weights` under `caps` and those of earlier ranks, in `share` of the time left.

        `quick` takes the first plan that keeps the rules. The first question of a run must find a plan.
        """
        caps = _lowest(self.caps, self._tied(), caps)
        problem = held(self.problem, caps)
        if problem is None:
            return Asked(None, proven=True)
        problem = replace(problem, objective=tuple(Term(o, w) for o, w in weights.items()))
        ear = _Ear(self.progress)
        left = None if self._end is None else max(self._end - clock.now(), 0.0) * share
        stop = AnyOf((self._stop, ear.heard)) if quick else self._stop
        start = self._start if self.best is None else self.best.answer.assignment
        try:
            answer = self._core(problem, stop=stop, time_limit=left, progress=ear, start=start, **self._options)
        except Infeasible as reason:
            if self.best is None and not caps:
                raise
            return Asked(None, proven=reason.proven)
        self.starts += answer.starts
        values = {o: worth(self.problem, answer.assignment, o) for o in sorted(self._heard | set(weights))}
        kept = all(worth(self.problem, answer.assignment, o) <= cap * (1 + SLACK) + SLACK for o, cap in caps.items())
        return Asked(Plan(answer, values) if kept else None, bound=answer.bound)

    def offer(self, plan: Plan | None, terms: tuple[Term, ...]) -> bool:
        """Take `plan` if it holds all ceilings and is worth no more in `terms` than the best; whether it holds them."""
        if plan is None or not self._holds(plan):
            return False
        if self.best is None or told(plan.values, terms) < told(self.best.values, terms):
            self.best = plan
            lowest = min(term.rank for term in self.problem.terms)
            if terms and terms[0].rank == lowest:
                self.progress.incumbent(told(plan.values, terms))
        return True

    def hold(self, terms: tuple[Term, ...]) -> None:
        """End a rank: later plans are worth at most what the best one is in `terms`, and the slack."""
        if not terms:
            return
        assert self.best is not None
        slack = max(term.slack for term in terms)
        most = told(self.best.values, terms) * (1 + slack)
        kinds = {term.objective for term in terms}
        if len(kinds) == 1 and terms[0].objective in BOTTLENECKS:
            objective = terms[0].objective
            cap = self.best.values[objective] * (1 + slack)
            self.caps[objective] = min(cap, self.caps.get(objective, cap))
        else:
            self.ceilings.append(Ceiling(terms, most, slack > 0))

    def _tied(self) -> dict[Objective, float]:
        """Caps on worst cases that stand in a weighed sum of an earlier rank: what the best plan has."""
        terms = [term for ceiling in self.ceilings for term in ceiling.terms if term.objective in BOTTLENECKS]
        return {term.objective: self.best.values[term.objective] for term in terms if self.best is not None}

    def held_by(self, weights: Weights, terms: tuple[Term, ...], holding: float) -> Weights:
        """`weights`, and those of earlier sums, `holding` times what makes them worth as much as `terms`."""
        if self.best is None or not self.ceilings:
            return weights
        scaled = dict(weights)
        mine = max(sum(w * self.best.values.get(o, 0.0) for o, w in weights.items()), told(self.best.values, terms))
        for ceiling in self.ceilings:
            factor = holding * (mine or 1.0) / (told(self.best.values, ceiling.terms) or 1.0)
            for term in ceiling.terms:
                if term.objective not in BOTTLENECKS:
                    scaled[term.objective] = scaled.get(term.objective, 0.0) + factor * term.weight
        return scaled

    def finish(self, weights: Weights) -> None:
        """Make the best plan better in `weights` where that costs no goal anything."""
        if self.best is None or self._stop():
            return
        asked = self.ask(self.held_by(weights, (), HELD_AT_LAST), {}, share=1.0)
        if asked.plan is None or not self._holds(asked.plan):
            return
        new, old = (
            sum(w * worth(self.problem, plan.answer.assignment, o) for o, w in weights.items())
            for plan in (asked.plan, self.best)
        )
        self.best = asked.plan if new <= old else self.best

    def _holds(self, plan: Plan) -> bool:
        return all(told(plan.values, c.terms) <= c.most * (1 + SLACK) + SLACK for c in self.ceilings)


def _lowest(*caps: Mapping[Objective, float]) -> dict[Objective, float]:
    lowest: dict[Objective, float] = {}
    for some in caps:
        for objective, cap in some.items():
            lowest[objective] = min(cap, lowest.get(objective, cap))
    return lowest


class _Ear(Progress):
    """Passes on what a core tells, and knows whether it found a plan."""

    def __init__(self, outer: Progress) -> None:
        self._outer, self._found = outer, False

    def heard(self) -> bool:
        """Whether a plan was found."""
        return self._found

    def stage(self, name: str, total: int | None = None) -> None:
        self._outer.stage(name, total)

    def advance(self, steps: int = 1) -> None:
        self._outer.advance(steps)

    def incumbent(self, objective: float, bound: float | None = None) -> None:
        self._found = True

    def note(self, text: str) -> None:
        self._outer.note(text)
