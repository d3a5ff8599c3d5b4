"""Layers in and out of vector files: GeoPackage, GeoJSON, FlatGeobuf, GeoParquet, Shapefile, CSV.

A file that holds several layers is a GeoPackage, or a folder with one GeoParquet file for each layer.
Writing is whole or not at all, and the same frames give the same bytes.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio

from gridgeo.crs import to_wgs84
from gridgeo.errors import BadInput, UnknownCRS, UnreadableSource
from gridgeo.sources.files import existing, replacing, writable
from gridgeo.sources.shapefiles import shapefile_encoding
from gridgeo.sources.tables import read_csv, write_csv

FORMATS = {
    ".gpkg": "GPKG",
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
    ".fgb": "FlatGeobuf",
    ".shp": "ESRI Shapefile",
    ".parquet": "Parquet",
    ".csv": "CSV",
}
"""Endings that are read and written, with the format that each promises."""

_CONFIG_LOCK = threading.Lock()


def read_layers(path: str | os.PathLike[str]) -> dict[str, pd.DataFrame]:
    """All layers of a GeoPackage or of a folder of GeoParquet, by name; a layer without geometry is a plain frame.

    Raises
    ------
    UnreadableSource
        The path is missing, cut off, or neither of the two.
    """
    file = existing(path, "a GeoPackage or of a folder of GeoParquet files")
    if file.is_dir():
        parts = sorted(file.glob("*.parquet"))
        if not parts:
            raise UnreadableSource(
                f"{file}: the folder holds no .parquet file; give a GeoPackage or a folder of GeoParquet layers"
            )
        return {part.stem: _read_parquet(part) for part in parts}
    if file.suffix.lower() != ".gpkg":
        raise UnreadableSource(
            f"{file}: is no GeoPackage; give a file that ends in .gpkg or a folder of GeoParquet layers"
        )
    return read_all_layers(file)


def read_all_layers(path: str | os.PathLike[str]) -> dict[str, pd.DataFrame]:
    """All layers of one map file of any ending in `FORMATS` but CSV, by name; their CRS may be unknown.

    Raises
    ------
    UnreadableSource
        The file is missing or damaged.
    """
    file = existing(path, "a map file")
    if file.suffix.lower() == ".parquet":
        return {file.stem: _read_parquet(file)}
    return {name: _read_ogr(file, name) for name, _ in _list_layers(file)}


def write_layers(frames: Mapping[str, pd.DataFrame], path: str | os.PathLike[str]) -> None:
    """Write `frames` as the layers of one GeoPackage (`.gpkg`) or of a folder of GeoParquet (no ending).

    Raises
    ------
    BadInput
        The path has another ending, or can't be written.
    UnknownCRS
        A frame with geometry declares no CRS.
    """
    file = Path(path)
    if file.suffix.lower() not in (".gpkg", ""):
        raise BadInput(
            f"{file}: several layers go into a GeoPackage (.gpkg) or a folder (no ending); '{file.suffix}' holds only one"
        )
    for name, frame in frames.items():
        _declared(frame, name)
    with replacing(file, ("*.parquet",)) as fresh:
        if file.suffix:
            for name, frame in frames.items():
                _write_ogr(frame, fresh, "GPKG", name)
        else:
            fresh.mkdir()
            for name, frame in frames.items():
                _write_parquet(frame, fresh / f"{name}.parquet")


def read_layer(path: str | os.PathLike[str], layer: str | None = None) -> gpd.GeoDataFrame:
    """One layer of a vector file; `layer` names it where the file holds several.

    A CSV needs the columns `lon` and `lat` (degrees, EPSG:4326), or `x` and `y` beside a column `crs`.

    Raises
    ------
    UnreadableSource
        The file is missing, damaged or of a kind that isn't read, or has no such layer, or no geometry.
    UnknownCRS
        The file declares no coordinate reference system.
    """
    file = existing(path, "a vector file")
    suffix = file.suffix.lower()
    if suffix not in FORMATS:
        raise UnreadableSource(f"{file}: '{suffix}' isn't read; give one of {', '.join(FORMATS)}")
    if suffix == ".csv":
        return _points(read_csv(file), file)
    frame = _read_parquet(file) if suffix == ".parquet" else _read_ogr(file, _the_layer(file, layer))
    if not isinstance(frame, gpd.GeoDataFrame):
        raise UnreadableSource(f"{file}: holds a table without geometry; give a layer with geometry")
    if frame.crs is None:
        mend = "add the .prj file" if suffix == ".shp" else "declare it in the file"
        raise UnknownCRS(f"{file}: declares no coordinate reference system; {mend}")
    return frame


def check_ending(path: str | os.PathLike[str], more: Iterable[str] = ()) -> None:
    """Prove that an answer can be written to `path`: worth asking before long work.

    Parameters
    ----------
    more
        Endings that are written beside those in `FORMATS`.

    Raises
    ------
    BadInput
        The ending names no format that is written, or the folder doesn't exist.
    """
    known, ending = dict.fromkeys((*FORMATS, *more)), Path(path).suffix.lower()
    if ending not in known:
        raise BadInput(f"{path}: '{Path(path).suffix}' isn't written; choose one of {', '.join(known)}")
    writable(path)


def write_layer(frame: pd.DataFrame, path: str | os.PathLike[str], layer: str | None = None) -> None:
    """Write one layer; the ending of `path` chooses the format (`FORMATS`).

    GeoJSON is written in degrees, as RFC 7946 asks. CSV holds the columns without the geometry.

    Raises
    ------
    BadInput
        The ending names no format that is written, or the path can't be written.
    """
    file = Path(path)
    suffix = file.suffix.lower()
    if suffix not in FORMATS:
        raise BadInput(f"{file}: '{suffix}' isn't written; choose one of {', '.join(FORMATS)}")
    if suffix == ".csv":
        write_csv(
            pd.DataFrame(frame.drop(columns=frame.geometry.name) if isinstance(frame, gpd.GeoDataFrame) else frame),
            file,
        )
        return
    _declared(frame, layer or file.stem)
    if suffix == ".shp":
        _write_shapefile(frame, file)
        return
    with replacing(file) as fresh:
        if suffix == ".parquet":
            _write_parquet(frame, fresh)
        elif FORMATS[suffix] == "GeoJSON":
            _write_ogr(
                to_wgs84(frame) if isinstance(frame, gpd.GeoDataFrame) else frame, fresh, "GeoJSON", layer or file.stem
            )
        else:
            _write_ogr(frame, fresh, FORMATS[suffix], layer or file.stem)


def _list_layers(file: Path) -> list[tuple[str, str | None]]:
    try:
        return [(str(name), kind) for name, kind in pyogrio.list_layers(file)]
    except pyogrio.errors.DataSourceError as broken:
        raise UnreadableSource(
            f"{file}: damaged or not of the kind its ending promises ({broken}); write or fetch it again"
        ) from broken


def _the_layer(file: Path, layer: str | None) -> str:
    names = [name for name, kind in _list_layers(file) if kind is not None]
    if layer is None and len(names) == 1:
        return names[0]
    if layer is None:
        raise UnreadableSource(
            f"{file}: holds {len(names)} layers ({', '.join(names)}); say which one, or give a file that holds one"
        )
    if layer not in names:
        raise UnreadableSource(f"{file}: has no layer '{layer}'; it has {', '.join(names) or 'none'}")
    return layer


def _read_ogr(file: Path, layer: str) -> pd.DataFrame:
    encoding = shapefile_encoding(file) if file.suffix.lower() == ".shp" else None
    # A column of names that all look like dates is a column of names.
    options = {"DATE_AS_STRING": "YES"} if FORMATS.get(file.suffix.lower()) == "GeoJSON" else {}
    broken_file = (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FeatureError)
    try:
        return pyogrio.read_dataframe(file, layer=layer, encoding=encoding, **options)
    except (*broken_file, UnicodeDecodeError) as broken:
        raise UnreadableSource(
            f"{file}: layer '{layer}' can't be read ({broken}); write or fetch the file again"
        ) from broken


def _read_parquet(file: Path) -> pd.DataFrame:
    try:
        spatial = b"geo" in (pq.read_schema(file).metadata or {})
        return gpd.read_parquet(file) if spatial else pd.read_parquet(file)
    except (pa.ArrowException, OSError, ValueError) as broken:
        raise UnreadableSource(f"{file}: damaged or no Parquet file ({broken}); write or fetch it again") from broken


def _write_ogr(frame: pd.DataFrame, file: Path, driver: str, layer: str) -> None:
    options = {"RFC7946": "YES"} if driver == "GeoJSON" else {}
    with _fixed_date():
        if isinstance(frame, gpd.GeoDataFrame):
            pyogrio.write_dataframe(
                frame, file, layer=layer, driver=driver, geometry_type=_geometry_type(frame), **options
            )
        else:
            pyogrio.write_dataframe(frame, file, layer=layer, driver=driver)


def _geometry_type(frame: gpd.GeoDataFrame) -> str | None:
    """The declared type of a layer without rows, which has none to tell it from."""
    return "Unknown" if frame.empty else None


def _write_parquet(frame: pd.DataFrame, file: Path) -> None:
    frame.to_parquet(file, index=False)


def _write_shapefile(frame: pd.DataFrame, file: Path) -> None:
    """A shapefile is several files: they are written in a folder beside and moved, the .shp last."""
    with replacing(file.with_name(f"{file.stem}.writing"), ("*",)) as folder:
        folder.mkdir()
        _write_ogr(frame, folder / file.name, "ESRI Shapefile", file.stem)
        for part in sorted(folder.iterdir(), key=lambda part: part.suffix == ".shp"):
            os.replace(part, file.with_name(part.name))
    file.with_name(f"{file.stem}.writing").rmdir()


def _declared(frame: pd.DataFrame, name: str) -> None:
    if isinstance(frame, gpd.GeoDataFrame) and frame.crs is None:
        raise UnknownCRS(
            f"layer '{name}' declares no coordinate reference system; set one before writing, e.g. frame.set_crs(4326)"
        )


def _points(table: pd.DataFrame, file: Path) -> gpd.GeoDataFrame:
    if not {"lon", "lat"} <= set(table.columns):
        raise UnreadableSource(
            f"{file}: has no columns lon and lat (degrees); it has {', '.join(map(str, table.columns))}"
        )
    numbers = {name: pd.to_numeric(table[name], errors="coerce") for name in ("lon", "lat")}
    for name, limit in (("lon", 180.0), ("lat", 90.0)):
        bad = ~(numbers[name].abs() <= limit)
        if bad.any():
            row = int(bad.to_numpy().argmax())
            raise BadInput(
                f"{file}, line {row + 2}: {name} is '{table[name].iloc[row]}'; give degrees between -{limit:g} and {limit:g}"
            )
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(numbers["lon"], numbers["lat"]), crs=4326)


@contextmanager
def _fixed_date() -> Iterator[None]:
    """GeoPackages record when they were written; a fixed date makes equal contents equal files."""
    with _CONFIG_LOCK:
        before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2000-01-01T00:00:00.000Z"})
        try:
            yield
        finally:
            pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
