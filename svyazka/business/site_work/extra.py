"""Work besides what was ordered: what it costs the client, and how he has agreed to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.site_work import owed, rules, telling, things
from svyazka.business.site_work.materials import refuse_early
from svyazka.business.site_work.models import ExtraWork, PriceLine
from svyazka.business.site_work.things import MOST, Thing
from svyazka.business.staff.models import Person
from svyazka.business.visits import booking
from svyazka.business.visits.models import Visit
from svyazka.kit import clock, money, strokes
from svyazka.kit.refusals import Refused

Consent = ExtraWork.Consent
LONGEST_NAME, LONGEST_NOTE = 120, 300


@dataclass(frozen=True)
class Agreed:
    """The client's word: who gave it, how, what was said on the phone, and what he signed on the glass."""

    how: str
    name: str
    note: str = ""
    drawn: strokes.Strokes | None = None


def read_agreed(given: Mapping[str, Any]) -> Agreed | None:
    """None: he has not agreed yet."""
    how = things.tidy(given.get("consent"))
    if not how:
        return None
    name, note = things.tidy(given.get("consent_name")), things.tidy(given.get("consent_note"))
    if how not in Consent.values:
        raise Refused(_("A client agrees on the spot or by phone."))
    if not name:
        raise Refused(_("Write who has agreed."), fields={"consent_name": _("Write who has agreed.")})
    if how == Consent.BY_PHONE and not note:
        said = _("Write what was said on the phone: when, by whom.")
        raise Refused(said, fields={"consent_note": said})
    if len(name) > LONGEST_NAME or len(note) > LONGEST_NOTE:
        raise Refused(_("This is too long."))
    drawn = given.get("consent_strokes") if how == Consent.ON_SPOT else None
    return Agreed(how, name, note, strokes.read(strokes.from_text(drawn)) if drawn else None)


@transaction.atomic
def write(
    visit: Visit,
    number: UUID,
    thing: Thing,
    quantity: Decimal,
    price: Decimal,
    *,
    agreed: Agreed | None = None,
    insists: bool = False,
    by: Person,
    at: datetime | None = None,
) -> ExtraWork:
    """New, or changed. Whoever has agreed to a sum has not agreed to a higher one. `insists`: somebody has decided that
    it was done, though the visit was moved to a later day."""
    current = booking.lock(visit)
    if not insists:
        refuse_early(current)
    if not quantity:
        raise Refused(_("How much of it? To take it off, remove it."), fields={"quantity": _("How much of it?")})
    _refuse_price(thing, quantity, price, at or clock.now())
    if agreed:
        _refuse_unpriced(price)
    before = find(current, number)
    work = before if before and before.removed_at is None else _new(current, number, before, at)
    was = in_words(work) if work.name else None
    asks_again = _asks_again(work, thing, quantity, price)
    work.line, work.name, work.unit, work.quantity, work.price = thing.line, thing.name, thing.unit, quantity, price
    work.by, work.removed_at = by, None
    if agreed:
        _agree(work, agreed, by=by, at=at)
    elif asks_again:
        _forget_consent(work)
    elif was == in_words(work):
        return work
    work.save()
    _tell(current, "extra_written", work, was, by=by, at=at)
    owed.follow(current, by=by)
    return work


@transaction.atomic
def agree(visit: Visit, number: UUID, agreed: Agreed, *, by: Person, at: datetime | None = None) -> ExtraWork:
    """The client says yes to what stands there already."""
    current = booking.lock(visit)
    work = _standing(current, number)
    _refuse_unpriced(work.price)
    is_known = (work.consent, work.consent_name, work.consent_note) == (agreed.how, agreed.name, agreed.note)
    if is_known and agreed.drawn in (None, work.consent_strokes):
        return work
    _agree(work, agreed, by=by, at=at)
    work.save()
    _tell(current, "extra_agreed", work, None, by=by, at=at)
    owed.follow(current, by=by)
    return work


