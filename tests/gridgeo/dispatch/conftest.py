"""A plan of six grids and people in it."""

import pytest

from boards import lattice_plan


@pytest.fixture(scope="package")
def plan():
    """Six grids of 4 × 4 blocks."""
    return lattice_plan()
