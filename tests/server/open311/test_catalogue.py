from __future__ import annotations

import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from gridgeo_server.cases.categories import Categories, Category
from gridgeo_server.errors import NotFound
from gridgeo_server.open311.catalogue import Catalogue, catalogue_of, service_view


def kind(name: str, **more: object) -> Category:
    return Category(name, "噪音", f"The {name}", "order", 4, "urgent_hours", 14_400, **more)  # type: ignore[arg-type]


def test_a_service_is_offered_on_the_days_on_which_some_row_of_it_holds() -> None:
    rows = [kind("noise"), kind("snow", valid_from=date(2026, 12, 1), valid_to=date(2027, 2, 28), area="west")]
    catalogue = Catalogue(Categories(rows, "test"), {}, datetime(2026, 1, 1, tzinfo=UTC))
    assert [one.category for one in catalogue.offered(date(2026, 11, 18))] == ["noise"]
    assert [one.category for one in catalogue.offered(date(2026, 12, 1))] == ["noise", "snow"]
    assert catalogue.service("snow", date(2027, 2, 28)).category == "snow"
    with pytest.raises(NotFound, match=r"services\.xml"):
        catalogue.service("snow", date(2027, 3, 1))


def test_the_changeset_moves_when_the_tables_or_the_rows_that_hold_change(tmp_path: Path) -> None:
    rows = [kind("noise"), kind("snow", valid_from=date(2026, 12, 1), valid_to=date(2027, 2, 28))]
    table = tmp_path / "categories.csv"
    table.touch()
    os.utime(table, (1_767_225_600, 1_767_225_600))
    catalogue = catalogue_of(tmp_path, Categories(rows, "test"))
    days = (date(2026, 11, 30), date(2026, 12, 1), date(2027, 2, 28), date(2027, 3, 1))
    assert [catalogue.changeset(day) for day in days] == [
        "2026-01-01T00:00:00Z",
        "2026-12-01T00:00:00Z",
        "2026-12-01T00:00:00Z",
        "2027-03-01T00:00:00Z",
    ]


def test_a_service_is_named_in_the_language_that_is_asked_for_and_found_by_the_other() -> None:
    assert service_view(kind("noise"), (), "zh")["service_name"] == "噪音"
    told = service_view(kind("noise"), (), "en")
    assert told["keywords"] == "噪音, order, event"
    assert told["metadata"] is False
    assert told["description"] == "The noise"
