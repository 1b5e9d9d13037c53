"""Materials, extra work and payments in the hand of whoever is on site. Everything goes through the queue of the phone;
without scripts the same forms are sent at once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from svyazka.business.site_work import materials as used
from svyazka.business.site_work import on_site, prices, rules, sums, usual
from svyazka.business.site_work import payments as taken
from svyazka.business.site_work.models import ExtraWork, PriceLine
from svyazka.business.site_work.sums import Entry, OnSite
from svyazka.business.staff.models import Person
from svyazka.business.visits.models import Action, Visit
from svyazka.business.visits.on_site import in_hand
from svyazka.business.visits.on_site.kinds import SetBeside
from svyazka.business.visits.telling import people_of
from svyazka.kit import clock, money
from svyazka.kit.refusals import ChangedMeanwhile
from svyazka.workplaces.field import day
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.short import Short
from svyazka.workplaces.shared.short import money as roubles

_KINDS = {kind.code: kind for kind in on_site.KINDS}


@needs("visits.carry_out")
def site_work(request: PageRequest, visit_id: int) -> HttpResponse:
    own = day.own_visit(request, visit_id)
    whole = sums.of_deal(own.deal_id)
    here, elsewhere = whole.of_visit(own.pk), whole.besides(own.pk)
    lines, ways = prices.offered(own.kind), taken.ways()
    people = list(Person.objects.filter(pk__in=people_of(own)).order_by("full_name"))
    given = _given(own, here, elsewhere, lines, request.person)
    context = {
        "visit": own,
        "seen": json.dumps(in_hand.seen(own, request.person)),
        "given": {**given, "ways": {way.code: way.name for way in ways}},
        "materials": given["materials"],
        "works": given["works"],
        "payments": given["payments"],
        "totals": totals(whole),
        "lines": [{"id": str(one.pk), "name": one.name, "unit": one.unit} for one in lines if _is_material(one)],
        "sold": [_sold(one) for one in lines if one.is_sold],
        "has_usual": bool(given["usual"]),
        "ways": ways,
        "people": people if len(people) > 1 else [],
        "proposed": money.plain(max(whole.open, Decimal(0))).replace(".", ","),
        "numbers": {name: str(uuid4()) for name in ("material", "work", "payment", "correction")},
        "blank": _BLANK,
        "too_early": used.is_early(own),
    }
    return render(request, "field/site_work/page.html", context)


@needs("visits.carry_out", "POST")
def materials(request: PageRequest, visit_id: int) -> HttpResponse:
    return _at_once(request, visit_id, "material")


@needs("visits.carry_out", "POST")
def extra_works(request: PageRequest, visit_id: int) -> HttpResponse:
    return _at_once(request, visit_id, "extra_work")


@needs("visits.carry_out", "POST")
def extra_consent(request: PageRequest, visit_id: int) -> HttpResponse:
    return _at_once(request, visit_id, "extra_consent")


@needs("visits.carry_out", "POST")
def extra_removal(request: PageRequest, visit_id: int) -> HttpResponse:
    return _at_once(request, visit_id, "extra_removal")


@needs("visits.carry_out", "POST")
def payments(request: PageRequest, visit_id: int) -> HttpResponse:
    return _at_once(request, visit_id, "payment")


@needs("visits.carry_out", "POST")
def payment_correction(request: PageRequest, visit_id: int) -> HttpResponse:
    return _at_once(request, visit_id, "payment_correction")


def told(visit: Visit) -> dict[str, str]:
    """On the visit's own page: how much stands there."""
    whole = sums.of_deal(visit.deal_id)
    here = whole.of_visit(visit.pk)
    return {
        "materials": str(len(here.materials) or ""),
        "works": str(len(here.works) or ""),
        "not_agreed": str(sum(not one.consent for one in here.works) or ""),
        "paid": roubles(here.paid) if here.payments else "",
        "open": roubles(whole.open) if whole.open > 0 else "",
    }


def totals(whole: OnSite) -> dict[str, str]:
    """Of the deal: what was agreed on one visit may be paid on another."""
    return {
        "agreed": roubles(whole.agreed),
        "not_agreed": roubles(whole.not_agreed) if whole.not_agreed else "",
        "paid": roubles(whole.paid),
        "open": roubles(max(whole.open, Decimal(0))),
        "ahead": roubles(-whole.open) if whole.open < 0 else "",
    }


def ahead(marks: Mapping[int, str]) -> Iterator[tuple[str, str]]:
    """The pages of these visits, each with what changes with it: its visit's, and the price list."""
    listed = prices.mark()
    for visit, mark in marks.items():
        yield reverse("field_site_work", args=[visit]), f"{mark} {listed}"


