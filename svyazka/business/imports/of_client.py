"""What is held of a client here: lines of files that were about him or his deals, as long as they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet

from svyazka.business.deals.models import Deal
from svyazka.business.imports.columns import DEAL
from svyazka.business.imports.models import Import, ImportLine
from svyazka.kit.held import Held


def _lines(client_ids: Sequence[int]) -> QuerySet[Any]:
    """The key that was chosen for its file says of whose number a line speaks."""
    keys = {pk: set(columns.values()) for pk, columns in Import.objects.values_list("pk", "columns")}
    of_deals = [pk for pk, chosen in keys.items() if DEAL in chosen]
    of_clients = [pk for pk, chosen in keys.items() if DEAL not in chosen]
    deals = Deal.objects.filter(client__in=list(client_ids)).values("pk")
    about = Q(of__in=of_deals, object_id__in=deals) | Q(of__in=of_clients, object_id__in=list(client_ids))
    return ImportLine.objects.filter(about).order_by("pk")


HELD = (Held(ImportLine, _lines, ("of__at", "cells", "before", "after"), ("state", "faults")),)
NOTHING = ("Import",)
