"""What happens in a simulated town: kinds of case, at buildings and in streets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from gridgeo_server.cases.categories import Categories, Category
from gridgeo_server.cases.wishes import Report
from gridgeo_server.simulation.walkers import random_point, to_degrees
from gridgeo_server.town import Town

TEXT = "Simulated report · 模拟上报"


@dataclass(frozen=True)
class Incidents:
    """Draws incidents: three of four at a building, likelier where more households live, the others anywhere."""

    town: Town
    categories: Categories

    def draw(self, random: np.random.Generator, category: Category | None = None) -> Report:
        """One incident; of a kind that lets the clock be seen moving (up to four hours) where none is given."""
        if category is None:
            short = [one for one in self.categories.all() if one.limit_s <= 14_400]
            category = short[int(random.integers(len(short)))]
        lon, lat = to_degrees(self.town, [self._place(random)])[0]
        return Report(category.category, lon, lat, TEXT)

    def _place(self, random: np.random.Generator) -> shapely.Point:
        buildings = self.town.jurisdiction.buildings
        ground = self.town.grids.union_all()
        if len(buildings) == 0 or random.random() < 0.25:
            return random_point(random, ground)
        weight = buildings["households"].to_numpy(dtype=float) + 0.5
        row = int(random.choice(len(buildings), p=weight / weight.sum()))
        point = shapely.point_on_surface(buildings.geometry.iloc[row])
        return point if ground.covers(point) else random_point(random, ground)
