"""Of which category lines of the history are: for a page of them, for filters and counters, and by day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import connection

from svyazka.business.clients.models import Interaction
from svyazka.business.sorting.models import Category, Sorted


@dataclass(frozen=True, slots=True)
class Shown:
    """`percent`: how sure the classifier was; None of what a rule or a person says."""

    code: str
    name: str
    colour: str
    how: str
    percent: int | None = None


def of_lines(lines: Collection[Interaction]) -> dict[int, Shown]:
    """By the number of the line. One question, however many."""
    return of_numbers([(one.pk, one.at) for one in lines])


def of_numbers(lines: Collection[tuple[int, datetime]]) -> dict[int, Shown]:
    """The same where only the line's number and about when it happened is known."""
    if not lines:
        return {}
    times = [at for _number, at in lines]
    rows = Sorted.objects.filter(pk__in=[number for number, _at in lines], at__range=(min(times), max(times)))
    return {one.pk: _shown(one) for one in rows.select_related("category")}


def waiting_by_category(*, most: int = 1000) -> dict[str, int]:
    """How much of what waits in the queue is of each; counted no further than `most`."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [most])
        return dict(cursor.fetchall())


_WAITING = """
with waiting as (select id, at from clients_interaction where waiting order by at, id limit %s)
select category.code, count(*) from waiting
join sorting_sorted said on said.id = waiting.id and said.at = waiting.at
join sorting_category category on category.id = said.category_id
group by category.code
"""


def waiting_of(code: str, *, kind: str = "", newest: bool = False, limit: int = 50) -> list[Interaction]:
    """What waits of this category, the longest waiting first."""
    turn = "desc" if newest else "asc"
    with connection.cursor() as cursor:
        cursor.execute(_WAITING_OF.format(turn=turn), {"code": code, "kind": kind, "limit": limit})
        numbers = [number for (number,) in cursor.fetchall()]
    found = {one.pk: one for one in Interaction.objects.filter(pk__in=numbers, waiting=True)}
    return [found[number] for number in numbers if number in found]


_WAITING_OF = """
select line.id from clients_interaction line
join sorting_sorted said on said.id = line.id and said.at = line.at
where line.waiting and said.category_id = (select id from sorting_category where code = %(code)s)
    and (%(kind)s = '' or line.kind = %(kind)s)
order by line.at {turn}, line.id {turn} limit %(limit)s
"""


def by_day(first: date, last: date) -> dict[tuple[date, str], int]:
    """So much of each category on each day, by the company's clock."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_DAY, {"zone": settings.TIME_ZONE, "first": first, "last": last})
        return {(day, code): number for day, code, number in cursor.fetchall()}


_BY_DAY = """
select (said.at at time zone %(zone)s)::date, category.code, count(*)
from sorting_sorted said join sorting_category category on category.id = said.category_id
where said.at >= %(first)s::date::timestamp at time zone %(zone)s
    and said.at < (%(last)s::date + 1)::timestamp at time zone %(zone)s
group by 1, 2
"""


def names() -> Mapping[str, Category]:
    """All there are, also those that are switched off, in their order."""
    return {one.code: one for one in Category.objects.all()}


def latest(category: Category, *, most: int) -> Sequence[Sorted]:
    return list(Sorted.objects.filter(category=category).order_by("-at", "-id")[:most])


def texts_of(rows: Iterable[Sorted]) -> dict[int, Interaction]:
    rows = list(rows)
    if not rows:
        return {}
    times = [one.at for one in rows]
    found = Interaction.objects.filter(pk__in=[one.pk for one in rows], at__range=(min(times), max(times)))
    return {one.pk: one for one in found}


def _shown(one: Sorted) -> Shown:
    percent = None if one.probability is None else min(99, int(100 * one.probability))
    return Shown(one.category.code, one.category.name, one.category.colour, one.how, percent)
