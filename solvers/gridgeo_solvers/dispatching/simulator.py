"""A day or a year of cases, event by event, by any policy.

What happens is drawn beforehand (`cases`), so that policies are compared on common random numbers: the same cases at the same times
with the same work.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.dispatching.cases import Cases
from gridgeo_solvers.dispatching.ground import Ground
from gridgeo_solvers.dispatching.situation import Policy, Situation
from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.progress import Progress

After = Literal["on the way", "home first", "at home", "stays"]
"""Whence an officer is sent after a case: from anywhere on the way home, only once home, home at once, from where the case was."""

_DONE, _DUTY = 0, 1


@dataclass(frozen=True)
class Record:
    """What happened to each case.

    Parameters
    ----------
    officer
        Shape (n,): who was there, -1 where the case was passed on or still waited at the end.
    sent, arrived, done
        Shape (n,): seconds; inf where nobody was sent. `done` is when the officer could be sent again.
    busy
        Shape (m,): seconds that each officer spent on cases, travelling among them.
    turned
        How often an officer on the way was sent elsewhere.
    """

    officer: NDArray[np.int64]
    sent: NDArray[np.float64]
    arrived: NDArray[np.float64]
    done: NDArray[np.float64]
    busy: NDArray[np.float64]
    turned: int = 0


def simulate(
    ground: Ground,
    cases: Cases,
    policy: Policy,
    *,
    after: After = "on the way",
    queue: bool = True,
    duty: NDArray[np.float64] | None = None,
    progress: Progress | None = None,
) -> Record:
    """Let officers work off cases.

    Parameters
    ----------
    ground
        Places and officers.
    cases
        What is reported when and where.
    policy
        Who goes.
    after
        One of `After`. On the way an officer is taken to be between the two places by the share of time that has passed; so is
        one who was sent elsewhere and turned round.
    queue
        Cases wait while nobody can come; otherwise they are passed on at once.
    duty
        Shape (s, 3): officer, from, to (seconds) of each shift; without it everybody is always on duty. A case begun is finished.
    progress
        Told of cases, a thousand at a time.

    Examples
    --------
    Two officers at places 0 and 1, ten minutes apart, and two cases at place 0 within a minute:

    >>> way = np.array([[0.0, 600], [600, 0]])
    >>> ground = Ground(way, base=np.array([0, 1]), demand=np.ones(2), owner=np.array([0, 1]))
    >>> cases = Cases(np.array([0.0, 60]), np.array([0, 0]), np.full(2, 300.0), np.full(2, 480.0))
    >>> from gridgeo_solvers.dispatching import NearestIdle
    >>> simulate(ground, cases, NearestIdle()).arrived.tolist()
    [0.0, 660.0]
    """
    run = _Run.of(ground, cases, policy, after, queue, duty)
    progress = progress or Progress()
    progress.stage("cases", len(cases))
    for case in range(len(cases)):
        run.until(float(cases.at[case]))
        run.report(case)
        if case % 1000 == 999:
            progress.advance(1000)
    progress.advance(len(cases) % 1000)
    run.until(np.inf)
    return Record(run.officer, run.sent, run.arrived, run.done, run.busy, run.turned)


@dataclass
class _Run:
    """The state of a simulation: officers, the cases that aren't begun, and what is to come."""

    ground: Ground
    cases: Cases
    policy: Policy
    after: After
    queue: bool
    on_duty: NDArray[np.bool_]
    officer: NDArray[np.int64]
    sent: NDArray[np.float64]
    arrived: NDArray[np.float64]
    done: NDArray[np.float64]
    busy: NDArray[np.float64]
    able: NDArray[np.bool_] | None
    """Shape (kinds of need, m): who has the skills."""
    kind: NDArray[np.int64]
    usual: float
    """Mean seconds on the spot: what is known beforehand."""
    here: NDArray[np.int64]
    """Place that each officer left last."""
    there: NDArray[np.int64]
    """Place that each goes to."""
    left: NDArray[np.float64]
    reach: NDArray[np.float64]
    """When each left, and when the place ahead is reached."""
    case: NDArray[np.int64]
    """Case in hand, -1 for none."""
    waiting: list[int] = field(default_factory=list)
    going: list[int] = field(default_factory=list)
    """Cases with an officer on the way, for policies that reassign."""
    events: list[tuple[float, int, int, int]] = field(default_factory=list)
    turned: int = 0
    now: float = 0.0

    @classmethod
    def of(
        cls, ground: Ground, cases: Cases, policy: Policy, after: After, queue: bool, duty: NDArray[np.float64] | None
    ) -> _Run:
        n, m = len(cases), ground.officers
        if n and not (cases.place < ground.places).all():
            raise BadProblem(f"a case lies at place {int(cases.place.max())}; the ground has {ground.places} places")
        need = np.zeros(n, dtype=np.int64) if cases.need is None else cases.need
        kinds, kind = np.unique(need, return_inverse=True)
        able = None
        if ground.skills is not None:
            able = (ground.skills[None, :] & kinds[:, None]) == kinds[:, None]
        base = ground.base.copy()
        run = cls(
            ground, cases, policy, after, queue,
            on_duty=np.full(m, duty is None),
            officer=np.full(n, -1, dtype=np.int64),
            sent=np.full(n, np.inf), arrived=np.full(n, np.inf), done=np.full(n, np.inf),
            busy=np.zeros(m), able=able, kind=kind.astype(np.int64),
            usual=float(cases.handling.mean()) if n else 0.0,
            here=base, there=base.copy(), left=np.zeros(m), reach=np.zeros(m), case=np.full(m, -1, dtype=np.int64),
        )  # fmt: skip
        if duty is not None:
            for officer, begin, end in np.asarray(duty, dtype=np.float64).tolist():
                if not 0 <= officer < m or not begin < end:
                    raise BadProblem(
                        f"a shift of officer {officer:g} from {begin:g} to {end:g}; name one of 0..{m - 1}"
                    )
                run.events += [(begin, _DUTY, int(officer), 1), (end, _DUTY, int(officer), 0)]
            heapq.heapify(run.events)
        return run

    def until(self, time: float) -> None:
        """Let everything happen that happens before `time`."""
        while self.events and self.events[0][0] <= time:
            self.now, what, who, number = heapq.heappop(self.events)
            if what == _DUTY:
                self.on_duty[who] = bool(number)
            elif self.case[who] == number and self.done[number] == self.now:
                self._finish(who, number)
            else:
                continue  # the officer was sent elsewhere meanwhile
            if (self.waiting or self.going) and (not self.events or self.events[0][0] > self.now):
                self._decide()
        self.now = time

    def report(self, case: int) -> None:
        """A case is reported now."""
        self.waiting.append(case)
        self._decide()
        if not self.queue:
            self.waiting.clear()

    def _finish(self, who: int, case: int) -> None:
        place, base = int(self.cases.place[case]), int(self.ground.base[who])
        self.case[who] = -1
        if self.after == "on the way":
            self.here[who], self.there[who], self.left[who] = place, base, self.now
            self.reach[who] = self.now + self.ground.seconds[place, base]
        else:
            at = place if self.after == "stays" else base
            self.here[who] = self.there[who] = at
            self.left[who] = self.reach[who] = self.now

    def _decide(self) -> None:
        if self.policy.reassigns:
            self.going = [case for case in self.going if self.arrived[case] > self.now]
        idle = self.on_duty & (self.case < 0)
        free = idle.copy()
        if self.policy.reassigns and self.going:
            free[self.officer[self.going]] = True
        if not free.any():
            return
        open_ = self.waiting + self.going if self.policy.reassigns else self.waiting
        chosen = self.policy.assign(self._situation(np.array(open_, dtype=np.int64), free, idle))
        self._apply(open_, chosen.tolist())

    def _situation(self, open_: NDArray[np.int64], free: NDArray[np.bool_], idle: NDArray[np.bool_]) -> Situation:
        cases, ground = self.cases, self.ground
        place = cases.place[open_]
        span = self.reach - self.left
        share = np.clip((self.now - self.left) / np.where(span > 0, span, 1.0), 0.0, 1.0)
        share[span <= 0] = 1.0
        seconds = (1 - share) * ground.seconds[self.here[:, None], place].T
        seconds += share * ground.seconds[self.there[:, None], place].T
        can = np.broadcast_to(free, seconds.shape)
        if self.able is not None:
            can = can & self.able[self.kind[open_]]
        seconds = np.where(can, seconds, np.inf)
        return Situation(
            seconds,
            self.now - cases.at[open_],
            cases.limit[open_],
            np.zeros(len(open_), dtype=np.int64) if cases.urgency is None else cases.urgency[open_],
            ground.owner[place],
            self.officer[open_],
            np.full(len(open_), self.usual),
            (self.case >= 0).astype(np.float64),
            self._back(idle),
        )

    def _back(self, idle: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Seconds until each officer is expected to be free: at least a quarter of the usual work, once that is over."""
        away = np.flatnonzero(~idle)
        back = np.zeros(len(idle))
        case = self.case[away]
        left = np.maximum(self.arrived[case] + self.usual - self.now, self.usual / 4)
        if self.after == "home first":
            left = left + self.ground.seconds[self.cases.place[case], self.ground.base[away]]
        back[away] = np.where(self.on_duty[away], left, np.inf)
        return back

    def _apply(self, open_: list[int], chosen: list[int]) -> None:
        before = {case: int(self.officer[case]) for case in open_ if self.officer[case] >= 0}
        moved = [(case, who) for case, who in zip(open_, chosen, strict=True) if before.get(case, -1) != who]
        spots = {who: self._spot(who) for _, who in moved if who >= 0} | {
            before[case]: self._spot(before[case]) for case, _ in moved if case in before
        }
        for case, _ in moved:
            if case in before:
                self.turned += 1
                self.busy[before[case]] -= self.done[case] - self.now
                self.case[before[case]] = -1
                self.officer[case] = -1
                self.sent[case] = self.arrived[case] = self.done[case] = np.inf
        for case, who in moved:
            if who >= 0:
                self._send(case, who, *spots[who])
        taken = {who for _, who in moved}
        for who in {before[case] for case, _ in moved if case in before} - taken:
            self._go_home(who, spots[who][0])
        self.waiting = [case for case in open_ if self.officer[case] < 0]
        if self.policy.reassigns:
            self.going = [case for case in open_ if self.officer[case] >= 0]

    def _spot(self, who: int) -> tuple[int, NDArray[np.float64]]:
        """The place that an officer is nearest to, and the seconds from where he is to every place."""
        span = self.reach[who] - self.left[who]
        share = min(1.0, max(0.0, (self.now - self.left[who]) / span)) if span > 0 else 1.0
        here, there = int(self.here[who]), int(self.there[who])
        way = self.ground.seconds
        near = there if share >= 0.5 else here
        return near, _between(way, here, there, share)

    def _send(self, case: int, who: int, near: int, seconds: NDArray[np.float64]) -> None:
        cases, ground = self.cases, self.ground
        place, base = int(cases.place[case]), int(ground.base[who])
        self.officer[case], self.sent[case] = who, self.now
        self.arrived[case] = self.now + seconds[place]
        finished = self.arrived[case] + cases.handling[case]
        if self.after == "home first":
            finished += ground.seconds[place, base]
        self.done[case] = finished
        self.busy[who] += finished - self.now
        self.case[who] = case
        self.here[who], self.there[who] = near, place
        self.left[who], self.reach[who] = self.now, self.arrived[case]
        heapq.heappush(self.events, (float(finished), _DONE, who, case))

    def _go_home(self, who: int, near: int) -> None:
        base = int(self.ground.base[who])
        self.here[who], self.there[who], self.left[who] = near, base, self.now
        self.reach[who] = self.now + self.ground.seconds[near, base]


def _between(way: NDArray[np.float64], here: int, there: int, share: float) -> NDArray[np.float64]:
    """Seconds to every place from a spot that lies `share` of the time on the way from `here` to `there`."""
    if share >= 1.0:
        return way[there]
    return np.asarray((1 - share) * way[here] + share * way[there])
