"""The morning digest: on working days everybody hears how many problems are his, and heads those of their department.

The problems are counted on every day, for the curve. Whoever counts first on a day also sends, in one transaction: so
the digest comes once, however many workers there are and however often they are started again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.record import About, Actor, Automaton, record
from svyazka.business.notices.tell import tell
from svyazka.business.problems.models import DayCount, Morning
from svyazka.business.staff import presence, roles
from svyazka.business.staff.models import Person, Role
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

LATE = timedelta(hours=4)  # later than this it is no morning any more: counted, but nobody is told
KEPT = timedelta(days=366)
_HOUSE = Automaton("Problems")


def plan() -> Morning:
    return Morning.objects.get_or_create(pk=1)[0]


@transaction.atomic
def change(at: time, days: Sequence[int], *, by: Actor) -> Morning:
    """When it goes out from now on; without days, never."""
    if not set(days) <= set(range(7)):
        raise Refused(_("There is no such day of the week."))
    plan()
    known = Morning.objects.select_for_update().get(pk=1)
    before = known.at
    known.at, known.days = at, sorted(set(days))
    known.save(update_fields=["at", "days"])
    record("problems.digest_set", About("digest", 1), by=by, changes={"at": (f"{before:%H:%M}", f"{at:%H:%M}")})
    return known


def is_due(now: datetime) -> bool:
    known, here = plan(), clock.local(now)
    return here.time() >= known.at and known.counted_on != here.date()


@transaction.atomic
def send() -> None:
    """Counts, and tells whomever it concerns. Of two that come at once the second finds the day taken."""
    now = clock.now()
    known = Morning.objects.select_for_update().get(pk=1)
    today = clock.local(now).date()
    if known.counted_on == today:
        return
    Morning.objects.filter(pk=1).update(counted_on=today)
    _count(today)
    if today.weekday() in known.days and now < clock.at(today, known.at) + LATE:
        _tell_people(today, now)
        _tell_heads(today, now)


def _count(today: date) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [today])
    DayCount.objects.filter(day__lt=today - KEPT).delete()


_COUNT = """
insert into problems_daycount (day, person_id, department_id, kind, number)
select %s, person_id, department_id, kind, count(*) from problems_problem group by person_id, department_id, kind
"""


def _tell_people(today: date, now: datetime) -> None:
    counted = _tallied(today, "person_id")
    for person in _listeners(now):
        if numbers := counted.get(person.pk):
            tell([person.pk], "digest", by=_HOUSE, data={"problems": numbers, "person": person.pk})


def _tell_heads(today: date, now: datetime) -> None:
    """With what has changed since the day that was counted before."""
    before = DayCount.objects.filter(day__lt=today).order_by("-day").values_list("day", flat=True).first()
    counted = _tallied(today, "department_id")
    known = _tallied(before, "department_id") if before else {}
    for head in _listeners(now, roles.based_on(Role.HEAD)):
        number = head.department_id or 0
        mine, theirs = counted.get(number, {}), known.get(number, {})
        if head.department and (mine or theirs):
            change = {"change": sum(mine.values()) - sum(theirs.values())} if before else {}
            data = {"problems": mine, "department": head.department.words, "of": number, **change}
            tell([head.pk], "digest.department", by=_HOUSE, data=data)


def _listeners(now: datetime, of_roles: Sequence[str] | None = None) -> list[Person]:
    """Who may see problems and is not away; whoever begins later in the day reads it then."""
    there = {number for number, found in presence.presences(now).items() if found.absent_until is None}
    may = [code for code in roles.having("problems.see") if of_roles is None or code in of_roles]
    return list(Person.objects.filter(pk__in=there, role__in=may).select_related("department").order_by("pk"))


def _tallied(day: date, whose: str) -> dict[int, Mapping[str, int]]:
    """Of each person or department, by kind."""
    found: dict[int, Counter[str]] = defaultdict(Counter)
    for owner, kind, number in DayCount.objects.filter(day=day).values_list(whose, "kind", "number"):
        found[owner or 0][kind] += number
    return {owner: dict(numbers) for owner, numbers in found.items()}
