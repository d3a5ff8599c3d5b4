"""Where files are read and written, and nowhere else."""

from gridgeo.sources.jurisdictions import read_jurisdiction, write_jurisdiction
from gridgeo.sources.osm import OsmExtract, read_osm
from gridgeo.sources.samples import sample_map
from gridgeo.sources.tables import parse_csv, read_csv, read_households, write_csv
from gridgeo.sources.texts import read_json, read_text, write_json, write_text
from gridgeo.sources.vectors import read_layer, read_layers, write_layer, write_layers

__all__ = [
    "OsmExtract",
    "parse_csv",
    "read_csv",
    "read_households",
    "read_json",
    "read_jurisdiction",
    "read_layer",
    "read_layers",
    "read_osm",
    "read_text",
    "sample_map",
    "write_csv",
    "write_json",
    "write_jurisdiction",
    "write_layer",
    "write_layers",
    "write_text",
]
