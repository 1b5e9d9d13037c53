"""What is held of a client here: what came from him, word for word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from svyazka.business.clients.models import Interaction
from svyazka.business.intake.models import Arrival
from svyazka.kit.held import Held


def _arrivals(client_ids: Sequence[int]) -> QuerySet[Any]:
    """What he wrote. What a telephone system says comes many calls at a time, those of others among them."""
    kinds = (Interaction.Kind.FORM, Interaction.Kind.MESSAGE)
    happened = Interaction.objects.filter(client_id__in=list(client_ids), kind__in=kinds, arrival_id__isnull=False)
    return Arrival.objects.filter(pk__in=happened.values("arrival_id")).order_by("pk")


HELD = (
    Held(
        Arrival,
        _arrivals,
        ("received_at", "account", "headers", "body"),
        ("connector", "outside_id", "conversation", "reason", "made"),
    ),
)
NOTHING = ("ArrivalKey", "ArrivalTally", "TalliedUpTo", "Reckoning", "MailTemplate")
