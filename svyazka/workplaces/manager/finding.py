"""A deal by its number, with what its page needs of it, in one question."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from svyazka.business.deals.models import Deal


def deal_numbered(pk: int) -> Deal:
    rows = Deal.objects.select_related("client", "pipeline", "stage", "source", "responsible", "loss_reason")
    return get_object_or_404(rows, pk=pk)
