"""Offers: one with all that can be done to it, its paper, and the list of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.clickjacking import xframe_options_sameorigin

from svyazka.business.clients.naming import called_by
from svyazka.business.deals import rights
from svyazka.business.deals.models import Deal
from svyazka.business.offers import listing, papers, templates
from svyazka.business.offers import offers as our
from svyazka.business.offers.listing import Narrowed
from svyazka.business.offers.models import Offer, OfferTemplate
from svyazka.business.staff.models import Person
from svyazka.kit.paper import NoPaper
from svyazka.kit.refusals import Refused
from svyazka.workplaces.manager.finding import deal_numbered
from svyazka.workplaces.shared import typed
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.short import Short
from svyazka.workplaces.shared.short import money as roubles

PER_PAGE = 50
MOST_PAGES = 10_000
TONES = {"sent": "tint", "accepted": "good", "declined": "bad", "expired": "warn"}
SORTS = (
    ("new", gettext_lazy("New ones first")),
    ("old", gettext_lazy("Old ones first")),
    ("dear", gettext_lazy("Large sums first")),
    ("cheap", gettext_lazy("Small sums first")),
)
_LARGEST = 2**63 - 1


@needs("offers.see")
def offers(request: PageRequest) -> HttpResponse:
    asked = _asked(request)
    page = min(typed.whole_number(request.GET.get("page")) or 1, MOST_PAGES)
    begin = (page - 1) * PER_PAGE
    found = list(listing.list_offers(request.person, asked)[begin : begin + PER_PAGE + 1])
    short = Short()
    context = {
        "asked": asked,
        "rows": [_row(one, short) for one in found[:PER_PAGE]],
        "states": Offer.State.choices,
        "sorts": SORTS,
        "people": Person.objects.working().filter(deals__offers__isnull=False).distinct().order_by("full_name"),
        "later": _address(asked, page + 1) if len(found) > PER_PAGE else "",
        "before": _address(asked, page - 1) if page > 1 else "",
    }
    return render(request, "manager/offers/list.html", context)


@needs("deals.change", "POST")
def offer_new(request: PageRequest, pk: int) -> HttpResponse:
    """With the first of the company's templates: another one is chosen where the draft stands."""
    deal = deal_numbered(pk)
    rights.insist(request.person, deal)
    first = next(iter(templates.offered()), None)
    if first is None:
        raise Refused(_("There is no template of offers yet: whoever sets the company up writes one."))
    return redirect("offer", pk=our.make(deal, first, by=request.person).pk)


@needs("deals.see")
def offer(request: PageRequest, pk: int) -> HttpResponse:
    return _page(request, _offer(pk))


