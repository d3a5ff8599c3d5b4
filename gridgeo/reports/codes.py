"""The QR code that leads from a card to the board."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import quote, urlsplit

from markupsafe import Markup, escape

from gridgeo.errors import BadInput, NotInstalled


def board_link(base: str, grid: str) -> str:
    """The address at which the board opens with `grid` selected.

    Raises
    ------
    BadInput
        `base` is no http or https address.

    Examples
    --------
    >>> board_link("https://grids.example.org/", "07")
    'https://grids.example.org/?grid=07'
    """
    parts = urlsplit(base.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise BadInput(f"board address '{base}': give one that begins with http:// or https:// and has no ? or #")
    return f"{base.strip().rstrip('/')}/?grid={quote(grid, safe='')}"


def qr(link: str, size_mm: float, title: str) -> Markup:
    """A QR code of `link` as a vector drawing, with the quiet zone that readers need and a quarter of redundancy."""
    try:
        import segno
    except ModuleNotFoundError:
        raise NotInstalled("QR codes need the package segno; install it with: pip install 'gridgeo[report]'") from None
    code: Any = segno.make(link, error="q", micro=False)
    buffer = io.BytesIO()
    code.save(buffer, kind="svg", border=4, xmldecl=False, svgns=True, nl=False, omitsize=True, dark="#17202B")
    drawing = buffer.getvalue().decode()
    named = f'<svg width="{size_mm:g}mm" height="{size_mm:g}mm" role="img" '
    body = drawing.replace("<svg ", named, 1).replace(">", f"><title>{escape(title)}</title>", 1)
    return Markup(body)  # noqa: S704 - drawn by segno, title escaped
