"""Everything that the page of a plan shows, made from the plan: figures, tables, maps, cards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd
from markupsafe import Markup

from gridgeo.errors import BadInput
from gridgeo.extents import extents
from gridgeo.plans.changes import ties_kept
from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import MEASURES
from gridgeo.reports.approvals import Departure
from gridgeo.reports.balance import balance
from gridgeo.reports.card_maps import CardMaps
from gridgeo.reports.changes import flows
from gridgeo.reports.charts import axis_end, deviation_bar, strip_chart
from gridgeo.reports.codes import board_link, qr
from gridgeo.reports.heading import Cards
from gridgeo.reports.maps import change_map, look_of, moved_units, plan_map, town_frame
from gridgeo.reports.officers import Officers
from gridgeo.reports.rules import amount, bands, both, departures, figure_rows, rule_rows
from gridgeo.reports.wording import Words
from gridgeo.rosters import Roster

PAGE_MM = (174.0, 222.0)
"""Room for a drawing on a page, width and height."""
CARD_MM = {1: (164.0, 128.0), 2: (84.0, 74.0)}
"""Size of a card's map with one and with two cards a page."""
_MORE_MM = 5.0
"""A card in one language has so much more room for its map."""


class Contents:
    """The contents of one paper."""

    def __init__(
        self, plan: Plan, words: Words, *, before: Plan | None, roster: Roster | None, day: date | None, cards: Cards
    ) -> None:
        self._plan, self._words, self._before, self._cards = plan, words, before, cards
        self._officers = None
        if roster is not None:
            if day is None:
                raise BadInput(
                    "a roster says who is there on a day; say on which, or from which day the plan is in force"
                )
            self._officers = Officers(roster.for_plan(plan), plan, day)

    def sections(self) -> list[str]:
        """Keys of the sections, in order."""
        wanted = {
            "s_rules": True,
            "s_balance": True,
            "s_map": True,
            "s_changes": self._before is not None,
            "s_register": True,
            "s_exceptions": True,
            "s_approvals": True,
            "s_officers": self._officers is not None,
            "s_cards": self._cards.per_page > 0,
        }
        return [key for key, there in wanted.items() if there]

    def figures(self, accepted: Sequence[Departure], numbers: Mapping[str, int]) -> dict[str, Any]:
        """What the template shows, by name."""
        words, plan = self._words, self._plan
        exceptions = departures(plan, words, accepted)
        grids = self._grids()
        return {
            "place": words.name(plan.jurisdiction.areas.iloc[0]),
            "hash": plan.fingerprint(),
            "before": self._before is not None,
            "before_hash": None if self._before is None else self._before.fingerprint(),
            "facts": self._facts(),
            "summary": self._summary(exceptions, numbers),
            "rules": rule_rows(plan, words),
            "found": figure_rows(plan, words),
            "maps": self._maps(),
            "map_words": self._map_words(),
            "short": self._look.short,
            "flows": [] if self._before is None else self._flows.to_dict("records"),
            "moved": self._moved,
            "measures": self._measures(),
            "grids": grids,
            "totals": plan.grids[["households", "area_m2", "workload_min"]].sum().to_dict(),
            "code_mm": round(4 + 1.62 * max(len(str(row["code"])) for row in grids), 1),
            "exceptions": exceptions,
            "officers": self._officer_figures(),
            "cards": self._cards.per_page,
            "card_map_mm": CARD_MM[self._cards.per_page or 2][0],
        }

    @cached_property
    def _flows(self) -> pd.DataFrame:
        assert self._before is not None
        return flows(self._before, self._plan)

    @cached_property
    def _look(self) -> Any:
        return look_of(self._plan, self._words, self._before)

    @cached_property
    def _card_maps(self) -> CardMaps:
        wide, high = CARD_MM[self._cards.per_page]
        more = _MORE_MM if len(self._words.langs) == 1 else 0.0
        return CardMaps(self._plan, self._look, wide, high + more)

    @cached_property
    def _moved(self) -> dict[str, float]:
        if self._before is None:
            return {}
        units = self._plan.jurisdiction.units
        everyone = int(units["households"].sum())
        households, count = int(self._flows["households"].sum()), int(self._flows["units"].sum())
        return {
            "households": households,
            "share": households / everyone if everyone else 0.0,
            "units": count,
            "unit_share": count / len(units),
            "ties": ties_kept(self._plan.jurisdiction, self._before.assignment, self._plan.assignment),
        }

    def _facts(self) -> list[dict[str, Any]]:
        words, grids, table = self._words, self._plan.grids, balance(self._plan)
        facts = [
            {"name": words("grids"), "value": words.number(len(grids)), "unit": "", "more": ""},
            {"name": words("households"), "value": words.number(grids["households"].sum()), "unit": "", "more": ""},
            {"name": words("land"), "value": words.number(grids["area_m2"].sum() / 1e6, 2), "unit": "km²", "more": ""},
            {
                "name": words("workload"),
                "value": words.number(grids["workload_min"].sum() / 60),
                "unit": "h",
                "more": words("h_month"),
            },
            {
                "name": words("worst_hh"),
                "value": words.percent(table.at["households", "worst"]),
                "unit": "",
                "more": "",
            },
        ]
        if self._before is not None:
            share = words.percent(self._moved["share"])
            facts.append(
                {
                    "name": words("moved"),
                    "value": words.number(self._moved["households"]),
                    "unit": "",
                    "more": words("of_all", share=share),
                }
            )
        return facts

    def _summary(self, exceptions: Sequence[Any], numbers: Mapping[str, int]) -> list[Markup]:
        words, grids = self._words, self._plan.grids
        told = [
            words(
                "summary",
                name=words.name(self._plan.jurisdiction.areas.iloc[0]),
                grids=len(grids),
                households=words.number(grids["households"].sum()),
            )
        ]
        if self._before is not None and self._moved["units"]:
            told.append(
                words(
                    "summary_moved",
                    units=words.number(self._moved["units"]),
                    all=words.number(len(self._plan.assignment)),
                    households=words.number(self._moved["households"]),
                )
            )
        elif self._before is not None:
            told.append(words("summary_same"))
        if exceptions:
            told.append(words("summary_broken", count=len(exceptions), section=numbers["s_exceptions"]))
        else:
            told.append(words("summary_ok"))
        return told

    def _maps(self) -> dict[str, Any]:
        plan, look, before = self._plan, self._look, self._before
        full = town_frame(plan, *PAGE_MM)
        maps: dict[str, Any] = {"plan": plan_map(plan, look, full)}
        if before is None:
            return maps
        wide = full.height_mm < 0.72 * full.width_mm
        half = town_frame(plan, 174.0, 104.0) if wide else town_frame(plan, 84.0, 150.0)
        moved = moved_units(before, plan)
        return maps | {
            "wide": wide,
            "before": plan_map(before, look, half, moved=moved),
            "after": plan_map(plan, look, half, moved=moved),
            "changes": change_map(before, plan, look, town_frame(plan, PAGE_MM[0], PAGE_MM[1] - 12), self._flows),
        }

    def _map_words(self) -> Markup:
        words, codes = self._words, list(self._look.short.items())
        code, short = codes[0]
        prefix = code[: len(code) - len(short)]
        if not prefix:
            return words("fig_plan_plain", grids=len(self._plan.grids))
        return words("fig_plan", grids=len(self._plan.grids), prefix=f" {prefix}")

    def _measures(self) -> list[dict[str, Any]]:
        words, ends = self._words, bands(self._plan)
        plans = [("now", self._plan)] if self._before is None else [("before", self._before), ("now", self._plan)]
        tables = [(when, plan.metrics(), balance(plan)) for when, plan in plans]
        told = []
        for name in MEASURES:
            mean = float(tables[-1][2]["mean"].loc[name])
            band = tuple(end / mean - 1 for end in ends[name]) if name in ends and mean else None
            dots = [
                (words.plain(when) if len(tables) > 1 else "", table[f"{name}_deviation"].tolist())
                for when, table, _ in tables
            ]
            title = words.plain("strip_title", measure=words.plain(f"mw_{name}"))
            told.append(
                {
                    "name": name,
                    "rows": [self._indicators(when, row.loc[name], len(tables) > 1) for when, _, row in tables],
                    "chart": strip_chart(dots, None if band is None else (band[0], band[1]), title),
                }
            )
        return told

    def _indicators(self, when: str, row: Any, several: bool) -> dict[str, Any]:
        words, name = self._words, str(row.name)
        return {
            "when": words(when) if several else "",
            "min": amount(name, row["min"], words),
            "mean": amount(name, row["mean"], words),
            "max": amount(name, row["max"], words),
            "cv": words.number(row["cv"], 3),
            "gini": words.number(row["gini"], 3),
            "worst": words.percent(row["worst"]),
        }

    def _grids(self) -> list[dict[str, Any]]:
        words, plan = self._words, self._plan
        told = extents(plan)
        now = plan.metrics()["households_deviation"]
        old = None if self._before is None else self._before.metrics()["households_deviation"]
        mean = float(plan.grids["households"].mean())
        ends = bands(plan).get("households")
        band = None if ends is None or not mean else (ends[0] / mean - 1, ends[1] / mean - 1)
        end = axis_end(now.tolist(), [] if old is None else old.tolist())
        areas = plan.jurisdiction.areas.set_index("area")
        rows = []
        for row in plan.grids.drop(columns="geometry").to_dict("records"):
            grid = str(row["grid"])
            before = float(old[grid]) if old is not None and grid in old.index else None
            title = f"{row['code']}: {words.percent(now[grid], 1, True)}"
            rows.append(
                {str(key): value for key, value in row.items()}
                | {
                    "area_name": words.name(areas.loc[row["area"]]),
                    "extent": words.pair(*(str(told[lang].loc[grid]) for lang in words.langs)),
                    "deviation": float(now[grid]),
                    "bar": deviation_bar(float(now[grid]), before, band, end, title),
                    "officers": None if self._officers is None else self._officers.rows(grid, words),
                }
                | self._card(grid, str(row["code"]))
            )
        return rows

    def _card(self, grid: str, code: str) -> dict[str, Any]:
        if not self._cards.per_page:
            return {}
        link = None if self._cards.board is None else board_link(self._cards.board, grid)
        return {
            "map": self._card_maps.draw(grid),
            "link": link,
            "qr": None if link is None else qr(link, 22.0, self._words.plain("map_grid", code=code)),
        }

    def _officer_figures(self) -> dict[str, Any] | None:
        if self._officers is None:
            return None
        words, told = self._words, self._officers.summary(self._words)
        key, day = "gaps_note" if told["empty"] else "gaps_none", self._officers.day
        values = {name: words.number(told[name]) for name in ("empty", "places")}
        sentence = both(words, key, day=lambda lang: words.day(day, lang), **values)
        return told | {"told": sentence}
