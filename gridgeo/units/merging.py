"""Merging blocks that are too small to be a unit into a neighbour of the same area."""

from __future__ import annotations

import heapq

import numpy as np
import shapely
from numpy.typing import NDArray

from gridgeo.units.blocks import Blocks, SizeOptions


def merge_blocks(
    blocks: Blocks, buildings: NDArray[np.int64], households: NDArray[np.int64], options: SizeOptions
) -> NDArray[np.int64]:
    """Which unit each block belongs to after merging.

    Parameters
    ----------
    blocks
        Blocks and their neighbourhood.
    buildings, households
        Number in each block.
    options
        When a block is too small.

    Returns
    -------
    Unit numbers 0, 1, … for each block, in the order of the units' first blocks. The smallest block is merged first, into the
    neighbour it is most open to (longest shared line, each metre reduced by the resistance of its street); areas are never crossed. A
    small islet without neighbours goes to the nearest unit of its area.
    """
    state = _Groups(blocks, buildings, households, options)
    state.run()
    state.islets()
    root = np.array([state.find(i) for i in range(len(blocks.shapes))], dtype=np.int64)
    _, first, unit = np.unique(root, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(len(first))
    return rank[unit]


class _Groups:
    """Groups of blocks: a union-find with the neighbourhood of each group."""

    def __init__(
        self, blocks: Blocks, buildings: NDArray[np.int64], households: NDArray[np.int64], options: SizeOptions
    ) -> None:
        self.blocks = blocks
        self.options = options
        self.parent = list(range(len(blocks.shapes)))
        self.area = shapely.area(blocks.shapes).tolist()
        self.buildings = buildings.tolist()
        self.households = households.tolist()
        self.near: list[dict[int, tuple[float, float]]] = [{} for _ in self.parent]
        rows = (blocks.a.tolist(), blocks.b.tolist(), blocks.open_m.tolist(), blocks.shared_m.tolist())
        for a, b, open_m, shared_m in zip(*rows, strict=True):
            if blocks.leaf[a] == blocks.leaf[b] and shared_m > 0:
                self.near[a][b] = self.near[b][a] = (open_m, shared_m)

    def find(self, i: int) -> int:
        while self.parent[i] != i:
            self.parent[i] = self.parent[self.parent[i]]
            i = self.parent[i]
        return i

    def small(self, i: int) -> bool:
        limit = self.options.least_area_m2 if self.buildings[i] else self.options.least_empty_m2
        return self.area[i] < max(limit, self.options.least_area_m2)

    def run(self) -> None:
        heap = [(self.area[i], i) for i in range(len(self.parent)) if self.small(i)]
        heapq.heapify(heap)
        while heap:
            area, i = heapq.heappop(heap)
            if self.parent[i] != i or area != self.area[i] or not self.near[i]:
                continue
            j = max(self.near[i], key=lambda j: self._score(i, j))
            keep = self._join(i, j)
            if self.small(keep):
                heapq.heappush(heap, (self.area[keep], keep))

    def _score(self, i: int, j: int) -> tuple[bool, float, float, int]:
        open_m, shared_m = self.near[i][j]
        fits = self.households[i] == 0 or self.households[i] + self.households[j] <= self.options.most_households
        return fits, round(open_m, 6), round(shared_m, 6), -j

    def _join(self, i: int, j: int) -> int:
        keep, gone = min(i, j), max(i, j)
        self.parent[gone] = keep
        for total in (self.area, self.buildings, self.households):
            total[keep] += total[gone]
        for other, (open_m, shared_m) in self.near[gone].items():
            del self.near[other][gone]
            if other != keep:
                known = self.near[keep].get(other, (0.0, 0.0))
                self.near[keep][other] = self.near[other][keep] = (known[0] + open_m, known[1] + shared_m)
        self.near[gone] = {}
        return keep

    def islets(self) -> None:
        """Rocks and piers cut off by water: to the nearest unit of their area, over the water."""
        roots = [i for i in range(len(self.parent)) if self.parent[i] == i]
        alone = [i for i in roots if self.small(i) and not self.near[i] and self.households[i] == 0]
        if not alone:
            return
        shapes, leaf = self.blocks.shapes, self.blocks.leaf
        lonely = set(alone)
        main = np.array([i for i in range(len(self.parent)) if self.find(i) not in lonely], dtype=np.int64)
        for i in alone:
            same = main[leaf[main] == leaf[i]]
            if len(same):
                nearest = shapely.distance(shapes[same], shapes[i])
                self._join(i, self.find(int(same[int(np.argmin(nearest))])))
