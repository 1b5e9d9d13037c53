"""What is held of a client here: of which category what he said was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from svyazka.business.clients.models import Interaction
from svyazka.business.sorting.models import Sorted
from svyazka.kit.held import Held


def _rows(client_ids: Sequence[int]) -> QuerySet[Any]:
    lines = Interaction.objects.filter(client_id__in=client_ids).values("pk")
    return Sorted.objects.filter(pk__in=lines).order_by("pk")


HELD = (Held(Sorted, _rows, ("at", "category__words"), ("how", "was")),)
NOTHING = ("Category", "SortRule", "SortModel", "SortSettings")
