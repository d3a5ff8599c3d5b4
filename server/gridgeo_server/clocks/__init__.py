"""How long something may take: working calendars, limits, and the moments at which they are used up."""

from gridgeo_server.clocks.calendar import Calendar
from gridgeo_server.clocks.limits import KINDS, Limit, elapsed, shift

__all__ = ["KINDS", "Calendar", "Limit", "elapsed", "shift"]
