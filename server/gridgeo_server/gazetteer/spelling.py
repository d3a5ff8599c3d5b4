"""One spelling for the many in which people write an address, so that two that mean the same are equal."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_NUMBER = re.compile(
    r"(\d+(?:\s*(?:bis|ter|quater)\b|\s*[a-z]\b|[a-z](?![a-z]))?)\s*"
    r"(?:号楼|号院|号|號|栋|棟|幢|座|单元|單元|楼|层|室|户|戶)?"
)
"""A house number with its letter, and the measure word after it, which says nothing."""
_SHORT = {
    r"\b(?:avenue|ave)\b": "av",
    r"\b(?:boulevard|blvd|boul)\b": "bd",
    r"\broad\b": "rd",
    r"\b(?:street|saint)\b": "st",
    r"\bsainte\b": "ste",
    r"\bplace\b": "pl",
    r"\bsquare\b": "sq",
    r"\bimpasse\b": "imp",
    r"\bchemin\b": "ch",
    r"\ballee\b": "all",
    r"strasse\b": "str",
}
"""Words that are often shortened: written out or not, they are the same."""
_SIGNS = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Spelling:
    """What remains of an address: its words without spaces and signs, and its numbers in the order of the text."""

    words: str
    numbers: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, tuple[str, ...]]:
        """Equal for ``12 Rue X`` and ``Rue X 12``."""
        return self.words, tuple(sorted(self.numbers))

    def without_last(self) -> Spelling:
        """The same without its last number: the house without the flat."""
        return Spelling(self.words, self.numbers[:-1])

    def without(self, place: str) -> Spelling:
        """The same without the name of the place at its beginning or its end; itself where nothing else remains."""
        rest = self.words.removeprefix(place)
        rest = rest if rest != self.words else self.words.removesuffix(place)
        return Spelling(rest, self.numbers) if rest else self


def spell(text: str) -> Spelling:
    """The spelling of an address; width, case, accents, spaces, signs, measure words and shortened words don't count.

    Examples
    --------
    >>> spell("中山路１２号３栋").key == spell("中山路 12 3幢").key, spell("12bis, rue de l’Église")
    (True, Spelling(words='ruedeleglise', numbers=('12bis',)))
    """
    wide = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(sign for sign in wide if not unicodedata.combining(sign))
    for word, short in _SHORT.items():
        plain = re.sub(word, short, plain)
    numbers = tuple(_SIGNS.sub("", found[1]) for found in _NUMBER.finditer(plain))
    return Spelling(_SIGNS.sub("", _NUMBER.sub(" ", plain)), numbers)


def spellings(address: str) -> list[Spelling]:
    """The spellings of an address as mapped: a range ``10-12`` is known by either end and as it stands.

    Examples
    --------
    >>> [one.numbers for one in spellings("Rue X 10-12")]
    [('10', '12'), ('10',), ('12',)]
    """
    whole = spell(address)
    ends = re.search(r"(\d+)\s*[-–/]\s*(\d+)\s*$", unicodedata.normalize("NFKC", address))
    if not ends:
        return [whole]
    return [whole, *(spell(f"{address[: ends.start()]} {end}") for end in ends.groups())]
