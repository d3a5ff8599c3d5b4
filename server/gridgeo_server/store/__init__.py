"""What the server remembers: one SQLite file, one writer, many readers."""

from gridgeo_server.store.database import Store, Transaction

__all__ = ["Store", "Transaction"]