@transaction.atomic
def remove(visit: Visit, number: UUID, *, by: Person, at: datetime | None = None) -> None:
    """It is not done after all. A second tap changes nothing."""
    current = booking.lock(visit)
    work = find(current, number)
    if work is None or work.removed_at is not None:
        return
    work.removed_at, work.by = at or clock.now(), by
    work.save(update_fields=["removed_at", "by", "changed_at"])
    changes = {"work": (in_words(work), None)}
    telling.tell(current, "extra_removed", by=by, changes=changes, event="extra_removed", text=_named(work), at=at)
    owed.follow(current, by=by)


def find(visit: Visit, number: UUID) -> ExtraWork | None:
    found = ExtraWork.objects.select_related("line").filter(pk=number).first()
    if found and found.visit_id != visit.pk:
        raise Refused(_("There is no such line on this visit."))
    return found


def in_words(work: ExtraWork) -> str:
    return f"{_named(work)} × {work.price} = {work.cost}"


def is_of_list(line: PriceLine | None, price: Decimal, at: datetime) -> bool:
    """A phone without signal still shows the price of before."""
    if line is None:
        return False
    changed_later = line.price_since is not None and at < line.price_since
    return price == line.price or (changed_later and price == line.price_before)


def _refuse_price(thing: Thing, quantity: Decimal, price: Decimal, at: datetime) -> None:
    if money.product(quantity, price) > money.LARGEST:
        raise Refused(_("This costs too much to be true. Look at the quantity and the price."))
    limit = rules.rules().own_price_up_to
    if limit is None or is_of_list(thing.line, price, at) or money.product(quantity, price) <= limit:
        return
    said = _("A price that is not in the list may come to {most} ₽ at most. Ring the office about more.")
    words = said.format(most=money.plain(limit))
    raise Refused(words, fields={"price": words})


def _refuse_unpriced(price: Decimal) -> None:
    """Nobody agrees to a sum that he has not heard."""
    if not price:
        said = _("Without a price there is nothing to agree to: write the price first.")
        raise Refused(said, fields={"price": said})


def _new(visit: Visit, number: UUID, removed: ExtraWork | None, at: datetime | None) -> ExtraWork:
    if visit.extra_works.filter(removed_at=None).count() >= MOST:
        raise Refused(_("A visit has {most} lines at most.").format(most=MOST))
    made = removed or ExtraWork(id=number, visit=visit)
    made.name, made.at = "", at or clock.now()
    _forget_consent(made)
    return made


def _asks_again(work: ExtraWork, thing: Thing, quantity: Decimal, price: Decimal) -> bool:
    if not work.consent:
        return False
    return thing.name != work.name or not price or money.product(quantity, price) > work.cost


def _agree(work: ExtraWork, agreed: Agreed, *, by: Person, at: datetime | None) -> None:
    work.consent, work.consent_name, work.consent_note = agreed.how, agreed.name, agreed.note
    work.consent_at, work.consent_by, work.consent_strokes = at or clock.now(), by, agreed.drawn


def _forget_consent(work: ExtraWork) -> None:
    work.consent, work.consent_name, work.consent_note = "", "", ""
    work.consent_at, work.consent_by, work.consent_strokes = None, None, None


def _standing(visit: Visit, number: UUID) -> ExtraWork:
    work = find(visit, number)
    if work is None or work.removed_at is not None:
        raise Refused(_("There is no such line on this visit."))
    return work


def _named(work: ExtraWork) -> str:
    return f"{work.name}: {money.shown(work.quantity)} {work.unit}".strip()


def _tell(
    visit: Visit, verb: telling.Verb, work: ExtraWork, was: str | None, *, by: Person, at: datetime | None
) -> None:
    changes: dict[str, tuple[Any, Any]] = {"work": (was, in_words(work))}
    if work.consent:
        changes["consent"] = (None, f"{work.consent}: {work.consent_name}")
    said = " · ".join(part for part in (_named(work), work.consent_name, work.consent_note) if part)
    event = f"extra_{work.consent}" if work.consent else "extra_open"
    telling.tell(visit, verb, by=by, changes=changes, event=event, text=said, at=at)
