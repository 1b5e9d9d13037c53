"""Who sent this? A proxy says it for those it brings, and only our own proxies are believed."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class Proxies:
    """Whoever stands on this machine, and those in the networks that the company names."""

    networks: tuple[Network, ...] = ()

    def believe(self, address: str) -> bool:
        """Empty: a Unix socket."""
        found = _read(address)
        if found is None:
            return not address
        return found.is_loopback or any(found in network for network in self.networks)

    def sender(self, peer: str, forwarded: str) -> str:
        """The nearest station that is no proxy of ours: what stands before it, anybody may have written."""
        sender = peer
        for station in reversed(forwarded.split(",")):
            if not self.believe(sender) or _read(station) is None:
                break
            sender = station
        return str(_read(sender) or "")


OF_THIS_MACHINE = Proxies()


def named(text: str) -> Proxies:
    """`10.0.0.5, 10.1.0.0/24`. Raises ValueError, which says what is no address."""
    words = [word.strip() for word in text.split(",")]
    return Proxies(tuple(ipaddress.ip_network(word, strict=False) for word in words if word))


def _read(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
