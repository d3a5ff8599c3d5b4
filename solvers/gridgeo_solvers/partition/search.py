"""The search on one connected part: centres first, then whole plans, then whatever still breaks a rule.

Where distances count, sets of centres are compared by what their transportation problem costs (`centres`), and the best
are made whole: grown, annealed, and improved by integer programmes whose centres follow. A set whose transportation
problem already costs more than the best plan can't give a better one and is passed over. Where only borders count, or
while a rule is broken, grids are merged, split and annealed instead.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from gridgeo_solvers import clock
from gridgeo_solvers.partition.ground.answer import PartitionParams
from gridgeo_solvers.partition.ground.few import best_of_few, is_few
from gridgeo_solvers.partition.ground.parts import IntArray, Part
from gridgeo_solvers.partition.ground.values import Found, better, found
from gridgeo_solvers.partition.heuristics.annealing import anneal
from gridgeo_solvers.partition.heuristics.centres import CentreSearch
from gridgeo_solvers.partition.heuristics.coarse import CoarseSearch
from gridgeo_solvers.partition.heuristics.integer import Limits, assign
from gridgeo_solvers.partition.heuristics.shaking import any_start, merge_and_split
from gridgeo_solvers.partition.heuristics.starts import grow
from gridgeo_solvers.partition.heuristics.transport import Draft
from gridgeo_solvers.partition.large.plan import large_plan
from gridgeo_solvers.partition.proof.exact import first_plan
from gridgeo_solvers.stop import StopRule

INSIDE = (0.03, 0.05, 0.1, 0.15)
"""Shares of every band that are kept clear at both ends, one after the other, until a rough plan breaks none."""
SHAKES = 4
"""Moves of centres that one round of merging and splitting counts for."""
PATIENCE = 12
"""Rounds of merging and splitting without gain after which they end."""
MISSES = 8
"""Plans outside a band, and no nearer to it than the best, that are improved all the same."""
PAIRS = 60_000_000
"""Pairs of row and grid that all moves of centres may settle, before there are fewer moves."""
URGENT, FRANTIC = 40_000_000, 25
"""Moves proposed in all while a rule is broken, and by how much there may be more rounds then."""
FOLLOWED = 4
"""Times that centres follow an improved plan."""
BROKEN = 3
"""Rounds of cuts while a band is broken."""
LARGE = 4_000_000
"""Rows × grids above which nothing of that size is kept, and plans come from `large`."""
WIDE = 200_000
"""Rows × grids above which a plain part gets its first plan from `large` as well, and its centres from `coarse`."""
LEGS = 3
"""Legs of the search on bundles, where the clock doesn't count."""
LEG, SHORTEST = 24, 300
"""Moves of one leg on rows, for each grid, and at the least."""
LOOSE = 1e-4
"""Gap at which integer programmes on a wide part with all pairs end; with fewer pairs it is wider."""
TRIES = 3
"""Most plans drawn for a very large part."""
PARTS_OF = (8, 3, 1)
"""Integer programmes on a draft take this part of the pairs, one after the other."""
PROMISING = 0.0015
"""How much dearer than the best a plan may be to be worth a larger programme."""
SHAKEN = 0.4
"""Share of the time that is kept for merging and splitting while no plan keeps every rule."""
LAPS = 50
"""Most times that the search begins again while there is time."""
LONGEST = 30.0
"""Seconds that one integer programme takes at the most."""