@xframe_options_sameorigin
@needs("deals.see")
def offer_paper(request: PageRequest, pk: int) -> HttpResponse:
    """What was sent, as it was sent. Of a draft it is made for whoever looks: he waits for nothing else."""
    found = _offer(pk)
    if found.file:
        with found.file.open("rb") as file:
            content = file.read()
    else:
        try:
            content = papers.pdf(found)
        except NoPaper as fault:
            raise Refused(_("The paper could not be made. Try again in a minute.")) from fault
    answer = HttpResponse(content, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f"inline; filename*=UTF-8''{_quoted(papers.file_name(found))}"
    answer.headers["Cache-Control"] = "private, no-store"
    # It stands inside of the page of the offer.
    answer.headers["Content-Security-Policy"] = "frame-ancestors 'self'"
    return answer


@needs("deals.change", "POST")
def offer_renewal(request: PageRequest, pk: int) -> HttpResponse:
    template = OfferTemplate.objects.filter(code=request.POST.get("template", "").replace("\x00", "")).first()
    language = request.POST.get("language", "")

    def renew(found: Offer) -> Offer:
        return our.renew(found, template=template, language=language, by=request.person)

    return _done(request, pk, renew, _("The offer has the lines that the deal has now."))


@needs("deals.change", "POST")
def offer_sending(request: PageRequest, pk: int) -> HttpResponse:
    account, _bar, user_id = request.POST.get("way", "").replace("\x00", "").partition("|")
    text = request.POST.get("text", "")

    def send(found: Offer) -> Offer:
        return our.send(found, account=account, user_id=user_id, text=text, by=request.person)

    return _done(request, pk, send, _("The offer goes to the client in a moment."))


@needs("deals.change", "POST")
def offer_handing(request: PageRequest, pk: int) -> HttpResponse:
    return _done(request, pk, lambda found: our.hand_over(found, by=request.person), _("Noted: the client has it."))


@needs("deals.change", "POST")
def offer_acceptance(request: PageRequest, pk: int) -> HttpResponse:
    said = _("The offer is accepted: its sum is that of the deal now.")
    return _done(request, pk, lambda found: our.accept(found, by=request.person), said)


@needs("deals.change", "POST")
def offer_refusal(request: PageRequest, pk: int) -> HttpResponse:
    note = request.POST.get("note", "")
    return _done(request, pk, lambda found: our.decline(found, note, by=request.person), _("Noted."))


def of_deal(deal: Deal, short: Short) -> list[dict[str, Any]]:
    """For the page of the deal, the newest first."""
    return [_row(one, short) for one in our.of_deal(deal.pk)]


def _done(request: PageRequest, pk: int, verb: Callable[[Offer], Offer], said: str) -> HttpResponse:
    found = _offer(pk)
    rights.insist(request.person, found.deal)
    try:
        after = verb(found)
    except Refused as refusal:
        return _page(request, _offer(pk), refusal)
    messages.success(request, said)
    return redirect("offer", pk=after.pk)


def _offer(pk: int) -> Offer:
    if pk > _LARGEST:
        raise Http404
    related = ("deal__responsible", "client", "template", "by")
    return get_object_or_404(Offer.objects.select_related(*related), pk=pk)


def _page(request: PageRequest, found: Offer, refusal: Refused | None = None) -> HttpResponse:
    short = Short()
    editable = rights.may_change(request.person, found.deal)
    is_draft = found.state == Offer.State.DRAFT
    shown_lines = found.content.get("lines", [])
    versions = Offer.objects.filter(year=found.year, number=found.number).defer("content").order_by("-edition")
    context = {
        "offer": found,
        "shown": _row(found, short),
        "client": called_by(found.client_id, found.client.name, None),
        "lines": len(shown_lines),
        "editable": editable and found.is_current,
        "is_draft": is_draft,
        "is_open": found.state == Offer.State.SENT,
        "may_renew": found.state != Offer.State.ACCEPTED and not found.try_at,
        "trouble": _trouble(found),
        "ways": our.ways_of(found) if is_draft and editable else [],
        "letter": request.POST.get("text") or found.content.get("letter", ""),
        "note": request.POST.get("note", ""),
        "templates": templates.offered() if editable else [],
        "languages": [(code, translation.get_language_info(code)["name_local"]) for code in our.LANGUAGES],
        "versions": [_row(one, short) for one in versions],
        "refusal": refusal,
    }
    return render(request, "manager/offers/page.html", context, status=refusal.status if refusal else 200)


def _trouble(found: Offer) -> str:
    if found.trouble == "paper":
        return _("The paper could not be made.")
    return found.trouble


def _row(one: Offer, short: Short) -> dict[str, Any]:
    return {
        "id": str(one.pk),
        "named": one.named,
        "state": _("on its way") if one.try_at else one.get_state_display(),
        "tone": "" if one.try_at else TONES.get(one.state, ""),
        "is_current": one.is_current,
        "total": roubles(one.total),
        "vat": roubles(one.vat) if one.vat else "",
        "until": short.day(one.valid_until),
        "made": short.moment(one.made_at),
        "sent": short.moment(one.sent_at) if one.sent_at else "",
        "answered": short.moment(one.answered_at) if one.answered_at else "",
        "note": one.note,
        "deal": str(one.deal_id),
        "client": called_by(one.client_id, one.client.name, None) if "client" in one._state.fields_cache else "",
        "manager": _manager(one),
    }


def _manager(one: Offer) -> str:
    responsible = one.deal.responsible if "deal" in one._state.fields_cache else None
    return responsible.full_name if responsible else ""


def _asked(request: PageRequest) -> Narrowed:
    given = request.GET
    return Narrowed(
        state=given.get("state", "") if given.get("state", "") in Offer.State.values else "",
        manager_id=typed.whole_number(given.get("manager")),
        first=typed.day(given.get("from")),
        last=typed.day(given.get("until")),
        order=given.get("sort", "") if given.get("sort", "") in listing.ORDERS else "new",
    )


def _address(asked: Narrowed, page: int) -> str:
    given = {
        "state": asked.state,
        "manager": asked.manager_id,
        "from": asked.first,
        "until": asked.last,
        "sort": asked.order,
        "page": page,
    }
    return "?" + urlencode({name: value for name, value in given.items() if value})


def _quoted(name: str) -> str:
    return urlencode({"": name})[1:].replace("+", "%20")
