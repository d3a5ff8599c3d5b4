"""Lines of a text file with their numbers, so that what is wrong is told with the line it stands on."""

from __future__ import annotations

import math
from dataclasses import dataclass

from gridgeo_solvers.errors import BadProblem

LARGEST = 1e12
"""Numbers above are taken for a slip: sums of them lose their last digits."""


@dataclass(frozen=True)
class Line:
    """One line that isn't blank: its number in the file, counted from 1, and its text without blanks around."""

    number: int
    text: str

    def wrong(self, message: str) -> BadProblem:
        """The error to raise about this line."""
        return BadProblem(f"line {self.number}: {message}")

    def words(self, count: int, what: str) -> list[str]:
        """Words of the line, at least `count`; `what` says what they should be."""
        found = self.text.split()
        if len(found) < count:
            raise self.wrong(f"'{short(self.text)}' has {len(found)} numbers; write {what}")
        return found

    def value(self, word: str, what: str, least: float = 0.0) -> float:
        """The number that `word` writes."""
        try:
            number = float(word)
        except ValueError:
            number = math.nan
        if not abs(number) <= LARGEST:
            raise self.wrong(f"{what} is '{short(word)}'; write a number")
        if number < least:
            raise self.wrong(f"{what} is {word}; it must be at least {least:g}")
        return number

    def whole(self, word: str, what: str, least: int = 0, most: int | None = None) -> int:
        """The whole number that `word` writes."""
        number = self.value(word, what, -LARGEST)
        if number != int(number):
            raise self.wrong(f"{what} is {word}; write a whole number")
        if number < least or (most is not None and number > most):
            allowed = f"at least {least}" if most is None else f"from {least} to {most}"
            raise self.wrong(f"{what} is {word}; it must be {allowed}")
        return int(number)


def lines_of(text: str) -> list[Line]:
    r"""The lines of `text` that aren't blank.

    Examples
    --------
    >>> lines_of("1 3\n\n 2 4 ")
    [Line(number=1, text='1 3'), Line(number=3, text='2 4')]
    """
    found = [Line(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if not found:
        raise BadProblem("the file holds no line; fetch it again")
    return found


def short(text: str) -> str:
    """At most forty letters of a text, to show it in a message."""
    return text if len(text) <= 40 else text[:37] + "…"
