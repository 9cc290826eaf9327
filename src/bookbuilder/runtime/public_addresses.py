"""Tell addresses of the public internet from those of the author's own network and machine.

Python's `is_global` and `is_private` change from version to version, so the lists are ours: what
IANA's registries of special-purpose addresses name is left out, whether it is reachable from
everywhere or not, for no web server has such an address.
"""

from __future__ import annotations

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_SPECIAL_IPV4 = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network, RFC 791
        "10.0.0.0/8",  # private, RFC 1918
        "100.64.0.0/10",  # shared by customers of one provider, RFC 6598
        "127.0.0.0/8",  # this machine, RFC 1122
        "168.63.129.16/32",  # the host of Azure's virtual machines, which only they reach
        "169.254.0.0/16",  # link-local, RFC 3927
        "172.16.0.0/12",  # private, RFC 1918
        "192.0.0.0/24",  # protocols of the IETF, RFC 6890
        "192.0.2.0/24",  # documentation, RFC 5737
        "192.31.196.0/24",  # AS112, RFC 7535
        "192.52.193.0/24",  # multicast tunnels, RFC 7450
        "192.88.99.0/24",  # relays of 6to4, RFC 7526
        "192.168.0.0/16",  # private, RFC 1918
        "192.175.48.0/24",  # AS112, RFC 7534
        "198.18.0.0/15",  # benchmarks, RFC 2544
        "198.51.100.0/24",  # documentation, RFC 5737
        "203.0.113.0/24",  # documentation, RFC 5737
        "224.0.0.0/4",  # multicast, RFC 5771
        "240.0.0.0/4",  # reserved, RFC 1112, and broadcast
    )
)
# Everything outside is special: mapped, compatible and translated IPv4, unique local, link-local,
# site-local, multicast, and what nobody has been given.
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_SPECIAL_IPV6 = tuple(
    ipaddress.IPv6Network(network)
    for network in (
        "2001::/23",  # protocols of the IETF, RFC 2928: Teredo, benchmarks, ORCHID and more
        "2001:db8::/32",  # documentation, RFC 3849
        "2002::/16",  # 6to4, RFC 3056
        "2620:4f:8000::/48",  # AS112, RFC 7534
        "3fff::/20",  # documentation, RFC 9637
    )
)
# Two ways of writing IPv4 addresses that lead where these lead. Networks without IPv4 know the
# whole of its internet by the second (RFC 6052).
_MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_LOOPBACK = ipaddress.IPv4Network("127.0.0.0/8"), ipaddress.IPv6Address("::1")


def parsed(text: str) -> Address | None:
    """Return the address that `text` is; None if it is none, or names a network card (`%eth0`)."""
    try:
        return None if "%" in text else ipaddress.ip_address(text)
    except ValueError:
        return None


def is_public(address: Address) -> bool:
    """Return whether a server of the public internet can have `address`."""
    if isinstance(address, ipaddress.IPv6Address):
        if address not in _MAPPED and address not in _NAT64:
            is_special = any(address in network for network in _SPECIAL_IPV6)
            return address in _GLOBAL_UNICAST and not is_special
        address = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return not any(address in network for network in _SPECIAL_IPV4)


def is_own_machine(address: Address) -> bool:
    """Return whether `address` is one of the machine's own, written plainly."""
    network, single = _LOOPBACK
    return address in network if isinstance(address, ipaddress.IPv4Address) else address == single
