"""In the evening everybody who goes out on the next day hears of its plan: how many visits, when the first begins."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import connection, transaction

from svyazka.business.notices.tell import Word, tell_all
from svyazka.business.visits.models import TomorrowTold
from svyazka.business.visits.road.rules import rules
from svyazka.business.visits.road.sending import HOUSE
from svyazka.kit import clock

LATE = timedelta(hours=4)  # after that the changes of the evening have been told one by one


def tell_due() -> int:
    """From time to time, by however many workers: how many people were told. Each once a day."""
    kept, now = rules(), clock.now()
    if not kept.is_on or kept.tomorrow_at is None:
        return 0
    due_at = clock.at(clock.today(), kept.tomorrow_at)
    return _tell(clock.today() + timedelta(days=1)) if due_at <= now < due_at + LATE else 0


@transaction.atomic
def _tell(day: date) -> int:
    begins, ends = clock.day_bounds(day)
    with connection.cursor() as cursor:
        cursor.execute(_NOT_TOLD, {"begins": begins, "ends": ends, "day": day})
        found = cursor.fetchall()
    told = [
        Word([person], HOUSE, data={"count": count, "first_at": first.isoformat(), "day": day.isoformat()})
        for person, count, first in found
    ]
    tell_all("road.tomorrow", told)
    return len(told)


_NOT_TOLD = """
with goes as (
    select r.person_id, v.id, v.starts_at from visits_visit v join visits_resource r on r.id = v.resource_id
    where v.starts_at >= %(begins)s and v.starts_at < %(ends)s and v.status in ('planned', 'on_way')
    union
    select r.person_id, v.id, v.starts_at from visits_visit v
    join visits_booking b on b.visit_id = v.id join visits_resource r on r.id = b.resource_id
    where v.starts_at >= %(begins)s and v.starts_at < %(ends)s and v.status in ('planned', 'on_way')
), days as (
    select person_id, count(*) as visits, min(starts_at) as first from goes
    where person_id is not null group by person_id
), told as (
    insert into visits_tomorrowtold (person_id, day) select person_id, %(day)s from days order by person_id
    on conflict do nothing returning person_id
)
select days.person_id, days.visits, days.first from days join told using (person_id) order by days.person_id
"""


def forget_old() -> None:
    TomorrowTold.objects.filter(day__lt=clock.today() - timedelta(days=7)).delete()
