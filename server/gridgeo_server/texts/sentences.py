"""A sentence is a key of the table and what stands in it; it is put into words when it is known who listens.

Errors carry sentences: ``raise NotFound(say("plan.unknown", plan=plan))``. Sentences that come ready-made in English from the
library below, or from a part of the server that has none yet, stand in the table under ``below.`` and are recognised by their
pattern, so that they are answered in Chinese too; a test holds each of them to the code that says it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib import resources
from string import Formatter
from typing import Any

BELOW = "below."
"""Prefix of the sentences that are recognised, not said."""


@cache
def table() -> Mapping[str, Mapping[str, str]]:
    """Key → language → sentence, with the names of what stands in it in braces."""
    text = (resources.files("gridgeo_server.texts") / "texts.json").read_text(encoding="utf-8")
    found: Mapping[str, Mapping[str, str]] = json.loads(text)
    return found


@dataclass(frozen=True)
class Text:
    """A sentence: its key in the table, and what stands in it. `str` of it is English."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def told(self, lang: str) -> str:
        """The sentence in `lang` (en or zh)."""
        return table()[self.key][lang].format_map({name: _told(value, lang) for name, value in self.values.items()})

    def __str__(self) -> str:
        return self.told("en")


@dataclass(frozen=True)
class Named:
    """A name that another table holds in both languages, e.g. of a role."""

    en: str
    zh: str

    def told(self, lang: str) -> str:
        """The name in `lang`."""
        return self.zh if lang == "zh" else self.en

    def __str__(self) -> str:
        return self.en


@dataclass(frozen=True)
class Listed:
    """Names one after another, the first `most` of them, and how many more there are."""

    names: tuple[str | Text | Named, ...]
    most: int = 5
    key: str = "list"

    def told(self, lang: str) -> str:
        """The list in `lang`."""
        names = [str(_told(name, lang)) for name in self.names[: self.most]]
        joined = Text(f"{self.key}.join").told(lang).join(names)
        more = len(self.names) - self.most
        return Text("list.more", {"names": joined, "more": more}).told(lang) if more > 0 else joined

    def __str__(self) -> str:
        return self.told("en")


def say(key: str, /, **values: Any) -> Text:
    """The sentence under `key` with `values` in it; a value may be a sentence or a list itself.

    Examples
    --------
    >>> say("plan.unknown", plan="P-9").told("zh")
    '没有方案“P-9”；/api/v1/plans 列出全部方案'
    """
    return Text(key, values)


def one_of(names: Iterable[str | Text | Named]) -> Listed:
    """Names of which one is to be chosen: all of them, with *or* between."""
    listed = tuple(names)
    return Listed(listed, len(listed), "choice")


@lru_cache(maxsize=10_000)
def recognised(sentence: str, lang: str) -> str:
    """A ready-made English sentence in `lang`, where its pattern stands in the table; else as it is.

    What stands in it is recognised in turn, so that a sentence that wraps another is told whole.
    """
    if lang == "en":
        return sentence
    if (state := f"state.{sentence}") in table():
        return Text(state).told(lang)
    for key, pattern in _patterns():
        if found := pattern.fullmatch(sentence):
            values = {name: recognised(value, lang) for name, value in found.groupdict().items()}
            return Text(key, values).told(lang)
    return sentence


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    """Patterns of the sentences from below; the ones with most fixed words first."""
    found = []
    for key, said in table().items():
        if key.startswith(BELOW):
            parts = list(Formatter().parse(said["en"]))
            fixed = sum(len(words) for words, *_ in parts)
            pattern = "".join(
                re.escape(words) + ("" if name is None else f"(?P<{name}>.+?)") for words, name, *_ in parts
            )
            found.append((fixed, key, re.compile(pattern, re.DOTALL)))
    return [(key, pattern) for _, key, pattern in sorted(found, key=lambda one: -one[0])]


def _told(value: Any, lang: str) -> Any:
    return value.told(lang) if isinstance(value, Text | Named | Listed) else value
