"""What the office says of a telephone system so that people can call through it out of the browser."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from svyazka.business.calls.models import Pbx
from svyazka.kit import secrets

_ICE = re.compile(r"(stun|turn|turns):[A-Za-z0-9.:\[\]_-]+(\?transport=(udp|tcp))?")
_DOMAIN = re.compile(r"[A-Za-z0-9.:\[\]_-]+")


@dataclass(frozen=True)
class Line:
    """How a browser gets to a PBX. Without `socket` it does not."""

    socket: str  # wss://pbx.example.org:8089/ws
    domain: str
    ice: tuple[str, ...]  # stun:… and turn:…
    turn_login: str
    turn_secret: str  # locked away

    @property
    def origin(self) -> str:
        """For the policy of the page: where it may connect."""
        parts = urlsplit(self.socket)
        return f"{parts.scheme}://{parts.netloc}"

    def ice_servers(self) -> list[dict[str, str]]:
        """As the browser wants them."""
        return [{"urls": address, **self._let_in(address)} for address in self.ice]

    def _let_in(self, address: str) -> dict[str, str]:
        if address.startswith("stun:") or not self.turn_login:
            return {}
        secret = secrets.take_out(self.turn_secret) if self.turn_secret else ""
        return {"username": self.turn_login, "credential": secret}


def line_of(pbx: Pbx | None) -> Line | None:
    """The way to this system, if the office has entered one that can be used."""
    options: Mapping[str, Any] = pbx.options if pbx else {}
    socket = str(options.get("softphone_socket", "")).strip()
    if pbx is None or not _is_socket(socket):
        return None
    domain = str(options.get("softphone_domain", "")).strip()
    return Line(
        socket=socket,
        domain=domain if _DOMAIN.fullmatch(domain) else urlsplit(socket).hostname or "",
        ice=tuple(one for one in re.split(r"[\s,]+", str(options.get("softphone_ice", ""))) if _ICE.fullmatch(one)),
        turn_login=str(options.get("softphone_turn_login", "")),
        turn_secret=str(options.get("softphone_turn_secret", "")),
    )


def _is_socket(address: str) -> bool:
    """Nothing that would say more to the page's policy than one address."""
    try:
        parts = urlsplit(address)
        return parts.scheme in ("ws", "wss") and bool(_DOMAIN.fullmatch(parts.netloc)) and bool(parts.hostname)
    except ValueError:
        return False
