"""All that was used, agreed and paid on site in a deal, and what is open of it: in one statement."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from uuid import UUID

from django.conf import settings
from django.db import connection

from svyazka.kit import money, strokes, words
from svyazka.kit.strokes import Strokes

NOTHING = Decimal(0)


@dataclass(frozen=True)
class Entry:
    """A material, a work, or a payment; of each only what it has."""

    kind: str
    id: UUID
    visit_id: int
    line_id: int | None
    name: str  # of a payment: its way
    unit: str
    quantity: Decimal
    price: Decimal  # of a payment: its amount
    at: datetime
    by_id: int
    by: str  # of a payment: in whose hands it is
    consent: str
    consent_name: str
    note: str  # of the consent, or of the payment
    consent_at: datetime | None
    receipt: str
    is_cash: bool
    corrects: UUID | None
    receipt_again: bool
    entered_by_id: int
    drawn: Strokes | None  # the client's signature under extra work

    @property
    def cost(self) -> Decimal:
        return self.price if self.kind == "payment" else money.product(self.quantity, self.price)


@dataclass(frozen=True)
class OnSite:
    materials: list[Entry] = field(default_factory=list)
    works: list[Entry] = field(default_factory=list)
    payments: list[Entry] = field(default_factory=list)

    @cached_property
    def agreed(self) -> Decimal:
        return _total(one for one in self.works if one.consent)

    @cached_property
    def not_agreed(self) -> Decimal:
        """Done without the client's word."""
        return _total(one for one in self.works if not one.consent)

    @cached_property
    def paid(self) -> Decimal:
        return _total(self.payments)

    @cached_property
    def material_cost(self) -> Decimal:
        return _total(self.materials)

    @property
    def open(self) -> Decimal:
        """Agreed and not paid yet; where more was paid, less than nothing."""
        return self.agreed - self.paid

    @property
    def is_empty(self) -> bool:
        return not (self.materials or self.works or self.payments)

    def of_visit(self, visit_id: int) -> OnSite:
        return self._kept(lambda one: one.visit_id == visit_id)

    def besides(self, visit_id: int) -> OnSite:
        return self._kept(lambda one: one.visit_id != visit_id)

    def _kept(self, wanted: Callable[[Entry], bool]) -> OnSite:
        return replace(
            self,
            materials=[one for one in self.materials if wanted(one)],
            works=[one for one in self.works if wanted(one)],
            payments=[one for one in self.payments if wanted(one)],
        )


def of_deal(deal_id: int) -> OnSite:
    with connection.cursor() as cursor:
        cursor.execute(_OF_DEAL, {"deal": deal_id, "zone": settings.TIME_ZONE})
        found = [_entry(Entry(*row)) for row in cursor.fetchall()]
    return OnSite(*([one for one in found if one.kind == kind] for kind in ("material", "work", "payment")))


def marks(visit_ids: list[int]) -> dict[int, str]:
    """What changes with everything that is written down on site of these visits: one statement, however many."""
    with connection.cursor() as cursor:
        cursor.execute(_MARKS, [visit_ids, visit_ids, visit_ids])
        return {visit: f"{count}.{last}" for visit, count, last in cursor.fetchall()}


def _entry(read: Entry) -> Entry:
    """A way of paying by its name in the language of the page, and a signature as it is drawn."""
    if read.kind == "payment":
        return replace(read, name=words.here(words.read(read.name)))
    return replace(read, drawn=strokes.from_text(read.drawn)) if read.drawn else read


def _total(entries: Iterable[Entry]) -> Decimal:
    return sum((one.cost for one in entries), NOTHING)


_OF_DEAL = """
with its as (select id from visits_visit where deal_id = %(deal)s)
select * from (
    select 'material' as kind, m.id, m.visit_id, m.line_id, m.name, m.unit, m.quantity, m.price, m.at, m.by_id,
           who.full_name, '' as consent, '' as consent_name, '' as note, null::timestamptz as consent_at,
           '' as receipt, false as is_cash, null::uuid as corrects, false as receipt_again, m.by_id as entered_by,
           null as drawn
    from site_work_usedmaterial m join staff_person who on who.id = m.by_id
    where m.visit_id in (select id from its) and m.removed_at is null
    union all
    select 'work', w.id, w.visit_id, w.line_id, w.name, w.unit, w.quantity, w.price, w.at, w.by_id, who.full_name,
           w.consent, w.consent_name, w.consent_note, w.consent_at, '', false, null, false, w.by_id,
           w.consent_strokes::text
    from site_work_extrawork w join staff_person who on who.id = w.by_id
    where w.visit_id in (select id from its) and w.removed_at is null
    union all
    select 'payment', p.id, p.visit_id, null, way.words::text, '', 0, p.amount, p.at, p.taken_by_id,
           who.full_name, '', '', p.note, null, p.receipt, way.is_cash, p.corrects_id,
           p.receipt <> '' and p.corrects_id is null and exists (
               select from site_work_payment other
               where other.receipt = p.receipt and other.id <> p.id and other.corrects_id is null
                 and other.at >= date_trunc('day', p.at, %(zone)s)
                 and other.at < date_trunc('day', p.at, %(zone)s) + interval '1 day'), p.by_id, null
    from site_work_payment p
    join staff_person who on who.id = p.taken_by_id
    join site_work_paymentway way on way.id = p.way_id
    where p.visit_id in (select id from its)
) entry
order by at, id
"""

_MARKS = """
select visit_id, count(*), extract(epoch from max(changed_at))::text from (
    select visit_id, changed_at from site_work_usedmaterial where visit_id = any(%s)
    union all select visit_id, changed_at from site_work_extrawork where visit_id = any(%s)
    union all select visit_id, came_at from site_work_payment where visit_id = any(%s)
) written group by visit_id
"""
