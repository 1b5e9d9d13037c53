"""Servers of the street: an address that somebody typed must not lead into our own network.

It is looked up here, checked, and the connection goes to that very address, so that a name cannot mean something else a
moment later.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Collection

import httpx

# IPv6 that a router turns into any address of IPv4, our own ones too: NAT64 (RFC 6052) and 6to4 (RFC 3056).
_LEADING_ON = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("2002::/16"))


class OwnNetwork(httpx.ConnectError):
    """It leads to ourselves."""


class Street(httpx.HTTPTransport):
    """`known`: servers of our own that may be asked all the same."""

    def __init__(self, known: Collection[str], *, verify: ssl.SSLContext | bool = True) -> None:
        super().__init__(verify=verify, trust_env=False)
        self._known = frozenset(known)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.host
        if host not in self._known:
            address = _public_address(host, request.url.port or 443)
            request.url = request.url.copy_with(host=address)
            request.extensions = {**request.extensions, "sni_hostname": host}
        return super().handle_request(request)


def is_public(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    return address.is_global and not address.is_multicast and not any(address in one for one in _LEADING_ON)


def _public_address(host: str, port: int) -> str:
    """The first one, if all of them are in the street: a name may have several."""
    found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not found or not all(map(is_public, found)):
        raise OwnNetwork("of our own network")
    return found[0]
