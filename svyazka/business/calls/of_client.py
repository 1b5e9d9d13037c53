"""What is held of a client here: his calls, what was recorded of them, and that he is not to be rung."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from svyazka.business.calls.models import Call, DoNotCall, Recording
from svyazka.business.clients.models import ContactPoint
from svyazka.kit.held import Held, held


def _recordings(client_ids: Sequence[int]) -> QuerySet[Any]:
    calls = Call.objects.filter(client_id__in=list(client_ids)).values("pk")
    return Recording.objects.filter(call_id__in=calls).order_by("pk")


def _not_rung(client_ids: Sequence[int]) -> QuerySet[Any]:
    points = ContactPoint.objects.filter(client_id__in=list(client_ids), kind=ContactPoint.Kind.PHONE)
    return DoNotCall.objects.filter(number__in=points.values("value")).order_by("pk")


HELD = (
    held(
        Call,
        "client_id",
        "started_at",
        "direction",
        "client_number",
        "our_number",
        "result",
        "answered_at",
        "ended_at",
        "talk_seconds",
        ours=("pbx_code", "key", "queue", "recording", "legs"),
    ),
    Held(
        Recording,
        _recordings,
        ("call_started_at", "state", "milliseconds", "bytes", "fetched_at", "kept_why"),
        ("pbx_code", "place", "people", "trouble", "file"),
    ),
    Held(DoNotCall, _not_rung, ("number", "reason", "note", "at", "until")),
)
# The telephone systems, the people at them, and what was asked of a system, which is forgotten after some days.
NOTHING = (
    "PhoneCommand",
    "CallingHours",
    "Examination",
    "FloorRules",
    "CallQueue",
    "BreakReason",
    "PersonState",
    "StateSpan",
    "HourCount",
    "CountedCall",
    "Pbx",
    "PhoneLine",
    "Phone",
    "Listening",
    "KeepingRule",
    "SipAccount",
)
