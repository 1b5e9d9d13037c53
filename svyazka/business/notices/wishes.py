"""What a person wants to hear of outside the page, and at which hours not.

What he does not want to hear of stays in the page all the same.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, time, timedelta
from typing import NamedTuple

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.record import About, record
from svyazka.business.notices.models import Wish
from svyazka.business.staff.models import Person
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

# A kind belongs to the group that stands before its point.
GROUPS: Mapping[str, object] = {
    "question": _("Questions: asked, answered, overdue"),
    "deals": _("Leads and deals that are given to you"),
    "hand_off": _("Hand-offs: to be accepted, returned"),
    "task": _("Tasks that others give you"),
    "plan": _("Plans of days, and visits of yours that they change"),
    "visit": _("Visits: changes, what clients do on their page, delays"),
    "note": _("Notes in which you are mentioned"),
}


def group_of(kind: str) -> str:
    return kind.partition(".")[0]


class Told(NamedTuple):
    """When a notice goes out to somebody's devices and chats: never, where he has none or does not want it there."""

    person_id: int
    on_devices: datetime | None
    in_chats: datetime | None


def of_people(people: Collection[int], kind: str, now: datetime) -> list[Told]:
    """Whoever of them works here."""
    with connection.cursor() as cursor:
        cursor.execute(_WISHES, [sorted(people)])
        found = cursor.fetchall()
    told = []
    for person, has_device, has_chat, silent, begin, end in found:
        when = _when(now, begin, end) if group_of(kind) not in json.loads(silent) else None
        told.append(Told(person, when if has_device else None, when if has_chat else None))
    return told


_WISHES = """
select p.id, exists (select 1 from notices_device d where d.person_id = p.id),
       exists (select 1 from notices_chat c where c.person_id = p.id and c.closed_at is null),
       coalesce(w.silent, '[]'), w.quiet_from, w.quiet_until
from staff_person p left join notices_wish w on w.person_id = p.id
where p.id = any(%s) and p.is_active order by p.id
"""


@transaction.atomic
def change(
    person: Person, *, heard: Iterable[str], quiet: tuple[time | None, time | None] = (None, None), names: bool
) -> Wish:
    """`heard`: the groups that go to devices and chats; `quiet`: from when until when nothing does."""
    begin, end = quiet
    if (begin is None) != (end is None):
        words = _("Both the beginning and the end, or neither.")
        raise Refused(words, fields={"quiet": words})
    if begin == end:
        begin = end = None
    wanted = set(heard)
    wish, _made = Wish.objects.update_or_create(
        person=person,
        defaults={
            "silent": [group for group in GROUPS if group not in wanted],
            "quiet_from": begin,
            "quiet_until": end,
            "names": names,
        },
    )
    record("notices.wished", About("person", person.pk), by=person)
    return wish


def of_person(person: Person) -> Wish:
    return Wish.objects.filter(person=person).first() or Wish(person=person)


def _when(now: datetime, begin: time | None, end: time | None) -> datetime:
    """At once; in the quiet hours, when they end."""
    if begin is None or end is None:
        return now
    here = clock.local(now)
    is_quiet = begin <= here.time() < end if begin < end else here.time() >= begin or here.time() < end
    if not is_quiet:
        return now
    return clock.at(here.date() + timedelta(days=here.time() >= end), end)
