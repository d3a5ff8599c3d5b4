"""What the server remembers: one SQLite file, one writer, many readers."""

from gridgeo_server.store import access_tables as access_tables  # its tables join those of `tables`
from gridgeo_server.store import hook_tables as hook_tables  # and so do these
from gridgeo_server.store import plan_tables as plan_tables  # and so do these
from gridgeo_server.store import roster_tables as roster_tables  # and so do these
from gridgeo_server.store.database import Store
from gridgeo_server.store.jobs import Transaction

__all__ = ["Store", "Transaction"]
