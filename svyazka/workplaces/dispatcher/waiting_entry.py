"""One who waits: entered out of his deal, changed, taken off the list; and the windows that are offered to him."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.deals import rights
from svyazka.business.deals.models import Deal
from svyazka.business.visits import booking, waiting, window_links, window_offers, wishes
from svyazka.business.visits.models import Resource, VisitKind, Waiting, WaitingOffer
from svyazka.kit import clock
from svyazka.kit.refusals import Refused
from svyazka.workplaces.dispatcher import typed, visits
from svyazka.workplaces.dispatcher.booking import kind_for
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import Form, put_on

_DAY = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class WaitingForm(Form):
    address = forms.CharField(
        label=gettext_lazy("Address"), max_length=300, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("On which days"),
        choices=[(number, name) for number, name in WEEKDAYS.items()],
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    parts = forms.MultipleChoiceField(
        label=gettext_lazy("At which time of the day"),
        choices=list(wishes.PARTS_IN_WORDS.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    not_from = forms.DateField(label=gettext_lazy("Not from"), required=False, widget=_DAY)
    not_to = forms.DateField(label=gettext_lazy("Not until"), required=False, widget=_DAY)
    knows = forms.ModelChoiceField(
        label=gettext_lazy("Rather by"),
        queryset=Resource.objects.bookable().filter(kind__in=(Resource.Kind.ENGINEER, Resource.Kind.CREW)),
        required=False,
    )
    until = forms.DateField(label=gettext_lazy("By when at the latest"), widget=_DAY)
    urgency = forms.TypedChoiceField(label=gettext_lazy("How urgent"), choices=Waiting.Urgency.choices, coerce=int)
    # Not asked where there is only one answer.
    told_by = forms.ChoiceField(
        label=gettext_lazy("How to tell the client"), choices=Waiting.ToldBy.choices, required=False
    )
    note = forms.CharField(
        label=gettext_lazy("Client's wishes"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, kind: VisitKind, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        knows: Any = self.fields["knows"]
        knows.queryset = knows.queryset.filter(skills__contains=[kind.skill])
        if not window_links.can_write():
            del self.fields["told_by"]

    @property
    def ticked(self) -> list[forms.BoundField]:
        return [self["weekdays"], self["parts"]]

    @property
    def given(self) -> dict[str, Any]:
        """As the verb takes it. Raises Refused."""
        values = {name: value for name, value in self.cleaned_data.items() if name in self.fields}
        first, last = values.pop("not_from"), values.pop("not_to")
        knows = values.pop("knows")
        wished = wishes.said(
            weekdays=values.pop("weekdays"),
            parts=values.pop("parts"),
            not_days=_days(first, last),
            knows=knows.pk if knows else None,
        )
        return {**values, "wishes": wished}


class ReasonForm(Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )


@needs("visits.book", "GET", "POST")
def of_deal(request: PageRequest, deal_id: int) -> HttpResponse:
    """Nothing fits: the client goes on the list."""
    deal = get_object_or_404(Deal.objects.select_related("client", "stage"), pk=deal_id)
    rights.insist(request.person, deal)
    kind = kind_for(deal, request.GET.get("kind") or request.POST.get("kind"))
    there = Waiting.objects.filter(deal=deal, kind=kind, state=Waiting.State.OPEN).first()
    form = WaitingForm(kind, request.POST if request.method == "POST" else None, initial=_initial(deal, there))
    context = {"form": form, "deal": deal, "kind": kind, "entry": there}
    if request.method != "POST":
        return _dialog(request, "dispatcher/waiting_form.html", context)
    try:
        if form.is_valid():
            waiting.wait(deal, kind, **form.given, by=request.person)
    except Refused as refusal:
        put_on(form, refusal)
    if not form.is_valid():
        return _dialog(request, "dispatcher/waiting_form.html", context, status=422)
    return _done(request, deal, _("On the waiting list: {kind}").format(kind=kind))


@needs("visits.book", "GET", "POST")
def entry(request: PageRequest, waiting_id: int) -> HttpResponse:
    """What is waited for, changed."""
    found = _to_change(request, waiting_id)
    given = request.POST if request.method == "POST" else None
    form = WaitingForm(found.kind, given, initial=_initial(found.deal, found))
    context = {"form": form, "deal": found.deal, "kind": found.kind, "entry": found}
    if given is None:
        return _dialog(request, "dispatcher/waiting_form.html", context)
    try:
        if form.is_valid():
            version = typed.version(request.POST.get("version"))
            waiting.change(found, **form.given, by=request.person, version=version)
    except Refused as refusal:
        put_on(form, refusal)
        return _dialog(request, "dispatcher/waiting_form.html", context, status=refusal.status)
    if not form.is_valid():
        return _dialog(request, "dispatcher/waiting_form.html", context, status=422)
    return _done(request, found.deal, _("Saved."))


@needs("visits.book", "GET", "POST")
def removal(request: PageRequest, waiting_id: int) -> HttpResponse:
    found = _to_change(request, waiting_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    context = {"form": form, "entry": found}
    if request.method != "POST" or not form.is_valid():
        return _dialog(request, "dispatcher/waiting_removal.html", context, status=422 if form.is_bound else 200)
    try:
        version = typed.version(request.POST.get("version"))
        waiting.remove(found, reason=form.cleaned_data["reason"], by=request.person, version=version)
    except Refused as refusal:
        put_on(form, refusal)
        return _dialog(request, "dispatcher/waiting_removal.html", context, status=refusal.status)
    return _done(request, found.deal, _("Taken off the waiting list."))


@needs("visits.book")
def windows(request: PageRequest, waiting_id: int) -> HttpResponse:
    """All that are free, as in the deal."""
    found = _to_change(request, waiting_id)
    return redirect(f"{reverse('visit_new', args=[found.deal_id])}?kind={found.kind.code}")


@needs("visits.book", "POST")
def offer_booking(request: PageRequest, offer_id: int) -> HttpResponse:
    found = _offer(request, offer_id)
    try:
        visit = window_offers.take(found, by=request.person)
    except booking.SlotTaken as refusal:
        raise Refused(_("Somebody else has this window by now. He goes on waiting.")) from refusal
    return _done(request, found.waiting.deal, _("Booked: {visit}").format(visit=visits.in_words(visit)))


@needs("visits.book", "POST")
def offer_hold(request: PageRequest, offer_id: int) -> HttpResponse:
    found = _offer(request, offer_id)
    try:
        held = window_offers.hold(found, by=request.person)
    except booking.SlotTaken as refusal:
        raise Refused(_("Somebody else has this window by now. He goes on waiting.")) from refusal
    until = f"{clock.local(held.expires_at):%H:%M}"
    return _done(request, found.waiting.deal, _("Held until {until}: ring the client.").format(until=until))


@needs("visits.book", "POST")
def offer_removal(request: PageRequest, offer_id: int) -> HttpResponse:
    found = _offer(request, offer_id)
    window_offers.decline(found, by=request.person)
    return _done(request, found.waiting.deal, _("It does not suit. He goes on waiting."))


def _initial(deal: Deal, there: Waiting | None) -> dict[str, Any]:
    if there is None:
        return {"address": deal.address, "until": clock.today() + waiting.USUAL}
    wished = wishes.read(there.wishes)
    days = sorted(wished.not_days)
    return {
        "address": there.address,
        "weekdays": sorted(wishes.WEEK - wished.not_weekdays) if wished.not_weekdays else [],
        "parts": sorted(wished.parts),
        "not_from": days[0] if days else None,
        "not_to": days[-1] if days else None,
        "knows": wished.knows,
        "until": there.until,
        "urgency": there.urgency,
        "told_by": there.told_by,
        "note": there.note,
    }


def _days(first: date | None, last: date | None) -> list[date]:
    """Of a span whose one end is left out it is one day."""
    begins, ends = first or last, last or first
    if begins is None or ends is None:
        return []
    number = (ends - begins).days + 1
    if not 1 <= number <= wishes.MOST_DAYS:
        words = _("At most {days} days, the last one after the first.").format(days=wishes.MOST_DAYS)
        raise Refused(words, fields={"not_to": words})
    return [begins + timedelta(days=after) for after in range(number)]


def _to_change(request: PageRequest, waiting_id: int) -> Waiting:
    related = ("deal__client", "deal__stage", "kind", "client")
    found = get_object_or_404(Waiting.objects.select_related(*related), pk=waiting_id)
    rights.insist(request.person, found.deal)
    return found


def _offer(request: PageRequest, offer_id: int) -> WaitingOffer:
    related = ("waiting__deal__client", "waiting__kind", "resource")
    found = get_object_or_404(WaitingOffer.objects.select_related(*related), pk=offer_id)
    rights.insist(request.person, found.waiting.deal)
    return found


def _done(request: PageRequest, deal: Deal, said: str) -> HttpResponse:
    if not request.htmx:
        messages.success(request, said)
        return redirect(f"/deals/{deal.pk}/")
    if _is_page_of_its_own(request):
        messages.success(request, said)
        return HttpResponse(status=204, headers={"HX-Redirect": f"/deals/{deal.pk}/"})
    answer = HttpResponse(status=204)
    # The list and the deal behind the dialog need not wait for the bell.
    answer["HX-Trigger"] = json.dumps({"toast": {"message": said}, "dialog:close": {}, "calm:waiting": {}})
    return answer


def _is_page_of_its_own(request: PageRequest) -> bool:
    """There is no deal and no list behind it to go back to."""
    try:
        shown = resolve(urlsplit(request.htmx.current_url or "").path)
    except Resolver404:
        return False
    return shown.url_name in ("visit_new", "waiting_new", "waiting_entry", "waiting_removal")


def _dialog(request: PageRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    fragment = request.htmx and not request.htmx.boosted
    shown = template if fragment else "dispatcher/waiting_dialog_page.html"
    return render(request, shown, {**context, "inner": template}, status=status)
