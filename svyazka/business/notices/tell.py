"""Somebody has to hear of it at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from svyazka.business.journal.record import Actor, News, announce_all
from svyazka.business.notices import outbox, wishes
from svyazka.business.notices.models import Notice
from svyazka.kit import clock, rows


@dataclass(frozen=True)
class Word:
    """What `tell` is told, when there is much of one kind."""

    people: Iterable[int]
    by: Actor
    deal_id: int | None = None
    client_id: int | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


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
    return tell_all(kind, [Word(people, by, deal_id, client_id, data or {})])


def tell_all(kind: str, words: Sequence[Word], *, one_way: bool = False) -> list[Notice]:
    """In a handful of statements, however many they are. `one_way`: in chats only where there is no device, and at any
    hour; whoever calls sees to the quiet hours, and to another way where that one did not help."""
    concerned = [(sorted({*word.people} - {word.by.actor_id}), word) for word in words]
    everybody = {person for people, _word in concerned for person in people}
    if not everybody:
        return []
    now = clock.now()
    wanted = {one.person_id: one for one in wishes.of_people(everybody, kind, now, at_any_hour=one_way)}
    told = [
        Notice(
            person_id=person,
            kind=kind,
            at=now,
            by_id=word.by.actor_id,
            deal_id=word.deal_id,
            client_id=word.client_id,
            data=dict(word.data),
            try_at=wanted[person].on_devices,
        )
        for people, word in concerned
        for person in people
        if person in wanted
    ]
    _store(told)
    chats = {one.pk: wanted[one.person_id].in_chats for one in told if not (one_way and one.try_at)}
    outbox.put({number: when for number, when in chats.items() if when})
    announce_all(News("notice", notice.pk, {}, [notice.person_id]) for notice in told)
    return told


def _store(told: Sequence[Notice]) -> None:
    """Most changes tell somebody, so this is no question of the ORM's."""
    if not told:
        return
    with connection.cursor() as cursor:
        cursor.execute(rows.insertions(Notice), [rows.contents(told)])
        for notice, (number,) in zip(told, cursor.fetchall(), strict=True):
            rows.is_there(notice, number)
