"""Days planned anew: asked for, followed while it is worked on, looked at, taken over in part or whole, undone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from svyazka.business.visits import rota
from svyazka.business.visits.models import Proposal, ProposalGroup
from svyazka.business.visits.planning import job, night, taking
from svyazka.business.visits.planning.taking import Outcome
from svyazka.kit import clock
from svyazka.kit.refusals import Refused
from svyazka.workplaces.dispatcher import plan_words
from svyazka.workplaces.shared import typed
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.paging import page_of


@needs("visits.plan", "GET", "POST")
def plans(request: PageRequest) -> HttpResponse:
    """GET: those of the last weeks; POST asks for another one."""
    if request.method != "POST":
        return _list(request)
    try:
        first = typed.day(request.POST.get("first_day")) or clock.today()
        days = typed.whole_number(request.POST.get("days")) or 0
        asked = job.ask(first, days, by=request.person)
    except Refused as refusal:
        return _list(request, refusal)
    return redirect("plan", asked.pk)


@needs("visits.plan")
def plan(request: PageRequest, pk: int) -> HttpResponse:
    return render(request, "dispatcher/plan.html", plan_words.shown(_given(pk)))


@needs("visits.plan")
def plan_now(request: PageRequest, pk: int) -> HttpResponse:
    """How far it is: asked again and again while it is at work."""
    return render(request, "dispatcher/plan_now.html", plan_words.shown(_given(pk)))


@needs("visits.plan", "POST")
def plan_stopping(request: PageRequest, pk: int) -> HttpResponse:
    job.stop(_given(pk), by=request.person)
    return redirect("plan", pk)


@needs("visits.plan", "POST")
def plan_taking(request: PageRequest, pk: int) -> HttpResponse:
    """The groups that are ticked, or all of them."""
    chosen = [number for one in request.POST.getlist("group") if (number := typed.whole_number(one)) is not None]
    outcome = taking.take(_given(pk), None if request.POST.get("all") else chosen, by=request.person)
    said = ngettext("Taken over: {count} visit has changed.", "Taken over: {count} visits have changed.", _of(outcome))
    _say(request, outcome, said)
    if number := len(outcome.offered):
        offered = ngettext("{count} time is offered to a client.", "{count} times are offered to clients.", number)
        messages.success(request, offered.format(count=number))
    return redirect("plan", pk)


@needs("visits.plan", "POST")
def plan_undoing(request: PageRequest, pk: int) -> HttpResponse:
    outcome = taking.undo(_given(pk), by=request.person)
    said = ngettext("Undone: {count} visit is as before.", "Undone: {count} visits are as before.", _of(outcome))
    _say(request, outcome, said)
    return redirect("plan", pk)


@needs("settings.change", "POST")
def plan_rules(request: PageRequest) -> HttpResponse:
    days = typed.whole_number(request.POST.get("days")) or 0
    night.change(by_night=request.POST.get("by_night") == "1", days=days, by=request.person)
    messages.success(request, _("Saved."))
    return redirect("plans")


def _given(pk: int) -> Proposal:
    return get_object_or_404(Proposal.objects.select_related("asked_by"), pk=min(pk, 2**63 - 1))


def _list(request: PageRequest, refusal: Refused | None = None) -> HttpResponse:
    taken = Count("groups", filter=Q(groups__state=ProposalGroup.State.TAKEN))
    rows = Proposal.objects.select_related("asked_by").annotate(
        number=Count("groups"), taken=taken, saved=Sum("groups__saved")
    )
    page = page_of(rows, by="asked_at", asked=request.GET)
    given = request.POST if refusal else {}
    context: dict[str, Any] = {
        "rows": [plan_words.row(one) for one in page.rows],
        "older": page.older,
        "refusal": refusal.message if refusal else "",
        "first_day": typed.day(given.get("first_day")) or rota.worked_from(clock.today() + timedelta(days=1)),
        "days": given.get("days", "1"),
        "most_days": job.MOST_DAYS,
        "rules": night.rules(),
        "most_by_night": night.MOST_DAYS,
    }
    return render(request, "dispatcher/plans.html", context, status=refusal.status if refusal else 200)


def _of(outcome: Outcome) -> int:
    return len(outcome.visits)


def _say(request: PageRequest, outcome: Outcome, said: str) -> None:
    if outcome.visits:
        messages.success(request, said.format(count=_of(outcome)))
    for words in dict.fromkeys(outcome.left):
        messages.warning(request, words)
