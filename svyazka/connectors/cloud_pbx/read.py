"""What an arrival from a cloud PBX says, in the house's words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from svyazka.business.calls.phone_system import CallEvent, Kind
from svyazka.business.intake.connector import Arrived, Ignore, NotUnderstood
from svyazka.connectors.cloud_pbx.fields import Unreadable, fields_of
from svyazka.connectors.cloud_pbx.provider import Heard
from svyazka.connectors.cloud_pbx.providers import PROVIDERS


def read(arrival: Arrived) -> Sequence[CallEvent]:
    body = bytes(arrival.body)
    if "asked_at" in arrival.headers:
        return [_only_these(body, arrival)]
    try:
        fields = fields_of(body)
    except Unreadable as refusal:
        raise NotUnderstood(_("The body is neither a form nor JSON.")) from refusal
    heard = Heard(arrival.account, arrival.headers.get("path", ""), fields, arrival.received_at)
    provider = PROVIDERS[arrival.connector]
    if not provider.call_key(fields) and not heard.path:
        raise NotUnderstood(_("Which call this is about is not said."))
    events = provider.read(heard)
    if not events:
        raise Ignore(_("Says nothing of a call that we do not know already."), detail=heard.path[:60])
    return events


def _only_these(body: bytes, arrival: Arrived) -> CallEvent:
    """Calls whose end was lost on the way: the driver names those that may still go on."""
    at = datetime.fromisoformat(arrival.headers["asked_at"])
    return CallEvent(arrival.account, "", Kind.ONLY_THESE, at, going_on=frozenset(json.loads(body)))