@dataclass
class Search:
    """One part, one number of grids; `best` is the best plan so far.

    `seconds` is what may be spent by the clock; None where only `params` limit the work, so that the answer repeats.
    """

    part: Part
    k: int
    params: PartitionParams
    random: np.random.Generator
    stop: StopRule
    heard: Callable[[Found], object]
    seconds: float | None = None
    best: Found | None = None
    starts: int = 0
    began: float = field(default_factory=clock.now)
    tried: set[tuple[int, ...]] = field(default_factory=set)

    def run(self, start: IntArray | None) -> Found:
        """The best plan found, begun from `start` where one is given."""
        part, k = self.part, self.k
        if k in (1, part.n) and not len(part.seeds):
            plan = np.zeros(part.n, dtype=np.int64) if k == 1 else np.arange(part.n, dtype=np.int64)
            return self._tell(found(part, plan, k))
        if is_few(part, k):
            first = best_of_few(part, k)
            if first is not None:
                return self._tell(first)
        if part.n * k > LARGE:
            return self._by_drifting(start)
        if start is not None:
            self._improve(found(part, start, k))
        if part.centred:
            self._by_centres()
        if self.best is not None and not self.best.feasible and not self._over():
            first = first_plan(part, self.known, k, self.params, self._over)
            if first is not None:
                self._improve(first)
        if not part.centred or not self.known.feasible or len(part.weights) > 1:
            self._by_shaking()
        return self.known

    @property
    def known(self) -> Found:
        """The best plan; there is one once anything was searched."""
        assert self.best is not None
        return self.best

    def _tell(self, candidate: Found) -> Found:
        if self.best is None or candidate.value < self.best.value:
            self.best = candidate
            self.heard(candidate)
        return self.best

    def _left(self) -> float:
        """Seconds left, without end where the clock doesn't count."""
        return np.inf if self.seconds is None else self.began + self.seconds - clock.now()

    def _over(self) -> bool:
        return self._left() <= 0 or self.stop()

    def _limits(self, part_of: int) -> Limits:
        """Work of one integer programme with the `part_of`-th part of the pairs."""
        share = 0.15 if part_of == PARTS_OF[0] else 0.4
        seconds = LONGEST if self.seconds is None else float(np.clip(share * self._left(), 0.2, LONGEST))
        # Every further band makes a programme harder than its size says.
        pairs = self.params.pairs // (part_of * max(len(self.part.weights), 1))
        limits = Limits(pairs=pairs, nodes=self.params.nodes, seconds=seconds)
        limits = replace(limits, gap=LOOSE * part_of) if self._wide else limits
        # Programmes that pay for broken bands are slow and seldom end.
        return limits if self.known.feasible else replace(limits, rounds=BROKEN, nodes=max(limits.nodes // 4, 1))

    def _by_drifting(self, start: IntArray | None) -> Found:
        """Plans of a very large part, until one keeps every rule."""
        if start is not None:
            self._tell(found(self.part, start, self.k))
        for _ in range(TRIES):
            if self.best is not None and (self.best.feasible or self._over()):
                break
            self.starts += 1
            plan = large_plan(self.part, self.k, seed=self._seed(), stop=self._over, sweeps=self.params.sweeps)
            self._tell(found(self.part, plan, self.k) if self.part.plain else self._anneal(plan, 0.5))
        return self.known

    def _by_centres(self) -> None:
        """Settle centres, then make the best sets whole; again with other centres while there is time."""
        part, k, params = self.part, self.k, self.params
        centres = CentreSearch(part, k, self.random)
        coarse = CoarseSearch(part, k, self.random) if self._wide and part.distances.straight else None
        if self._wide:
            self._by_drifting(None)
            centres.keep(centres.transport.settle(part.centres(self.known.plan, k)))
        else:
            self._tell(self._rough(self._draft(centres)))
        for _ in range(1 if self._wide else params.starts - 1):
            if self._over():
                return
            self._draft(centres)
        if self.seconds is not None and not self.known.feasible:
            # Something that holds soon, before anything good.
            self._make_whole(centres, 1, PARTS_OF[:1])
        for lap in range(LAPS):
            share = 0.5 if lap == 0 else 0.2
            if coarse or (lap == 0 and self.seconds is not None):
                self._by_legs(centres, coarse, share)
            elif centres.pool:
                rank = 0 if lap == 0 else int(self.random.integers(len(centres.pool)))
                centres.improve(centres.pool[rank], self._spent(share, part.n))
            made = self._make_whole(centres, params.plans)
            if self.seconds is None or self._over() or (lap and not made):
                return
            if not self.known.feasible and (lap or self._left() < SHAKEN * self.seconds):
                return

    @property
    def _wide(self) -> bool:
        return self.part.plain and self.part.n * self.k > WIDE

    def _by_legs(self, centres: CentreSearch, coarse: CoarseSearch | None, share: float) -> None:
        """Legs of the search, each from its own start, on bundles where there are any."""
        spent = self._spent(share, coarse.small.n if coarse else self.part.n)
        most = max(LEG * self.k, SHORTEST)
        for _ in range(LEGS if self.seconds is None else LAPS):
            begun = spent(0)
            if coarse is None:
                made = CentreSearch(self.part, self.k, self.random).leg(most, spent)
            else:
                draft = coarse.leg(spent)
                made = [] if draft is None else [draft]
            for draft in made:
                centres.keep(draft)
            self.starts += 1
            took, left = spent(0) - begun, 1.0 - spent(0)
            if not made or left < (took / 2 if coarse is None else 0.0):
                return
            # The last leg ends with the time, cooled down.
            most = max(int(most * min(left / max(took, 1e-9), 1.0)), 1) if left < 1.5 * took else most

    def _spent(self, share: float, rows: int) -> Callable[[int], float]:
        """How much of the moves of centres is done: by the clock where it counts, `share` of what is left, else by number."""
        if self.seconds is None:
            most = min(self.params.rounds * max(self.k // 4, 1), max(PAIRS // (rows * self.k), 24))
            return lambda moves: 1.0 if self.stop() else moves / max(most, 1)
        began, span = clock.now(), max(share * self._left(), 1e-9)
        return lambda moves: 1.0 if self._over() else (clock.now() - began) / span

    def _draft(self, centres: CentreSearch) -> Draft:
        self.starts += 1
        return centres.start()

    def _make_whole(self, centres: CentreSearch, most: int, parts_of: tuple[int, ...] = PARTS_OF) -> int:
        """Make up to `most` of the best drafts whole that weren't yet; how many there were.

        All by small programmes first; the best that came out by larger ones.
        """
        made: list[tuple[Draft, Found]] = []
        for draft in list(centres.pool):
            if len(made) >= most or self._over():
                break
            if draft.key in self.tried or (
                self.known.feasible and draft.value * self.part.centred >= self.known.value.cost
            ):
                continue
            self.tried.add(draft.key)
            made.append(self._follow(centres, draft, self._seen(self._rough(draft)), parts_of[0]))
        if made:
            draft, best = min(made, key=lambda one: one[1].value)
            for part_of in parts_of[1:]:
                if best.feasible and best.value.cost > self.known.value.cost * (1 + PROMISING):
                    break
                draft, best = self._follow(centres, draft, best, part_of)
        return len(made)

    def _rough(self, draft: Draft) -> Found:
        """A whole plan near a draft, not yet a good one."""
        part, k = self.part, self.k
        if len(part.seeds):
            plan = any_start(part, k, self.random)
        else:
            near = part.distances.table(draft.centres) + np.einsum("mr,mg->rg", part.weights, draft.prices)
            homes = part.row_of[draft.centres]
            plan = grow(np.ascontiguousarray(near), np.zeros(k), homes, part.graph.indptr, part.graph.indices)
        best = self._anneal(plan, 0.1)
        for inside in INSIDE:
            if best.feasible or self._over():
                break
            best = better(best, self._anneal(plan, 0.1, inside=inside))
        return best

    def _anneal(self, plan: IntArray, hot: float, times: int = 1, inside: float = 0.0) -> Found:
        sweeps = self.params.sweeps * times
        return anneal(self.part, plan, self.k, sweeps=sweeps, hot=hot, seed=self._seed(), inside=inside)

    def _seed(self) -> int:
        return int(self.random.integers(1 << 31))

    def _follow(self, centres: CentreSearch, draft: Draft, best: Found, part_of: int) -> tuple[Draft, Found]:
        """Integer programmes with the centres of `draft`, then with those of the plan that came out, while that helps."""
        if not best.feasible and len(self.part.weights) > 1:
            return draft, best
        for _ in range(FOLLOWED):
            if self._over() or self.params.pairs == 0:
                break
            improved = self._seen(
                assign(self.part, self.k, draft.centres, draft.prices, best.plan, self._limits(part_of), self._over)
            )
            gained, best = improved.value < best.value, better(best, improved)
            moved = self.part.centres(best.plan, self.k)
            if not gained or tuple(np.sort(moved).tolist()) == draft.key:
                break
            draft = centres.transport.at(moved, draft.prices)
            self.tried.add(draft.key)
        return draft, best

    def _seen(self, candidate: Found) -> Found:
        self._tell(candidate)
        return candidate

    def _improve(self, candidate: Found) -> None:
        """Take a plan and improve it with its own centres."""
        part, k = self.part, self.k
        self._tell(candidate)
        if self.params.pairs == 0 or self._over():
            return
        centres = part.centres(candidate.plan, k)
        prices = np.zeros((len(part.weights), k))
        limits = self._limits(2)
        if part.centred:
            prices = CentreSearch(part, k, self.random).transport.at(centres, prices).prices
        else:
            # Borders make a programme far harder than its size says.
            limits = replace(limits, pairs=limits.pairs // 10)
        self._tell(assign(part, k, centres, prices, candidate.plan, limits, self._over))

    def _by_shaking(self) -> None:
        """Annealed starts, then rounds of merging, splitting and annealing on the best."""
        part, k, params = self.part, self.k, self.params
        # Several bands leave few plans: more and longer annealing finds them, integer programmes seldom do.
        several = len(part.weights) > 1
        rounds = -(-params.rounds // SHAKES) * (3 if several else 1)
        times, patience, misses = (6, 3 * PATIENCE, 2) if several else (2, PATIENCE, MISSES)
        for _ in range(params.starts if not part.centred or len(part.seeds) else 0):
            if self.best is not None and self._over():
                return
            self.starts += 1
            self._tell(self._anneal(any_start(part, k, self.random), 5.0, times))
        self._improve(self._anneal(self.known.plan, 2.0, 8))
        quiet = turn = 0
        laps = 1 if self.seconds is None else LAPS
        # While a rule is broken nothing else counts: no patience, more rounds, and some near misses are improved.
        urgent = max(2 * rounds, min(URGENT // (times * part.n * params.sweeps), FRANTIC * rounds))
        while not self._over():
            best = self.known
            if turn >= laps * (rounds if best.feasible else urgent) or (best.feasible and quiet >= patience * laps):
                break
            turn += 1
            hot = 1.0 if turn % 4 else 3.0
            candidate = self._anneal(merge_and_split(part, best.plan, k, self.random), hot, times)
            if candidate.value < best.value or (not best.feasible and misses > 0):
                misses -= not best.feasible
                self._improve(candidate)
            quiet = 0 if self.known.value < best.value else quiet + 1


def search(
    part: Part,
    k: int,
    params: PartitionParams,
    seed: int,
    start: IntArray | None = None,
    seconds: float | None = None,
    stop: StopRule = bool,
    heard: Callable[[Found], object] = id,
) -> tuple[Found, int]:
    """Best plan of `k` grids found, and the number of starts tried; `heard` is told every improvement.

    Called in another process as well: everything it is given can be sent there.
    """
    random = np.random.default_rng([seed, k, part.n])
    one = Search(part, k, params, random, stop, heard, seconds)
    return one.run(start), one.starts
