"""Pictures are fetched from addresses of the public internet, and from no others, named here."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence
from typing import Any
from urllib.parse import SplitResult

import pytest

from bookbuilder.runtime import remote_pictures as remote
from bookbuilder.runtime.cache import Cache
from bookbuilder.runtime.fetching import Deadline, FetchError, system_addresses
from bookbuilder.runtime.public_addresses import is_public, parsed
from bookbuilder.runtime.remote_pictures import RemotePictures

pytestmark = pytest.mark.attack("addresses")

# https://www.iana.org/assignments/iana-ipv4-special-registry, with multicast and what is reserved.
SPECIAL_IPV4 = """
    0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24
    192.0.0.0/29 192.0.0.8/32 192.0.0.9/32 192.0.0.10/32 192.0.0.170/32 192.0.0.171/32 192.0.2.0/24
    192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15
    198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 255.255.255.255/32 168.63.129.16/32
""".split()  # noqa: SIM905 (a list would be a page long)
# https://www.iana.org/assignments/iana-ipv6-special-registry, with what others have stood for.
SPECIAL_IPV6 = """
    ::/128 ::1/128 ::/96 ::ffff:0:0:0/96 64:ff9b:1::/48 100::/64 100:0:0:1::/64 200::/7 400::/6
    2001::/23 2001::/32 2001:1::1/128 2001:1::2/128 2001:1::3/128 2001:2::/48 2001:3::/32
    2001:4:112::/48 2001:10::/28 2001:20::/28 2001:30::/28 2001:db8::/32 2002::/16
    2620:4f:8000::/48 3fff::/20 4000::/2 5f00::/16 8000::/1 fc00::/7 fd00::/8 fe80::/10 fec0::/10
    ff00::/8 ff02::/16 ff0e::/16
""".split()  # noqa: SIM905 (a list would be a page long)
PUBLIC = """
    1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0
    168.63.129.15 168.63.129.17 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0
    191.255.255.255 192.0.1.0 192.0.3.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0
    223.255.255.255 2000::1 2001:200::1 2001:4860:4860::8888 2001:db7:ffff::1 2001:db9::1 2003::1
    2606:4700:4700::1111 2620:4f:7fff::1 2620:4f:8001::1 3ffe:ffff::1 3fff:1000::1
    ::ffff:8.8.8.8 64:ff9b::8.8.8.8
