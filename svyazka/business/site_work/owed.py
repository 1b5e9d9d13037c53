"""What clients have agreed to on site is owed from then on: the books follow it in the same transaction."""

from __future__ import annotations

from decimal import Decimal

from django.db import connection

from svyazka.business.money import on_site
from svyazka.business.staff.models import Person
from svyazka.business.visits.models import Visit


def follow(visit: Visit, *, by: Person) -> None:
    """The visit is held, and with it its deal: what another visit of it is just agreeing on is waited for."""
    on_site.hold_of(visit.deal)
    on_site.owe(visit.deal, agreed_in(visit.deal_id), by=by)


def agreed_in(deal_id: int) -> Decimal:
    with connection.cursor() as cursor:
        cursor.execute(_AGREED, [deal_id])
        (amount,) = cursor.fetchone()
    return Decimal(amount)


# Half a kopeck is one, in each line: as `kit/money.product` has it.
_AGREED = """
select coalesce(sum(round(w.quantity * w.price, 2)), 0)
from site_work_extrawork w join visits_visit v on v.id = w.visit_id
where v.deal_id = %s and w.consent <> '' and w.removed_at is null
"""
