"""What is held of a client here: who he may be, and who became one with him."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet

from svyazka.business.duplicates.models import Merge, MergedRow, Suspicion
from svyazka.kit.held import Held


def _suspicions(client_ids: Sequence[int]) -> QuerySet[Any]:
    """Also of a second person: what speaks for their being one are values of both."""
    return Suspicion.objects.filter(Q(client__in=client_ids) | Q(other__in=client_ids)).order_by("pk")


def _merges(client_ids: Sequence[int]) -> QuerySet[Any]:
    return Merge.objects.filter(Q(kept__in=client_ids) | Q(gone__in=client_ids)).order_by("pk")


def _rows(client_ids: Sequence[int]) -> QuerySet[Any]:
    return MergedRow.objects.filter(merge__in=_merges(client_ids).values("pk")).order_by("pk")


HELD = (
    Held(Suspicion, _suspicions, ("at", "state", "probability"), ("reasons", "doubts", "weights", "band")),
    Held(Merge, _merges, ("kept_id", "gone_id", "gone_name", "at", "undone_at"), ("choices", "actor", "left")),
    Held(MergedRow, _rows, ("table", "column", "before", "after")),
)
NOTHING = ("Search", "Refit")
