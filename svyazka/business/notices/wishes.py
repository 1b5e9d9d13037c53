"""What a person wants to hear of outside the page, and at which hours not.

What he does not want to hear of stays in the page all the same.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.record import About, Actor, record
from svyazka.business.notices.models import QuietHours, Wish
from svyazka.business.notices.quiet import Quiet
from svyazka.business.staff.models import Person
from svyazka.kit.refusals import Refused

# A kind belongs to the group that stands before its point.
GROUPS: Mapping[str, object] = {
    "question": _("Questions: asked, answered, overdue"),
    "deals": _("Leads and deals that are given to you"),
    "hand_off": _("Hand-offs: to be accepted, returned"),
    "task": _("Tasks that others give you"),
    "plan": _("Plans of days, and visits of yours that they change"),
    "road": _("Visits that you go to today and tomorrow: new, moved, called off, changed"),
    "visit": _("Visits: changes, what clients do on their page, delays"),
    "thread": _("Messages of clients that you answer"),
    "note": _("Notes in which you are mentioned"),
}


def group_of(kind: str) -> str:
    return kind.partition(".")[0]


class Told(NamedTuple):
    """When a notice goes out to somebody's devices and chats: never, where he has none or does not want it there."""

    person_id: int
    on_devices: datetime | None
    in_chats: datetime | None


def of_people(people: Collection[int], kind: str, now: datetime, *, at_any_hour: bool = False) -> list[Told]:
    """Whoever of them works here."""
    told = []
    for one in _wishes(people):
        quiet = None if at_any_hour else one.quiet
        when = quiet.over_at(now) if quiet else now
        wanted = when if group_of(kind) not in one.silent else None
        told.append(Told(one.person_id, wanted if one.has_device else None, wanted if one.has_chat else None))
    return told


def quiet_of(people: Collection[int]) -> dict[int, Quiet]:
    """Of those who have quiet hours."""
    return {one.person_id: one.quiet for one in _wishes(people) if one.quiet}


class _Wishes(NamedTuple):
    person_id: int
    has_device: bool
    has_chat: bool
    silent: list[str]
    quiet: Quiet | None


def _wishes(people: Collection[int]) -> list[_Wishes]:
    with connection.cursor() as cursor:
        cursor.execute(_WISHES, [sorted(people)])
        return [
            _Wishes(person, has_device, has_chat, json.loads(silent), _quiet(begin, end, zone))
            for person, has_device, has_chat, silent, begin, end, zone in cursor.fetchall()
        ]


_WISHES = """
select p.id, exists (select 1 from notices_device d where d.person_id = p.id),
       exists (select 1 from notices_chat c where c.person_id = p.id and c.closed_at is null),
       coalesce(w.silent, '[]'),
       case when coalesce(w.as_company, true) then q.quiet_from else w.quiet_from end,
       case when coalesce(w.as_company, true) then q.quiet_until else w.quiet_until end,
       coalesce(w.zone, '')
from staff_person p left join notices_wish w on w.person_id = p.id left join notices_quiethours q on q.id = 1
where p.id = any(%s) and p.is_active order by p.id
"""


def _quiet(begin: time | None, end: time | None, zone: str) -> Quiet | None:
    if begin is None or end is None or begin == end:
        return None
    return Quiet(begin, end, ZoneInfo(zone or settings.TIME_ZONE))


@transaction.atomic
def change(
    person: Person,
    *,
    heard: Iterable[str],
    quiet: tuple[time | None, time | None] = (None, None),
    names: bool,
    as_company: bool = False,
    zone: str = "",
) -> Wish:
    """`heard`: the groups that go to devices and chats; `quiet`: from when until when nothing does, by the clock of
    his `zone`."""
    begin, end = _checked(quiet)
    if zone and zone not in available_timezones():
        words = _("There is no such time zone.")
        raise Refused(words, fields={"zone": words})
    wanted = set(heard)
    wish, _made = Wish.objects.update_or_create(
        person=person,
        defaults={
            "silent": [group for group in GROUPS if group not in wanted],
            "quiet_from": begin,
            "quiet_until": end,
            "as_company": as_company,
            "zone": zone,
            "names": names,
        },
    )
    record("notices.wished", About("person", person.pk), by=person)
    return wish


def of_company() -> QuietHours:
    return QuietHours.objects.filter(pk=1).first() or QuietHours(pk=1)


@transaction.atomic
def change_of_company(quiet: tuple[time | None, time | None], *, by: Actor) -> QuietHours:
    """For whoever has chosen none of his own."""
    begin, end = _checked(quiet)
    known = of_company()
    before = (known.quiet_from, known.quiet_until)
    known.quiet_from, known.quiet_until = begin, end
    known.save()
    if before != (begin, end):
        said = [" – ".join(f"{one:%H:%M}" for one in span if one) for span in (before, (begin, end))]
        changes = {"quiet": (said[0], said[1])}
        record("notices.quiet_hours_changed", About("notices", 0), by=by, changes=changes)
    return known


def _checked(quiet: tuple[time | None, time | None]) -> tuple[time | None, time | None]:
    begin, end = quiet
    if (begin is None) != (end is None):
        words = _("Both the beginning and the end, or neither.")
        raise Refused(words, fields={"quiet": words})
    return (None, None) if begin == end else quiet


def of_person(person: Person) -> Wish:
    return Wish.objects.filter(person=person).first() or Wish(person=person, as_company=True)
