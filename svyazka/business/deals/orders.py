"""In which order a list of deals stands: by what every deal has, by its client, by any field of the company.

Each order is read from an index, as far as a page goes. What can be anything between two others (an amount, a name) is
read along; of what is one of a few (a choice, a person) each is read in turn, in the order in which people know them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import connection

from svyazka.business.deals.board import CARD, PEOPLE
from svyazka.business.deals.known.wanted import MEASURED
from svyazka.business.deals.models import Field
from svyazka.business.staff.models import Person

# Values are asked for so many at a time: mostly the first of them fill a page.
AT_ONCE = 10
_FROM = f"deals_deal d {PEOPLE}"
_NAME = "replace(lower(c.name), U&'\\0451', U&'\\0435') collate \"C\""  # as the index client_by_name has it


def _moment(text: str) -> datetime | str:
    return "infinity" if text == "infinity" else datetime.fromisoformat(text).astimezone(UTC)


def _number(text: str) -> int:
    number = int(text)
    if abs(number) >= 2**63:
        raise ValueError(text)
    return number


def _amount(text: str) -> Decimal:
    """Whatever the database holds of it; larger ones than it can hold are nonsense."""
    amount = Decimal(text)
    if not amount.is_finite() or abs(amount.adjusted()) > 100 or len(text) > 100:
        raise ValueError(text)
    return amount


# What stands in the next page's address has to be read back from text.
_READ: dict[str, Callable[[str], Any]] = {
    "bigint": _number,
    "timestamptz": _moment,
    "numeric": _amount,
    "text": str,
}


@dataclass(frozen=True)
class Order:
    """`keys`: (in SQL, its kind), the last of them the deal's number. `ranks`: the values in turn, where these are few:
    then `match` says of one, `v.value`, whose deals they are. `unknown`: of the deals that come behind all others."""

    keys: tuple[tuple[str, str], ...]
    source: str = _FROM
    match: str = ""
    given: tuple[Any, ...] = ()  # for `match`
    ranks: Sequence[str] | None = None
    unknown: str = ""
    unknown_given: tuple[Any, ...] = ()

    def read(self, after: str, width: int) -> list[Any] | None:
        """The keys of the last row that was shown; nonsense is None."""
        parts = after.rsplit("~", width - 1)
        kinds = ["text", *(kind for _sql, kind in self.keys)][-width:]
        try:
            return [_READ[kind](part) for kind, part in zip(kinds, parts, strict=True)]
        except (ValueError, InvalidOperation, OverflowError):
            return None


# A deal without a next step, or without an amount, comes behind all others, whichever way they stand. The conditions
# say it in the words of the indexes deal_step and deal_amount.
SORTS: dict[str, Order] = {
    "number": Order((("d.id", "bigint"),)),
    "moved": Order((("d.stage_since", "timestamptz"), ("d.id", "bigint"))),
    "step": Order(
        (("coalesce(d.next_step_at, 'infinity')", "timestamptz"), ("d.id", "bigint")),
        match=" and coalesce(d.next_step_at, 'infinity') < 'infinity'",
        unknown=" and coalesce(d.next_step_at, 'infinity') = 'infinity'",
    ),
    "amount": Order(
        (("coalesce(d.amount, -1)", "numeric"), ("d.id", "bigint")),
        match=" and coalesce(d.amount, -1) >= 0",
        unknown=" and coalesce(d.amount, -1) = -1",
    ),
    "client": Order(((_NAME, "text"), ("c.id", "bigint"), ("d.id", "bigint"))),
}
NAMED = (*SORTS, "responsible")


def named(sort: str) -> Order:
    """One of `NAMED`."""
    if sort in SORTS:
        return SORTS[sort]
    return Order(
        (("d.id", "bigint"),),
        match=" and d.responsible_id = v.value::bigint",
        ranks=_people(),
        unknown=" and d.responsible_id is null",
    )


def by_field(field: Field) -> Order:
    """What is not known comes behind all others, whichever way they stand."""
    of_deal = field.of == Field.Of.DEAL
    whose = "d.id" if of_deal else "d.client_id"
    ties = (("k.object_id", "bigint"), ("d.id", "bigint"))
    holder = str(Field.Of(field.of))
    common: dict[str, Any] = {
        "source": f"deals_factkey k join deals_deal d on {whose} = k.object_id {PEOPLE}",
        "given": (holder, field.code),
        "unknown": f" and not exists (select from deals_factkey k where k.holder = %s and k.code = %s"
        f" and k.object_id = {whose})",
        "unknown_given": (holder, field.code),
    }
    match = " and k.holder = %s and k.code = %s"
    if field.kind in MEASURED:
        common["unknown"] = common["unknown"].removesuffix(")") + " and k.number is not null)"
        return Order((("k.number", "numeric"), *ties), match=f"{match} and k.number is not null", **common)
    if (ranks := _ranks(field)) is None:
        return Order((("k.text", "text"), *ties), match=match, **common)
    common["unknown"] = common["unknown"].removesuffix(")") + " and k.text = any(%s))"
    common["unknown_given"] = (holder, field.code, ranks)
    return Order(ties, match=f"{match} and k.text = v.value", ranks=ranks, **common)


def _ranks(field: Field) -> list[str] | None:
    """Of a list in its own order, people by name."""
    if field.kind in (Field.Kind.CHOICE, Field.Kind.CHOICES):
        return [str(one["code"]).lower() for one in field.choices]
    if field.kind == Field.Kind.YES:
        return ["true", "false"]
    return _people() if field.kind == Field.Kind.PERSON else None


def _people() -> list[str]:
    return [str(pk) for pk in Person.objects.order_by("full_name", "pk").values_list("pk", flat=True)]


Row = tuple[Any, ...]


@dataclass(frozen=True)
class Asked:
    """A page of an order. `where`, `values`: which deals are wanted at all."""

    order: Order
    descending: bool
    where: str
    values: Sequence[Any]
    after: str
    most: int

    def rows(self) -> tuple[list[list[Any]], list[str]]:
        """The cards' rows, and for each where the list goes on behind it."""
        in_rest = bool(self.order.unknown) and self.after.startswith("~")
        found = [] if in_rest else self._known()
        marks = ["~".join(map(str, marks)) for _card, marks in found]
        cards = [card for card, _marks in found]
        if self.order.unknown and len(cards) < self.most:
            rest = self._unknown(self.most - len(cards))
            cards += [card for card, _marks in rest]
            marks += [f"~{number}" for _card, (number,) in rest]
        return cards, marks

    def _known(self) -> list[tuple[list[Any], list[Any]]]:
        return self._in_turn() if self.order.ranks is not None else self._along()

    def _along(self) -> list[tuple[list[Any], list[Any]]]:
        keys, way = self.order.keys, "desc" if self.descending else "asc"
        behind, last = "", self.order.read(self.after, len(keys)) if self.after else None
        if last is not None:
            behind = f" and ({_named(keys)}) {'<' if self.descending else '>'} ({_marks(keys)})"
        columns = ", ".join(f"({sql})::text" for sql, _kind in keys)
        statement = (
            f"{CARD}, {columns} from {self.order.source} where true{self.order.match}{self.where}{behind}"
            f" order by {', '.join(f'{sql} {way}' for sql, _kind in keys)} limit %s"
        )
        return _ask(statement, [*self.order.given, *self.values, *(last or []), self.most], len(keys))

    def _in_turn(self) -> list[tuple[list[Any], list[Any]]]:
        keys, ranks = self.order.keys, list(self.order.ranks or ())
        ranks = ranks[::-1] if self.descending else ranks
        last = self.order.read(self.after, len(keys) + 1) if self.after else None
        if last is not None and last[0] in ranks:
            ranks = ranks[ranks.index(last[0]) :]
        found: list[tuple[list[Any], list[Any]]] = []
        while ranks and len(found) < self.most:
            found += self._of(ranks[:AT_ONCE], last, self.most - len(found))
            ranks = ranks[AT_ONCE:]
        return found

    def _of(self, ranks: list[str], last: list[Any] | None, most: int) -> list[tuple[list[Any], list[Any]]]:
        keys, way = self.order.keys, "desc" if self.descending else "asc"
        behind = ""
        if last is not None:
            behind = f" and (v.value <> %s or ({_named(keys)}) {'<' if self.descending else '>'} ({_marks(keys)}))"
        columns = ", ".join(f"{sql} as mark{place}" for place, (sql, _kind) in enumerate(keys))
        statement = (
            f"select one.* from unnest(%s::text[]) with ordinality v (value, place) cross join lateral ({CARD},"  # noqa: S608  # of our own words only
            f" v.value, {columns} from {self.order.source} where true{self.order.match}{self.where}{behind}"
            f" order by {', '.join(f'{sql} {way}' for sql, _kind in keys)} limit %s) one"
            f" order by v.place, {', '.join(f'one.mark{place} {way}' for place in range(len(keys)))} limit %s"
        )
        return _ask(statement, [ranks, *self.order.given, *self.values, *(last or []), most, most], len(keys) + 1)

    def _unknown(self, most: int) -> list[tuple[list[Any], list[Any]]]:
        # Where the known ones have just come to their end, `after` is of one of them.
        last = self.order.read(self.after[1:], 1) if self.after.startswith("~") else None
        behind = "" if last is None else f" and d.id {'<' if self.descending else '>'} %s"
        statement = (
            f"{CARD}, d.id from {_FROM} where true{self.order.unknown}{self.where}{behind}"
            f" order by d.id {'desc' if self.descending else 'asc'} limit %s"
        )
        return _ask(statement, [*self.order.unknown_given, *self.values, *(last or []), most], 1)


def _named(keys: tuple[tuple[str, str], ...]) -> str:
    return ", ".join(sql for sql, _kind in keys)


def _marks(keys: tuple[tuple[str, str], ...]) -> str:
    return ", ".join(f"%s::{kind}" for _sql, kind in keys)


def _ask(statement: str, values: list[Any], width: int) -> list[tuple[list[Any], list[Any]]]:
    """Of each row the card, and the `width` last columns."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [(list(row[:-width]), list(row[-width:])) for row in cursor.fetchall()]
