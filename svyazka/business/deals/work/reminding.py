"""Questions that wait: their people are reminded once, at half time; when the time is over, the head hears of it, once.

Notices are written at any hour; what leaves the house in the quiet hours of a person waits for their end.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction

from svyazka.business.journal.record import Automaton
from svyazka.business.notices.tell import tell
from svyazka.business.staff import roles
from svyazka.business.staff.models import Role
from svyazka.kit import clock
from svyazka.kit.alone import alone

LOCK = 5_219_061
AT_ONCE = 500
_HOUSE = Automaton("Questions")


def remind_of_questions() -> None:
    with alone(LOCK) as nobody_else:
        if nobody_else:
            remind()
            escalate()


@transaction.atomic
def remind() -> int:
    """Those who have had half of their time and have not answered."""
    count = 0
    for waiting in _claimed(_HALF_TIME):
        _tell([waiting.person], "question.reminder", waiting)
        count += 1
    return count


@transaction.atomic
def escalate() -> int:
    """The heads of whoever is late: those of his department, or where there is none all; and the asker."""
    heads, count = _heads(), 0
    for late in _claimed(_OVERDUE):
        concerned = heads.get(late.department) or [head for some in heads.values() for head in some]
        _tell({*concerned, late.asker} - {late.person}, "question.overdue", late)
        count += 1
    return count


class _Waiting(NamedTuple):
    person: int
    who: str
    department: int | None
    question: int
    text: str
    due_at: datetime
    asker: int
    deal: int
    client: int


def _claimed(claim: str) -> list[_Waiting]:
    with connection.cursor() as cursor:
        cursor.execute(claim, {"now": clock.now(), "most": AT_ONCE})
        return [_Waiting(*row) for row in cursor.fetchall()]


def _tell(people: Collection[int], kind: str, late: _Waiting) -> None:
    data = {"question": late.question, "text": late.text, "due_at": late.due_at.isoformat(), "who": late.who}
    tell(people, kind, by=_HOUSE, deal_id=late.deal, client_id=late.client, data=data)


def _heads() -> dict[int | None, list[int]]:
    heads: dict[int | None, list[int]] = {}
    heading = roles.based_on(Role.HEAD)
    with connection.cursor() as cursor:
        cursor.execute("select department_id, id from staff_person where role = any(%s) and is_active", [heading])
        for department, person in cursor.fetchall():
            heads.setdefault(department, []).append(person)
    return heads


_CLAIM = """
with due as (
    select asked.id from deals_asked asked join deals_question question on question.id = asked.question_id
    where asked.answered_at is null and asked.{mark} is null and question.closed_at is null and {when}
    order by asked.due_at limit %(most)s for update of asked skip locked
)
update deals_asked set {mark} = %(now)s
from due, deals_question question, staff_person person, deals_deal deal
where deals_asked.id = due.id and question.id = deals_asked.question_id and person.id = deals_asked.person_id
and deal.id = question.deal_id
returning person.id, person.full_name, person.department_id, question.id, question.text, question.due_at,
          question.by_id, deal.id, deal.client_id
"""
_HALF_TIME = _CLAIM.format(
    mark="reminded_at", when="question.asked_at + (question.due_at - question.asked_at) / 2 <= %(now)s"
)
_OVERDUE = _CLAIM.format(mark="escalated_at", when="asked.due_at <= %(now)s")
