"""What becomes of what another system or a file said of a client when he is erased. His number there stays: a later
move knows that he has been here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet

from svyazka.business.clients.models import Client, ContactPoint, Trait
from svyazka.business.deals.models import Deal
from svyazka.business.moving_in.models import MovedIn, MoveIn, MoveInEvent, MoveInRow, Repair
from svyazka.kit.erased import Piece, emptied, removed


def _moved(client_ids: Sequence[int]) -> QuerySet[Any]:
    deals = Deal.objects.filter(client__in=list(client_ids)).values("pk")
    his = Q(kind=MovedIn.Kind.CLIENT, object_id__in=list(client_ids)) | Q(kind=MovedIn.Kind.DEAL, object_id__in=deals)
    return MovedIn.objects.filter(his).order_by("pk")


def _events(client_ids: Sequence[int]) -> QuerySet[Any]:
    """Those of his deals, too."""
    his = MovedIn.objects.filter(pk__in=_moved(client_ids).values("pk"))
    of_clients, of_deals = (his.filter(kind=kind) for kind in (MovedIn.Kind.CLIENT, MovedIn.Kind.DEAL))
    about = Q(of__in=his.values("of")) & (
        Q(client_there__in=of_clients.values("outside_id")) | Q(deal_there__in=of_deals.values("outside_id"))
    )
    return MoveInEvent.objects.filter(about).order_by("pk")


def _rows(client_ids: Sequence[int]) -> QuerySet[Any]:
    deals = Deal.objects.filter(client__in=list(client_ids)).values("pk")
    return MoveInRow.objects.filter(Q(client_id__in=list(client_ids)) | Q(deal_id__in=deals)).order_by("pk")


def _like_him(client_ids: Sequence[int]) -> QuerySet[Any]:
    """Lines of others say why they look like him."""
    alike = Q(pk__in=[])
    for number in client_ids:
        alike |= Q(like__contains={"client": number})
    return MoveInRow.objects.filter(alike).order_by("pk")


def _repairs(client_ids: Sequence[int]) -> QuerySet[Any]:
    """His name or mail address, as it was misspelt and as it is right."""
    said = set(Trait.objects.filter(client_id__in=client_ids).values_list("value", flat=True))
    said |= set(ContactPoint.objects.filter(client_id__in=client_ids).values_list("value", flat=True))
    for pair in Client.objects.filter(pk__in=client_ids).values_list("name", "address"):
        said |= set(pair)
    said -= {""}
    return Repair.objects.filter(Q(old__in=said) | Q(new__in=said)).order_by("pk")


class RawFiles:
    """The file that he stands in with others: all that it says stands in its lines once it has been read."""

    name = "MoveIn"

    def piece(self, client_ids: Sequence[int], _after: str) -> Piece:
        moves = MoveIn.objects.filter(pk__in=_rows(client_ids).values("of")).exclude(file="")
        found = list(moves.exclude(state=MoveIn.State.READING))
        for one in found:
            one.file.delete(save=False)
            MoveIn.objects.filter(pk=one.pk).update(file="")
        return Piece(len(found))


ERASED = (
    RawFiles(),
    removed(Repair, _repairs),
    emptied(MoveInEvent, _events, "said", stays=("outside_id", "client_there", "deal_there", "kind")),
    emptied(MoveInRow, _like_him, "like", "faults", stays=("packed", "cells", "changes")),
    emptied(
        MoveInRow, _rows, "packed", "like", "faults", "changes", values={"cells": []},
        stays=("outside_id", "stage_there", "person_there", "month_there"),
    ),
    emptied(MovedIn, _moved, "there", stays=("origin", "outside_id")),
)  # fmt: skip
