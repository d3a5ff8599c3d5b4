from __future__ import annotations

import pytest

from gridgeo_server.errors import BadRequest
from gridgeo_server.webhooks.addresses import inside, public, target_of


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.100.100.200",
        "169.254.169.254",
        "168.63.129.16",
        "192.0.0.192",
        "0.0.0.0",
        "224.0.0.1",
        "239.1.1.1",
        "255.255.255.255",
        "198.18.0.1",
        "::",
        "::1",
        "fe80::1%1",
        "fec0::1",
        "fc00::1",
        "fd00:ec2::254",
        "ff0e::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    ],
)
def test_an_address_of_the_inside_is_no_address_to_send_to(address: str) -> None:
    assert not public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_an_address_of_the_open_internet_is(address: str) -> None:
    assert public(address)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("ftp://example.org/", "no address"),
        ("https:///path", "no address"),
        ("https://example.org:99999/", "no address"),
        ("https://example.org:0/", "no address"),
        ("https://exam ple.org/", "no address"),
        ("https://example.org/\r\nX: y", "no address"),
        ("https://例.org/", "no address"),
        ("https://[::1/", "no address"),
        ("https://me:pass@example.org/", "password"),
        ("https://example.org/#part", "fragment"),
        ("http://example.org/", "begin with https"),
        ("https://10.0.0.1/", "inside"),
        ("https://[::1]/", "inside"),
        ("https://169.254.169.254/latest/meta-data", "inside"),
    ],
)
def test_a_url_that_nothing_is_sent_to_is_refused_with_the_reason(url: str, told: str) -> None:
    with pytest.raises(BadRequest, match=told) as refused:
        target_of(url, ())
    assert refused.value.field == "url"


def test_a_url_is_taken_into_its_parts() -> None:
    target = target_of("https://Example.org:8443/a/b?c=d", ())
    assert (target.secure, target.host, target.port, target.path) == (True, "example.org", 8443, "/a/b?c=d")
    assert target.authority == "example.org:8443"
    assert target_of("https://[2606:4700::1111]", ()).authority == "[2606:4700::1111]"


def test_one_bad_address_of_a_name_is_enough_to_refuse_it_but_a_named_host_may_lie_inside() -> None:
    open_host = target_of("https://example.org", ())
    assert inside(open_host, ["8.8.8.8", "1.1.1.1"]) is None
    assert inside(open_host, ["8.8.8.8", "10.0.0.1"]) == "10.0.0.1"
    named = target_of("http://hooks.intranet/", ("hooks.intranet",))
    assert inside(named, ["10.0.0.1"]) is None


def test_a_host_is_named_in_capitals_or_small_letters_alike() -> None:
    for host in ("hooks.intranet", "Hooks.Intranet"):
        assert target_of("http://HOOKS.intranet/", (host,)).named
