"""Forms and bots of a demonstration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from svyazka.business.clients.models import Source
from svyazka.business.conversations.models import ChannelAccount
from svyazka.kit import secrets


def load(kind: ChannelAccount.Kind, accounts: Iterable[Mapping[str, Any]], *, secret: str = "") -> None:
    """`secret`: what the outside must show with each arrival; only its fingerprint is stored."""
    for given in accounts:
        ChannelAccount.objects.create(
            kind=kind,
            code=f"{kind}/{given['code']}",
            name=given["name"],
            public_key=given["key"],
            secret_fingerprint=secrets.fingerprint(secret) if secret else "",
            source=Source.objects.get(code=given["source"]),
        )
