"""What becomes of a client, of those merged into him, and of all by which he is found. His number stays, so that
what has to be kept of him belongs to one and the same nobody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from svyazka.business.clients.models import (
    Client,
    ClientKey,
    ClientRecord,
    ContactPoint,
    Interaction,
    SearchPosting,
    SearchWord,
    Trait,
)
from svyazka.business.clients.of_client import HELD
from svyazka.kit.erased import Piece, Why, emptied, removed


class Found:
    """Words, keys and records that are made out of clients: a word that nobody else has goes with him."""

    name = "SearchPosting"

    def piece(self, client_ids: Sequence[int], _after: str) -> Piece:
        of_him = SearchPosting.objects.filter(kind="client", object_id__in=client_ids)
        rows = forget(of_him)
        rows += ClientKey.objects.filter(client_id__in=client_ids).delete()[0]
        rows += ClientRecord.objects.filter(client_id__in=client_ids).delete()[0]
        return Piece(rows)


def forget(postings: QuerySet[Any]) -> int:
    words = sorted(set(postings.values_list("word", flat=True)))
    rows = postings.delete()[0]
    others = SearchPosting.objects.filter(word=OuterRef("word"))
    return rows + SearchWord.objects.filter(word__in=words).exclude(Exists(others)).delete()[0]


ERASED = (
    removed(Interaction, HELD),
    Found(),
    removed(Trait, HELD),
    removed(ContactPoint, HELD),
    emptied(
        Client, HELD, "name", "address", "note", "facts", "found_by",
        why=Why.NUMBER,
    ),
)  # fmt: skip
