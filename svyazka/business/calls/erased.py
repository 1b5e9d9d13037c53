"""What becomes of what is held of a client here when he is erased: that there was a call, and how long, is counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from svyazka.business.calls.models import Call, DoNotCall, PhoneCommand, Recording
from svyazka.business.calls.of_client import HELD
from svyazka.business.calls.recordings import store
from svyazka.kit.erased import Why, emptied, removed


def _commands(client_ids: Sequence[int]) -> QuerySet[Any]:
    calls = Call.objects.filter(client_id__in=list(client_ids)).exclude(client_number="")
    return PhoneCommand.objects.filter(number__in=calls.values("client_number")).order_by("pk")


def _without_sound(recordings: Sequence[Any]) -> None:
    for one in recordings:
        if one.file:
            store.remove(one.file)


ERASED = (
    removed(PhoneCommand, _commands),
    emptied(
        Recording,
        HELD,
        "place",
        "people",
        "trouble",
        "file",
        "kept_why",
        values={"state": Recording.State.REMOVED, "try_at": None},
        stays=("pbx_code",),
        without_files=_without_sound,
    ),
    removed(DoNotCall, HELD),
    emptied(
        Call,
        HELD,
        "client_number",
        "recording",
        "legs",
        stays=("pbx_code", "key", "direction", "our_number", "queue"),
        why=Why.COUNTED,
    ),
)
