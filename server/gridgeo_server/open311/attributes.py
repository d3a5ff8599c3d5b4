"""What is asked of a reporter beyond the words: the attributes of a service. The table is data: `attributes.json`, or a file of
that name in the data folder.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from gridgeo.errors import BadInput
from gridgeo.sources.texts import read_json
from gridgeo_server.errors import BadRequest
from gridgeo_server.open311.period import moment
from gridgeo_server.texts import Listed, say

DATATYPES = ("string", "number", "datetime", "text", "singlevaluelist", "multivaluelist")
FILE = "attributes.json"
FIELDS = {
    "code": "identifier: letters, figures, `_`, `-`, `.`",
    "datatype": "`string`, `number`, `datetime`, `text`, `singlevaluelist`, `multivaluelist`",
    "en": "the question",
    "zh": "the same in Chinese",
    "required": "`true` where a report must answer it",
    "variable": "`false` where it only tells something",
    "hint_en": "how the answer is to be written",
    "hint_zh": "the same in Chinese",
    "values": 'of a list, what can be chosen: `{"KEY": {"en": …, "zh": …}}`',
}
"""Fields of an attribute in the table; the first four are needed."""
MOST = {"string": 200, "text": 4_000}
"""Most characters of an answer in words."""

_CODE = re.compile(r"[A-Za-z0-9_.-]{1,64}", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?", re.ASCII)


@dataclass(frozen=True)
class Attribute:
    """One question: its words, what kind of answer it takes, and whether it must be answered.

    Parameters
    ----------
    variable
        False where it only tells something and asks nothing.
    hint_en, hint_zh
        How the answer is to be written.
    values
        Key → words by language, for an answer that is chosen.
    """

    code: str
    datatype: str
    en: str
    zh: str
    required: bool = False
    variable: bool = True
    hint_en: str | None = None
    hint_zh: str | None = None
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def as_json(self, order: int, lang: str) -> dict[str, Any]:
        """The attribute as the standard lists it."""
        return {
            "variable": self.variable,
            "code": self.code,
            "datatype": self.datatype,
            "required": self.required,
            "datatype_description": self.hint_zh if lang == "zh" else self.hint_en,
            "order": order,
            "description": self.zh if lang == "zh" else self.en,
            "values": [{"key": key, "name": words[lang]} for key, words in self.values.items()],
        }

    def check(self, given: Sequence[str]) -> None:
        """Raise `BadRequest` where the answers `given` aren't of the attribute's kind."""
        name = f"attribute[{self.code}]"
        if len(given) > 1 and self.datatype != "multivaluelist":
            raise BadRequest(say("open311.twice", field=name), name)
        for one in given:
            match self.datatype:
                case "datetime":
                    moment(one, name)
                case "number" if not _NUMBER.fullmatch(one):
                    raise BadRequest(say("open311.number", field=name, given=one[:40]), name)
                case "string" | "text" if len(one) > MOST[self.datatype]:
                    raise BadRequest(say("open311.long", field=name, most=MOST[self.datatype]), name)
                case "singlevaluelist" | "multivaluelist" if one not in self.values:
                    known = Listed(tuple(self.values), 20)
                    raise BadRequest(say("open311.choice", field=name, given=one[:40], known=known), name)


Attributes = Mapping[str, tuple[Attribute, ...]]
"""Service code → its attributes in their order."""


def checked(service: str, asked: Sequence[Attribute], given: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The answers `given` to what `service` asks, without empty ones.

    Raises
    ------
    BadRequest
        One isn't asked for, isn't of the right kind, or a needed one is missing.
    """
    answers = {code: [one for one in every if one.strip()] for code, every in given.items()}
    answers = {code: every for code, every in answers.items() if every}
    open_ones = {one.code: one for one in asked if one.variable}
    for code, every in answers.items():
        if code not in open_ones:
            told = {"field": f"attribute[{code[:64]}]", "service": service}
            raise BadRequest(say("open311.not_asked", **told), f"attribute[{code[:64]}]")
        open_ones[code].check(every)
    for one in open_ones.values():
        if one.required and one.code not in answers:
            name = f"attribute[{one.code}]"
            raise BadRequest(say("open311.needed", field=name, service=service), name)
    return answers


def attributes_of(folder: Path, services: Sequence[str]) -> Attributes:
    """What is asked in the town in `folder`, of those of `services` that ask something: by its own table, or by the one that
    comes along.

    Raises
    ------
    BadInput
        A row can't be used; the message names file, service and attribute.
    """
    own = folder / FILE
    if own.is_file():
        return _read(read_json(own), str(own), services)
    given = json.loads((resources.files("gridgeo_server.open311") / FILE).read_text(encoding="utf-8"))
    return _read({name: rows for name, rows in given.items() if name in services}, FILE, services)


def _read(table: Any, file: str, services: Sequence[str]) -> Attributes:
    if not isinstance(table, dict):
        raise BadInput(f"{file}: must be an object of categories, each with a list of attributes")
    found = {}
    for service, rows in table.items():
        where = f"{file}, {service}"
        if service not in services:
            raise BadInput(f"{where}: there is no such category; categories are {', '.join(services)}")
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise BadInput(f"{where}: must be a list of objects, one for each attribute")
        found[service] = tuple(_attribute(row, f"{where}, row {number}") for number, row in enumerate(rows, start=1))
        if len({one.code for one in found[service]}) < len(rows):
            raise BadInput(f"{where}: two attributes have the same code")
    return found


def _attribute(row: Mapping[str, Any], where: str) -> Attribute:
    if unknown := sorted(set(row) - set(FIELDS)):
        raise BadInput(f"{where}: unknown field '{unknown[0]}'; fields are {', '.join(FIELDS)}")
    if not isinstance(row.get("code"), str) or not _CODE.fullmatch(row["code"]):
        raise BadInput(f"{where}: code must be 1 to 64 letters, figures, '_', '-' or '.'")
    if row.get("datatype") not in DATATYPES:
        raise BadInput(f"{where}: datatype must be one of {', '.join(DATATYPES)}")
    if not all(isinstance(row.get(name), bool) for name in ("required", "variable") if name in row):
        raise BadInput(f"{where}: required and variable must be true or false")
    values = row.get("values", {})
    if (row["datatype"].endswith("list")) != bool(values) or not isinstance(values, dict):
        raise BadInput(f"{where}: values belong to the two kinds of list, and a list needs some")
    for words in (row, *values.values()):
        if not isinstance(words, dict) or not all(isinstance(words.get(one), str) for one in ("en", "zh")):
            raise BadInput(f"{where}: needs words in en and in zh, and so does each of its values")
    return Attribute(**row)
