"""The client reads on the phone what he agrees to, in big letters and in his language, and signs on the glass."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.conf import settings
from django.db.models import Max
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from svyazka.business.agreements import agreeing, content, terms
from svyazka.business.agreements.models import Agreement
from svyazka.business.visits.models import Visit
from svyazka.business.visits.on_site import in_hand
from svyazka.workplaces.field import day, sheet
from svyazka.workplaces.shared import agreed, sheet_words
from svyazka.workplaces.shared.door import PageRequest, needs


@needs("visits.carry_out")
def agreement(request: PageRequest, visit_id: int, code: str) -> HttpResponse:
    taken = sheet.find(request, visit_id, code)
    last = taken.sheet.agreements.order_by("-number").first() if taken.sheet else None
    given = {
        **sheet.given_to(taken),
        "languages": {one: _in(one, taken) for one in content.LANGUAGES},
        "language": (get_language() or "ru")[:2],
        "form_url": reverse("field_sheet", args=[visit_id, code]),
        "names": dict(settings.LANGUAGES),
        "visit_url": reverse("field_visit", args=[visit_id]),
        "client": taken.visit.client.name,
        "holds": last.digest if last and last.is_signed and last.is_current else None,
        "agreed_url": reverse("field_agreed", args=[visit_id]),
    }
    context = {
        "visit": taken.visit,
        "form": taken.form,
        "last": last,
        "state": agreed.state(last) if last else "",
        "tone": agreed.tone(last) if last else "",
        "given": given,
        "seen": json.dumps(in_hand.seen(taken.visit, request.person)),
    }
    return render(request, "field/agreement.html", context)


@needs("visits.carry_out")
def agreed_before(request: PageRequest, visit_id: int) -> HttpResponse:
    """What was agreed on in this deal: what the installers go by."""
    visit = day.own_visit(request, visit_id)
    found = ways(visit)
    photos = agreed.photos_of(found)
    context = {"visit": visit, "agreed": [agreed.shown(one, photos) for one in found]}
    return render(request, "field/agreed.html", context)


def ways(visit: Visit) -> list[Agreement]:
    """What there is of them, in the order of their forms."""
    return _newest(one for one in agreeing.of_deal(visit.deal_id) if one.is_current or not one.is_signed)


def ahead(
    visits: Iterable[Visit], sheets: Iterable[tuple[str, str]], drawn: Mapping[int, Any]
) -> Iterator[tuple[str, str]]:
    """The pages of these visits on which something is agreed, or was: each with what changes with it. `sheets`: those
    of their forms; whatever changes one of them changes what the client is shown; `drawn`: by visit, on the photos."""
    given = list(visits)
    rows = Agreement.objects.filter(deal__in={one.deal_id for one in given}).values("deal")
    marks = {"last": Max("pk"), "signed": Max("signed_at"), "sheet_now": Max("sheet__revision")}
    known = {row["deal"]: row for row in rows.annotate(**marks)}
    deals = {one.pk: f"{one.deal.version}.{known.get(one.deal_id)}" for one in given}
    said = hashlib.sha256(repr([terms.details(), *terms.every()]).encode()).hexdigest()
    for url, mark in sheets:
        yield f"{url}agreement/", f"{mark} {said} {deals[int(mark.partition('.')[0])]}"
    for visit in given:
        if visit.deal_id in known:
            yield reverse("field_agreed", args=[visit.pk]), f"{visit.version}.{deals[visit.pk]} {drawn[visit.pk]}"


def _newest(found: Iterable[Agreement]) -> list[Agreement]:
    """Of each form what holds, and what was shown after it."""
    by_form: dict[int, list[Agreement]] = {}
    for one in found:
        shown = by_form.setdefault(one.form_id, [])
        if not any(other.is_signed or not one.is_signed for other in shown):
            shown.append(one)
    return [one for shown in by_form.values() for one in shown]


def _in(language: str, taken: sheet.InHand) -> dict[str, Any]:
    """All that the client reads, in one language, and sealed."""
    shown = content.of_visit(taken.visit, taken.form, language)
    with translation.override(language):
        at = agreed.day_of(taken.visit.starts_at)
        return {
            "content": shown,
            "at": at,
            "seal": content.sealed(shown, taken.visit, taken.written),
            "words": sheet_words.words(),
            "texts": _texts(),
        }


def _texts() -> dict[str, str]:
    return {
        "language": _("Language"),
        "title": _("What we have agreed on"),
        "client": _("Client"),
        "work": _("Work"),
        "address": _("Address"),
        "next": _("We come again"),
        "besides": _("Agreed besides"),
        "besides_hint": _("What else was agreed with the client; he reads it here and in the PDF"),
        "terms": _("Terms"),
        "sign": _("Sign"),
        "to_signature": _("Down to the signature"),
        "sign_title": _("Your signature"),
        "name": _("Name of whoever signs"),
        "agrees": _("I have read it, everything is as agreed, and I accept the terms"),
        "agrees_without_terms": _("I have read it, and everything is as agreed"),
        "signature": _("Sign here with your finger"),
        "undo": _("Undo"),
        "clear": _("Clear"),
        "missing_name": _("Write the name of whoever signs."),
        "missing_agrees": _("Tick that you agree."),
        "missing_signature": _("The signature is missing."),
        "not_now": _("Not now"),
        "by_link": _("Signs later by link"),
        "by_link_hint": _("The client gets a link, reads it by himself and signs on his own phone."),
        "thinks": _("Thinks it over"),
        "note": _("What does the client say? (optional)"),
        "stops": _(
            "It cannot be signed yet: something is missing in the form, or two people have answered differently."
        ),
        "to_form": _("To the form"),
        "done_signed": _("Signed. Thank you!"),
        "done_offered": _("The client gets the link."),
        "done_thinks": _("Noted: the client thinks it over."),
        "waits": _("It is kept on the phone and goes to the office as soon as there is signal."),
        "arrived": _("The office has it."),
        "beside": _("Somebody has changed the form meanwhile. Both are kept: the visit's page says what is different."),
        "refused": _("Not taken: {words}"),
        "again": _("Show it once more"),
        "holds": _("It is agreed and signed, and nothing has changed in the form since."),
        "see": _("See what was agreed"),
        "otherwise": _("Something else was agreed besides"),
        "back": _("To the visit"),
        "full": _("The phone's memory is full: this was not kept. Free some space and do it again."),
        "unkept": _("The phone did not keep this. Reload the page and do it again."),
    }
