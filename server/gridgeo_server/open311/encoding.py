"""One value, two forms: XML, and the JSON that GeoReport v2 maps it to (the Spark convention, where the root has no name)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Literal
from xml.sax.saxutils import escape

from starlette.responses import Response

from gridgeo_server.texts.language import TAGS

Format = Literal["xml", "json"]
MEDIA: Mapping[str, str] = {"xml": "text/xml", "json": "application/json"}
"""Format → media type."""

_ITEMS = {
    "attributes": "attribute",
    "endpoints": "endpoint",
    "errors": "error",
    "formats": "format",
    "service_requests": "request",
    "services": "service",
    "values": "value",
}
"""Name of a list → name of each element in it."""

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Signs that XML 1.0 can't hold, not even escaped (section 2.2 of the recommendation)."""


def answer(
    root: str, value: Any, form: str, status: int = 200, lang: str = "en", headers: Mapping[str, str] | None = None
) -> Response:
    """The HTTP answer that tells `value`, called `root`, as ``xml`` or ``json``."""
    spoken = {"Content-Language": TAGS[lang], "Vary": "Accept-Language"}
    body = encoded(root, value, form).encode("utf-8", "replace")
    return Response(body, status, {**spoken, **(headers or {})}, f"{MEDIA[form]}; charset=utf-8")


def encoded(root: str, value: Any, form: str) -> str:
    """`value` as text.

    Examples
    --------
    >>> encoded("errors", [{"code": 404, "description": "no <service>"}], "json")
    '[{"code":404,"description":"no <service>"}]'
    >>> encoded("errors", [{"code": 404, "description": "no <service>"}], "xml").splitlines()[1]
    '<errors><error><code>404</code><description>no &lt;service&gt;</description></error></errors>'
    """
    if form == "json":
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{_element(root, value)}\n'


def _element(name: str, value: Any) -> str:
    if value is None or value == "":
        return f"<{name}/>"
    if isinstance(value, list):
        inner = "".join(_element(_ITEMS[name], one) for one in value)
    elif isinstance(value, dict):
        inner = "".join(_element(key, one) for key, one in value.items())
    else:
        inner = escape(_NOT_XML.sub("\ufffd", _text(value)), {"\r": "&#13;"})
    return f"<{name}>{inner}</{name}>"


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.9f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
