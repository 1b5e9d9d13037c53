"""Used materials, extra work and payments from a phone without signal: each once, in its order, with the money that was
really taken."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext_lazy as _

from svyazka.business.site_work import extra, materials, payments, things
from svyazka.business.site_work.models import ExtraWork
from svyazka.business.staff.models import Person
from svyazka.business.visits.models import Action, Visit
from svyazka.business.visits.on_site.kinds import Answer, Kind, SetBeside
from svyazka.kit import money
from svyazka.kit.refusals import Refused


def _material(action: Action, visit: Visit, by: Person) -> Answer:
    """How much by now. Where a colleague has changed the line meanwhile, both stand there until somebody decides."""
    number, quantity = things.row(action.data.get("row")), _quantity(action)
    before = materials.find(visit, number)
    thing = things.Thing(before.name, before.unit, before.line) if before else things.read(action.data)
    if before and before.by_id != by.pk and not action.insists and _differs(action, before.quantity):
        raise SetBeside(materials.in_words(before))
    materials.use(visit, number, thing, quantity, insists=action.insists, by=by, at=action.happened_at)
    return None


def _quantity(action: Action) -> Decimal:
    """Of the buttons, or typed."""
    given = action.data.get("quantity") or action.data.get("typed")
    return money.read_quantity(given)


def _differs(action: Action, now: Decimal) -> bool:
    """From what he saw."""
    seen = action.data.get("was")
    return isinstance(seen, str) and seen != "" and money.read_quantity(seen) != now


def _said_material(action: Action) -> str:
    name = things.tidy(action.data.get("name"))
    return gettext("material: {name}, {quantity}").format(
        name=name or "—", quantity=_shown(action, "quantity", "typed")
    )


def _extra_work(action: Action, visit: Visit, by: Person) -> Answer:
    given = action.data
    number, thing = things.row(given.get("row")), things.read(given)
    quantity, price = money.read_quantity(given.get("quantity")), money.read(given.get("price"))
    agreed = extra.read_agreed(given)
    before = extra.find(visit, number)
    if before and (before.by_id != by.pk or before.removed_at):
        _set_beside_unseen(action, before)
    insists, at = action.insists, action.happened_at
    work = extra.write(visit, number, thing, quantity, price, agreed=agreed, insists=insists, by=by, at=at)
    return {"agreed": work.is_agreed}


def _set_beside_unseen(action: Action, before: ExtraWork) -> None:
    """Where what stands there is not what he saw: a colleague has changed it, or taken it off."""
    if action.insists or not action.data.get("was"):
        return
    if before.removed_at:
        raise SetBeside(gettext("extra work removed: {name}").format(name=extra.in_words(before)))
    seen = action.data.get("was_price")
    is_other_price = isinstance(seen, str) and seen != "" and money.read(seen) != before.price
    if is_other_price or _differs(action, before.quantity):
        raise SetBeside(extra.in_words(before))


def _said_extra_work(action: Action) -> str:
    said = gettext("extra work: {name}, {quantity} × {price}")
    name, quantity, price = _shown(action, "name"), _shown(action, "quantity"), _shown(action, "price")
    return said.format(name=name, quantity=quantity, price=price)


def _extra_consent(action: Action, visit: Visit, by: Person) -> Answer:
    """To the sum that the client has heard, whoever has changed it since."""
    agreed = extra.read_agreed(action.data)
    if agreed is None:
        raise Refused(_("Say how the client has agreed: on the spot or by phone."))
    number = things.row(action.data.get("row"))
    if before := extra.find(visit, number):
        _set_beside_unseen(action, before)
    extra.agree(visit, number, agreed, by=by, at=action.happened_at)
    return None


def _said_extra_consent(action: Action) -> str:
    return gettext("the client agrees: {name}").format(name=_shown(action, "consent_name"))


def _extra_removal(action: Action, visit: Visit, by: Person) -> Answer:
    extra.remove(visit, things.row(action.data.get("row")), by=by, at=action.happened_at)
    return None


def _said_extra_removal(action: Action) -> str:
    return gettext("extra work removed: {name}").format(name=_shown(action, "name"))


def _payment(action: Action, visit: Visit, by: Person) -> Answer:
    """A receipt that another payment of the day has, too, is said; the money is taken all the same."""
    given = action.data
    made = payments.take(
        visit,
        things.row(given.get("row")),
        money.read(given.get("amount")),
        payments.way_called(given.get("way")),
        receipt=things.tidy(given.get("receipt")),
        note=things.tidy(given.get("note")),
        hands=_hands(given.get("hands")),
        insists=action.insists,
        by=by,
        at=action.happened_at,
    )
    return {"receipt_again": len(payments.same_receipt(made))}


def _hands(given: object) -> Person | None:
    """None: whoever writes it down."""
    if not given:
        return None
    found = Person.objects.filter(pk=things.whole(given) or 0).first()
    if found is None:
        raise Refused(_("Somebody who does not go to this visit."))
    return found


def _said_payment(action: Action) -> str:
    said = gettext("payment: {amount} ₽, receipt {receipt}")
    return said.format(amount=_shown(action, "amount"), receipt=_shown(action, "receipt"))


def _payment_correction(action: Action, visit: Visit, by: Person) -> Answer:
    given = action.data
    first = payments.find(visit, things.row(given.get("of")))
    amount, note = money.read(given.get("amount")), things.tidy(given.get("note"))
    payments.correct(first, things.row(given.get("row")), amount, note, by=by, at=action.happened_at)
    return None


def _said_payment_correction(action: Action) -> str:
    return gettext("a payment put right: {amount} ₽").format(amount=_shown(action, "amount"))


def _shown(action: Action, *names: str) -> str:
    found = (things.tidy(action.data.get(name)) for name in names)
    return next((said for said in found if said), "—")[:200]


# Of a moved visit all of it waits with the status that was set there, so that it is taken over in its order: a removal
# that went ahead would remove nothing, and a payment ahead of the work would be too early.
KINDS = (
    Kind("material", gettext_lazy("Material"), _material, _said_material, of_time=True),
    Kind("extra_work", gettext_lazy("Extra work"), _extra_work, _said_extra_work, of_time=True),
    Kind("extra_consent", gettext_lazy("The client agrees"), _extra_consent, _said_extra_consent, of_time=True),
    Kind("extra_removal", gettext_lazy("Extra work removed"), _extra_removal, _said_extra_removal, of_time=True),
    Kind("payment", gettext_lazy("Payment"), _payment, _said_payment, of_time=True, must_count=True),
    Kind(
        "payment_correction",
        gettext_lazy("Payment put right"),
        _payment_correction,
        _said_payment_correction,
        of_time=True,
    ),
)
