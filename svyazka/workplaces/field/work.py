"""One visit in the hand of whoever carries it out: on the way, started, done; a note; photos."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from svyazka.business.deals.models import Field
from svyazka.business.visits import carry_out, checklist, findings, handing_over, looked, working
from svyazka.business.visits.models import Visit, VisitPhoto
from svyazka.business.visits.whereabouts import consent
from svyazka.kit import clock
from svyazka.kit.refusals import Refused
from svyazka.workplaces.field import (
    agreement,
    before,
    beside,
    bring,
    crew,
    day,
    looking,
    maps,
    news,
    next_visit,
    sheet,
    site_work,
    trouble,
)
from svyazka.workplaces.shared import files, shots
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.said import names_of, people_in, said
from svyazka.workplaces.shared.timeline import duration
from svyazka.workplaces.shared.typed import whole_number

MINUTE = timedelta(minutes=1)


@needs("visits.carry_out")
def visit(request: PageRequest, visit_id: int) -> HttpResponse:
    own = day.own_visit(request, visit_id)
    if request.htmx.target == "stop":
        return render(request, "field/stop.html", {"stop": shown(request, own)})
    context = {
        "stop": _with_news(request, shown(request, own)),
        "load": bring.of_visits([own])[own.pk],
        "before": before.of_visit(request, own),
        "news": news.of_visit(own, request.person),
        "notes_arrivals": all(consent.stands(request.person)),
        "beside": beside.of_visit(own, request.person),
        "points": checklist.of_visit(own),
        "facts": _facts(own),
        "late": trouble.LATE,
        "reasons": trouble.reasons(own),
        "coming": next_visit.links(own),
        "later": next_visit.later(own),
        "is_ahead": own.status in Visit.MOVABLE,
        "is_not_at_work": own.status != Visit.Status.STARTED,
        "is_early": clock.local(own.starts_at).date() > clock.today(),
        **crew.of(request, own),
        "asked": handing_over.of_visit(own),
        "may_hand_over": crew.may_hand_over(request, own),
        "ways": sheet.ways(own),
        "earlier": sheet.earlier(own),
        "on_site": site_work.told(own),
        "agreed": agreement.ways(own),
        "files": files.begun(own, request.person),
        **_photos(own),
    }
    return render(request, "field/visit.html", context)


@needs("visits.carry_out", "POST")
def status(request: PageRequest, visit_id: int) -> HttpResponse:
    own = day.own_visit(request, visit_id)
    given = request.POST.get("status", "")
    if given not in (Visit.Status.ON_WAY, Visit.Status.STARTED, Visit.Status.DONE):
        raise Refused(_("There is no such status of a visit."))
    version = whole_number(request.POST.get("version"))
    carry_out.set_status(own, Visit.Status(given), by=request.person, version=version)
    return stop_again(request, visit_id)


@needs("visits.carry_out", "POST")
def taking_back(request: PageRequest, visit_id: int) -> HttpResponse:
    """A mistaken tap."""
    version = whole_number(request.POST.get("version"))
    carry_out.take_back(day.own_visit(request, visit_id), by=request.person, version=version)
    return stop_again(request, visit_id)


@needs("visits.carry_out", "POST")
def report(request: PageRequest, visit_id: int) -> HttpResponse:
    findings.report(day.own_visit(request, visit_id), request.POST.get("text", ""), by=request.person)
    if request.htmx and not request.htmx.boosted:
        return render(request, "field/saved.html")
    messages.success(request, _("The note is saved."))
    return redirect("field_visit", visit_id=visit_id)


@needs("visits.carry_out", "POST")
def photos(request: PageRequest, visit_id: int) -> HttpResponse:
    own = day.own_visit(request, visit_id)
    refusal = None
    try:
        _keep(request, own)
    except Refused as given:
        refusal = given
    return _photos_again(request, own, refusal)


@needs("visits.carry_out", "POST")
def photo_removal(request: PageRequest, photo_id: int) -> HttpResponse:
    rows = VisitPhoto.objects.filter(visit__in=day.of(request)).select_related("visit")
    taken = get_object_or_404(rows, pk=photo_id)
    refusal = None
    try:
        findings.remove_photo(taken, by=request.person)
    except Refused as given:
        refusal = given
    return _photos_again(request, taken.visit, refusal)


@needs("visits.see")
def photo(request: PageRequest, photo_id: int) -> HttpResponse:
    """The picture itself, for the office and for whoever went there."""
    kept = get_object_or_404(findings.to_be_seen(request.person), pk=photo_id)
    try:
        with kept.file.open("rb") as file:
            # Whole: in pieces it would hold a thread of the house while a phone in a cellar reads it.
            answer = HttpResponse(file.read(), content_type="image/jpeg")
    except FileNotFoundError as missing:
        raise Http404 from missing
    # Pictures never change under their number.
    answer["Cache-Control"] = "private, max-age=86400, immutable"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def stop_again(request: PageRequest, visit_id: int) -> HttpResponse:
    if request.htmx.target == "stop":
        return render(request, "field/stop.html", {"stop": shown(request, day.own_visit(request, visit_id))})
    return redirect("field_visit", visit_id=visit_id)


def shown(request: PageRequest, visit: Visit) -> day.Stop:
    """With how long somebody has worked, once he has begun."""
    stop = day.stop(visit, request.person, maps.chosen(request))
    if visit.status not in (Visit.Status.STARTED, Visit.Status.DONE) or not (stints := list(visit.stints.all())):
        return stop
    worked, rested = working.worked(stints), working.rested(stints, visit.paused_at)
    return replace(stop, worked=_in_words(worked), rested=_in_words(rested) if rested >= MINUTE else "")


def _with_news(request: PageRequest, stop: day.Stop) -> day.Stop:
    known = looked.of_visits([stop.visit], request.person).get(stop.visit.pk)
    return replace(stop, told=looking.told(stop.visit, looked.news(stop.visit, known)))


def _in_words(length: timedelta) -> str:
    """To the minute."""
    minutes = length // MINUTE
    return duration(minutes * 60) if minutes >= 60 else _("{minutes} min").format(minutes=minutes)


def _photos(visit: Visit) -> dict[str, Any]:
    return {"photos": shots.of_visit(visit), "request_id": uuid4(), "over": visit.status in findings.OVER}


def _photos_again(request: PageRequest, visit: Visit, refusal: Refused | None) -> HttpResponse:
    if request.htmx:
        context = {"visit": visit, "refusal": refusal, **_photos(visit)}
        return render(request, "field/photos.html", context, status=refusal.status if refusal else 200)
    if refusal:
        raise refusal
    return redirect("field_visit", visit_id=visit.pk)


def _keep(request: PageRequest, visit: Visit) -> None:
    """One or several: those that are none do not hold up the others."""
    sent = request.FILES.getlist("photo")
    if not sent:
        raise Refused(_("Choose a photo."))
    try:
        request_id = UUID(request.POST.get("request_id", ""))
    except ValueError:
        request_id = uuid4()
    refused: list[tuple[str, Refused]] = []
    for number, file in enumerate(sent):
        try:
            findings.add_photo(visit, file, request_id=uuid5(request_id, str(number)), by=request.person)
        except Refused as refusal:
            refused.append((file.name or "", refusal))
    if refused:
        raise Refused("; ".join(f"{name}: {refusal.message}" for name, refusal in refused))


def _facts(visit: Visit) -> list[tuple[str, str]]:
    """What is known of the deal and helps on site. Amounts, and what is counted, are the office's business."""
    fields = Field.objects.exclude(kind=Field.Kind.MONEY).exclude(is_computed=True).exclude(code=visit.kind.booked_fact)
    known = {**visit.deal.facts, **visit.facts}
    told = [(field, known.get(field.code)) for field in fields if known.get(field.code) not in (None, "", [], False)]
    staff = names_of(people_in(known, {field.code: field for field, _value in told}))
    return [(field.name, said(field, value, staff)) for field, value in told]
