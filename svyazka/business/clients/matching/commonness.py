"""How common surnames and companies are in this base: a rare one says more. Counted from time to time."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection, transaction

from svyazka.engines.matching.compare import Base
from svyazka.engines.matching.record import Record
from svyazka.kit.asking import Asking, ask

LEAST, MOST = 3, 30_000


def shares(records: Iterable[Record]) -> Asking[Base]:
    """Those of the surnames and companies that these records have. Nothing, while it was never counted."""
    wanted = {"surname": {""}, "company": {""}}
    for record in records:
        wanted["surname"] |= {person.surname for person in record.people}
        wanted["company"] |= {firm.core for firm in record.companies}
    asked = [(kind, value) for kind, values in wanted.items() for value in sorted(values)]
    found: dict[str, dict[str, float]] = {"surname": {}, "company": {}}
    for kind, value, share in (yield from ask(_SHARES, [list(column) for column in zip(*asked, strict=True)])):
        found[kind][value] = share
    return Base(surnames=found["surname"], companies=found["company"])


_SHARES = """
select kind, value, share from clients_common join unnest(%s::text[], %s::text[]) as asked (kind, value)
using (kind, value)
"""


@transaction.atomic
def count_anew() -> None:
    with connection.cursor() as cursor:
        cursor.execute("delete from clients_common")
        cursor.execute(_COUNT, {"least": LEAST, "most": MOST})


_COUNT = """
insert into clients_common (kind, value, share)
with of_client as (
    select distinct 'surname' as kind, split_part(substr(key, 2), ' ', 1) as value, client_id
    from clients_clientkey where key >= 'n' and key < 'o'
    union all
    select 'company', substr(key, 2), client_id from clients_clientkey where key >= 'c' and key < 'd'
), counted as (
    select kind, value, count(*) as many, sum(count(*)) over (partition by kind) as of_all
    from of_client group by kind, value
)
(select kind, value, many / of_all from counted where many >= %(least)s order by many desc limit %(most)s)
union all select distinct kind, '', 1 from counted
"""
