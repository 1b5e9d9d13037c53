"""What becomes of where a client's address lies when he is erased. A house in which nobody else is known is
forgotten."""

from __future__ import annotations

from collections.abc import Collection

from svyazka.business.journal import erased as journal
from svyazka.business.journal.models import Entry
from svyazka.business.places.models import Place
from svyazka.kit import addresses


def forget(given: Collection[str], *, also_of_others: Collection[str]) -> int:
    """`also_of_others`: addresses of other clients; their houses stay."""
    keys = {addresses.key(one) for one in given if one} - {addresses.key(one) for one in also_of_others} - {""}
    found = Place.objects.filter(key__in=keys)
    journal.empty(Entry.objects.filter(kind="place", object_id__in=list(found.values_list("pk", flat=True))))
    return found.delete()[0]
