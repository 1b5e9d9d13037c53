"""The ledger, for people: what came in, what was not understood, and running it again."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from svyazka.business.calls.models import Pbx
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.intake import by_program, repair
from svyazka.business.intake.models import Arrival, in_words
from svyazka.business.intake.repair import run_again, set_aside
from svyazka.business.money import online
from svyazka.business.staff.models import ApiKey
from svyazka.kit.refusals import Refused
from svyazka.workplaces.office.bodies import readable
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.paging import page_of
from svyazka.workplaces.shared.typed import whole_number

State = Arrival.State
SPAM = "spam"
TABS = [
    ("stuck", gettext_lazy("Not understood"), [State.STUCK]),
    ("again", gettext_lazy("Tried again"), [State.AGAIN]),
    ("waiting", gettext_lazy("Waiting"), [State.NEW]),
    (SPAM, gettext_lazy("Spam"), [State.IGNORED]),
    ("ignored", gettext_lazy("Those set aside"), [State.IGNORED]),
    ("all", gettext_lazy("All"), []),
]
TONES = {State.STUCK: "bad", State.AGAIN: "warn", State.DONE: "good"}
MOST_AT_ONCE = 200
# Beyond this the number of a tab says no more to a person.
MOST_COUNTED = 1000
# What became of it → its page. Other rooms' addresses: they may not be imported here.
MADE = {
    "deal": (gettext_lazy("Deal"), "/deals/{}/"),
    "client": (gettext_lazy("Client"), "/clients/{}/"),
    "interaction": (gettext_lazy("Entry of the history"), ""),
    "call": (gettext_lazy("Call"), ""),
    "person": (gettext_lazy("Employee"), "/office/staff/{}/"),
}


@needs("intake.repair")
def arrivals(request: PageRequest) -> HttpResponse:
    known = {code: states for code, _name, states in TABS}
    tab = request.GET.get("tab", "stuck")
    tab = tab if tab in known else "stuck"
    found = _found(known[tab], request.GET.get("account", ""))
    if tab == SPAM:
        found = found.filter(connector="web_form", reason__startswith=repair.SPAM)
    page = page_of(found, by="received_at", asked=request.GET)
    names = _names()
    context = {
        "tab": tab,
        "tabs": _tabs(tab, request.GET.get("account", "")),
        "rows": [_row(arrival, names) for arrival in page.rows],
        "older": page.older,
        "accounts": sorted(names.items(), key=lambda item: item[1]),
        "account": request.GET.get("account", ""),
        "can_run": tab in ("stuck", "again", "ignored", SPAM),
    }
    return render(request, "office/arrivals.html", context)


@needs("intake.repair")
def arrival(request: PageRequest, pk: int) -> HttpResponse:
    return _page(request, _arrival(pk))


@needs("intake.repair", "POST")
def arrival_run(request: PageRequest, pk: int) -> HttpResponse:
    run_again(_arrival(pk), request.person)
    messages.success(request, _("It waits to be worked off again."))
    return redirect("arrival", pk=pk)


@needs("intake.repair", "POST")
def arrival_setting_aside(request: PageRequest, pk: int) -> HttpResponse:
    found = _arrival(pk)
    try:
        set_aside(found, request.POST.get("reason", ""), request.person)
    except Refused as refusal:
        return _page(request, found, wrong=str(refusal.message))
    messages.success(request, _("Set aside, with your reason."))
    return redirect("arrival", pk=pk)


@needs("intake.repair", "POST")
def arrivals_run(request: PageRequest) -> HttpResponse:
    """Those that were ticked; what has been worked off meanwhile is passed over."""
    ids = [number for text in request.POST.getlist("id") if (number := whole_number(text))][:MOST_AT_ONCE]
    if not ids:
        raise Refused(_("Tick what is to be run again."))
    count = 0
    for found in Arrival.objects.filter(pk__in=ids).exclude(state=State.DONE).defer("body", "headers"):
        try:
            run_again(found, request.person)
        except Refused:  # a worker was quicker
            continue
        count += 1
    messages.success(request, _said(count))
    tab = request.POST.get("tab", "stuck")
    return HttpResponseRedirect(f"{reverse('arrivals')}?tab={tab if tab in {code for code, *_ in TABS} else 'stuck'}")


def _said(count: int) -> str:
    if not count:
        return _("These have been worked off meanwhile.")
    return ngettext("{n} arrival is run again.", "{n} arrivals are run again.", count).format(n=count)


def _found(states: list[Arrival.State], account: str) -> QuerySet[Arrival]:
    found = Arrival.objects.defer("body", "headers")
    if states:
        found = found.filter(state__in=states)
    return found.filter(account=account.replace("\0", "")) if account else found


def _tabs(here: str, account: str) -> list[dict[str, Any]]:
    counted = {state: _count(state) for state in (State.STUCK, State.AGAIN)}
    return [
        {
            "name": name,
            "url": f"{reverse('arrivals')}?tab={code}" + (f"&{urlencode({'account': account})}" if account else ""),
            "here": code == here,
            "count": sum(counted.get(state, 0) for state in states),
        }
        for code, name, states in TABS
    ]


def _count(state: Arrival.State) -> int:
    return Arrival.objects.filter(state=state)[:MOST_COUNTED].count()


def _row(arrival: Arrival, names: dict[str, str]) -> dict[str, Any]:
    return {
        "pk": arrival.pk,
        "url": reverse("arrival", args=[arrival.pk]),
        "received_at": arrival.received_at,
        "account": names.get(arrival.account, arrival.account),
        "state": arrival.get_state_display(),
        "tone": TONES.get(Arrival.State(arrival.state), ""),
        "reason": in_words(arrival.reason),
        "attempts": arrival.attempts,
        "made": _made(arrival),
    }


def _made(arrival: Arrival) -> list[dict[str, Any]]:
    found = []
    for key, value in arrival.made.items():
        if key == "decision":
            continue
        name, url = MADE.get(key, (key, ""))
        found.append({"name": name, "number": value, "url": url.format(value) if url else ""})
    return found


def _names() -> dict[str, str]:
    """The ledger's accounts by the names that people gave them."""
    names = dict(ChannelAccount.objects.values_list("code", "name"))
    keys = {by_program.account_of(pk): name for pk, name in ApiKey.objects.values_list("pk", "name")}
    online_account = online.account()
    takers = {online.account_code(online_account): _("Online payments")} if online_account.kind else {}
    return names | keys | takers | {code: code for code in Pbx.objects.values_list("code", flat=True)}


def _arrival(pk: int) -> Arrival:
    return get_object_or_404(Arrival, pk=pk)


def _page(request: PageRequest, arrival: Arrival, wrong: str = "") -> HttpResponse:
    context = {
        "arrival": arrival,
        "row": _row(arrival, _names()),
        "headers": sorted(arrival.headers.items()),
        "body": readable(bytes(arrival.body), {key.lower(): str(value) for key, value in arrival.headers.items()}),
        "is_open": arrival.state != State.DONE,
        "wrong": wrong,
    }
    return render(request, "office/arrival.html", context, status=422 if wrong else 200)
