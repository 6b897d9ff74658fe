"""Which IP addresses may be connected to (IANA special-purpose registries, RFC 6890)."""

from enum import Enum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network


class Reach(Enum):
    """Where an address lies."""

    PUBLIC = "public"
    PRIVATE = "private"  # this machine or its own networks: fetched where a setting allows it
    NEVER = "never"  # no website has such an address


_PRIVATE = tuple(
    ip_network(network)
    for network in (
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "::1/128", "fc00::/7",
        "100.64.0.0/10",  # shared address space of carriers and of overlay networks (RFC 6598)
    )
)  # fmt: skip

# Where clouds tell a machine its credentials; most are link-local, these are not.
_CLOUDS = frozenset(
    ip_address(one)
    for one in ("100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254")
)

# Outside of what Python's releases agree on: relays of 6to4, and tunnels that end wherever the address says (Teredo).
_NEVER = (ip_network("192.88.99.0/24"), ip_network("192.0.0.0/24"), ip_network("2001::/32"))
_UNICAST = ip_network("2000::/3")
_TRANSLATED = ip_network("64:ff9b::/96")  # NAT64's well-known prefix (RFC 6052)
_COMPATIBLE = ip_network("::/96")


def reach(address: str) -> Reach:
    """Where `address` lies, told by the IPv4 address within it where an IPv6 form carries one. NEVER for no address."""
    try:
        return _reach(ip_address(address))
    except ValueError:
        return Reach.NEVER


def _reach(ip: IPv4Address | IPv6Address) -> Reach:
    if isinstance(ip, IPv6Address) and (within := _within(ip)) is not None:
        return _reach(within)
    if ip in _CLOUDS or any(ip in network for network in _NEVER):
        return Reach.NEVER
    if any(ip in network for network in _PRIVATE):
        return Reach.PRIVATE
    return Reach.PUBLIC if ip.is_global and not _special(ip) else Reach.NEVER


def _special(ip: IPv4Address | IPv6Address) -> bool:
    if isinstance(ip, IPv6Address) and ip not in _UNICAST:
        return True
    return ip.is_multicast or ip.is_link_local or ip.is_unspecified or ip.is_reserved


def _within(ip: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that packets to `ip` may end at."""
    if ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    if ip.sixtofour is not None:
        return ip.sixtofour
    if ip in _TRANSLATED or (ip in _COMPATIBLE and int(ip) > 1):  # not :: and ::1
        return IPv4Address(int(ip) & 0xFFFF_FFFF)
    return None
