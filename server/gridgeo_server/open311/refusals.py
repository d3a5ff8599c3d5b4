"""How GeoReport v2 wants errors told: a list of codes and descriptions, in the format that was asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from starlette.responses import Response

from gridgeo_server.open311.encoding import MEDIA, answer

PREFIX = "/open311"
"""Path below which errors are told in this form."""

_STATUS = {401: 403, 409: 400, 412: 400, 422: 400}
"""The standard knows 403 for keys, 404 for what there isn't, and 400 for all else that a request can do wrong."""


def is_ours(path: str) -> bool:
    """Whether `path` is one of Open311."""
    return path == PREFIX or path.startswith(f"{PREFIX}/")


def format_of(path: str) -> str:
    """The format that the end of `path` asks for; XML, which every client reads, where it asks for none that there is.

    Examples
    --------
    >>> format_of("/open311/v2/requests.json"), format_of("/open311/v2/requests"), format_of("/open311/v2/requests.yaml")
    ('json', 'xml', 'xml')
    """
    end = path.rpartition(".")[2].casefold()
    return end if end in MEDIA else "xml"


def refused(path: str, status: int, told: Iterable[str], lang: str, headers: Mapping[str, str]) -> Response:
    """The answer to a request for `path` that is refused; each sentence of `told` is an error of its own."""
    code = _STATUS.get(status, status)
    kept = {name: value for name, value in headers.items() if code == status}
    body = [{"code": code, "description": sentence} for sentence in told]
    return answer("errors", body, format_of(path), code, lang, kept)
