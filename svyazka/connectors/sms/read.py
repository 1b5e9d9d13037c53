"""A word on a message of ours, in our words."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from svyazka.business.intake.connector import NotUnderstood
from svyazka.business.intake.models import Arrival
from svyazka.connectors.sms.smsc import told
from svyazka.connectors.sms.verify import fields_of


def read(arrival: Arrival) -> Sequence[object]:
    given = fields_of(bytes(arrival.body))
    try:
        return [told(given["id"], int(given["status"]), arrival.received_at)]
    except (KeyError, ValueError):
        raise NotUnderstood(_("What became of a message cannot be read.")) from None
