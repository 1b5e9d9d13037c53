"""Who keeps whom waiting: of the questions that were asked in a time, by person, by department and by asker."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection

from svyazka.business.deals.work.question_list import reach
from svyazka.business.staff.models import Person
from svyazka.business.staff.roles import Reach
from svyazka.kit import clock

KINDS = ("person", "department", "asker", "pair")


class Figures(NamedTuple):
    """Of one person, department or asker; of a pair: whom an asker waits for."""

    kind: str
    asker_id: int | None
    person_id: int | None
    department_id: int | None
    asked: int
    answered: int
    median: timedelta | None  # from the question to the answer
    slow: timedelta | None  # nine of ten were quicker
    waiting: int  # not answered, and the question is open
    overdue: int


def count(person: Person, *, since: datetime, until: datetime) -> dict[str, list[Figures]]:
    """As far as the right goes; whoever is most overdue first."""
    reaches, whose = reach(person), ""
    values: dict[str, Any] = {"since": since, "until": until, "now": clock.now()}
    if reaches is Reach.DEPARTMENT:
        whose, values["department"] = " and p.department_id = %(department)s", person.department_id
    elif reaches is not Reach.ALL:
        whose, values["person"] = " and a.person_id = %(person)s", person.pk
    found: dict[str, list[Figures]] = {kind: [] for kind in KINDS}
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES.format(whose=whose), values)
        for row in cursor.fetchall():
            figures = Figures(*row)
            found[figures.kind].append(figures)
    return found


# A grouping set each; what a row is not grouped by is null.
_FIGURES = """
with replied as (
    select q.by_id as asker, a.person_id as person, coalesce(p.department_id, 0) as department, a.answered_at,
           a.answered_at - a.asked_at as took, a.answered_at is null and q.closed_at is null as waits,
           a.due_at < %(now)s as late
    from deals_asked a
    join deals_question q on q.id = a.question_id
    join staff_person p on p.id = a.person_id
    where a.asked_at >= %(since)s and a.asked_at < %(until)s{whose}
)
select case grouping(asker, person, department)
           when 5 then 'person' when 6 then 'department' when 3 then 'asker' else 'pair' end,
       asker, person, department, count(*) as asked, count(answered_at),
       percentile_cont(0.5) within group (order by took), percentile_cont(0.9) within group (order by took),
       count(*) filter (where waits) as waiting, count(*) filter (where waits and late) as overdue
from replied
group by grouping sets ((person), (department), (asker), (asker, person))
order by overdue desc, waiting desc, asked desc, asker, person, department
"""
