"""What becomes of what is held of a client here when he is erased: deals go on being counted, with nothing said of
him."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from svyazka.business.clients.erased import forget
from svyazka.business.clients.models import SearchPosting
from svyazka.business.deals.models import Asked, Deal, FirstContact, HandOff, Question, RingBack, Task
from svyazka.business.deals.of_client import HELD
from svyazka.business.journal import erased as journal
from svyazka.business.journal.models import Entry
from svyazka.business.notices.models import Notice
from svyazka.kit.erased import Piece, Why, emptied, kept, removed

GONE = "—"


def _his(client_ids: Sequence[int]) -> QuerySet[Any, int]:
    return Deal.objects.filter(client_id__in=list(client_ids)).values_list("pk", flat=True)


def _entries(client_ids: Sequence[int]) -> QuerySet[Any]:
    return Entry.objects.filter(deal_id__in=_his(client_ids)).order_by("pk")


def _notices(client_ids: Sequence[int]) -> QuerySet[Any]:
    return Notice.objects.filter(deal_id__in=_his(client_ids)).order_by("pk")


class Found:
    """Words by which his deals are found."""

    name = "SearchPosting"

    def piece(self, client_ids: Sequence[int], _after: str) -> Piece:
        return Piece(forget(SearchPosting.objects.filter(kind="deal", object_id__in=list(_his(client_ids)))))


ERASED = (
    Found(),
    journal.of(_entries),
    removed(Notice, _notices),
    emptied(Asked, HELD, "answer"),
    emptied(Question, HELD, values={"text": GONE}),
    emptied(Task, HELD, "checklist", "result", values={"what": GONE}, stays=("repeat",), why=Why.COUNTED),
    emptied(HandOff, HELD, "reason", "carried"),
    kept(RingBack, HELD, Why.COUNTED),
    kept(FirstContact, HELD, Why.COUNTED),
    emptied(Deal, HELD, "address", "facts", "origin", "next_step", why=Why.COUNTED),
)
