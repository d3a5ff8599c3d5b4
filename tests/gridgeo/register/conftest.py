"""The lattice town with official codes."""

from __future__ import annotations

import pytest

from gridgeo.jurisdictions import Jurisdiction
from register_towns import coded
from towns import lattice_town


@pytest.fixture(scope="session")
def town() -> Jurisdiction:
    """The lattice town whose west is community 001 and whose east is community 002."""
    return coded(lattice_town())
