"""To which addresses something may be sent: only to those of the open internet, and to hosts that a setting names.

A name is resolved, each of its addresses is judged, and the connection goes to an address that was judged: a name that is
resolved otherwise a moment later (DNS rebinding) leads nowhere else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from gridgeo_server.errors import BadRequest
from gridgeo_server.texts import say

_UNICAST6 = ip_network("2000::/3")
_TUNNELS = (ip_network("2002::/16"), ip_network("192.88.99.0/24"))
"""6to4: the address of another network stands inside."""
_METADATA = (IPv4Address("168.63.129.16"), IPv4Address("192.0.0.192"))
"""Services of clouds for their own machines that have addresses which look public."""


@dataclass(frozen=True)
class Target:
    """A checked URL in its parts; `named` says that a setting allows its host, whatever its address is."""

    secure: bool
    host: str
    port: int
    path: str
    named: bool

    @property
    def authority(self) -> str:
        """What the ``Host`` header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"


def target_of(url: str, named: Collection[str]) -> Target:
    """The parts of `url`.

    Parameters
    ----------
    named
        Hosts that may lie inside and may be spoken to without TLS.

    Raises
    ------
    BadRequest
        It is no URL that something may be sent to.
    """
    if not url.isascii() or any(sign <= " " or sign in '\x7f"<>\\^`{|}' for sign in url):
        raise BadRequest(say("webhook.url"), "url")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise BadRequest(say("webhook.url"), "url") from None
    if parts.scheme not in {"http", "https"} or not host or port == 0:
        raise BadRequest(say("webhook.url"), "url")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise BadRequest(say("webhook.url_parts"), "url")
    secure, known = parts.scheme == "https", host in {one.casefold() for one in named}
    if not secure and not known:
        raise BadRequest(say("webhook.insecure", host=host), "url")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    target = Target(secure, host, port or (443 if secure else 80), path, known)
    literal = _literal(host)
    if literal is not None and not known and not public(literal):
        raise BadRequest(say("webhook.inside", host=host), "url")
    return target


def public(address: str) -> bool:
    """Whether `address` is one of the open internet.

    Private, loopback, link-local, shared, multicast, reserved and metadata addresses aren't, nor those that hold one of them.

    Examples
    --------
    >>> public("8.8.8.8"), public("169.254.169.254"), public("::ffff:10.0.0.1"), public("fd00:ec2::254")
    (True, False, False, False)
    """
    found: IPv4Address | IPv6Address = ip_address(address)
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    if any(found.version == net.version and found in net for net in _TUNNELS) or found in _METADATA:
        return False
    if isinstance(found, IPv6Address) and found not in _UNICAST6:
        return False
    return found.is_global and not found.is_multicast and not found.is_reserved


def inside(target: Target, addresses: Iterable[str]) -> str | None:
    """The first of a name's addresses that nothing may be sent to; None where all are good."""
    return None if target.named else next((one for one in addresses if not public(one)), None)


def _literal(host: str) -> str | None:
    try:
        return str(ip_address(host))
    except ValueError:
        return None
