"""From a page to a PDF, by WeasyPrint."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from gridgeo.errors import NotInstalled
from gridgeo.reports.fonts import refuse_tofu

_LIBRARIES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 (Debian, Ubuntu), pango (Fedora, Alpine, Homebrew)"


def to_pdf(page: str) -> bytes:
    """The PDF of a page that links to nothing outside itself; the same page gives the same bytes.

    Raises
    ------
    NotInstalled
        WeasyPrint, the libraries that it stands on, or a font for the text is missing.
    """
    weasyprint = _weasyprint()
    refuse_tofu(visible_text(page))
    identifier = re.search(r'<meta name="gridgeo-hash" content="([0-9a-f]+)"', page)
    document = weasyprint.HTML(string=page, url_fetcher=_refuse).render()
    return bytes(document.write_pdf(pdf_identifier=identifier[1].encode() if identifier else b"gridgeo"))


def visible_text(page: str) -> str:
    """The text of a page without its marks, scripts and styles."""
    bare = re.sub(r"<(style|script)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return unescape(re.sub(r"<[^>]*>", " ", bare))


def _weasyprint() -> Any:
    try:
        import weasyprint
    except ModuleNotFoundError:
        raise NotInstalled("PDFs need the package weasyprint; install it with: pip install 'gridgeo[report]'") from None
    except OSError as missing:
        raise NotInstalled(f"PDFs need pango, which isn't on this machine ({missing}); install {_LIBRARIES}") from None
    return weasyprint


def _refuse(url: str, *_: Any, **__: Any) -> Any:
    raise ValueError(f"a report links to nothing outside itself, but to {url}")
