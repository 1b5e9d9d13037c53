"""Who owes how much, and for how long: counted anew at each question, from what is open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.record import About, Actor, record
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.business.staff.roles import Reach
from svyazka.kit import clock

NOTHING = Decimal(0)
PER_PAGE = 50
AGES = ("not_due", "to_30", "to_60", "to_90", "more")
AGE_WORDS: dict[str, Promise] = {
    "not_due": _("not due yet"),
    "to_30": _("1–30 days"),
    "to_60": _("31–60 days"),
    "to_90": _("61–90 days"),
    "more": _("more than 90 days"),
}
SORTS = {"owed": "owed desc, client_id", "overdue": "overdue desc, client_id", "oldest": "oldest, client_id"}


@dataclass(frozen=True)
class Owed:
    """Of a client or a deal. `advance`: what he has paid for nothing yet; below nothing, where more went back to him
    than had come."""

    owed: Decimal = NOTHING
    overdue: Decimal = NOTHING
    oldest: date | None = None
    advance: Decimal = NOTHING
    invoiced: Decimal = NOTHING
    paid: Decimal = NOTHING
    last_paid_on: date | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.owed or self.advance or self.invoiced or self.last_paid_on)

    @property
    def balance(self) -> Decimal:
        """Less than nothing: he owes us."""
        return self.advance - self.owed


@dataclass(frozen=True)
class Debt:
    """One client of the list."""

    client_id: int
    name: str
    owed: Decimal
    overdue: Decimal
    ages: tuple[Decimal, ...]
    oldest: date
    invoices: int
    advance: Decimal


@dataclass(frozen=True)
class Totals:
    clients: int
    owed: Decimal
    overdue: Decimal
    ages: tuple[Decimal, ...]


@dataclass(frozen=True)
class OfManager:
    """What is open of the deals of one person."""

    person_id: int | None
    name: str
    owed: Decimal
    overdue: Decimal


@dataclass(frozen=True)
class Narrowed:
    person_id: int | None = None  # whose deals; 0: nobody's
    age: str = ""  # something of this age
    words: str = ""  # of the client's name
    only_overdue: bool = False
    sort: str = "owed"


def of_client(client_id: int) -> Owed:
    return _owed(_OF_CLIENT, client_id)


def of_deal(deal_id: int) -> Owed:
    return _owed(_OF_DEAL, deal_id)


def list_debts(person: Person, narrowed: Narrowed, *, page: int = 1, most: int = PER_PAGE) -> list[Debt]:
    """One more than a page, so that the reader knows whether there is another."""
    where, given = _where(person, narrowed)
    order = SORTS.get(narrowed.sort, SORTS["owed"])
    question = f"{_DEBTS.format(where=where, having=_having(narrowed))} order by {order} limit %(most)s offset %(from)s"
    rows = _ask(_WITH_NAMES.format(page=question, order=order), {**given, "most": most + 1, "from": (page - 1) * most})
    return [_debt(row) for row in rows]


def every(person: Person, narrowed: Narrowed) -> Iterator[Debt]:
    """All of them, by the piece."""
    page = 1
    while found := list_debts(person, narrowed, page=page, most=500):
        yield from found[:500]
        if len(found) <= 500:
            return
        page += 1


def totals(person: Person, narrowed: Narrowed) -> Totals:
    where, given = _where(person, narrowed)
    ((clients, owed, overdue, *ages),) = _ask(
        _TOTALS.format(debts=_DEBTS.format(where=where, having=_having(narrowed))), given
    )
    return Totals(clients, owed, overdue, tuple(ages))


def by_manager(person: Person, narrowed: Narrowed) -> list[OfManager]:
    where, given = _where(person, narrowed)
    return [OfManager(*row) for row in _ask(_BY_MANAGER.format(where=where), given)]


def note_export(by: Actor) -> None:
    record("money.exported", About("debts", 0), by=by)


def may_see(person: Person, *, responsible_id: int | None, department_id: int | None) -> bool:
    """The money of a deal."""
    return _reaches("money.see", person, responsible_id, department_id)


def may_enter(person: Person, *, responsible_id: int | None, department_id: int | None) -> bool:
    return _reaches("money.enter", person, responsible_id, department_id)


def _reaches(right: str, person: Person, responsible_id: int | None, department_id: int | None) -> bool:
    how_far = roles.reach(person, right)
    if how_far in (Reach.ALL, Reach.NONE):
        return how_far is Reach.ALL
    return responsible_id == person.pk or (
        how_far is Reach.DEPARTMENT and department_id in (None, person.department_id)
    )


def _owed(question: str, number: int) -> Owed:
    ((owed, overdue, oldest, invoiced, open_sum, advance, last),) = _ask(
        question, {"of": number, "today": clock.today()}
    )
    return Owed(owed, overdue, oldest, advance, invoiced, invoiced - open_sum, last)


def _where(person: Person, narrowed: Narrowed) -> tuple[str, dict[str, Any]]:
    """Of our own words only; what somebody typed goes in as parameters."""
    parts = ["i.open_amount > 0", "not i.is_called_off"]
    given: dict[str, Any] = {"today": clock.today(), "me": person.pk, "my_department": person.department_id}
    how_far = roles.reach(person, "money.see")
    if how_far is not Reach.ALL:
        own = "d.responsible_id = %(me)s"
        of_department = " or d.department_id is null or d.department_id = %(my_department)s::bigint"
        parts.append(f"({own}{of_department if how_far is Reach.DEPARTMENT else ''})")
    if narrowed.person_id is not None:
        parts.append("d.responsible_id = %(person)s" if narrowed.person_id else "d.responsible_id is null")
        given["person"] = narrowed.person_id
    if narrowed.words:
        parts.append("c.name ilike %(words)s")
        given["words"] = "%" + _plain(narrowed.words) + "%"
    return " and ".join(parts), given


def _having(narrowed: Narrowed) -> str:
    if narrowed.age in AGES:
        return f"having coalesce(sum(i.open_amount) filter (where {_AGE[narrowed.age]}), 0) > 0"
    return "having bool_or(i.due_on < %(today)s)" if narrowed.only_overdue else ""


def _plain(typed: str) -> str:
    return typed.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _debt(row: Sequence[Any]) -> Debt:
    client_id, owed, overdue, oldest, invoices, *ages, name, advance = row
    return Debt(client_id, name, owed, overdue, tuple(ages), oldest, invoices, advance)


def _ask(question: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question, given)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


_AGE = {
    "not_due": "i.due_on >= %(today)s",
    "to_30": "i.due_on < %(today)s and i.due_on >= %(today)s - 30",
    "to_60": "i.due_on < %(today)s - 30 and i.due_on >= %(today)s - 60",
    "to_90": "i.due_on < %(today)s - 60 and i.due_on >= %(today)s - 90",
    "more": "i.due_on < %(today)s - 90",
}
_AGE_SUMS = ", ".join(f"coalesce(sum(i.open_amount) filter (where {_AGE[age]}), 0) as {age}" for age in AGES)
_DEBTS = f"""
select i.client_id, sum(i.open_amount) as owed,
       coalesce(sum(i.open_amount) filter (where i.due_on < %(today)s), 0) as overdue,
       min(i.due_on) as oldest, count(*) as invoices, {_AGE_SUMS}
