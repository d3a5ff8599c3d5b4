"""Whether a page of this server wrote a request: a browser sends the cookie of a session for any page that asks it to.

After *Fetch Metadata Request Headers* (W3C) and the check of `Origin` that OWASP's cheat sheet on request forgery describes.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import Request

from gridgeo_server.errors import NotAllowed
from gridgeo_server.texts import say

_READS = frozenset({"GET", "HEAD", "OPTIONS"})


def check_own_page(request: Request, *, strict: bool) -> None:
    """Refuse a writing request that a page of another site caused.

    Parameters
    ----------
    strict
        Whether one is refused too that doesn't tell where it comes from. Browsers tell it, other programs don't.

    Raises
    ------
    NotAllowed
        It comes from elsewhere.
    """
    if request.method in _READS:
        return
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        good = site == "same-origin" or (site == "none" and not strict)
    elif origin is not None:
        good = origin == _own(request)
    else:
        good = not strict
    if not good:
        raise NotAllowed(say("auth.foreign"))


def _own(request: Request) -> str:
    address = urlsplit(str(request.base_url))
    return f"{address.scheme}://{address.netloc}"
