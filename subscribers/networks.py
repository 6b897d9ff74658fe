"""Where a request came from, as a keyed hash: enough to count by and to show later, no use to anybody else."""

import hashlib
import hmac
from ipaddress import IPv6Address, ip_address, ip_network


def network_hash(text: str, suppression_key: str) -> str | None:
    """HMAC-SHA256 (hex) of the IPv4 address or the /64 of an IPv6 one; None for what is neither."""
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address
    network = ip_network((address, 64 if isinstance(address, IPv6Address) else 32), strict=False)
    return hmac.new(suppression_key.encode(), f"network\0{network}".encode(), hashlib.sha256).hexdigest()