from money_invoice i join deals_deal d on d.id = i.deal_id join clients_client c on c.id = i.client_id
where {{where}} group by i.client_id {{having}}"""  # noqa: S608  # of our own words only
_WITH_NAMES = """
select page.*, c.name, coalesce((
    select sum(p.free_amount) from money_payment p where p.client_id = page.client_id and p.free_amount <> 0
), 0) from ({page}) page join clients_client c on c.id = page.client_id order by {order}
"""
_TOTALS = f"""
select count(*), coalesce(sum(owed), 0), coalesce(sum(overdue), 0), {", ".join(f"coalesce(sum({a}), 0)" for a in AGES)}
from ({{debts}}) debts
"""  # noqa: S608  # of our own words only
_BY_MANAGER = """
select d.responsible_id, coalesce(who.full_name, ''), sum(i.open_amount) as owed,
       coalesce(sum(i.open_amount) filter (where i.due_on < %(today)s), 0)
from money_invoice i join deals_deal d on d.id = i.deal_id join clients_client c on c.id = i.client_id
left join staff_person who on who.id = d.responsible_id
where {where} group by d.responsible_id, who.full_name order by owed desc, who.full_name
"""
_OF_ONE = """
select coalesce(sum(i.open_amount), 0), coalesce(sum(i.open_amount) filter (where i.due_on < %(today)s), 0),
       min(i.due_on) filter (where i.open_amount > 0), coalesce(sum(i.amount), 0), coalesce(sum(i.open_amount), 0),
       (select coalesce(sum(p.free_amount), 0) from money_payment p where p.{of} = %(of)s),
       (select max(p.paid_on) from money_payment p where p.{of} = %(of)s and p.amount > 0)
from money_invoice i where i.{of} = %(of)s and not i.is_called_off
"""
_OF_CLIENT, _OF_DEAL = _OF_ONE.replace("{of}", "client_id"), _OF_ONE.replace("{of}", "deal_id")
