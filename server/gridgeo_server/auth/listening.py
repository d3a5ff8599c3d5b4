"""Whether a server may listen where it is asked to: beyond this machine alone only with keys."""

from __future__ import annotations

import socket

from gridgeo.errors import BadInput
from gridgeo_server.auth.guard import is_loopback
from gridgeo_server.settings import Settings


def check_listening(settings: Settings, bound: str | None = None) -> None:
    """Refuse to listen beyond this machine while cases take no key.

    Parameters
    ----------
    bound
        The address that was bound, where that is known; else the name in the settings is looked up.

    Raises
    ------
    BadInput
        Others could do everything with cases.
    """
    if settings.auth == "required":
        return
    for address in _addresses(settings.host) if bound is None else [bound]:
        if not is_loopback(address):
            raise BadInput(
                f"--host {settings.host!r} lets other machines in ({address}), and without keys they could do everything"
                " with cases; add --auth required and make keys with 'gridgeo keys add', or leave --host out to listen on"
                " this machine alone"
            )


def _addresses(host: str) -> list[str]:
    """What a host name leads to; nothing where it leads nowhere, which is told when it is bound."""
    try:
        # An empty name stands for every address.
        return sorted({str(found[4][0]) for found in socket.getaddrinfo(host or "::", None)})
    except OSError:
        return []
