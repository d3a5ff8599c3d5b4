"""The language in which somebody wants to be answered: the `Accept-Language` header (RFC 9110, 12.5.4)."""

from __future__ import annotations

LANGUAGES = ("en", "zh")
"""What the server speaks; the first where nothing is asked for."""

TAGS = {"en": "en", "zh": "zh-CN"}
"""What `Content-Language` calls each."""


def language_of(accepted: str | None) -> str:
    """The language of `LANGUAGES` that a header asks for most; English where it asks for neither.

    Examples
    --------
    >>> language_of("zh-CN,zh;q=0.9,en;q=0.8"), language_of("fr, en;q=0.5, zh;q=0.4"), language_of(None)
    ('zh', 'en', 'en')
    """
    best, most = LANGUAGES[0], 0.0
    for part in (accepted or "").split(","):
        tag, _, weight = part.partition(";")
        language = tag.strip().casefold().partition("-")[0]
        if language in LANGUAGES and (wish := _weight(weight)) > most:
            best, most = language, wish
    return best


def _weight(text: str) -> float:
    name, _, value = text.strip().partition("=")
    if not name:
        return 1.0
    try:
        wish = float(value)
    except ValueError:
        return 0.0
    return wish if name.strip() == "q" and 0 <= wish <= 1 else 0.0
