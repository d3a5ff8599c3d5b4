"""What can be reported, and how long each kind may take. The table is data: `categories.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib import resources
from typing import Any

from gridgeo_server.errors import BadRequest


@dataclass(frozen=True)
class Category:
    """One kind of case.

    Parameters
    ----------
    limit_s
        Seconds from report to handled, counted as plain clock time.
    handling_min
        Minutes an officer usually needs on the spot.
    """

    category: str
    name_zh: str
    name_en: str
    group: str
    limit_s: int
    urgent: bool
    handling_min: float

    def as_json(self) -> dict[str, Any]:
        """JSON values."""
        return asdict(self)


class Categories:
    """The kinds of case by their identifiers."""

    def __init__(self, categories: list[Category], source: str) -> None:
        self._by_name: Mapping[str, Category] = {one.category: one for one in categories}
        self.source = source

    @classmethod
    def packaged(cls) -> Categories:
        """The table that comes with the server."""
        text = (resources.files("gridgeo_server.cases") / "categories.json").read_text(encoding="utf-8")
        table = json.loads(text)
        return cls([Category(**row) for row in table["categories"]], table["source"])

    def __getitem__(self, category: str) -> Category:
        if category not in self._by_name:
            raise BadRequest(f"unknown category '{category}'; known are {', '.join(self._by_name)}", "category")
        return self._by_name[category]

    def all(self) -> list[Category]:
        """Every kind, in the order of the table."""
        return list(self._by_name.values())
