"""What becomes of what came from a client when he is erased. That something came stays, so that it does not come
twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Cast, Concat

from svyazka.business.calls.models import Call
from svyazka.business.clients.models import ContactPoint
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.of_client import HELD
from svyazka.kit.erased import AT_ONCE, Piece, emptied

BEFORE, AFTER = timedelta(minutes=10), timedelta(hours=12)
DIGITS = 10  # of a number, however it begins


def _not_understood(client_ids: Sequence[int]) -> QuerySet[Any]:
    """What nobody has read yet is his where it holds a way to reach him; what telephone systems say see below."""
    given = ContactPoint.objects.filter(client_id__in=list(client_ids)).values_list("kind", "value")
    signs = [value[-DIGITS:] if kind == ContactPoint.Kind.PHONE else value for kind, value in given]
    with connection.cursor() as cursor:
        cursor.execute(_STUCK, [[sign.encode() for sign in signs if len(sign) > 4]])
        return Arrival.objects.filter(pk__in=[number for (number,) in cursor.fetchall()]).order_by("pk")


_STUCK = """
select id from intake_arrival where state = 'stuck' and account not in (select code from calls_pbx)
and exists (select from unnest(%s::bytea[]) as sign where position(sign in body) > 0)
"""
_NAMELESS = {"body": b"", "outside_id": Concat(Value("erased-"), Cast("pk", CharField()))}
_WORDS = ("headers", "conversation", "reason")


class SaidOfCalls:
    """What telephone systems say comes many calls at a time, those of others among them: his number alone is made
    unreadable there."""

    name = "Arrival"

    def piece(self, client_ids: Sequence[int], after: str) -> Piece:
        calls = Call.objects.filter(client_id__in=list(client_ids)).exclude(client_number="").order_by("pk")
        some = list(calls.filter(pk__gt=int(after or 0))[:AT_ONCE])
        rows = sum(self._blacken(call) for call in some)
        return Piece(rows, str(some[-1].pk) if len(some) == AT_ONCE else None)

    def _blacken(self, call: Call) -> int:
        number = call.client_number[-DIGITS:].encode()
        if len(number) < DIGITS:
            return 0
        given: list[Any] = [
            call.pbx_code, call.started_at - BEFORE, (call.ended_at or call.started_at) + AFTER, number,
        ]  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(_SAID, given)
            found = [(pk, bytes(body)) for pk, body in cursor.fetchall()]
        for pk, body in found:
            Arrival.objects.filter(pk=pk).update(body=body.replace(number, b"0" * DIGITS))
        return len(found)


_SAID = """
select id, body from intake_arrival
where account = %s and received_at between %s and %s and position(%s::bytea in body) > 0
"""

ERASED = (
    emptied(Arrival, HELD, *_WORDS, values=_NAMELESS, stays=("account", "connector", "made")),
    emptied(Arrival, _not_understood, *_WORDS, values=_NAMELESS, stays=("account", "connector", "made")),
    SaidOfCalls(),
)
