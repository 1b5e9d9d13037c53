"""Into which deal a request goes."""

from __future__ import annotations

from typing import Any

from svyazka.business.clients.models import Client, Source
from svyazka.business.deals.models import Deal
from svyazka.business.deals.opening import open_deal
from svyazka.business.intake.by_hand import learn
from svyazka.business.intake.models import Arrival
from svyazka.business.journal.record import Actor
from svyazka.kit import rows


def deal_for(
    client: Client,
    arrival: Arrival,
    *,
    before: Deal | None,
    by: Actor,
    source: Source | None = None,
    origin: dict[str, Any] | None = None,
    address: str = "",
    known: dict[str, Any] | None = None,
) -> Deal:
    """The open deal (`before`), with what it did not know yet; or a new one with this source, or the account's."""
    if before is None:
        source = source or _source_of(arrival.account)
        return open_deal(client, source=source, origin=origin, address=address, facts=known, by=by)
    return learn(before, {"address": address, **(known or {})}, by=by)


def _source_of(account: str) -> Source | None:
    found = rows.read(Source, _SOURCE, [account])
    return found[0] if found else None


_SOURCE = """
join conversations_channelaccount account on account.source_id = clients_source.id where account.code = %s
"""
