"""What becomes of what is held of a client here when he is erased: that something was done, by whom and when,
stays; what it was changed from and to does not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from svyazka.business.journal.models import Entry
from svyazka.kit.erased import Erased, Why, emptied
from svyazka.kit.held import Rows, by

# Who has erased whom, and what was handed to him: numbers only.
_OURS = "personal_data."


def empty(entries: QuerySet[Entry]) -> int:
    """For what is found in another way than by a client."""
    return entries.update(changes={}, note="")


def of(rows: Rows) -> Erased:
    return emptied(Entry, rows, "changes", "note", stays=("actor", "verb", "kind"), why=Why.JOURNAL)


def _entries(client_ids: Sequence[int]) -> QuerySet[Any]:
    return by(Entry, "client_id")(client_ids).exclude(verb__startswith=_OURS)


ERASED = (of(_entries),)
