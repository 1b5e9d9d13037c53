"""Somebody has to hear of it at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from svyazka.business.journal.record import Actor, announce
from svyazka.business.notices import outbox, wishes
from svyazka.business.notices.models import Notice
from svyazka.kit import clock


def tell(
    people: Iterable[int],
    kind: str,
    *,
    by: Actor,
    deal_id: int | None = None,
    client_id: int | None = None,
    data: Mapping[str, Any] | None = None,
) -> list[Notice]:
    """A notice for each of them who works here, but not for whoever did it himself. Call it in the transaction of the
    change. `kind` is worded in `workplaces/shared/notices.py`; `data` holds what those words need."""
    concerned = {*people} - {by.actor_id}
    if not concerned:
        return []
    now = clock.now()
    wanted = wishes.of_people(concerned, kind, now)
    told = Notice.objects.bulk_create(
        Notice(
            person_id=one.person_id,
            kind=kind,
            at=now,
            by_id=by.actor_id,
            deal_id=deal_id,
            client_id=client_id,
            data=dict(data or {}),
            try_at=one.on_devices,
        )
        for one in wanted
    )
    outbox.put({notice.pk: one.in_chats for notice, one in zip(told, wanted, strict=True) if one.in_chats})
    for notice in told:
        announce("notice", notice.pk, people=[notice.person_id])
    return told
