"""Which deals and clients have changed since the last time, and which parameters that touches.

Like the sweep of problems: live events whose transactions could not be seen whole the last time. Their numbers would
not do, since a lower one may appear after a higher one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection

from svyazka.business.deals.models import Deal
from svyazka.business.parameters.models import Followed, Parameter
from svyazka.business.parameters.names import CLIENT, DEAL, FIELD, KNOWN

MOST = 5_000  # more at once: all are counted anew
OURS = "parameter"


@dataclass(frozen=True)
class Heard:
    topic: str
    deal_id: int | None
    client_id: int | None


def seen() -> int:
    """The first transaction that still goes on: of all before it, whatever they wrote can be seen."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])


def heard_since(followed: Followed) -> list[Heard]:
    with connection.cursor() as cursor:
        cursor.execute(_HEARD, [followed.at - timedelta(minutes=1), OURS, followed.transaction % 2**32, MOST + 1])
        return [Heard(topic, deal, client) for topic, deal, client in cursor.fetchall()]


_HEARD = """
select distinct topic, coalesce((data ->> 'deal')::bigint, case when topic = 'deal' then object_id end),
    coalesce((data ->> 'client')::bigint, case when topic = 'client' then object_id end)
from journal_liveevent
where at > %s and topic <> %s and (data ? 'deal' or data ? 'client' or topic in ('deal', 'client'))
    and age(xmin) <= age(%s::text::xid)
limit %s
"""


def touched(of: str, heard: Iterable[Heard], parameters: Sequence[Parameter]) -> dict[frozenset[int], list[int]]:
    """Ids of deals or clients, by the parameters (their ids) that have to be counted of them."""
    by_topic: dict[str, frozenset[int]] = {}
    by_id: dict[int, set[int]] = defaultdict(set)
    of_clients: dict[int, set[int]] = defaultdict(set)
    for one in heard:
        if one.topic not in by_topic:
            by_topic[one.topic] = frozenset(each.pk for each in parameters if _hears(each, one.topic))
        number = one.deal_id if of == DEAL else one.client_id
        if number:
            by_id[number] |= by_topic[one.topic]
        elif of == DEAL and one.client_id and one.topic == "client":
            of_clients[one.client_id] |= by_topic[one.topic]
    for deal_id, client_id in _deals_of(of_clients):
        by_id[deal_id] |= of_clients[client_id]
    found: dict[frozenset[int], list[int]] = defaultdict(list)
    for number, chosen in sorted(by_id.items()):
        if chosen:
            found[frozenset(chosen)].append(number)
    return found


def _deals_of(clients: Iterable[int]) -> list[tuple[int, int]]:
    chosen = list(clients)
    return list(Deal.objects.filter(client_id__in=chosen).values_list("pk", "client_id")) if chosen else []


def _hears(parameter: Parameter, topic: str) -> bool:
    return any(_source_hears(str(parameter.of), name, topic) for name in parameter.reads)


def _source_hears(of: str, name: str, topic: str) -> bool:
    if name.startswith(FIELD):
        return topic in (DEAL, CLIENT)
    if name not in KNOWN[of]:
        return False
    source, _known = KNOWN[of][name]
    return not source.hears or topic in source.hears
