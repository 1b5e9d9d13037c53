"""Finds the problems of all open deals, or of those that changed, and writes the difference to what is known.

Every minute all deals are swept, for time alone makes problems too; after each bell those that changed. A row that is
a problem still stays the row it was, with its number and the moment at which it was found.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import connection, transaction

from svyazka.business.journal.record import announce
from svyazka.business.problems.kinds import BOUNDS, QUESTIONS
from svyazka.business.problems.models import Problem, Swept
from svyazka.business.visits.client_rules import rules
from svyazka.kit import clock

MOST_CHANGED = 2_000  # further than this a sweep of all is cheaper
MOST_ANNOUNCED = 50
MANY = 5_000  # so many rows changed at once that the planner's picture of the table is another one


@dataclass
class Difference:
    """Deals whose problems are others now, and whoever has more or fewer of them."""

    deals: set[int] = field(default_factory=set)
    people: set[int] = field(default_factory=set)

    def add(self, rows: Iterable[tuple[int, int | None]]) -> None:
        for deal_id, person_id in rows:
            self.deals.add(deal_id)
            if person_id:
                self.people.add(person_id)


def sweep_all() -> Difference:
    """A kind at a time, so that no transaction is long."""
    now, seen = clock.now(), _seen()
    found = Difference()
    for kind in QUESTIONS:
        found.add(_write([kind], deals=None))
    Swept.objects.update_or_create(pk=1, defaults={"all_at": now, "changed_at": now, "transaction": seen})
    if len(found.deals) > MANY:
        _look_at_the_table()
    _tell(found)
    return found


def sweep_changed() -> Difference:
    """Nothing is lost between two sweeps: see `_changed_since`."""
    swept = Swept.objects.filter(pk=1).first()
    if swept is None:
        return sweep_all()
    now, seen = clock.now(), _seen()
    deals = _changed_since(swept)
    if len(deals) > MOST_CHANGED:
        return sweep_all()
    found = sweep(deals) if deals else Difference()
    Swept.objects.filter(pk=1).update(changed_at=now, transaction=seen)
    return found


def sweep(deals: Sequence[int]) -> Difference:
    """All kinds of these deals, in one statement that the database keeps planned."""
    found = Difference()
    found.add(_write(list(QUESTIONS), deals=deals))
    _tell(found)
    return found


def _write(kinds: Sequence[Problem.Kind], *, deals: Sequence[int] | None) -> list[tuple[int, int | None]]:
    given: dict[str, Any] = {"kinds": [str(kind) for kind in kinds], "deals": list(deals or []), **BOUNDS}
    given["confirmed_before"] = timedelta(hours=rules().confirmed_hours)
    with connection.cursor() as cursor:
        cursor.execute(_statement(kinds, some=deals is not None), {"now": clock.now(), **given})
        rows: list[tuple[int, int | None]] = cursor.fetchall()
    return rows


def _statement(kinds: Sequence[Problem.Kind], *, some: bool) -> str:
    of = " and d.id = any(%(deals)s::bigint[])" if some else ""
    questions = " union all ".join(QUESTIONS[kind].replace("{of}", of) for kind in kinds)
    return _WRITE.replace("{questions}", questions).replace("{known}", of.replace("d.id", "deal_id"))


# What is a problem still and says the same is not touched. The bounds are cast where they stand beside a moment.
_WRITE = """
with found (deal_id, kind, subject_id, since, person_id, department_id, why) as materialized (
    select q.deal_id, q.kind, q.subject_id, q.since, q.person_id,
           coalesce(person.department_id, deal.department_id, pipeline.department_id), q.why
    from ({questions}) q (deal_id, kind, subject_id, since, person_id, why)
    join deals_deal deal on deal.id = q.deal_id
    join deals_pipeline pipeline on pipeline.id = deal.pipeline_id
    left join staff_person person on person.id = q.person_id
), known as materialized (
    select id, deal_id, kind, subject_id, since, person_id, department_id, why
    from problems_problem where kind = any(%(kinds)s::text[]){known}
), over as (
    delete from problems_problem p using known k
    where p.id = k.id and not exists (
        select from found f where f.deal_id = k.deal_id and f.kind = k.kind and f.subject_id = k.subject_id)
    returning p.deal_id, p.person_id
), written as (
    insert into problems_problem (deal_id, kind, subject_id, since, person_id, department_id, why, found_at)
    select f.deal_id, f.kind, f.subject_id, f.since, f.person_id, f.department_id, f.why, %(now)s::timestamptz
    from found f left join known k on k.deal_id = f.deal_id and k.kind = f.kind and k.subject_id = f.subject_id
    where k.id is null or (k.since, k.person_id, k.department_id, k.why)
        is distinct from (f.since, f.person_id, f.department_id, f.why)
    on conflict (deal_id, kind, subject_id) do update
    set since = excluded.since, person_id = excluded.person_id, department_id = excluded.department_id,
        why = excluded.why
    returning deal_id, kind, subject_id, person_id
)
select deal_id, person_id from over
union select deal_id, person_id from written
union select k.deal_id, k.person_id from written join known k using (deal_id, kind, subject_id)
"""


def _seen() -> int:
    """The first transaction that still goes on: of all before it, whatever they wrote can be seen."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])


def _changed_since(swept: Swept) -> list[int]:
    """Deals of the live events whose transactions the last sweep could not see whole.

    Their numbers would not do: one is given out before its commit, so a lower one may appear after a higher one.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED, [swept.changed_at - timedelta(minutes=1), swept.transaction % 2**32, MOST_CHANGED + 1])
        return [deal_id for (deal_id,) in cursor.fetchall()]


_CHANGED = """
select distinct coalesce((data->>'deal')::bigint, object_id) from journal_liveevent
where at > %s and (data ? 'deal' or topic = 'deal') and topic <> 'problem' and age(xmin) <= age(%s::text::xid) limit %s
"""


def _look_at_the_table() -> None:
    """Autovacuum comes a minute later; until then boards would be read as if there were no problems."""
    with connection.cursor() as cursor:
        cursor.execute("analyze problems_problem")


@transaction.atomic
def _tell(found: Difference) -> None:
    """The pages that show problems, and the badge of each person concerned."""
    if not found.deals:
        return
    if len(found.deals) <= MOST_ANNOUNCED:
        for deal_id in sorted(found.deals):
            announce("problem", deal_id, data={"deal": deal_id})
    else:
        announce("problem", 0)
    for person_id in sorted(found.people):
        announce("own_problems", person_id, people=[person_id])
