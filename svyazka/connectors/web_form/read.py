"""A site's form in our words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from svyazka.business.intake.connector import Ignore, NotUnderstood
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.ways_in import FormFilled
from svyazka.connectors.web_form.fields import PROBE, Fields, Unreadable, parse

LONGEST = 2_000


def read(arrival: Arrival) -> Sequence[object]:
    """One request. Without a phone and an e-mail address there is nobody to answer to: a person has to look at it."""
    fields = _fields(arrival)
    if PROBE in fields.extra:
        raise Ignore(_("A trial of our own: the way is open."))
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
            referrer=str(arrival.headers.get("referer", ""))[:LONGEST],
            utm=fields.utm,
            consents=fields.consents,
            extra={name: _as_text(value) for name, value in fields.extra.items() if value not in (None, "")},
        )
    ]


def _fields(arrival: Arrival) -> Fields:
    try:
        return parse(str(arrival.headers.get("content-type", "")), bytes(arrival.body))
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
