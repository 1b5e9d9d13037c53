"""Two who may be one, as a page shows them: beside each other, with what speaks for it and against it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from svyazka.business.duplicates import listing, wording
from svyazka.business.duplicates.listing import Line, Side
from svyazka.business.duplicates.models import Suspicion
from svyazka.workplaces.shared.short import Short

ICONS = {"phone": "phone", "email": "mail"}
TINTS = {"certain": "good", "probable": "warn", "doubtful": ""}
MOST_REASONS = 5


def of_client(client_id: int) -> dict[str, Any]:
    """For the page of a client or of a deal of his: of each the other one, the `twin`."""
    found = cards(listing.of_client(client_id))
    twins = [{**one, "twin": next(side for side in one["sides"] if side["id"] != str(client_id))} for one in found]
    return {"suspected": twins, "suspected_of": client_id}


def cards(lines: Iterable[Line]) -> list[dict[str, Any]]:
    short = Short()
    return [card(line, short) for line in lines]


def card(line: Line, short: Short) -> dict[str, Any]:
    suspicion = line.suspicion
    reasons = wording.because(suspicion)
    return {
        "id": str(suspicion.pk),
        "is_open": suspicion.state == Suspicion.State.OPEN,
        "state": suspicion.get_state_display(),
        "band": suspicion.get_band_display(),
        "tint": TINTS[suspicion.band],
        "sides": [_side(line.client, short, _("The new one")), _side(line.other, short, _("The known one"))],
        "speaks_for": [one for one in reasons if one.speaks_for][:MOST_REASONS],
        "against": [one for one in reasons if not one.speaks_for][:MOST_REASONS],
        "objection": wording.objection(suspicion),
        "exactly": [(one.text, f"{one.bits:+.1f}".replace("-", "−")) for one in reasons],
        "percent": str(min(99, max(1, round(suspicion.probability * 100)))),
        "at": short.moment(suspicion.at),
        "deal": str(suspicion.deal_id or ""),
        "person": line.person,
        "until": short.moment(suspicion.until) if suspicion.until else "",
        "decided": _decided(line, short),
    }


def _decided(line: Line, short: Short) -> str:
    at = line.suspicion.decided_at
    if at is None:
        return ""
    who = line.decided_by or _("the house by itself")
    return _("{who}, {when}").format(who=who, when=short.moment(at))


def _side(side: Side, short: Short, title: str) -> dict[str, Any]:
    def value(text: str, icon: str) -> dict[str, Any]:
        return {"text": text, "icon": icon, "same": text.casefold() in side.same}

    contacts = [value(point.readable, ICONS.get(point.kind, "message")) for point in side.contacts]
    address = [value(side.address, "map")] if side.address else []
    return {
        "id": str(side.id),
        "title": title,
        "name": side.name,
        "same_name": side.name.casefold() in side.same,
        "is_company": side.is_company,
        "is_merged": side.is_merged,
        "since": short.day(side.since.date()),
        "values": [*contacts, *address],
        "more": side.more_contacts,
        "deals": side.deals,
        "last_deal": str(side.last_deal or ""),
        "responsible": side.responsible,
    }
