from __future__ import annotations

import numpy as np
import pytest

from emergencies import calls
from gridgeo_solvers.dispatching import Cases, draw_cases
from gridgeo_solvers.dispatching.cases import DAY, HOUR
from gridgeo_solvers.errors import BadProblem

DRAWN = {"days": 30.0, "per_day": 100.0, "limit": 600.0, "handling": 900.0}


def test_the_same_seed_draws_the_same_cases_and_another_seed_others() -> None:
    one, two, other = (draw_cases([1.0, 2.0], **DRAWN, seed=seed) for seed in (3, 3, 4))
    assert one.at.tolist() == two.at.tolist()
    assert one.handling.tolist() == two.handling.tolist()
    assert one.at.tolist() != other.at.tolist()


def test_hours_and_places_get_their_share_of_the_cases() -> None:
    profile = np.where(np.arange(24) < 12, 3.0, 1.0)
    cases = draw_cases([1.0, 0.0, 3.0], **DRAWN, profile=profile, seed=1)
    morning = (cases.at % DAY < 12 * HOUR).mean()
    assert morning == pytest.approx(0.75, abs=0.03)
    assert np.bincount(cases.place, minlength=3) / len(cases) == pytest.approx([0.25, 0, 0.75], abs=0.03)
    assert cases.handling.mean() == pytest.approx(900, rel=0.03)
    assert cases.handling.std() == pytest.approx(450, rel=0.05)
    assert len(cases) == pytest.approx(3_000, rel=0.06)


def test_half_a_day_has_half_of_its_cases_and_no_later_ones() -> None:
    cases = draw_cases([1.0], days=0.52, per_day=10_000, limit=1, handling=1, seed=1)
    assert cases.at.max() <= 0.52 * DAY
    assert len(cases) == pytest.approx(5_200, rel=0.06)


def test_work_without_spread_is_always_the_mean() -> None:
    assert set(draw_cases([1.0], **DRAWN, spread=0.0).handling) == {900.0}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"demand": [-1.0]}, "demand"),
        ({"profile": np.ones(23)}, "24 numbers"),
        ({"days": 0.0}, "days is 0.0"),
        ({"per_day": np.nan}, "per_day"),
        ({"handling": -1.0}, "handling"),
        ({"spread": -0.1}, "spread"),
    ],
)
def test_what_cannot_be_drawn_is_refused(changed: dict[str, object], said: str) -> None:
    with pytest.raises(BadProblem, match=said):
        draw_cases(**({"demand": [1.0]} | DRAWN | changed))  # type: ignore[arg-type]


def test_cases_that_contradict_themselves_are_refused() -> None:
    cases = calls((0, 1), (5, 1))
    with pytest.raises(BadProblem, match="order of their reports"):
        cases.rows(np.array([1, 0]))
    with pytest.raises(BadProblem, match="2 cases but 1 values of limit"):
        Cases(cases.at, cases.place, cases.handling, cases.limit[:1])
    with pytest.raises(BadProblem, match="case 1: handling"):
        Cases(cases.at, cases.place, np.array([1.0, -1.0]), cases.limit)


@pytest.mark.parametrize("changed", [{"days": 1.0, "per_day": 1.1e7}, {"days": 5e5, "per_day": 1.0}])
def test_more_cases_than_can_be_drawn_are_refused(changed: dict[str, float]) -> None:
    with pytest.raises(BadProblem, match="too many to draw"):
        draw_cases([1.0], **{**DRAWN, **changed})
