"""A site's form in our words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from svyazka.business.conversations.accounts import options_of
from svyazka.business.intake.connector import Ignore, NotUnderstood
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.ways_in import FormFilled
from svyazka.connectors.web_form import spam
from svyazka.connectors.web_form.fields import PROBE, Fields, Unreadable, parse

LONGEST = 2_000
SOON = timedelta(days=14)  # further ahead nobody asks to be rung


def read(arrival: Arrival) -> Sequence[object]:
    """One request. Without a phone and an e-mail address there is nobody to answer to: a person has to look at it."""
    options = options_of(arrival.account)
    if options.get("is_captured"):
        raise NotUnderstood(_("Kept: this form is still being set up. It is read as soon as its fields are chosen."))
    fields = _fields(arrival, options.get("mapping") or {})
    if PROBE in fields.extra:
        raise Ignore(_("A trial of our own: the way is open."))
    if verdict := spam.judged(fields, arrival.headers):
        raise verdict
    if not (fields.phone or fields.email):
        raise NotUnderstood(_why(fields))
    return [
        FormFilled(
            name=fields.name,
            phone=fields.phone,
            email=fields.email,
            message=fields.message,
            address=fields.address,
            company=fields.company,
            tax_number=fields.tax_number,
            openings=fields.openings,
            page=fields.page,
            referrer=fields.referrer or str(arrival.headers.get("referer", ""))[:LONGEST],
            utm=fields.utm,
            consents=fields.consents,
            consent_versions=fields.versions,
            marks=fields.marks,
            ring_at=_ring_at(fields, arrival),
            extra={name: _as_text(value) for name, value in fields.extra.items() if value not in (None, "")},
        )
    ]


def _ring_at(fields: Fields, arrival: Arrival) -> datetime | None:
    if not fields.ring or not fields.phone:
        return None
    if fields.ring == "now":
        return arrival.received_at
    try:
        moment = datetime.fromisoformat(fields.ring)
    except ValueError:
        return None
    if moment.tzinfo is None or moment > arrival.received_at + SOON:
        return None
    return max(moment, arrival.received_at)


def _fields(arrival: Arrival, chosen: dict[str, str]) -> Fields:
    try:
        return parse(str(arrival.headers.get("content-type", "")), bytes(arrival.body), chosen)
    except Unreadable as refusal:
        raise NotUnderstood(_("The form cannot be read: it is not the text it says it is.")) from refusal


def _why(fields: Fields) -> object:
    """The first complaint that somebody can do something with."""
    if fields.wrong.get("phone") == "not_a_phone":
        return _("What stands as the phone is no phone number, and there is no e-mail address.")
    if fields.wrong.get("email") == "not_an_email":
        return _("What stands as the e-mail address is none, and there is no phone.")
    return _("The form has neither a phone nor an e-mail address.")


def _as_text(value: Any) -> str:
    written = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return written[:LONGEST]
