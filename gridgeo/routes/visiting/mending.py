"""The problem around a change: the visits that may move, of the officers who may take them, on the days that may hold them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridgeo.routes.visiting.changes import Change
from gridgeo.routes.visiting.drawing import each
from gridgeo.routes.visiting.planning import LEFT_OUT, STOPS, TOURS, Booked, table
from gridgeo_solvers.routing.visiting import Doors, Given, Officers, Rhythm, Visiting, VisitingProblem


class Local:
    """The problem around a change: each visit that may move is a door of its own, called at once."""

    def __init__(self, change: Change, officers: NDArray[np.int64], until: int) -> None:
        self.change = change
        self.who = officers
        self.until = until
        stops = change.booked.stops
        near = change.free & stops["officer"].isin(officers).to_numpy() & (stops["day"] < until).to_numpy()
        self.near = near
        lost_keys = pd.MultiIndex.from_frame(change.lost[["door", "number"]])
        here = stops[near]
        entries = here.drop_duplicates(["door", "number"])[["door", "number", "day"]]
        lost = pd.MultiIndex.from_frame(entries[["door", "number"]]).isin(lost_keys)
        urgent = pd.DataFrame({"door": change.new, "number": 0, "day": change.today})
        self.entries = pd.concat(
            [entries.assign(kind=np.where(lost, "lost", "stays")), urgent.assign(kind="new")], ignore_index=True
        )
        self.crews = here.groupby(["door", "number"])["officer"].apply(tuple).to_dict()
        begins = here.drop_duplicates(["door", "number"])
        self.begins = dict(zip(zip(begins["door"], begins["number"], strict=True), begins["begin"], strict=True))
        frozen = stops[~change.free & (stops["day"] == change.today)]
        self.frozen = {officer: own.iloc[-1] for officer, own in frozen.groupby("officer")}

    def problem(self) -> VisitingProblem:
        """The arrays; days are counted from today."""
        change, field, who = self.change, self.change.field, self.who
        n, m = len(field.doors), len(field.officers)
        count, k = self.until - change.today, len(self.entries)
        door = self.entries["door"].to_numpy(dtype=np.int64)
        last = {officer: int(stop["door"]) for officer, stop in self.frozen.items()}
        now_at = np.array([last.get(officer, n + officer) for officer in who], dtype=np.int64)
        places, back = np.unique(np.concatenate([door, now_at, n + who, n + m + who]), return_inverse=True)
        at = np.split(back, [k, k + len(who), k + 2 * len(who)])
        about, crew = field.doors.iloc[door], field.officers.iloc[who]
        works = field.works[who, change.today : self.until].copy()
        works[np.isin(who, change.away), 0] = False
        since = np.where(works, crew["from_min"].to_numpy(dtype=float)[:, None] * 60, 0.0)
        until = np.where(works, crew["to_min"].to_numpy(dtype=float)[:, None] * 60, 0.0)
        begun = np.array([self._free_at(officer) for officer in who])
        since[:, 0] = np.where(works[:, 0], np.minimum(np.maximum(since[:, 0], begun), until[:, 0]), 0.0)
        rest = np.tile(crew["break_min"].to_numpy(dtype=float)[:, None] * 60, count)
        rest[:, 0] = np.where([self._rested(officer) for officer in who], 0.0, rest[:, 0])
        start = np.tile(at[2][:, None], count)
        start[:, 0] = at[1]
        early, late, single = self._windows(about)
        return VisitingProblem(
            field.ways.seconds(places),
            Doors(
                place=at[0],
                service=about["minutes"].to_numpy(dtype=float) * 60,
                early=early,
                late=late,
                open=self._open(count),
                persons=np.where(single, 1, about["persons"].to_numpy(dtype=np.int64)),
                need=np.where(single, 0, field.need[door]),
                weight=about["priority"].to_numpy(dtype=float) * np.where(self.entries["kind"] == "new", 3.0, 1.0),
                own=self._own(),
                may=self._may(single),
                rhythm=Rhythm.once(k, count),
            ),
            Officers(
                mode=np.array([field.ways.modes.index(mode) for mode in crew["mode"]], dtype=np.int64),
                has=field.has[who],
                since=since,
                until=until,
                start=start,
                end=np.tile(at[3][:, None], count),
                rest=rest,
                rest_from=np.tile(crew["break_from_min"].to_numpy(dtype=float)[:, None] * 60, count),
                rest_to=np.tile(crew["break_to_min"].to_numpy(dtype=float)[:, None] * 60, count),
            ),
            replace(field.wishes, balance=0.0),
        )

    def given(self) -> list[Given]:
        """The plan as it was, without what is lost."""
        position = {int(officer): row for row, officer in enumerate(self.who)}
        found = []
        for row, entry in enumerate(each(self.entries)):
            if entry.kind == "stays":
                key = (entry.door, entry.number)
                crew = tuple(position[officer] for officer in self.crews[key] if officer in position)
                found.append(Given(row, 0, entry.day - self.change.today, crew, self.begins[key]))
        return found

    def merged(self, answer: Visiting) -> Booked:
        """The whole plan with the answer in place of what was near."""
        change = self.change
        stops, tours = change.booked.stops, change.booked.tours
        door, number = self.entries["door"].to_numpy(), self.entries["number"].to_numpy()
        fresh = [
            (
                int(self.who[tour.officer]),
                tour.day + change.today,
                door[stop.door],
                number[stop.door],
                stop.arrive,
                stop.begin,
                stop.leave,
            )
            for tour in answer.tours
            for stop in tour.stops
        ]
        kept = pd.concat([stops[~self.near], table(fresh, STOPS)], ignore_index=True)
        kept = kept.sort_values(["officer", "day", "begin"], kind="stable", ignore_index=True)
        touched = self.touched()
        rest = [one for one in each(tours) if (one.officer, one.day) not in touched]
        new = self._tours(answer)
        # A visit that one of two officers from elsewhere still makes stays as it is.
        out = [(int(door[one.door]), int(number[one.door]), one.reason) for one in answer.left_out]
        left = pd.concat([change.booked.left_out, table(out, LEFT_OUT)], ignore_index=True)
        gone = pd.MultiIndex.from_frame(left[["door", "number"]])
        kept = kept[~pd.MultiIndex.from_frame(kept[["door", "number"]]).isin(gone)].reset_index(drop=True)
        all_tours = table([*rest, *new], TOURS).sort_values(["officer", "day"], kind="stable", ignore_index=True)
        travel = float(all_tours["travel"].sum())
        return Booked(kept, all_tours, left, change.booked.objective + travel - change.booked.travel, travel)

    def touched(self) -> set[tuple[int, int]]:
        """Officers' days that the answer takes the place of."""
        return {(int(officer), day) for officer in self.who for day in range(self.change.today, self.until)}

    def _tours(self, answer: Visiting) -> list[tuple[Any, ...]]:
        change = self.change
        old = {(one.officer, one.day): one for one in each(change.booked.tours)}
        found = {(int(self.who[one.officer]), one.day + change.today): one for one in answer.tours}
        rows = []
        for officer, day in sorted(self.touched()):
            tour, before = found.get((officer, day)), old.get((officer, day))
            begun = day == change.today and officer in self.frozen
            if not begun:
                if tour is not None:
                    rows.append((officer, day, tour.start, tour.end, tour.travel, tour.rest))
                continue
            assert before is not None
            there = self._travelled(officer, before)
            home = self._way_home(officer)
            if tour is None:
                end = self._free_at(officer) + home
                rows.append(
                    (officer, day, before.start, end, there + home, before.rest if self._rested(officer) else None)
                )
            else:
                rested = before.rest if self._rested(officer) else self._rest(officer, tour)
                rows.append((officer, day, before.start, tour.end, there + tour.travel, rested))
        return rows

    def _rest(self, officer: int, tour: Any) -> float | None:
        """When an officer on the way takes the break that lies ahead: in the day that goes on, it may come before its first visit."""
        if tour.rest is not None:
            return float(tour.rest)
        about, first = self.change.field.officers.iloc[officer], tour.stops[0].begin
        rest = max(self._free_at(officer), about["break_from_min"] * 60)
        fits = about["break_min"] > 0 and rest <= about["break_to_min"] * 60 and rest + self._break(officer) <= first
        return rest if fits else None

    def _way_home(self, officer: int) -> float:
        field = self.change.field
        n, m = len(field.doors), len(field.officers)
        places = np.array([int(self.frozen[officer]["door"]), n + m + officer], dtype=np.int64)
        return float(field.ways.seconds(places)[field.ways.modes.index(field.officers["mode"].iloc[officer])][0, 1])

    def _travelled(self, officer: int, tour: Any) -> float:
        """Seconds of travel until the last frozen visit."""
        stops = self.change.booked.stops
        own = stops[~self.change.free & (stops["officer"] == officer) & (stops["day"] == self.change.today)]
        spent, clock = 0.0, tour.start
        for stop in each(own):
            rest = self._break(officer) if clock <= tour.rest < stop.begin else 0.0
            spent += max(0.0, stop.arrive - clock - rest)
            clock = stop.leave
        return spent

    def _break(self, officer: int) -> float:
        return float(self.change.field.officers["break_min"].iloc[officer]) * 60

    def _rested(self, officer: int) -> bool:
        """Whether the officer has begun the break of today."""
        tours = self.change.booked.tours
        own = tours[(tours["officer"] == officer) & (tours["day"] == self.change.today)]
        return bool(len(own) and own["rest"].iloc[0] <= self.change.clock)

    def _free_at(self, officer: int) -> float:
        """When the officer can set out for another visit today."""
        free = self.change.clock
        if officer in self.frozen:
            free = max(free, float(self.frozen[officer]["leave"]))
        tours = self.change.booked.tours
        own = tours[(tours["officer"] == officer) & (tours["day"] == self.change.today)]
        if len(own) and own["rest"].iloc[0] <= self.change.clock:
            free = max(free, float(own["rest"].iloc[0]) + self._break(officer))
        return free

    def _open(self, count: int) -> NDArray[np.bool_]:
        """Days of each visit: its own, or for what is lost those that its neighbours in time allow."""
        change, field = self.change, self.change.field
        days = np.zeros((len(self.entries), count), dtype=bool)
        calendar = np.arange(change.today, self.until)
        for row, entry in enumerate(each(self.entries)):
            if entry.kind == "stays":
                days[row, entry.day - change.today] = True
            elif entry.kind == "new":
                days[row, 0] = True
            else:
                low, high = self._span(entry.door, entry.number)
                days[row] = (calendar >= low) & (calendar <= high) & field.open[entry.door, calendar]
                days[row, 0] &= entry.door not in change.shut
        return days

    def _span(self, door: int, number: int) -> tuple[int, int]:
        """First and last day on which a visit keeps its distance from the others of its door."""
        due = {name: int(values[door]) for name, values in self.change.field.due.items()}
        stops = self.change.booked.stops
        own = stops[(stops["door"] == door) & (stops["number"] != number)]
        steps = own["number"].to_numpy() - number
        low = due["first_from"] + number * due["least"]
        high = due["last_to"] - (due["count"] - 1 - number) * due["least"]
        if (steps < 0).any():
            day, step = own["day"].to_numpy()[steps < 0].max(), -steps[steps < 0].max()
            low, high = max(low, day + step * due["least"]), min(high, day + step * due["most"])
        else:
            high = min(high, due["first_to"] + number * due["most"])
        if (steps > 0).any():
            day, step = own["day"].to_numpy()[steps > 0].min(), steps[steps > 0].min()
            low, high = max(low, day - step * due["most"]), min(high, day - step * due["least"])
        else:
            low = max(low, due["last_from"] - (due["count"] - 1 - number) * due["most"])
        return low, high

    def _windows(self, about: pd.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
        """Windows; a visit with an officer from elsewhere keeps its moment and counts as one officer's."""
        early, late = (about[name].to_numpy(dtype=float) * 60 for name in ("from_min", "to_min"))
        single = np.zeros(len(about), dtype=bool)
        near = set(self.who.tolist())
        stops = self.change.booked.stops
        crews = stops.groupby(["door", "number"])["officer"].apply(set).to_dict()
        for row, entry in enumerate(each(self.entries)):
            if entry.kind == "new" or about["persons"].iloc[row] == 1:
                continue
            if not crews[entry.door, entry.number] <= near:
                single[row] = True
                early[row] = late[row] = self.begins[entry.door, entry.number]
        return early, late, single

    def _may(self, single: NDArray[np.bool_]) -> NDArray[np.bool_]:
        door = self.entries["door"].to_numpy(dtype=np.int64)
        may = self.change.field.may.at(door, self.who)
        for row in np.flatnonzero(single):
            entry = self.entries.iloc[row]
            may[row] = np.isin(self.who, self.crews[entry["door"], entry["number"]])
        return may

    def _own(self) -> NDArray[np.int64]:
        """The officer who should make each visit: who made it so far; of what is lost or new, who is preferred, or comes most often."""
        position = {int(officer): row for row, officer in enumerate(self.who)}
        stays = [
            self.crews[one.door, one.number][0] if one.kind == "stays" else self._regular(int(one.door))
            for one in each(self.entries)
        ]
        return np.array([position.get(int(officer), -1) for officer in stays], dtype=np.int64)

    def _regular(self, door: int) -> int:
        """The officer whom a door prefers, or else who makes most of its visits; -1 where it has only one."""
        if self.change.field.own[door] >= 0 or self.change.field.due["count"][door] < 2:
            return int(self.change.field.own[door])
        stops = self.change.booked.stops
        return int(np.bincount(stops.loc[stops["door"] == door, "officer"].to_numpy()).argmax())
