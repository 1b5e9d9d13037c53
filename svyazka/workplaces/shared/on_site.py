"""What was used, agreed and paid on site, for the office. Sums only for whoever may see money."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from svyazka.business.deals.models import Deal
from svyazka.business.site_work import sums, taken
from svyazka.business.site_work.models import ExtraWork
from svyazka.business.site_work.sums import Entry, OnSite
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.business.visits.models import Visit
from svyazka.kit import money, strokes
from svyazka.workplaces.shared.short import Short
from svyazka.workplaces.shared.short import money as roubles
from svyazka.workplaces.shared.svg import drawn


def of_deal(deal: Deal, person: Person, short: Short) -> dict[str, Any] | None:
    """None, where nothing stands there yet."""
    return _shown(sums.of_deal(deal.pk), deal, person, short)


def of_visit(visit: Visit, person: Person, short: Short) -> dict[str, Any] | None:
    """What is open is the deal's: agreed on one visit it may be paid on another."""
    whole = sums.of_deal(visit.deal_id)
    shown = _shown(whole.of_visit(visit.pk), visit.deal, person, short)
    if shown and shown["money"]:
        shown["money"] |= {"open": roubles(max(whole.open, Decimal(0))), "is_open": whole.open > 0}
    return shown


def _shown(found: OnSite, deal: Deal, person: Person, short: Short) -> dict[str, Any] | None:
    if found.is_empty:
        return None
    sees = taken.may_see(person, responsible_id=deal.responsible_id, department_id=deal.department_id)
    payments = [_payment(one, found.payments, short) for one in found.payments] if sees else []
    return {
        "materials": [_thing(one, short, with_cost=sees) for one in found.materials],
        "works": [_work(one, short, with_cost=sees) for one in found.works],
        "payments": payments,
        "money": _money(found) if sees else None,
        "may_correct": sees and roles.may(person, "payments.correct"),
    }


def _money(found: OnSite) -> dict[str, Any]:
    return {
        "agreed": roubles(found.agreed),
        "not_agreed": roubles(found.not_agreed) if found.not_agreed else "",
        "paid": roubles(found.paid),
        "open": roubles(max(found.open, Decimal(0))),
        "is_open": found.open > 0,
        "ahead": roubles(-found.open) if found.open < 0 else "",
        "materials": roubles(found.material_cost) if found.material_cost else "",
    }


def _thing(one: Entry, short: Short, *, with_cost: bool) -> dict[str, Any]:
    return {
        "name": one.name,
        "quantity": f"{money.plain(one.quantity).replace('.', ',')}\u00a0{one.unit}".strip(),
        "cost": roubles(one.cost) if with_cost and one.cost else "",
        "by": one.by,
        "when": short.moment(one.at),
    }


def _work(one: Entry, short: Short, *, with_cost: bool) -> dict[str, Any]:
    return {
        **_thing(one, short, with_cost=with_cost),
        "consent": str(ExtraWork.Consent(one.consent).label) if one.consent else "",
        "who": one.consent_name,
        "note": one.note,
        "agreed_at": short.moment(one.consent_at) if one.consent_at else "",
        "signature": drawn(strokes.svg(one.drawn)) if one.drawn else "",
    }


def _payment(one: Entry, payments: Sequence[Entry], short: Short) -> dict[str, Any]:
    later = sum((other.price for other in payments if other.corrects == one.id), Decimal(0))
    return {
        "id": str(one.id),
        "amount": roubles(one.price),
        "way": one.name,
        "receipt": one.receipt,
        "receipt_again": one.receipt_again,
        "note": one.note,
        "hands": one.by,
        "when": short.moment(one.at),
        "is_correction": one.corrects is not None,
        "stands": money.plain(one.price + later).replace(".", ","),
    }
