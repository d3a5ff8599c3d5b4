"""Every table that a file holds, whatever its format: layers of a map file, sheets of a workbook, a CSV."""

from __future__ import annotations

import os
from collections.abc import Iterable

import pandas as pd

from gridgeo.errors import UnreadableSource
from gridgeo.sources.files import existing
from gridgeo.sources.tables import read_csv
from gridgeo.sources.vectors import FORMATS, read_all_layers, read_layers
from gridgeo.sources.workbooks import read_workbook

READ = (*FORMATS, ".xlsx")
"""Endings that `read_tables` reads."""


def read_tables(path: str | os.PathLike[str], headings: Iterable[str] = ()) -> dict[str, pd.DataFrame]:
    """Every table of a file by name; one with geometry is a GeoDataFrame, whose CRS may be unknown.

    Parameters
    ----------
    path
        A file with one of the endings `READ`, or a folder of GeoParquet files.
    headings
        Names by which the heading of a sheet is found under titles.

    Returns
    -------
    Frames whose index counts the rows of the file: lines of a CSV, rows of a sheet (the heading being above), features
    of a layer from 1.

    Raises
    ------
    UnreadableSource
        The file is missing, damaged or of a kind that isn't read.
    """
    file = existing(path, "a table, map file or workbook")
    suffix = file.suffix.lower()
    if file.is_dir():
        return {name: _counted(frame) for name, frame in read_layers(file).items()}
    if suffix == ".csv":
        return {file.stem: read_csv(file, lines=True)}
    if suffix == ".xlsx":
        return read_workbook(file, headings)
    if suffix not in FORMATS:
        mend = "; save it as .xlsx" if suffix in (".xls", ".xlsm", ".xlsb", ".ods", ".et") else ""
        raise UnreadableSource(f"{file}: '{suffix}' isn't read{mend}; give one of {', '.join(READ)}")
    return {name: _counted(frame) for name, frame in read_all_layers(file).items()}


def _counted(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.set_axis(pd.RangeIndex(1, len(frame) + 1), axis=0)