""".split()  # noqa: SIM905 (a list would be a page long)


@pytest.mark.parametrize("network", SPECIAL_IPV4 + SPECIAL_IPV6)
def test_no_address_of_a_special_range_is_public(network: str) -> None:
    whole = ipaddress.ip_network(network)
    middle = whole[whole.num_addresses // 2]
    assert [str(a) for a in (whole[0], middle, whole[-1]) if is_public(a)] == []


@pytest.mark.parametrize("network", SPECIAL_IPV4)
@pytest.mark.parametrize("prefix", ["::", "::ffff:", "::ffff:0:", "64:ff9b::", "64:ff9b:1::"])
def test_no_special_address_is_public_in_the_clothes_of_ipv6(network: str, prefix: str) -> None:
    whole = ipaddress.ip_network(network)
    assert not is_public(ipaddress.ip_address(f"{prefix}{whole[0]}"))
    assert not is_public(ipaddress.ip_address(f"{prefix}{whole[-1]}"))


@pytest.mark.parametrize("address", PUBLIC)
def test_the_neighbours_of_special_ranges_are_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("text", ["fe80::1%eth0", "2606:4700::1%1", "127.1", "0x7f.1", "a", ""])
def test_only_whole_addresses_without_a_card_are_addresses(text: str) -> None:
    assert parsed(text) is None


@pytest.mark.parametrize(
    "host",
    """0x7f.1 0x7f000001 0177.0.0.1 127.1 2130706433 017700000001 localhost. LOCALHOST. 127.0.0.1.
    ⓛⓞⓒⓐⓛⓗⓞⓢⓣ １２７.0.0.1 127。0。0。1 ①②⑦.0.0.1 [::ffff:127.0.0.1] [::ffff:7f00:1] [::127.0.0.1]
    [::ffff:0:127.0.0.1] [64:ff9b::127.0.0.1] [64:ff9b:1::a00:1] [::1%25lo] [fec0::1]
    [2002:7f00:1::] [2001:0:7f00:1::] 0 0.0.0.0 [::] 10.1 0xa000001 192.168.257 169.254.43518
    3232235777 100.100.100.200 192.0.0.192 168.63.129.16 [fd00:ec2::254] [ff02::1] 255.255.255.255
    """.split(),  # noqa: SIM905 (a list would be a page long)
)
@pytest.mark.parametrize("redirected", [False, True])
def test_however_a_host_is_written_nobody_is_connected_to(
    host: str, redirected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = answered_by(monkeypatch, {"start.example": f"http://{host}/a.png"})

    def resolve(name: str, port: int) -> Sequence[str]:
        return ["8.8.8.8"] if name == "start.example" else system_addresses(name, port)

    pictures = RemotePictures(Cache(None), resolve=resolve)
    with pytest.raises(FetchError, match=r"not a public address|there is no host"):
        pictures.get("http://start.example/" if redirected else f"http://{host}/a.png")
    assert asked == ([("start.example", ["8.8.8.8"])] if redirected else [])


def answered_by(
    monkeypatch: pytest.MonkeyPatch, answers: dict[str, str | bytes]
) -> list[tuple[str, list[str]]]:
    """Let hosts answer without a network; who is asked, and at which addresses."""
    asked = []

    def ask(parts: SplitResult, addresses: Sequence[str], end: Deadline) -> bytes | str:
        asked.append((parts.hostname or "", list(addresses)))
        return answers[parts.hostname or ""]

    monkeypatch.setattr(remote, "_ask", ask)
    return asked


@pytest.mark.parametrize("there", ["http://b.example/", "HTTP://a.example/x", "//b.example"])
def test_no_redirection_leads_from_https_to_http(
    there: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = answered_by(monkeypatch, {"a.example": there, "b.example": b"x"})
    pictures = RemotePictures(Cache(None), resolve=lambda host, port: ["8.8.8.8"])
    if there.startswith("//"):
        # It stays with https.
        assert pictures.get("https://a.example/a.png") == b"x"
    else:
        with pytest.raises(FetchError):
            pictures.get("https://a.example/a.png")
        assert [host for host, _ in asked] == ["a.example"]


def test_no_redirection_leads_back_to_the_machine_by_way_of_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there = "http://elsewhere.example/"
    answers: dict[str, str | bytes] = {"localhost": there, "elsewhere.example": "http://localhost/"}
    asked = answered_by(monkeypatch, answers)
    addresses = {"localhost": ["127.0.0.1"], "elsewhere.example": ["8.8.8.8"]}
    pictures = RemotePictures(Cache(None), resolve=lambda host, port: addresses[host])
    with pytest.raises(FetchError, match="`localhost` is not a public address"):
        pictures.get("http://localhost/a.png")
    assert [host for host, _ in asked] == ["localhost", "elsewhere.example"]


def test_a_name_is_resolved_once_and_what_was_judged_is_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resolved: list[str] = []
    connected: list[Any] = []

    def getaddrinfo(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        """Say something public first, and this machine from then on."""
        is_name = parsed(host) is None
        if is_name:
            resolved.append(host)
        address = host if not is_name else "8.8.8.8" if len(resolved) == 1 else "127.0.0.1"
        kind = socket.AF_INET, socket.SOCK_STREAM, 6, ""
        return [(*kind, (address, port))]

    def connect(connection: socket.socket, address: Any) -> None:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(socket, "socket", type("Socket", (socket.socket,), {"connect": connect}))
    with pytest.raises(FetchError, match="does not answer"):
        RemotePictures(Cache(None)).get("https://rebinding.example/a.png")
    assert resolved == ["rebinding.example"]
    assert connected == [("8.8.8.8", 443)]


def test_the_lists_do_not_ask_python_what_is_public(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in (ipaddress.IPv4Address, ipaddress.IPv6Address):
        for name in ("is_global", "is_private", "is_reserved", "is_loopback", "is_multicast"):
            monkeypatch.delattr(kind, name)
    assert is_public(ipaddress.ip_address("8.8.8.8"))
    assert not is_public(ipaddress.ip_address("fec0::1"))
