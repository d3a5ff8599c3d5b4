"""The town of two quarters, its people with keys, and officers in its grids."""

from server.plans.conftest import office, planning, quarters

__all__ = ["office", "planning", "quarters"]
