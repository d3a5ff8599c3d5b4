"""What the partition engine must reach and what it aims at, on two cores of a quiet machine: the one place of these bars."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

SIGNS: dict[str, Callable[[Any, Any], bool]] = {"≤": operator.le, "<": operator.lt, "≥": operator.ge, "=": operator.eq}
WORDS = {
    "over_best_known": "{sign} {value:.4g} % over best known",
    "mean_over": "mean {sign} {value:.4g} %",
    "gap": "certified {sign} {value:.4g} %",
    "objective": "{sign} {value:,.7g}",
    "in_band": "{sign} {value:.4g} % of grids in band",
    "worst": "all within ±{value:.4g} %",
    "peak_mib": "{sign} {value:,.0f} MiB",
}
SHARES = {"over_best_known", "mean_over", "gap", "in_band", "worst"}
ROUNDING = 1e-8
"""Published values have four decimals: an optimal plan may seem so much worse than the best known."""


@dataclass(frozen=True)
class Need:
    """One figure of a row against a value; `figure` is a key of the row."""

    figure: str
    sign: str
    value: Any

    def holds(self, row: Mapping[str, Any]) -> bool:
        """Whether a measured row passes; what wasn't measured doesn't."""
        found = row.get(self.figure)
        if isinstance(found, Mapping):
            found = max(found.values(), default=None)
        return found is not None and SIGNS[self.sign](found, self.value)

    def __str__(self) -> str:
        if self.figure == "over_best_known" and self.value <= ROUNDING:
            return "best known value"
        if self.figure not in WORDS:
            return self.figure
        value = self.value * 100 if self.figure in SHARES else self.value
        return WORDS[self.figure].format(sign=self.sign, value=value)


@dataclass(frozen=True)
class Bar:
    """A bar at a number of seconds: `level` is must or aim; any of `needs` suffices; `only` names the instances it is for."""

    level: str
    seconds: float
    needs: tuple[Need, ...]
    only: tuple[str, ...] = ()

    def concerns(self, instance: str) -> bool:
        """Whether the bar is for this instance."""
        return not self.only or instance in self.only

    def met(self, row: Mapping[str, Any]) -> bool:
        """Whether a measured row passes."""
        return any(need.holds(row) for need in self.needs)

    def __str__(self) -> str:
        return f"{' or '.join(str(need) for need in self.needs)} in {self.seconds:,g} s"


@dataclass(frozen=True)
class Class:
    """Instances that share their bars."""

    title: str
    instances: tuple[str, ...]
    bars: tuple[Bar, ...]
    extra: tuple[float, ...] = ()

    def limits(self, instance: str) -> list[float]:
        """Time limits to run an instance with: those of its bars and `extra` ones."""
        return sorted({bar.seconds for bar in self.bars if bar.concerns(instance)} | set(self.extra))


def _over(value: float) -> Need:
    return Need("over_best_known", "≤", value)


def _gap(value: float) -> Need:
    return Need("gap", "≤", value)


def _at_most(value: float) -> Need:
    return Need("objective", "≤", value)


def _below(value: float) -> Need:
    return Need("objective", "<", value)


def _must(seconds: float, *needs: Need, only: tuple[str, ...] = ()) -> Bar:
    return Bar("must", seconds, needs, only)


def _aim(seconds: float, *needs: Need, only: tuple[str, ...] = ()) -> Bar:
    return Bar("aim", seconds, needs, only)


PROVEN = Need("proven", "=", True)
VALID = Need("valid", "=", True)
CONNECTED = Need("connected", "=", True)
ALL_IN_BAND = Need("in_band", "≥", 1.0)
ID, NM, NV = "us2010_ID_tract", "us2010_NM_tract", "us2010_NV_tract"
OK, IN = "us2010_OK_tract", "us2010_IN_tract"

CLASSES = (
    Class(
        "≤ 110 units, k ≤ 7, ±0.5 %",
        ("us2010_IA_county", "us2010_OK_county"),
        (_must(20, _over(ROUNDING)), _must(120, PROVEN), _aim(20, PROVEN)),
    ),
    Class(
        "300–850 units, k 2–5, ±0.5 %",
        (ID, NM, NV),
        (
            _must(15, _over(0.0002)),
            _must(300, PROVEN, only=(ID, NM)),
            _aim(60, _gap(0.002)),
            _aim(1.3, PROVEN, only=(ID,)),
            _aim(49.5, PROVEN, only=(NM,)),
            _aim(60, _below(12497.00), PROVEN, only=(NV,)),
        ),
    ),
    Class(
        "1,000–1,500 units, k 5–9, ±0.5 %",
        (OK, IN),
        (
            _must(30, _over(0.0005)),
            _must(60, _gap(0.005)),
            _aim(60, _below(11097.71), only=(IN,)),
            _aim(120, _gap(0.003)),
            _aim(3600, PROVEN),
        ),
    ),
    Class(
        "3,100 units, k 18, ±0.5 %",
        ("us2010_IL_tract",),
        (
            _must(120, _over(0.003)),
            _must(300, _gap(0.03)),
            _aim(120, _below(16079.35)),
            _aim(300, _gap(0.015)),
        ),
    ),
    Class(
        "london 983/33, ±5 %",
        ("london_msoa983_k33",),
        (_must(10, _at_most(60.5)), _must(30, _gap(0.025)), _aim(30, _at_most(60.2)), _aim(30, _gap(0.015))),
    ),
    Class(
        "AR block groups 2,294/35, ±5 %",
        ("us2020_AR_bg_k35",),
        (_must(30, _at_most(1515)), _must(120, _gap(0.015)), _aim(30, _at_most(1500)), _aim(120, _gap(0.007))),
    ),
    Class(
        "france_northeast 12,674/40, ±5 %",
        ("france_northeast_k40",),
        (_must(60, _at_most(7450)), _must(600, _gap(0.05)), _aim(60, _at_most(7280)), _aim(300, _gap(0.03))),
    ),
    Class(
        "100,000 generated units, three measures, k 500, ±5 %",
        ("delaunay 100000 × 3",),
        (
            _must(120, CONNECTED),
            _must(120, Need("in_band", "≥", 0.99)),
            _must(120, Need("worst", "≤", 0.08)),
            _must(120, Need("peak_mib", "≤", 1024)),
            _aim(120, ALL_IN_BAND),
            _aim(900, _gap(0.05)),
        ),
    ),
    Class("the same, one measure", ("delaunay 100000",), (_must(60, ALL_IN_BAND),)),
    Class("18 villages → 7", ("baitao",), (_must(10, PROVEN), _aim(10, PROVEN))),
    Class("1,249 villages in 13 towns → 208", ("zhucheng",), (_must(300, _gap(0.02)), _aim(300, PROVEN))),
    Class("20,000 households → groups of 8–12", ("household groups 20000",), (_must(60, VALID),)),
    Class("1,000 communities of 60 units", ("communities 1000 × 60",), (_must(300, VALID),)),
)
"""Every class of instances with its bars, in the order of the table."""


def class_of(instance: str) -> Class | None:
    """The class that an instance stands in."""
    return next((each for each in CLASSES if instance in each.instances), None)
