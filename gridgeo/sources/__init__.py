"""Where files are read and written, and nowhere else."""

from gridgeo.sources.jurisdictions import read_jurisdiction, write_jurisdiction
from gridgeo.sources.osm import OsmExtract, read_osm
from gridgeo.sources.plans import read_plan, write_plan
from gridgeo.sources.samples import sample_map
from gridgeo.sources.tables import read_csv, read_households, write_csv
from gridgeo.sources.vectors import read_layer, read_layers, write_layer, write_layers

__all__ = [
    "OsmExtract",
    "read_csv",
    "read_households",
    "read_jurisdiction",
    "read_layer",
    "read_layers",
    "read_osm",
    "read_plan",
    "sample_map",
    "write_csv",
    "write_jurisdiction",
    "write_layer",
    "write_layers",
    "write_plan",
]
