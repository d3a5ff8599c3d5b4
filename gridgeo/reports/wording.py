"""Words, numbers and days of a report in English, Chinese, or both at once."""

from __future__ import annotations

import re
from datetime import date
from importlib import resources
from typing import Any

import pandas as pd
from markupsafe import Markup, escape

from gridgeo.errors import BadInput
from gridgeo.names import spaced
from gridgeo.reports.svg import straight
from gridgeo.sources import read_json

LANGUAGES = ("en", "zh", "both")
"""Languages of a paper; ``both`` is Chinese first, with English beside it."""

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_HAN_RUN = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+")


class Words:
    """The words of one language choice.

    Raises
    ------
    BadInput
        The language isn't one of `LANGUAGES`.
    """

    def __init__(self, lang: str) -> None:
        if lang not in LANGUAGES:
            raise BadInput(f"no report in '{lang}'; choose {', '.join(LANGUAGES[:-1])} or {LANGUAGES[-1]}")
        self.choice = lang
        self.langs = ("zh", "en") if lang == "both" else (lang,)
        self.tag = "en" if lang == "en" else "zh-CN"
        self._words: dict[str, dict[str, str]] = read_json(str(resources.files("gridgeo") / "templates" / "paper.json"))

    def __call__(self, key: str, **values: Any) -> Markup:
        """The words under `key` as markup; in both languages, the second stands in a span of its own."""
        return self.pair(*(self.word(key, lang, **values) for lang in self.langs))

    def pair(self, *texts: str) -> Markup:
        """Texts in the order of `langs` as markup with the language of each."""
        if len(texts) == 1:
            return self.foreign(texts[0])
        first, second = texts
        return Markup('<span lang="zh-CN">{}</span><span class="also" lang="en">{}</span>').format(
            self.foreign(first, "zh"), self.foreign(second, "en")
        )

    def pages(self) -> Markup:
        """Page x of y, with places that the style sheet fills."""
        counters = {"page": Markup('<span class="pg"></span>'), "pages": Markup('<span class="pgs"></span>')}
        told = [Markup.escape(self.word("page", lang)).format(**counters) for lang in self.langs]
        return Markup(" ").join(told)

    def plain(self, key: str, **values: Any) -> str:
        """The words under `key` as one line of text."""
        return " ".join(dict.fromkeys(self.word(key, lang, **values) for lang in self.langs))

    def word(self, key: str, lang: str, **values: Any) -> str:
        """The words under `key` in one language."""
        told = self._words[key][lang].format(**values) if values else self._words[key][lang]
        return spaced(told) if lang == "zh" else told

    def knows(self, key: str) -> bool:
        """Whether there are words under `key`."""
        return key in self._words

    def foreign(self, text: str, lang: str | None = None) -> Markup:
        """`text` as markup, with Chinese inside English marked as Chinese, so that it is set in a Chinese face."""
        safe = escape(straight(text))
        if (lang or self.langs[0]) == "zh":
            return safe
        marked = _HAN_RUN.sub(lambda run: f'<span lang="zh-CN">{run[0]}</span>', str(safe))
        return Markup(marked)  # noqa: S704 - escaped before the spans were added

    def name(self, row: Any) -> str:
        """The name of an area or the like with the columns `name`, `name_zh` and `name_en`, in this language."""
        told = []
        for lang in self.langs:
            given = row.get(f"name_{lang}")
            told.append(str(given) if isinstance(given, str) and given else str(row["name"]))
        return " ".join(dict.fromkeys(told))

    def number(self, value: Any, digits: int = 0, sign: bool = False) -> str:
        """A number with a comma at the thousands and a true minus; a dash where there is none."""
        if value is None or pd.isna(value):
            return "–"
        text = f"{value:{'+' if sign else ''},.{digits}f}"
        return re.sub(r"^[+-](?=0(?:\.0+)?$)", "", text).replace("-", "−")

    def percent(self, value: Any, digits: int = 1, sign: bool = False) -> str:
        """A share as a percentage."""
        if value is None or pd.isna(value):
            return "–"
        return self.number(value * 100, digits, sign) + ("\u2009%" if self.choice == "en" else "%")

    def day(self, given: date | None, lang: str | None = None) -> str:
        """A day in words; where both languages share one text, as 2026-11-24."""
        if given is None:
            return "–"
        lang = lang or self.choice
        if lang == "both":
            return given.isoformat()
        if lang == "zh":
            return f"{given.year}年{given.month}月{given.day}日"
        return f"{given.day} {_MONTHS[given.month - 1]} {given.year}"
