"""What every map needs beside its ground: scale bar, north arrow, legend, and whose data it shows."""

from __future__ import annotations

from collections.abc import Sequence

from gridgeo.layers import ATTRIBUTION
from gridgeo.reports.frames import PER_MM, Frame
from gridgeo.reports.ground import INK
from gridgeo.reports.svg import element, text, width_of

STRIP_MM = 7.0
"""Height of the strip below a map that holds the scale bar and the attribution, millimetres."""

_NICE = (1.0, 2.0, 5.0)


def north_arrow(frame: Frame) -> str:
    """An arrow with an N in the upper right corner. Maps are drawn with grid north up."""
    x, y = (frame.width_mm - 5.5) * PER_MM, 3.0 * PER_MM
    arrow = f"M{x:.0f} {y:.0f}l{1.7 * PER_MM:.0f} {5.2 * PER_MM:.0f}l{-1.7 * PER_MM:.0f} {-1.2 * PER_MM:.0f}l{-1.7 * PER_MM:.0f} {1.2 * PER_MM:.0f}z"
    return (
        element("circle", cx=round(x), cy=round(y + 3.9 * PER_MM), r=4.6 * PER_MM, fill="#FFFFFF", fill_opacity=0.8)
        + element("path", d=arrow, fill=INK)
        + text("N", x, y + 7.8 * PER_MM, 2.4, text_anchor="middle", font_weight=700)
    )


def bar_metres(frame: Frame, most_mm: float) -> float:
    """The longest round number of metres (1, 2 or 5 times a power of ten) that takes at most `most_mm`.

    Examples
    --------
    >>> bar_metres(Frame(0, 0, 16.0, 170, 200), 30)
    200.0
    """
    best, power = 1.0, 1.0
    while power <= most_mm * frame.metres:
        best = max([best, *(nice * power for nice in _NICE if nice * power <= most_mm * frame.metres)])
        power *= 10
    return best


def scale_bar(frame: Frame, *, most_mm: float = 28.0) -> tuple[str, float]:
    """A bar of a round number of metres with the scale beside it, below the map; and where it ends, drawing units."""
    metres = bar_metres(frame, most_mm)
    long, y = metres / frame.metres * PER_MM, (frame.height_mm + 2.2) * PER_MM
    high, half = 0.9 * PER_MM, long / 2
    words = f"{metres:,.0f} m" if metres < 1000 else f"{metres / 1000:g} km"
    bar = element(
        "rect", x=0, y=round(y), width=round(long), height=round(high), fill="#FFFFFF", stroke=INK, stroke_width=8
    )
    bar += element("rect", x=0, y=round(y), width=round(half), height=round(high), fill=INK)
    label = f"{words}\u20031 : {frame.scale:,}"
    low = y + high + 2.4 * PER_MM
    return bar + text("0", 0, low, 1.9) + text(label, long / 2 + 40, low, 1.9), max(
        long, long / 2 + width_of(label, 1.9)
    )


def strip(frame: Frame, legend: Sequence[tuple[str, str]] = ()) -> tuple[str, float]:
    """What stands below a map, and how high it is in millimetres.

    The scale bar stands on the left, the attribution on the right, `legend` (sample drawing, words) between them or,
    where there is no room, in rows below.
    """
    bar, bar_end = scale_bar(frame)
    top, right = (frame.height_mm + 3.4) * PER_MM, frame.width_mm * PER_MM
    parts = [bar, text(ATTRIBUTION, right, top, 1.8, fill="#626D79", text_anchor="end")]
    widths = [(8.2 + 4.0) * PER_MM + width_of(words, 1.95) for _, words in legend]
    left, end = bar_end + 6 * PER_MM, right - width_of(ATTRIBUTION, 1.8) - 3 * PER_MM
    beside = left + sum(widths) <= end
    x, y = (left, top) if beside else (0.0, top + 6.2 * PER_MM)
    high = STRIP_MM if beside or not legend else STRIP_MM + 3.4
    for (sample, words), wide in zip(legend, widths, strict=True):
        if x and x + wide > right + 4.0 * PER_MM and not beside:
            x, y, high = 0.0, y + 3.4 * PER_MM, high + 3.4
        parts.append(element("g", sample, transform=f"translate({x:.0f} {y - 0.6 * PER_MM:.0f})"))
        parts.append(text(words, x + 8.2 * PER_MM, y, 1.95, fill="#48535F"))
        x += wide
    return "".join(parts), high


def line_sample(colour: str, width_mm: float, dash: str | None = None) -> str:
    """A short line for a legend."""
    return element(
        "path",
        d=f"M0 0l{7 * PER_MM} 0",
        fill="none",
        stroke=colour,
        stroke_width=width_mm * PER_MM,
        stroke_dasharray=dash,
    )


def box_sample(fill: str, *, hatch: str | None = None, opacity: float = 1.0) -> str:
    """A small tinted box for a legend; with `hatch`, slanted lines of that colour."""
    box = element(
        "rect", x=0, y=-1.2 * PER_MM, width=7 * PER_MM, height=2.4 * PER_MM, fill=fill, fill_opacity=opacity,
        stroke="#4A5B6E", stroke_width=8,
    )  # fmt: skip
    if hatch is None:
        return box
    slants = "".join(
        f"M{x} -{1.2 * PER_MM:.0f}l{2.4 * PER_MM:.0f} {2.4 * PER_MM:.0f}" for x in range(0, 4 * PER_MM + 30, 60)
    )
    return box + element("path", d=slants, fill="none", stroke=hatch, stroke_width=11)
