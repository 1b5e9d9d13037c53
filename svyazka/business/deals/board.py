"""The deals of a pipeline, stage by stage, as a board shows them.

Three statements whatever the number of deals: the first cards of all columns, the counters, the stages. Each column is
read from the index `deal_column_open`, only as far as it is shown, so a million deals cost what twenty thousand cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from svyazka.business.clients import search
from svyazka.business.clients.naming import CONTACT
from svyazka.business.deals.known.wanted import Wish
from svyazka.business.deals.models import Stage
from svyazka.kit import clock

PAGE = 20
COUNTED = 1000  # further than this nobody counts cards: the column says "1000+"
CLOSED_SHOWN = timedelta(days=30)
_MOST_HITS = 300


@dataclass(frozen=True)
class Narrowed:
    """Which deals of the pipeline are wanted."""

    responsible_id: int | None = None
    department_id: int | None = None
    source_id: int | None = None
    overdue: bool = False
    not_accepted: bool = False
    typed: str = ""
    pipeline_id: int | None = None
    stage_id: int | None = None
    facts: tuple[Wish, ...] = ()  # of the company's own fields (`wanted.py`)


@dataclass(frozen=True, slots=True)
class Card:
    """What a board shows of a deal."""

    id: int
    stage_id: int
    client_name: str
    client_id: int
    contact: str | None  # only where there is no name
    address: str
    next_step: str
    next_step_at: datetime | None
    responsible_id: int | None
    responsible: str | None
    department_id: int | None
    amount: Decimal | None
    stage_since: datetime
    stage_due_at: datetime | None
    version: int
    accept_due_at: datetime | None
    returned_at: datetime | None
    asked: bool | None  # a question is open; True: and it holds the deal


@dataclass(frozen=True)
class Counter:
    count: int = 0
    amount: Decimal = Decimal()

    @property
    def is_more(self) -> bool:
        return self.count > COUNTED


@dataclass(frozen=True)
class After:
    """The last card that was shown: the next page begins behind it."""

    stage_since: datetime
    id: int


@dataclass
class Column:
    stage: Stage
    counter: Counter = field(default_factory=Counter)
    cards: list[Card] = field(default_factory=list)
    goes_on: bool = False  # there are more cards than these


CARD = f"""
select d.id, d.stage_id, c.name, c.id, case when c.name = '' then {CONTACT} end,
       d.address, d.next_step, d.next_step_at, d.responsible_id, person.full_name, d.department_id, d.amount,
       d.stage_since, d.stage_due_at, d.version, d.accept_due_at, d.returned_at,
       (select bool_or(q.is_blocking) from deals_question q where q.deal_id = d.id and q.closed_at is null)
"""  # noqa: S608  # of our own words only
# At an open stage, closed is what was handed on and came back.
_NOT_SET_ASIDE = " and d.closed_at is null"
PEOPLE = """
join clients_client c on c.id = d.client_id
left join staff_person person on person.id = d.responsible_id
"""


def columns(stages: Sequence[Stage], narrowed: Narrowed) -> list[Column]:
    """Each stage with its counter; those that are still open with their first cards."""
    wish = conditions(narrowed)
    counted = _counters(stages, wish, _order_of_counting(narrowed))
    columns = {stage.pk: Column(stage, counted[stage.pk]) for stage in stages}
    for card in _first_cards([stage.pk for stage in stages if stage.is_open], wish, _order(narrowed)):
        column = columns[card.stage_id]
        if len(column.cards) < PAGE:
            column.cards.append(card)
        else:
            column.goes_on = True
    return list(columns.values())


def page(stage: Stage, narrowed: Narrowed, *, after: After | None = None) -> Column:
    """One column's cards behind `after`; of a closed stage only what was closed lately."""
    where, values = conditions(narrowed)
    if after:
        where += f" and (d.stage_since, d.id) {'>' if narrowed.overdue else '<'} (%s, %s)"
        values += [after.stage_since, after.id]
    if stage.is_open:
        where += _NOT_SET_ASIDE
    else:
        where += " and d.stage_since > %s"
        values.append(clock.now() - CLOSED_SHOWN)
    statement = f"{CARD} from deals_deal d {PEOPLE} where d.stage_id = %s{where} {_order(narrowed)} limit %s"
    cards = _cards(statement, [stage.pk, *values, PAGE + 1])
    return Column(stage, cards=cards[:PAGE], goes_on=len(cards) > PAGE)


