"""The fewest rules that leave no plan together.

Rules are left out one after the other (in bundles first): what stays impossible without a rule doesn't need it, the
deletion filter of Chinneck and Dravnieks (1991). Whether rules leave a plan is told by arithmetic, by a plan at hand that
keeps them, or by an integer programme, in this order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import comb

import numpy as np

from gridgeo_solvers.partition.ground.parts import IntArray, parts_of
from gridgeo_solvers.partition.refusal.model import settle
from gridgeo_solvers.partition.refusal.reasons import impossible
from gridgeo_solvers.partition.refusal.rulebook import Rule, broken, case_of, loose, rules_of
from gridgeo_solvers.problems import PartitionProblem
from gridgeo_solvers.stop import StopRule

TEST_NODES = 200
"""Most branch-and-bound nodes of one test."""
SMALLER = 200
"""Most sets of rules that are tried for a smaller conflict than the one found."""
QUICK_UNITS = 5000
"""Most units for which single rules and pairs are tried before rules are left out."""


@dataclass(frozen=True)
class Conflict:
    """Rules that together admit no plan, which is proven.

    `needed` tells whether it is proven as well that leaving out any one of them admits a plan, `fewest` whether no
    conflict of this problem has fewer rules.
    """

    rules: tuple[Rule, ...]
    needed: bool
    fewest: bool

    @property
    def text(self) -> str:
        """The conflict in one sentence."""
        listed = "; ".join(rule.text for rule in self.rules)
        if len(self.rules) == 1:
            return f"this rule alone leaves no plan: {listed}"
        both = "both" if len(self.rules) == 2 else f"all {len(self.rules)}"
        mend = "loosen one of them" if self.needed else "loosen one of them, though another may then be in the way"
        return f"no plan keeps {both} of these rules: {listed}; {mend}"


@dataclass
class _Tests:
    """What is known about sets of rules of one problem, and the work left to learn more."""

    problem: PartitionProblem
    rules: tuple[Rule, ...]
    nodes: int
    stop: StopRule
    known: dict[frozenset[Rule], bool | None] = field(default_factory=dict)
    plans: list[frozenset[Rule]] = field(default_factory=list)
    """The rules that each plan at hand breaks."""

    def hold(self, kept: Iterable[Rule], most: int = TEST_NODES) -> bool | None:
        """Whether a plan keeps the rules `kept`; None where that stays open after `most` nodes."""
        kept = frozenset(kept)
        if all(rule.kind != "nesting" for rule in kept):
            # Without the nesting a group's number of grids means nothing.
            kept = frozenset(rule for rule in kept if rule.kind != "fixed")
        if self.known.get(kept) is None:
            self.known[kept] = self._learn(kept, most)
        return self.known[kept]

    def refuted(self, kept: Iterable[Rule]) -> bool:
        """Whether arithmetic proves that no plan keeps the rules `kept`."""
        case = case_of(self.problem, kept)
        bare = case.problem if case.connected else loose(case)
        return bool(impossible(bare, parts_of(bare), any_count=case.any_count, connected=case.connected))

    def _learn(self, kept: frozenset[Rule], most: int) -> bool | None:
        if any(not plan & kept for plan in self.plans):
            return True
        if any(verdict is False and rules <= kept for rules, verdict in self.known.items()):
            return False
        ordered = [rule for rule in self.rules if rule in kept]
        if self.refuted(ordered):
            return False
        if self.nodes <= 0 or self.stop():
            return None
        verdict = settle(case_of(self.problem, ordered), nodes=min(self.nodes, most), stop=self.stop)
        self.nodes -= max(verdict.nodes, 1)
        if verdict.none:
            return False
        if verdict.plan is None:
            return None
        self.plans.append(broken(self.problem, self.rules, verdict.plan))
        return None if self.plans[-1] & kept else True


def smallest_conflict(
    problem: PartitionProblem,
    *,
    nodes: int = 3000,
    stop: StopRule | None = None,
    plans: Sequence[IntArray] = (),
) -> Conflict | None:
    """Rules that together admit no plan, as few as can be told; None where no such set is proven.

    Parameters
    ----------
    problem
        The problem that has no plan.
    nodes
        Branch-and-bound nodes over all tests.
    stop
        Asked between tests.
    plans
        Plans at hand, whatever they break, shape (n,): each proves that the rules which it keeps go together. The nearest
        plan of a search is a good one.

    Examples
    --------
    >>> from gridgeo_solvers.graph import Graph
    >>> from gridgeo_solvers.problems import Measure
    >>> star = Graph.from_edges(5, [(0, 1), (0, 2), (0, 3), (0, 4)])
    >>> band = Measure("households", np.full(5, 10.0), lower=15)
    >>> problem = PartitionProblem(star, (band,), 2, np.ones(5), np.arange(5.0), np.zeros(5))
    >>> for rule in smallest_conflict(problem).rules:
    ...     print(rule.text)
    every grid is connected
    every grid has at least 15 households
    2 grids are asked for
    """
    rules = tuple(rules_of(problem))
    tests = _Tests(problem, rules, nodes, stop or (lambda: False))
    tests.plans = [broken(problem, rules, plan) for plan in [*plans, *_trivial(problem)] if _fair(problem, plan)]
    start = _plain(tests) or (rules if tests.hold(rules, nodes // 2) is False else None)
    if start is None:
        return None
    found, needed = _thinned(tests, start)
    return _smaller(tests, found, needed)


def _trivial(problem: PartitionProblem) -> list[IntArray]:
    """One grid, a grid for each unit, and k grids of which the last has all that is left."""
    units = np.arange(problem.n, dtype=np.int64)
    return [np.zeros_like(units), units, np.minimum(units, problem.k - 1)]


def _fair(problem: PartitionProblem, plan: IntArray) -> bool:
    """Whether a plan has as many grids as rules that can't be left out ask for."""
    grids = int(plan.max()) + 1
    return bool(
        len(np.unique(plan)) == grids and (grids == problem.k or "count" in {r.kind for r in rules_of(problem)})
    )


