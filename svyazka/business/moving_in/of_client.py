"""What is held of a client here: lines of files, and what another system said of him."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from svyazka.business.moving_in.models import MovedIn, MoveInEvent, MoveInRow
from svyazka.kit.held import Held, held


def _events(client_ids: Sequence[int]) -> QuerySet[Any]:
    """By his numbers there; those of his deals come with the rows of the deals."""
    his = MovedIn.objects.filter(kind=MovedIn.Kind.CLIENT, object_id__in=list(client_ids))
    return MoveInEvent.objects.filter(of__in=his.values("of"), client_there__in=his.values("outside_id")).order_by("pk")


HELD = (
    held(
        MoveInRow,
        "client_id",
        "of__at",
        "cells",
        ours=(
            "outside_id",
            "packed",
            "like",
            "faults",
            "changes",
            "stage_there",
            "person_there",
            "month_there",
        ),
    ),
    Held(MoveInEvent, _events, ("at", "kind", "said"), ("outside_id", "client_there", "deal_there")),
)
NOTHING = ("Account", "MoveIn", "MoveInKey", "MovedIn", "Repair")