def _at_once(request: PageRequest, visit_id: int, code: str) -> HttpResponse:
    """As the queue does it, without a phone that waits."""
    own = day.own_visit(request, visit_id)
    given = {name: request.POST.getlist(name)[-1] for name in request.POST}
    action = Action(id=uuid4(), person=request.person, visit=own, kind=code, happened_at=clock.now(), data=given)
    try:
        with transaction.atomic():
            _KINDS[code].apply(action, own, request.person)
    except SetBeside as both:
        raise ChangedMeanwhile(_("A colleague has changed this meanwhile: {now}").format(now=both.theirs)) from both
    return redirect("field_site_work", visit_id=visit_id)


def _given(visit: Visit, here: OnSite, elsewhere: OnSite, lines: Sequence[PriceLine], person: Person) -> dict[str, Any]:
    """What the page on the phone counts with, and shows while nothing of it has arrived yet."""
    limit = rules.rules().own_price_up_to
    steps = {one.pk: money.plain(one.step) for one in lines}
    short = Short()
    return {
        "visit": visit.pk,
        "person": person.pk,
        "revision": sums.marks([visit.pk]).get(visit.pk, ""),
        "materials": [_material(one, steps) for one in here.materials],
        "works": [_work(one, short) for one in here.works],
        "payments": [_payment(one, here, person, short) for one in here.payments],
        "prices": {str(one.pk): _priced(one) for one in lines},
        "usual": [[str(one.line_id), money.plain(one.quantity)] for one in usual.of_kind(visit.kind)],
        "limit": None if limit is None else str(limit),
        "elsewhere": {
            "agreed": str(elsewhere.agreed),
            "paid": str(elsewhere.paid),
            "not_agreed": str(elsewhere.not_agreed),
        },
        "words": _words(limit),
    }


def _words(limit: Decimal | None) -> dict[str, str]:
    said = _("A price that is not in the list may come to {most} ₽ at most. Ring the office about more.")
    return {
        "on_spot": str(ExtraWork.Consent.ON_SPOT.label),
        "by_phone": str(ExtraWork.Consent.BY_PHONE.label),
        "limit": said.format(most=money.plain(limit)) if limit is not None else "",
        "receipt": _("A payment with this receipt number stands here already. Write this one down all the same?"),
        "quantity": _("A quantity is needed here, for example 2 or 1,5."),
        "unpriced": _("Without a price there is nothing to agree to: write the price first."),
        "amount": _("An amount is needed here, for example 1 250,50."),
        "correction": _("correction"),
        "receipt_number": _("receipt {number}"),
    }


_BLANK: dict[str, Any] = {"id": "", "name": "", "unit": "", "quantity": "1", "is_blank": True}


def _material(one: Entry, steps: Mapping[int, str]) -> dict[str, Any]:
    step = steps.get(one.line_id or 0, "1")
    return {
        "id": str(one.id),
        "line": str(one.line_id or ""),
        "name": one.name,
        "unit": one.unit,
        "quantity": _written(one.quantity),
        "step": step,
        "less": _written(max(one.quantity - Decimal(step), Decimal(0))),
        "more": _written(one.quantity + Decimal(step)),
    }


def _work(one: Entry, short: Short) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "line": str(one.line_id or ""),
        "name": one.name,
        "unit": one.unit,
        "quantity": _written(one.quantity),
        "price": _written(one.price),
        "cost": roubles(one.cost),
        "each": roubles(one.price),
        "consent": one.consent,
        "how": str(ExtraWork.Consent(one.consent).label) if one.consent else "",
        "consent_name": one.consent_name,
        "consent_signed": one.drawn is not None,
        "unpriced": not one.price,
        "consent_note": one.note,
        "consent_at": short.moment(one.consent_at) if one.consent_at else "",
    }


def _payment(one: Entry, here: OnSite, person: Person, short: Short) -> dict[str, Any]:
    later = sum((other.price for other in here.payments if other.corrects == one.id), Decimal(0))
    return {
        "id": str(one.id),
        "amount": _written(one.price),
        "said": roubles(one.price),
        "stands": _written(one.price + later),
        "way": one.name,
        "receipt": one.receipt,
        "receipt_again": one.receipt_again,
        "note": one.note,
        "when": short.moment(one.at),
        "hands": one.by,
        "corrects": str(one.corrects or ""),
        "mine": not one.corrects and person.pk in (one.by_id, one.entered_by_id),
    }


def _priced(line: PriceLine) -> dict[str, Any]:
    priced = {"name": line.name, "unit": line.unit, "step": money.plain(line.step)}
    return {**priced, "price": str(line.price)} if line.is_sold else priced


def _sold(line: PriceLine) -> dict[str, str]:
    return {"id": str(line.pk), "kind": line.kind, "name": line.name, "unit": line.unit, "price": roubles(line.price)}


def _is_material(line: PriceLine) -> bool:
    return line.kind == PriceLine.Kind.MATERIAL


def _written(number: Decimal) -> str:
    return money.plain(number).replace(".", ",")
