"""Where files are read and written, and nowhere else."""

from gridgeo.sources.answers import read_answer, write_answer
from gridgeo.sources.files import writable
from gridgeo.sources.jurisdictions import read_jurisdiction, write_jurisdiction
from gridgeo.sources.osm import OsmExtract, read_osm
from gridgeo.sources.samples import sample_map
from gridgeo.sources.tables import parse_csv, read_csv, read_households, without_formulas, write_csv
from gridgeo.sources.tabular import read_tables
from gridgeo.sources.texts import read_json, read_text, write_bytes, write_json, write_text
from gridgeo.sources.tracks import read_tracks
from gridgeo.sources.vectors import check_ending, read_layer, read_layers, write_layer, write_layers
from gridgeo.sources.workbooks import Sheet, read_workbook, write_workbook

__all__ = [
    "OsmExtract",
    "Sheet",
    "check_ending",
    "parse_csv",
    "read_answer",
    "read_csv",
    "read_households",
    "read_json",
    "read_jurisdiction",
    "read_layer",
    "read_layers",
    "read_osm",
    "read_tables",
    "read_text",
    "read_tracks",
    "read_workbook",
    "sample_map",
    "without_formulas",
    "writable",
    "write_answer",
    "write_bytes",
    "write_csv",
    "write_json",
    "write_jurisdiction",
    "write_layer",
    "write_layers",
    "write_text",
    "write_workbook",
]
