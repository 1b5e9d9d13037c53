"""What was agreed on with clients: each word for word, its PDF, its way to the client; and what production orders."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from svyazka.business.agreements import agreeing, delivering, links, production, revoking
from svyazka.business.agreements.models import Agreement
from svyazka.business.sheets.models import FormKind
from svyazka.business.staff import roles
from svyazka.business.staff.roles import Reach
from svyazka.business.visits.models import Visit
from svyazka.business.visits.on_site.kinds import SetBeside
from svyazka.kit import clock
from svyazka.kit.refusals import ChangedMeanwhile, Refused
from svyazka.workplaces.dispatcher import sheet as sheets
from svyazka.workplaces.shared import agreed, spreadsheet, typed, workbook
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.language import KNOWN
from svyazka.workplaces.shared.paging import page_of

STATES = ("to_order", "ordered", "all")


@needs("visits.see")
def agreement(request: PageRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(_to_be_seen(request), pk=pk)
    letter, tone = agreed.letter(found)
    may_pass_on = _may_pass_on(request, found)
    to_go = may_pass_on and found.letter != Agreement.Letter.SENT and (found.is_signed or not found.link_revoked_at)
    context = {
        "shown": agreed.shown(found, agreed.photos_of([found])),
        "agreement": found,
        "letter": letter,
        "letter_tone": tone,
        "has_pdf": found.paper == Agreement.Paper.MADE,
        "may_pass_on": may_pass_on,
        "sent_by": agreed.sent_by(found) if may_pass_on else "",
        "to_go": to_go,
        "ways": agreed.ways(found) if to_go else [],
        "link": request.build_absolute_uri(links.link_of(found)) if may_pass_on and not found.link_revoked_at else "",
        "topic": f"agreement-{found.pk}",
        "others": [one for one in agreeing.of_deal(found.deal_id) if one.pk != found.pk],
    }
    return render(request, "dispatcher/agreement.html", context)


@needs("visits.see")
def pdf(request: PageRequest, pk: int) -> HttpResponse:
    return agreed.file_of(get_object_or_404(_to_be_seen(request), pk=pk))


@needs("visits.book", "POST")
def letter(request: PageRequest, pk: int) -> HttpResponse:
    delivering.send_again(get_object_or_404(Agreement, pk=pk), by=request.person)
    messages.success(request, _("It is on its way to the client."))
    return redirect("agreement", pk)


@needs("visits.book", "POST")
def link(request: PageRequest, pk: int) -> HttpResponse:
    """Another one in the place of that which was revoked."""
    revoking.renew(get_object_or_404(Agreement, pk=pk), by=request.person)
    messages.success(request, _("There is a new link: copy it, or send it to the client."))
    return redirect("agreement", pk)


@needs("visits.book", "POST")
def link_removal(request: PageRequest, pk: int) -> HttpResponse:
    revoking.revoke(get_object_or_404(Agreement, pk=pk), by=request.person)
    messages.success(request, _("The link opens nothing any more."))
    return redirect("agreement", pk)


@needs("visits.book", "POST")
def offer(request: PageRequest, sheet_id: int) -> HttpResponse:
    """The client reads the form as it stands now, and signs by his link."""
    found = get_object_or_404(sheets.to_be_seen(request), pk=sheet_id)
    language = request.POST.get("language", "")
    shown = agreeing.of_sheet(found, language if language in KNOWN else "ru")
    try:
        made = agreeing.offer(found.visit, shown, request_id=_request_id(request), by=request.person)
    except SetBeside as both:
        raise ChangedMeanwhile from both
    messages.success(request, _("The client gets the link."))
    return redirect("agreement", made.pk)


@needs("agreements.order")
def agreements(request: PageRequest) -> HttpResponse:
    """By date, with what is not ordered yet first in mind."""
    asked = _asked(request)
    page = page_of(production.in_lines(asked["rows"]), by="signed_at", asked=request.GET)
    context = {**asked, "page": page, "forms": production.forms_agreed(), "states": _states(request, asked)}
    return render(request, "dispatcher/agreements.html", context)


@needs("agreements.order", "POST")
def order(request: PageRequest, pk: int) -> HttpResponse:
    made = production.order(get_object_or_404(Agreement, pk=pk), by=request.person)
    return _back(request, made)


@needs("agreements.order", "POST")
def order_removal(request: PageRequest, pk: int) -> HttpResponse:
    made = production.take_back(get_object_or_404(Agreement, pk=pk), by=request.person)
    return _back(request, made)


@needs("agreements.order", "POST")
def table(request: PageRequest, pk: int) -> HttpResponseBase:
    """Of one deal: the openings of this agreement."""
    rows = Agreement.objects.select_related("written", "form")
    found = get_object_or_404(rows, pk=pk, outcome=Agreement.Outcome.SIGNED)
    return _file(request, [found], f"agreement-{found.title}")


@needs("agreements.order", "POST")
def tables(request: PageRequest) -> HttpResponseBase:
    """Of all that the list shows, of one form."""
    asked = _asked(request, request.POST)
    if asked["form"] is None:
        raise Refused(_("Choose a form: each has its own columns."))
    rows = list(asked["rows"].select_related("written", "form").order_by("signed_at", "pk")[: production.MOST + 1])
    if len(rows) > production.MOST:
        raise Refused(_("This is too much for one file: choose fewer days."))
    return _file(request, rows, f"agreements-{clock.today().isoformat()}")


def _to_be_seen(request: PageRequest) -> Any:
    """Whoever works on site sees those of the deals that he goes to."""
    rows = Agreement.objects.select_related(
        "form", "written", "sheet", "client", "deal", "visit__kind", "by", "ordered_by"
    )
    if roles.reach(request.person, "visits.see") is Reach.ALL:
        return rows
    own = Visit.objects.still_on().with_person(request.person)
    return rows.filter(visit__deal__in=own.values("deal"))


def _may_pass_on(request: PageRequest, found: Agreement) -> bool:
    return roles.may(request.person, "visits.book") and found.outcome != Agreement.Outcome.THINKS


def _request_id(request: PageRequest) -> UUID:
    try:
        return UUID(request.POST.get("request_id", ""))
    except ValueError:
        return uuid4()


def _asked(request: PageRequest, given: Any = None) -> dict[str, Any]:
    given = request.GET if given is None else given
    state = given.get("state") if given.get("state") in STATES else STATES[0]
    first, last = typed.day(given.get("from")), typed.day(given.get("to"))
    rows = production.list_agreed()
    if state != "all":
        rows = rows.filter(ordered_at__isnull=state == "to_order")
    if first:
        rows = rows.filter(signed_at__gte=clock.day_bounds(first)[0])
    if last:
        rows = rows.filter(signed_at__lt=clock.day_bounds(last)[1])
    form = (
        FormKind.objects.filter(code=given.get("form") or "").first()
        if "\x00" not in (given.get("form") or "")
        else None
    )
    if form:
        rows = rows.filter(form=form)
    return {"rows": rows, "state": state, "first": first, "last": last, "form": form}


def _states(request: PageRequest, asked: dict[str, Any]) -> list[tuple[str, str, bool]]:
    names = {"to_order": _("Not ordered yet"), "ordered": _("Ordered"), "all": _("All")}
    found = []
    for code, name in names.items():
        query = request.GET.copy()
        query.pop("before", None)
        query["state"] = code
        found.append((name, f"{reverse('agreements')}?{query.urlencode()}", code == asked["state"]))
    return found


def _back(request: PageRequest, made: Agreement) -> HttpResponse:
    """To where the button stood: in the list, or at the agreement."""
    if request.htmx and request.htmx.target == f"agreement-{made.pk}":
        one = production.in_lines(production.list_agreed()).get(pk=made.pk)
        return render(request, "dispatcher/agreement_row.html", {"one": one})
    return redirect("agreement", made.pk)


def _file(request: PageRequest, rows: list[Agreement], name: str) -> HttpResponseBase:
    production.note_export(len(rows), by=request.person)
    lines = production.table(rows)
    if request.POST.get("as") == "xlsx":
        return workbook.answer(name, lines)
    return spreadsheet.answer(name, ([_as_text(cell) for cell in line] for line in lines))


def _as_text(cell: production.Value) -> str:
    """As a spreadsheet of the country reads it."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return spreadsheet.moment(cell)
    return str(cell).replace(".", ",") if isinstance(cell, float) else str(cell)
