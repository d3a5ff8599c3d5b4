"""The few SVG elements that the drawings of a report are made of."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup, escape

from gridgeo.reports.frames import PER_MM

SANS = "Noto Sans CJK SC,Noto Sans SC,Source Han Sans SC,PingFang SC,Microsoft YaHei,Noto Sans,DejaVu Sans,sans-serif"
"""Families of labels. Latin and Chinese share one face where it is installed."""


def element(name: str, content: str = "", /, **attributes: Any) -> str:
    """One element; an underscore in an attribute's name stands for a hyphen, and a None leaves the attribute out.

    Examples
    --------
    >>> element("path", d="M0 0l5 5", stroke_width=2, fill=None)
    '<path d="M0 0l5 5" stroke-width="2"/>'
    """
    told = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_plain(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{told}>{content}</{name}>" if content else f"<{name}{told}/>"


def text(content: str, x: float, y: float, size_mm: float, **attributes: Any) -> str:
    """A line of text with its baseline at (`x`, `y`), drawing units; `size_mm` is the size of the type."""
    styled = {"font_family": SANS, "font_size": round(size_mm * PER_MM, 1), "fill": "#17202B"} | attributes
    return element("text", str(escape(straight(content))), x=round(x, 1), y=round(y, 1), **styled)


def straight(content: str) -> str:
    """`content` with straight apostrophes: Chinese faces set the curly one as wide as a character.

    Examples
    --------
    >>> straight("Quai de l’Hirondelle")
    "Quai de l'Hirondelle"
    """
    return content.replace("’", "'")


def picture(parts: list[str], width_mm: float, height_mm: float, title: str) -> Markup:
    """A whole drawing of `width_mm` × `height_mm`, which `title` describes to those who can't see it."""
    named = element("title", str(escape(title)))
    return Markup(  # noqa: S704 - made of `element`, which escapes
        element(
            "svg",
            named + "".join(parts),
            xmlns="http://www.w3.org/2000/svg",
            width=f"{width_mm:g}mm",
            height=f"{height_mm:g}mm",
            viewBox=f"0 0 {width_mm * PER_MM:g} {height_mm * PER_MM:g}",
            role="img",
        )
    )


def width_of(content: str, size_mm: float, *, bold: bool = False) -> float:
    """About how wide a line of text is, drawing units; a little too wide rather than too narrow.

    Examples
    --------
    >>> width_of("网格", 3) > width_of("ab", 3) > width_of("il", 3)
    True
    """
    ems = sum(_EMS.get(sign, 1.0 if ord(sign) > 0x2E7F else 0.66 if sign.isupper() else 0.56) for sign in content)
    return ems * size_mm * PER_MM * (1.06 if bold else 1.0)


_EMS = dict.fromkeys(" .,:;'’|!iIjl-()", 0.31) | dict.fromkeys("ftr", 0.4) | dict.fromkeys("mMwW", 0.88)


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