def _families(rules: Iterable[Rule]) -> list[tuple[Rule, ...]]:
    """Rules of one kind together, each end of a band alone."""
    families: dict[tuple[str, object], list[Rule]] = {}
    for rule in rules:
        own = rule.item if rule.kind in ("most", "least") else None
        families.setdefault((rule.kind, own), []).append(rule)
    return [tuple(family) for family in families.values()]


def _plain(tests: _Tests) -> tuple[Rule, ...] | None:
    """One or two families of rules that arithmetic refutes alone."""
    if tests.problem.n > QUICK_UNITS:
        return None
    families = _families(tests.rules)
    for size in (1, 2):
        for chosen in combinations(families, size):
            kept = tuple(rule for family in chosen for rule in family)
            if tests.stop():
                return None
            if tests.refuted(kept):
                tests.known[frozenset(kept)] = False
                return kept
    return None


def _thinned(tests: _Tests, rules: Sequence[Rule]) -> tuple[tuple[Rule, ...], bool]:
    """Those of conflicting `rules` that remain when rules without which none fits are left out, and whether each is
    proven to be needed.
    """
    current = list(rules)
    needed = True
    waiting = _families(rules)[::-1]
    while waiting:
        bundle = waiting.pop()
        rest = [rule for rule in current if rule not in bundle]
        verdict = tests.hold(rest)
        if verdict is False:
            current = rest
        elif len(bundle) > 1:
            half = len(bundle) // 2
            waiting += [bundle[half:], bundle[:half]]
        else:
            needed &= verdict is True
    return tuple(rule for rule in tests.rules if rule in current), needed


def _smaller(tests: _Tests, found: tuple[Rule, ...], needed: bool) -> Conflict:
    """A conflict of fewer rules than `found`, where one is among the sets that there is work for."""
    fewest = True
    for size in range(1, len(found)):
        if sum(comb(len(tests.rules), s) for s in range(1, size + 1)) > SMALLER:
            return Conflict(found, needed, False)
        for chosen in combinations(tests.rules, size):
            verdict = tests.hold(chosen)
            if verdict is False:
                smaller, each = _thinned(tests, chosen)
                return Conflict(smaller, each, fewest and len(smaller) == size)
            fewest &= verdict is True
    return Conflict(found, needed, fewest)
