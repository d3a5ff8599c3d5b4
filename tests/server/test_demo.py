from __future__ import annotations

from gridgeo.location import Locator
from gridgeo_server.demo import sample_visits
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
