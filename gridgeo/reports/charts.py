"""Small charts of how far grids lie from the mean: strips of dots for a measure, and a bar for one grid."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from gridgeo.reports.frames import PER_MM
from gridgeo.reports.svg import element, picture, text

INK, GREY, BAND, NOW, OVER = "#17202B", "#8A94A0", "#E0E4E8", "#1F55B5", "#BE2D1B"


def axis_end(*groups: Sequence[float]) -> float:
    """A round end of an axis that reaches every value on either side: 0.1, 0.2, 0.5, 1, 2, ….

    Examples
    --------
    >>> axis_end([0.03, -0.07]), axis_end([0.3], [-1.2])
    (0.1, 2.0)
    """
    far = max((abs(value) for group in groups for value in group), default=0.0)
    ends = [nice * 10.0**power for power in range(-1, 4) for nice in (1.0, 2.0, 5.0)]
    return next((end for end in ends if far <= end * 1.0001), far)


def strip_chart(
    rows: Sequence[tuple[str, Sequence[float]]], band: tuple[float, float] | None, title: str, *, width_mm: float = 84.0
) -> Markup:
    """One line of dots for each of `rows` (its words, the deviations), over the band; the last row is filled.

    Deviations are relative, 0.1 is 10 % above the mean.
    """
    left, right, high, row_mm = 17.0, 4.0, 5.0 + 4.4 * len(rows), 4.4
    end = axis_end(*(values for _, values in rows))
    middle, half = (left + (width_mm - left - right) / 2) * PER_MM, (width_mm - left - right) / 2 * PER_MM
    parts = []
    top, low = 0.6 * PER_MM, (0.6 + row_mm * len(rows)) * PER_MM
    if band is not None:
        a, b = (middle + float(np.clip(edge, -end, end)) / end * half for edge in band)
        parts.append(element("rect", x=round(a), y=round(top), width=round(b - a), height=round(low - top), fill=BAND))
    for tick in (-end, -end / 2, 0.0, end / 2, end):
        x = middle + tick / end * half
        parts.append(
            element("path", d=f"M{x:.0f} {top:.0f}V{low:.0f}", stroke=GREY if tick == 0 else "#C9CED4", stroke_width=8)
        )
        parts.append(text(_share(tick), x, low + 2.5 * PER_MM, 1.9, fill="#626D79", text_anchor="middle"))
    for number, (words, values) in enumerate(rows):
        y = (0.6 + row_mm * (number + 0.5)) * PER_MM
        filled = number == len(rows) - 1
        parts.append(text(words, 0, y + 0.36 * 2.1 * PER_MM, 2.1, fill="#48535F"))
        colour = NOW if filled else GREY
        parts += [_dot(middle + value / end * half, y, 0.85, filled=filled, colour=colour) for value in sorted(values)]
    return picture(parts, width_mm, high, title)


def deviation_bar(
    now: float,
    before: float | None,
    band: tuple[float, float] | None,
    end: float,
    title: str,
    *,
    width_mm: float = 20.0,
) -> Markup:
    """Where one grid lies: grey band, tick at the mean, a hollow dot for before, a filled one for now.

    A grid out of its band is a red diamond: the shape tells it without the colour.
    """
    high = 2.6
    y, middle, half = high / 2 * PER_MM, width_mm / 2 * PER_MM, (width_mm / 2 - 1.2) * PER_MM
    parts = [element("path", d=f"M0 {y:.0f}H{width_mm * PER_MM:.0f}", stroke=BAND, stroke_width=8)]
    if band is not None:
        a, b = (middle + float(np.clip(edge / end, -1, 1)) * half for edge in band)
        parts.append(element("rect", x=round(a), y=round(y - 35), width=round(b - a), height=70, fill=BAND))
    parts.append(element("path", d=f"M{middle:.0f} {y - 45:.0f}V{y + 45:.0f}", stroke=GREY, stroke_width=10))
    x = middle + float(np.clip(now / end, -1, 1)) * half
    if before is not None and abs(before - now) > 1e-9:
        old = middle + float(np.clip(before / end, -1, 1)) * half
        parts.append(element("path", d=f"M{old:.0f} {y:.0f}H{x:.0f}", stroke=GREY, stroke_width=10))
        parts.append(_dot(old, y, 0.75, filled=False, colour=GREY))
    if band is not None and not band[0] - 1e-9 <= now <= band[1] + 1e-9:
        parts.append(element("path", d=f"M{x - 52:.0f} {y:.0f}l52 -52l52 52l-52 52z", fill=OVER))
    else:
        parts.append(_dot(x, y, 0.85, filled=True, colour=INK))
    return picture(parts, width_mm, high, title)


def _dot(x: float, y: float, radius_mm: float, *, filled: bool, colour: str) -> str:
    look = (
        {"fill": colour, "stroke": "#FFFFFF", "stroke_width": 10}
        if filled
        else {"fill": "#FFFFFF", "stroke": colour, "stroke_width": 14}
    )
    return element("circle", cx=round(x), cy=round(y), r=round(radius_mm * PER_MM), **look)


def _share(value: float) -> str:
    return "0" if value == 0 else f"{value * 100:+.4g} %".replace("-", "−")
