"""How grids are numbered: a scheme is data, parts of so many digits each.

Presets, by their number of digits. Standards' texts were not at hand: the parts are from secondary sources, and any of
them can be changed (`Scheme.with_fixed`, `read_scheme`).

====== ==================================================== =========================================
digits parts                                                in use
====== ==================================================== =========================================
14     county 6, street 3, community 3, grid 2              unit grids after CJ/T 213
15     county 6, street 3, community 3, grid 3              responsibility grids; the default
16     county 6, street 3, community 3, kind 1, grid 3      kind 1: where people live; others by local rule
20     object 6, county 6, street 3, community 3, grid 2    professional grids after CJ/T 349
====== ==================================================== =========================================
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, Self

from gridgeo.errors import BadInput
from gridgeo.sources import read_text

Source = Literal["area", "fixed", "serial"]


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


@dataclass(frozen=True)
class Part:
    """One part of a code.

    Parameters
    ----------
    name
        What it stands for: county, street, community, kind, grid, …
    digits
        How many digits it has.
    source
        ``area``: the next digits of the official code of the grid's area; ``fixed``: always `value`; ``serial``: the
        number of the grid in its area.
    value
        The digits of a fixed part.
    """

    name: str
    digits: int
    source: Source = "area"
    value: str = ""

    def __post_init__(self) -> None:
        if self.source not in ("area", "fixed", "serial"):
            raise BadInput(f"part '{self.name}' is taken from '{self.source}'; choose area, fixed or serial")
        if not isinstance(self.digits, int) or isinstance(self.digits, bool) or not 1 <= self.digits <= 20:
            raise BadInput(f"part '{self.name}' has {self.digits} digits; give a whole number from 1 to 20")
        if self.source == "fixed" and not (_digits(self.value) and len(self.value) == self.digits):
            raise BadInput(f"part '{self.name}' is fixed to '{self.value}'; give exactly {self.digits} digits")


@dataclass(frozen=True)
class Scheme:
    """A way to number grids: `parts` from left to right, exactly one of them the serial number.

    Examples
    --------
    >>> scheme = SCHEMES["15"]
    >>> scheme.length, scheme.area_digits, scheme.most
    (15, 12, 999)
    >>> scheme.code("110101001002", 7)
    '110101001002007'
    >>> scheme.split("110101001002007")
    {'county': '110101', 'street': '001', 'community': '002', 'grid': '007'}
    """

    name: str
    parts: tuple[Part, ...]

    def __post_init__(self) -> None:
        serials = [part.name for part in self.parts if part.source == "serial"]
        if len(serials) != 1:
            raise BadInput(f"scheme '{self.name}' has {len(serials)} serial parts; give exactly one")
        names = [part.name for part in self.parts]
        again = {name for name in names if names.count(name) > 1}
        if again:
            raise BadInput(f"scheme '{self.name}' has two parts '{min(again)}'; name each part once")

    @property
    def length(self) -> int:
        """Digits of a code."""
        return sum(part.digits for part in self.parts)

    @property
    def area_digits(self) -> int:
        """Digits that come from the official code of the area."""
        return sum(part.digits for part in self.parts if part.source == "area")

    @property
    def most(self) -> int:
        """The largest serial number; the first is 1."""
        return int(10 ** next(part.digits for part in self.parts if part.source == "serial") - 1)

    def code(self, area_code: str, serial: int) -> str:
        """The code of grid number `serial` in the area with the official code `area_code`."""
        if len(area_code) != self.area_digits or not _digits(area_code):
            raise BadInput(f"area code '{area_code}' must have {self.area_digits} digits by scheme '{self.name}'")
        if not 1 <= serial <= self.most:
            raise BadInput(f"serial number {serial} doesn't fit scheme '{self.name}': it counts from 1 to {self.most}")
        text, used = "", 0
        for part in self.parts:
            if part.source == "area":
                text, used = text + area_code[used : used + part.digits], used + part.digits
            else:
                text += part.value if part.source == "fixed" else f"{serial:0{part.digits}d}"
        return text

    def split(self, code: str) -> dict[str, str]:
        """The digits of each part.

        Raises
        ------
        BadInput
            The code has another length or holds something else than digits.
        """
        if len(code) != self.length:
            raise BadInput(f"code '{code}' has {len(code)} digits; scheme '{self.name}' has {self.length}")
        if not _digits(code):
            raise BadInput(f"code '{code}' holds something else than the digits 0 to 9; give {self.length} digits")
        found, start = {}, 0
        for part in self.parts:
            found[part.name] = code[start : start + part.digits]
            start += part.digits
        return found

    def read(self, code: str) -> tuple[str, int]:
        """The area's official code and the serial number that a code is made of.

        Raises
        ------
        BadInput
            The code is none of this scheme; the message says which part is wrong.
        """
        found = self.split(code)
        for part in self.parts:
            if part.source == "fixed" and found[part.name] != part.value:
                raise BadInput(
                    f"code '{code}': part '{part.name}' is {found[part.name]}; scheme '{self.name}' has {part.value}"
                )
        area = "".join(found[part.name] for part in self.parts if part.source == "area")
        serial = int(next(found[part.name] for part in self.parts if part.source == "serial"))
        if serial == 0:
            raise BadInput(f"code '{code}' has serial number 0; grids are counted from 1")
        return area, serial

    def with_fixed(self, **values: str) -> Self:
        """The scheme with other digits in its fixed parts, e.g. ``SCHEMES["16"].with_fixed(kind="2")``."""
        fixed = {part.name for part in self.parts if part.source == "fixed"}
        for name in values:
            if name not in fixed:
                raise BadInput(f"scheme '{self.name}' has no fixed part '{name}'; it has {', '.join(fixed) or 'none'}")
        parts = tuple(replace(part, value=values.get(part.name, part.value)) for part in self.parts)
        return replace(self, parts=parts)


_COMMUNITY = (Part("county", 6), Part("street", 3), Part("community", 3))

SCHEMES: Mapping[str, Scheme] = {
    scheme.name: scheme
    for scheme in (
        Scheme("14", (*_COMMUNITY, Part("grid", 2, "serial"))),
        Scheme("15", (*_COMMUNITY, Part("grid", 3, "serial"))),
        Scheme("16", (*_COMMUNITY, Part("kind", 1, "fixed", "1"), Part("grid", 3, "serial"))),
        Scheme("20", (Part("object", 6, "fixed", "000000"), *_COMMUNITY, Part("grid", 2, "serial"))),
    )
}
"""Schemes by name; the name is the number of digits."""


def read_scheme(given: str | os.PathLike[str] | Mapping[str, Any] | Scheme) -> Scheme:
    """A scheme by its name in `SCHEMES`, from a TOML file, or from a dictionary of the same form.

    A file names the scheme and lists its parts from left to right::

        name = "城东"
        [[parts]]
        name = "community"
        digits = 12
        source = "area"
        [[parts]]
        name = "grid"
        digits = 4
        source = "serial"

    Raises
    ------
    BadInput
        No such scheme, or a part that can't be read.
    UnreadableSource
        The file is missing or no text.
    """
    if isinstance(given, Scheme):
        return given
    if isinstance(given, Mapping):
        return _from_mapping(given, "the scheme")
    if str(given) in SCHEMES:
        return SCHEMES[str(given)]
    if Path(given).suffix.lower() != ".toml":
        raise BadInput(f"no numbering scheme '{given}'; choose {', '.join(SCHEMES)}, or give a .toml file")
    try:
        return _from_mapping(tomllib.loads(read_text(given)), str(given))
    except tomllib.TOMLDecodeError as broken:
        raise BadInput(f"{given}: is no TOML ({broken}); mend the line") from None


def _from_mapping(table: Mapping[str, Any], where: str) -> Scheme:
    parts = table.get("parts")
    if not isinstance(parts, Sequence) or isinstance(parts, str) or not parts:
        raise BadInput(f"{where}: has no list 'parts'; give each part a name, its digits and its source")
    made = []
    for number, part in enumerate(parts, start=1):
        known = {"name", "digits", "source", "value"}
        if not isinstance(part, Mapping) or not {"name", "digits"} <= set(part) or not set(part) <= known:
            raise BadInput(f"{where}: part {number} must have name and digits, and may have source and value")
        try:
            made.append(Part(**{**part, "name": str(part["name"]), "value": str(part.get("value", ""))}))
        except BadInput as wrong:
            raise BadInput(f"{where}: {wrong}") from None
    return Scheme(str(table.get("name", "custom")), tuple(made))
