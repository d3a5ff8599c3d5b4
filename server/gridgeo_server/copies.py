"""Frozen dataclasses of many fields, made and changed in a tenth of the time that their own way takes."""

from __future__ import annotations

from dataclasses import MISSING, fields
from functools import cache
from typing import Any, TypeVar, cast

Kind = TypeVar("Kind")


def replace(one: Kind, /, **changes: Any) -> Kind:
    """As `dataclasses.replace`, for dataclasses that neither check nor work out anything when they are made.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Place:
    ...     lon: float
    ...     lat: float
    >>> replace(Place(7.4, 43.7), lat=44.0)
    Place(lon=7.4, lat=44.0)
    """
    copy = object.__new__(type(one))
    copy.__dict__.update(one.__dict__, **changes)
    return copy


def made(kind: type[Kind], /, **values: Any) -> Kind:
    """As ``kind(**values)``, for the same dataclasses; a name that is no field's, or a field that is missing, isn't noticed.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Place:
    ...     lon: float
    ...     lat: float = 0.0
    >>> made(Place, lon=7.4)
    Place(lon=7.4, lat=0.0)
    """
    one = object.__new__(kind)
    one.__dict__.update(_defaults(cast(Any, kind)), **values)
    return one


@cache
def _defaults(kind: type[Any]) -> dict[str, Any]:
    """What a field holds that isn't given, by name; values that can't be changed alone."""
    told = {field.name: field for field in fields(kind)}
    made = {name: one.default_factory() for name, one in told.items() if one.default_factory is not MISSING}
    return {**{name: one.default for name, one in told.items() if one.default is not MISSING}, **made}