def card(deal_id: int, narrowed: Narrowed, *, pipeline_id: int) -> Card | None:
    """The deal's card, unless the board as it is narrowed does not show it."""
    where, values = conditions(narrowed)
    cards = _cards(
        f"{CARD} from deals_deal d join deals_stage s on s.id = d.stage_id {PEOPLE}"
        f" where d.id = %s and d.pipeline_id = %s and (d.closed_at is null or s.kind <> 'open'){where}",
        [deal_id, pipeline_id, *values],
    )
    return cards[0] if cards else None


def counters(stages: Sequence[Stage], narrowed: Narrowed) -> dict[int, Counter]:
    """How many deals stand at each stage, and their amount; of closed stages, those of the last 30 days."""
    return _counters(stages, conditions(narrowed), _order_of_counting(narrowed))


def _counters(stages: Sequence[Stage], wish: Wish, order: str) -> dict[int, Counter]:
    where, values = wish
    begins = clock.now() - CLOSED_SHOWN
    since = [None if stage.is_open else begins for stage in stages]
    with connection.cursor() as cursor:
        cursor.execute(
            "select s.id, q.number, q.amount"  # noqa: S608  # of our own words only; what was typed goes as values
            " from unnest(%s::bigint[], %s::timestamptz[]) as s (id, since) cross join lateral ("
            " select count(*) as number, coalesce(sum(few.amount), 0) as amount from (select d.amount from deals_deal d"
            f" where d.stage_id = s.id and d.stage_since > coalesce(s.since, '-infinity')"
            f" and (d.closed_at is null) = (s.since is null){where}"
            f" {order} limit %s) few) q",
            [[stage.pk for stage in stages], since, *values, COUNTED + 1],
        )
        return {stage_id: Counter(number, amount) for stage_id, number, amount in cursor.fetchall()}


def _first_cards(stage_ids: list[int], wish: Wish, order: str) -> list[Card]:
    where, values = wish
    first = f"select * from deals_deal d where d.stage_id = s.id{_NOT_SET_ASIDE}{where} {order} limit %s"  # noqa: S608  # of our own words only
    statement = f"{CARD} from unnest(%s::bigint[]) as s (id) cross join lateral ({first}) d {PEOPLE} {order}"
    return _cards(statement, [stage_ids, *values, PAGE + 1])


def _order(narrowed: Narrowed) -> str:
    """What moved last stands on top; of what is overdue, what has waited longest."""
    return "order by d.stage_since, d.id" if narrowed.overdue else "order by d.stage_since desc, d.id desc"


def _order_of_counting(narrowed: Narrowed) -> str:
    """An order leads the database to the columns' index; one person's deals have an index of their own."""
    return "" if narrowed.responsible_id is not None else _order(narrowed)


def conditions(narrowed: Narrowed) -> Wish:
    """The wish as SQL to be added to a `where`, with its values."""
    where, values = "", list[Any]()
    for column, wanted in (
        ("responsible_id", narrowed.responsible_id),
        ("department_id", narrowed.department_id),
        ("source_id", narrowed.source_id),
        ("pipeline_id", narrowed.pipeline_id),
        ("stage_id", narrowed.stage_id),
    ):
        if wanted is not None:
            where += f" and d.{column} = %s"
            values.append(wanted)
    if narrowed.overdue:
        where += " and d.closed_at is null and (d.stage_due_at < %s or d.next_step_at < %s)"
        values += [clock.now()] * 2
    if narrowed.not_accepted:
        where += " and d.accept_due_at is not null"
    for asked, given in narrowed.facts:
        where += f" and {asked}"
        values += given
    if narrowed.typed:
        hits = search.find(narrowed.typed, limit=_MOST_HITS)
        where += " and (d.client_id = any(%s) or d.id = any(%s))"
        values += [[hit.object_id for hit in hits if hit.kind == kind] for kind in ("client", "deal")]
    return where, values


def _cards(statement: str, values: list[Any]) -> list[Card]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [Card(*row) for row in cursor.fetchall()]
