"""What becomes of what is held of a client here when he is erased: who was busy when goes on being counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet

from svyazka.business.visits.models import (
    Action,
    Booking,
    ClientWord,
    HandOver,
    Look,
    NotDone,
    PhotoDrawing,
    Repair,
    RoadNews,
    Tick,
    Visit,
    VisitLink,
    VisitMove,
    VisitPhoto,
    Waiting,
    WaitingOffer,
)
from svyazka.business.visits.of_client import HELD
from svyazka.kit.erased import Why, emptied, kept, removed


def _repairs(client_ids: Sequence[int]) -> QuerySet[Any]:
    """What was moved when somebody was away remembers how each visit was before."""
    of_him = Q(pk__in=[])
    for number in Visit.objects.filter(client__in=list(client_ids)).values_list("pk", flat=True):
        of_him |= Q(changes__contains=[{"visit": number}])
    return Repair.objects.filter(of_him).order_by("pk")


ERASED = (
    removed(PhotoDrawing, HELD),
    removed(VisitPhoto, HELD),
    removed(Repair, _repairs),
    removed(Look, HELD),
    removed(RoadNews, HELD),
    removed(ClientWord, HELD),
    removed(VisitLink, HELD),
    # Its number stays: a phone that sends it once more brings nothing back.
    emptied(Action, HELD, "data", "words", "file", "seen", "answer", "theirs", stays=("kind",)),
    emptied(NotDone, HELD, "said", stays=("was", "given_back", "tasks"), why=Why.COUNTED),
    emptied(Booking, HELD, "note", why=Why.COUNTED),
    kept(Tick, HELD, Why.COUNTED, stays=("words", "point")),
    emptied(HandOver, HELD, "why"),
    kept(VisitMove, HELD, Why.COUNTED),
    emptied(WaitingOffer, HELD, "reasons", "fingerprint", "channel", "address"),
    emptied(Waiting, HELD, "address", "wishes", "note", "reason"),
    emptied(
        Visit,
        HELD,
        "address",
        "lat",
        "lon",
        "placed_by",
        "wishes",
        "brief",
        "report",
        "reason",
        "facts",
        "locked_why",
        why=Why.COUNTED,
    ),
)
