"""A notification of YooKassa in our words: which payment or refund is to be asked for anew, and nothing of what it says
of it. Source: their documentation, "Incoming notifications"."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from svyazka.business.intake.connector import Ignore, NotUnderstood
from svyazka.business.intake.models import Arrival
from svyazka.business.money.payment_service import Moved
from svyazka.kit.payload import object_in, text_in


def read(arrival: Arrival) -> Sequence[object]:
    told = _notification(bytes(arrival.body))
    event, about = text_in(told, "event"), object_in(told, "object")
    number, kind = text_in(about, "id"), event.partition(".")[0]
    if not number or len(number) > 60:
        raise NotUnderstood(_("The notification names no payment."))
    if kind == "payment":
        return [Moved(payment=number, link=text_in(object_in(about, "metadata"), "link"))]
    if kind == "refund":
        return [Moved(payment=text_in(about, "payment_id"), refund=number)]
    raise Ignore(_("Notifications of this kind are not used."), detail=event[:60])


def _notification(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    # A few thousand brackets are no syntax error to the parser.
    except (ValueError, RecursionError) as refusal:
        raise NotUnderstood(_("The body is no JSON.")) from refusal
    if not isinstance(told, dict):
        raise NotUnderstood(_("The notification names no payment."))
    return told
