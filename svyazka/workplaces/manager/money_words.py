"""Invoices and payments as pages show them: ready words, sums that can be copied, nothing that asks the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.deals.models import Deal
from svyazka.business.money import debts
from svyazka.business.money.debts import Owed
from svyazka.business.money.models import Invoice, Part, Payment
from svyazka.business.staff.models import Person
from svyazka.kit import clock
from svyazka.kit.refusals import Refused
from svyazka.workplaces.shared.short import Short, typed_money
from svyazka.workplaces.shared.short import money as roubles

NOT_YOURS = gettext_lazy("The money of this deal is another department's.")
TITLES: dict[bool, Promise] = {True: gettext_lazy("Payment"), False: gettext_lazy("Paid back")}


class NotYours(Refused):
    status = 403

    def __init__(self) -> None:
        super().__init__(NOT_YOURS)


def invoice_numbered(pk: int, person: Person) -> Invoice:
    found = get_object_or_404(Invoice.objects.select_related("deal", "client", "by"), pk=pk)
    if not sees(person, found.deal):
        raise Http404
    return found


def payment_numbered(pk: int, person: Person) -> Payment:
    found = get_object_or_404(Payment.objects.select_related("deal", "client", "by", "corrects"), pk=pk)
    if not (sees(person, found.deal) if found.deal else debts.may_see(person, responsible_id=None, department_id=None)):
        raise Http404
    return found


def sees(person: Person, deal: Deal) -> bool:
    return debts.may_see(person, responsible_id=deal.responsible_id, department_id=deal.department_id)


def enters(person: Person, deal: Deal | None) -> bool:
    responsible, department = (deal.responsible_id, deal.department_id) if deal else (None, None)
    return debts.may_enter(person, responsible_id=responsible, department_id=department)


def insist(person: Person, deal: Deal | None) -> None:
    """Raises NotYours."""
    if not enters(person, deal):
        raise NotYours


def changed(said: str) -> HttpResponse:
    """The dialog closes, and what shows money draws itself anew."""
    import json

    trigger = {"dialog:close": {}, "money:changed": {}, "toast": {"message": said}}
    return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(trigger)})


def toast(said: str) -> str:
    """As a header: what shows money draws itself anew, and it is said."""
    import json

    return json.dumps({"toast": {"message": said}})


def owed(found: Owed, short: Short) -> dict[str, Any]:
    return {
        "owed": roubles(found.owed),
        "owed_typed": typed_money(found.owed),
        "overdue": roubles(found.overdue) if found.overdue else "",
        "advance": roubles(found.advance) if found.advance > 0 else "",
        "gone": roubles(-found.advance) if found.advance < 0 else "",
        "invoiced": roubles(found.invoiced),
        "paid": roubles(found.paid),
        "last_paid_on": short.day(found.last_paid_on) if found.last_paid_on else "",
        "is_owed": found.owed > 0,
    }


def invoice_row(one: Invoice, short: Short) -> dict[str, Any]:
    tone, state = _state(one, short)
    return {
        "id": str(one.pk),
        "title": title(one),
        "day": short.day(one.issued_on),
        "due": short.day(one.due_on),
        "amount": roubles(one.amount),
        "amount_typed": typed_money(one.amount),
        "open": roubles(one.open_amount) if 0 < one.open_amount < one.amount else "",
        "state": state,
        "tone": tone,
        "is_off": one.is_called_off,
    }


def title(one: Invoice) -> str:
    if one.origin == Invoice.Origin.SITE:
        return _("Agreed on site")
    return _("Invoice № {number}").format(number=one.number)


def payment_row(one: Payment, parts: Sequence[Part], short: Short) -> dict[str, Any]:
    for_what = [title(part.invoice) for part in parts if part.invoice]
    if any(part.refund for part in parts):
        for_what.append(_("went back"))
    return {
        "id": str(one.pk),
        "day": short.day(one.paid_on),
        "amount": roubles(one.amount),
        "amount_typed": typed_money(one.amount) if one.amount > 0 else f"-{typed_money(-one.amount)}",
        "origin": one.get_origin_display(),
        "document": one.document,
        "purpose": one.purpose,
        "for_what": ", ".join(dict.fromkeys(for_what)),
        "free": roubles(one.free_amount) if one.free_amount > 0 else "",
        "gone": roubles(-one.free_amount) if one.free_amount < 0 else "",
        "is_correction": one.corrects_id is not None,
        "is_back": one.amount < 0,
        "by": one.by.full_name if one.by else "",
    }


def by_payment(parts: Sequence[Part]) -> dict[int, list[Part]]:
    found: dict[int, list[Part]] = defaultdict(list)
    for part in parts:
        found[part.payment_id].append(part)
    return found


def _state(one: Invoice, short: Short) -> tuple[str, str]:
    if one.is_called_off:
        return "", _("called off")
    if not one.open_amount:
        return "good", _("paid")
    if one.due_on < clock.today():
        return "bad", _("overdue since {day}").format(day=short.day(one.due_on))
    if one.open_amount < one.amount:
        return "warn", _("paid in part")
    return "", _("due {day}").format(day=short.day(one.due_on))
