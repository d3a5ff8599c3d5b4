"""Answers in files: the tables of one, with how they were made."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from gridgeo.errors import BadInput
from gridgeo.sources.vectors import read_layers, write_layer, write_layers

META = "meta"
"""The layer of one row and one cell that holds how an answer was made, as JSON."""


def write_answer(tables: Mapping[str, pd.DataFrame], meta: Mapping[str, Any], path: str | os.PathLike[str]) -> None:
    """Write all tables and `meta` into a `.gpkg`, or the first table alone into any other map file.

    Raises
    ------
    BadInput
        The ending names no format that is written.
    """
    if Path(path).suffix.lower() == ".gpkg":
        record = json.dumps(dict(meta), ensure_ascii=False, sort_keys=True)
        write_layers({**tables, META: pd.DataFrame({META: [record]})}, path)
    else:
        first = next(iter(tables))
        write_layer(tables[first], path, first)


def read_answer(
    path: str | os.PathLike[str], names: Sequence[str], what: str, mend: str
) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """The tables called `names` and the meta that `write_answer` wrote into a GeoPackage; `what` they are, for messages.

    Raises
    ------
    UnreadableSource
        The file is missing, damaged or no GeoPackage.
    BadInput
        A layer is missing, or the meta can't be read; `mend` says what to do.
    """
    layers = read_layers(path)
    missing = [name for name in (*names, META) if name not in layers]
    if missing:
        raise BadInput(f"{path}: holds no {what}: layer {', '.join(missing)} is missing; {mend}")
    try:
        meta = json.loads(str(layers[META][META].iloc[0]))
    except (KeyError, IndexError, json.JSONDecodeError) as wrong:
        raise BadInput(f"{path}: table '{META}' can't be read ({wrong}); {mend}") from wrong
    if not isinstance(meta, dict):
        raise BadInput(f"{path}: table '{META}' holds no object; {mend}")
    return {name: layers[name] for name in names}, meta
