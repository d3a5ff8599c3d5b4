from __future__ import annotations

from datetime import date

from gridgeo.location import Locator
from gridgeo_server.demo import VISIT_DAYS, sample_rounds, sample_visits
from gridgeo_server.town import Town


def test_the_made_up_visits_are_doors_of_the_town_with_windows_for_some(town: Town) -> None:
    doors = sample_visits(town.jurisdiction, 60, seed=1)
    assert len(doors) == doors["door"].nunique() == 60
    locator: Locator = town.locator
    assert all(locator.locate(lon, lat).snapped_m == 0 for lon, lat in zip(doors["lon"], doors["lat"], strict=True))
    windowed = doors["from"].notna()
    assert 0 < windowed.sum() < 30
    assert (doors["from"].isna() == doors["to"].isna()).all()
    assert doors["name"].str.contains("simulated").all()


def test_no_more_doors_are_made_up_than_there_are(town: Town) -> None:
    assert len(sample_visits(town.jurisdiction, 10_000, seed=1)) == len(town.jurisdiction.buildings)


def test_the_same_seed_gives_the_same_visits(town: Town) -> None:
    assert sample_visits(town.jurisdiction, 20, seed=5).equals(sample_visits(town.jurisdiction, 20, seed=5))


def test_every_made_up_visit_has_a_day_on_a_weekend_too(town: Town) -> None:
    saturday = date(2026, 11, 28)
    doors = sample_visits(town.jurisdiction, 12, seed=1)
    made = sample_rounds(town.plan, doors, saturday)
    assert sorted(made.stops["what"]) == sorted(doors["door"])
    days = set(made.routes["date"])
    assert saturday.isoformat() in days
    assert len(days) <= VISIT_DAYS
