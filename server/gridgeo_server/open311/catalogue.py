"""The services that can be asked for: the kinds of case as GeoReport v2 lists them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

from gridgeo_server.cases.categories import Categories, Category
from gridgeo_server.errors import NotFound
from gridgeo_server.open311.attributes import FILE, Attribute, Attributes, attributes_of
from gridgeo_server.texts import say

_TABLES = ("categories.csv", "categories.json", FILE)
"""Files of the data folder that say what the services are."""


@dataclass(frozen=True)
class Catalogue:
    """The services, what each asks for, and when the tables that say so were last changed."""

    categories: Categories
    attributes: Attributes
    changed_at: datetime

    def offered(self, day: date) -> list[Category]:
        """Every kind of case that can be reported somewhere on `day`."""
        holding = {row.category for row in self.categories.rows() if row.holds(row.area, day)}
        return [one for one in self.categories.on(day) if one.category in holding]

    def service(self, code: str, day: date) -> Category:
        """The service called `code`.

        Raises
        ------
        NotFound
            There is none on `day`.
        """
        found = next((one for one in self.offered(day) if one.category == code), None)
        if found is None:
            raise NotFound(say("open311.no_service", service=code[:64]))
        return found

    def asked(self, code: str) -> tuple[Attribute, ...]:
        """What the service called `code` asks for."""
        return self.attributes.get(code, ())

    def changeset(self, day: date) -> str:
        """When the list of services last changed: its tables, or a row that begins or ceases to hold."""
        begun = [row.valid_from for row in self.categories.rows() if row.valid_from is not None]
        over = [
            row.valid_to + timedelta(days=1) for row in self.categories.rows() if row.valid_to not in {None, date.max}
        ]
        days = [datetime.combine(one, time(), UTC) for one in (*begun, *over) if one <= day]
        return max([self.changed_at, *days]).strftime("%Y-%m-%dT%H:%M:%SZ")


def catalogue_of(folder: Path, categories: Categories) -> Catalogue:
    """The catalogue of the town in `folder`.

    Raises
    ------
    BadInput
        A row of ``attributes.json`` can't be used.
    """
    attributes = attributes_of(folder, [one.category for one in categories.all()])
    tables = [path for name in _TABLES if (path := folder / name).is_file()]
    changed = [path.stat().st_mtime for path in tables] or [_shipped()]
    return Catalogue(categories, attributes, datetime.fromtimestamp(max(changed), UTC))


def service_view(category: Category, asked: tuple[Attribute, ...], lang: str) -> Mapping[str, Any]:
    """A service as the standard lists it."""
    own, other = (category.name_zh, category.name_en) if lang == "zh" else (category.name_en, category.name_zh)
    filing = category.filing_zh if lang == "zh" else category.filing
    return {
        "service_code": category.category,
        "service_name": own,
        "description": filing or own,
        "metadata": bool(asked),
        "type": "realtime",
        "keywords": ", ".join(dict.fromkeys((other, category.group, category.kind))),
        "group": category.group,
    }


def definition_view(category: Category, asked: tuple[Attribute, ...], lang: str) -> Mapping[str, Any]:
    """What a service asks for, as the standard lists it."""
    listed = [one.as_json(order, lang) for order, one in enumerate(asked, start=1)]
    return {"service_code": category.category, "attributes": listed}


def _shipped() -> float:
    with resources.as_file(resources.files("gridgeo_server.open311") / FILE) as path:
        return path.stat().st_mtime
