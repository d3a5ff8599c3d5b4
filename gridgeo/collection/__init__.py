"""Collection rounds: no item waits longer than it may, proven by driving a month."""

from gridgeo.collection.collecting import collection_rounds
from gridgeo.collection.tables import CollectionPlan

__all__ = ["CollectionPlan", "collection_rounds"]
