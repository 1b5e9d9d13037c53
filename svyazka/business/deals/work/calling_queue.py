"""Which tasks are on the calling list, and for whom: as far as a person's rights go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from svyazka.business.deals import rights
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.business.staff.roles import Reach
from svyazka.kit import clock

TURN = timedelta(minutes=10)  # prolonged while the page is open


@dataclass(frozen=True)
class Whose:
    """Which part of the list: of one person, of a department; neither: one's own, and what nobody has yet."""

    person_id: int | None = None
    department_id: int | None = None


def may_work(person: Person, whose: Whose) -> bool:
    """One's own list is everybody's who rings; a department's goes with the right."""
    reach = roles.reach(person, "calling.do")
    if reach is Reach.ALL or whose in (Whose(), Whose(person_id=person.pk)):
        return reach is not Reach.NONE
    if reach is not Reach.DEPARTMENT or person.department_id is None:
        return False
    if whose.person_id is None:
        return whose.department_id == person.department_id
    return Person.objects.filter(pk=whose.person_id, department_id=person.department_id).exists()


def given(person: Person, whose: Whose) -> dict[str, Any]:
    now = clock.now()
    morning, midnight = clock.day_bounds(clock.today())
    return {
        "me": person.pk,
        "whose": whose.person_id,
        "of": whose.department_id,
        "pool": rights.department_id_of(person),
        "department": person.department_id,
        "now": now,
        "until": now + TURN,
        "morning": morning,
        "midnight": midnight,
        "skipped": [],
    }


def queue_of(person: Person, whose: Whose) -> str:
    """As far as the person's rights go: on a department's list may stand what only its own people may touch."""
    which = _OF_PERSON if whose.person_id else _OF_DEPARTMENT if whose.department_id else _OWN
    if not whose.person_id and not whose.department_id and roles.reach(person, "calling.do") is Reach.OWN:
        which = _ONLY_OWN
    return f"{_CALLS} and {which} and {_TOUCHED[rights.reaching(person).reach]}"


_ONLY_OWN = "t.person_id = %(me)s"
_OF_PERSON = "t.person_id = %(whose)s"
_OF_DEPARTMENT = """(t.person_id in (select id from staff_person where department_id = %(of)s)
    or (t.person_id is null and d.department_id = %(of)s))"""
# The call centre works for all departments, everybody else for his own.
_OWN = """(t.person_id = %(me)s or t.person_id is null) and (t.person_id is not null or d.department_id is null
    or %(pool)s::bigint is null or d.department_id = %(pool)s)"""
_GIVEN_BY_ME = "%(me)s in (t.person_id, t.by_id, d.responsible_id)"
_TOUCHED = {
    Reach.ALL: "true",
    Reach.DEPARTMENT: f"({_GIVEN_BY_ME} or d.department_id is null or d.department_id = %(department)s)",
    Reach.OWN: _GIVEN_BY_ME,
    Reach.NONE: "%(me)s in (t.person_id, t.by_id)",
}
_CALLS = """deals_task t join deals_deal d on d.id = t.deal_id
where t.kind = 'call' and t.done_at is null and t.deal_id is not null and t.due_at < %(midnight)s
  and d.closed_at is null"""
READY_AT = "greatest(t.snoozed_until, case when t.after_id is not null then t.due_at end)"
READY = f"coalesce({READY_AT} <= %(now)s, true)"
