"""Identifiers that are meant to be the same: they differ by leading zeros, spaces, letter case or full-width signs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

import pandas as pd

_SPACES = re.compile(r"[\s\u200b-\u200d\u2060\ufeff]+")
_POINT_ZERO = re.compile(r"(?<=\d)\.0+$")
_LEADING_ZEROS = re.compile(r"(?<![\d.])0+(?=\d)")


def likeness(text: str) -> str:
    """What remains of an identifier when everything is taken out that tables lose or add on their way.

    Examples
    --------
    >>> likeness("００7"), likeness(" u-007 "), likeness("7.0"), likeness("100")
    ('7', 'u-7', '7', '100')
    """
    narrow = _SPACES.sub("", unicodedata.normalize("NFKC", text)).casefold()
    return _LEADING_ZEROS.sub("", _POINT_ZERO.sub("", narrow))


def suggestions(given: Iterable[str], known: Iterable[str]) -> pd.Series:
    """For each identifier of `given` those of `known` that it is alike to: a list, mostly of one, empty where none is."""
    alike: dict[str, list[str]] = {}
    for name in known:
        alike.setdefault(likeness(name), []).append(name)
    wanted = list(dict.fromkeys(given))
    return pd.Series([alike.get(likeness(name), []) for name in wanted], index=pd.Index(wanted), dtype="object")


def spellings(names: pd.Series) -> dict[str, str]:
    """Spellings that differ only as `likeness` forgives, each with the one that is used most (of equals the longest).

    Examples
    --------
    >>> spellings(pd.Series(["01", "01", "1", "２", "03"]))
    {'1': '01'}
    """
    counts = names.value_counts()
    table = pd.DataFrame({"name": counts.index, "count": counts.to_numpy()})
    table["key"] = [likeness(name) for name in table["name"]]
    table["length"] = table["name"].str.len()
    table = table.sort_values(["key", "count", "length", "name"], ascending=[True, False, False, True])
    best = table.groupby("key")["name"].transform("first")
    other = table["name"] != best
    return dict(zip(table.loc[other, "name"], best[other], strict=True))
