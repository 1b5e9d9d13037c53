"""The client's own page: what, when, where and who; it suits him, another time, or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from svyazka.business.visits import by_client
from svyazka.business.visits.client_rules import Span, rules, span_of
from svyazka.business.visits.models import Visit, VisitLink
from svyazka.business.visits.offering import Offered
from svyazka.kit import clock
from svyazka.workplaces.client.door import back, by_link, language_of, others, token_of

DAYS_OPEN = 3  # the others unfold


@dataclass(frozen=True)
class Day:
    day: date
    windows: list[tuple[str, Span]]


@by_link("GET")
def visit(request: HttpRequest, link: VisitLink) -> HttpResponse:
    return _page(request, link, "client/visit.html", {"done": request.GET.get("done", "")})


@by_link("POST")
def confirmation(request: HttpRequest, link: VisitLink) -> HttpResponse:
    try:
        by_client.confirm(link, seen=_moment(request.POST.get("starts_at", "")))
    except by_client.IsAtAnotherTime:
        return back(request, "client_visit", done="changed")
    return back(request, "client_visit", done="confirmed")


@by_link("GET", "POST")
def time(request: HttpRequest, link: VisitLink) -> HttpResponse:
    """Another time, out of those that are really free."""
    if not _posted(request):
        return _to_choose(request, link)
    starts_at = _moment(request.POST.get("starts_at", ""))
    if starts_at is None:
        return _windows(request, link, by_client.windows(link.visit), fault="nothing", status=422)
    try:
        by_client.move(link, starts_at)
    except by_client.Taken as refusal:
        return _windows(request, link, refusal.windows, fault="taken", status=refusal.status)
    return back(request, "client_visit", done="moved")


@by_link("GET", "POST")
def cancellation(request: HttpRequest, link: VisitLink) -> HttpResponse:
    """Asks once, and why."""
    if _posted(request):
        by_client.call_off(link, reason=request.POST.get("reason", ""))
        return back(request, "client_visit")
    if not by_client.may_call_off(link):
        return _page(request, link, "client/visit.html", {"done": "too_late"})
    return _page(request, link, "client/cancellation.html", {})


def _to_choose(request: HttpRequest, link: VisitLink) -> HttpResponse:
    if not by_client.may_move(link):
        return _page(request, link, "client/visit.html", {"done": "too_late"})
    return _windows(request, link, by_client.windows(link.visit))


def _windows(
    request: HttpRequest, link: VisitLink, free: Sequence[Offered], *, fault: str = "", status: int = 200
) -> HttpResponse:
    days = list(_by_day(free))
    context = {"days": days[:DAYS_OPEN], "later": days[DAYS_OPEN:], "fault": fault}
    return _page(request, link, "client/time.html", context, status=status)


def _by_day(free: Sequence[Offered]) -> Iterator[Day]:
    for day, windows in groupby(free, key=lambda window: window.day):
        yield Day(day, [(one.starts_at.isoformat(), span_of(one.starts_at)) for one in windows])


def _page(
    request: HttpRequest, link: VisitLink, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    shown = link.visit
    given = {
        "visit": shown,
        "span": span_of(shown.starts_at),
        "rules": rules(),
        "language": language_of(request),
        "languages": others(request),
        "asks": shown.status == Visit.Status.PLANNED and shown.starts_at > clock.now(),
        "may_move": by_client.may_move(link),
        "may_call_off": by_client.may_call_off(link),
        "is_today": clock.local(shown.starts_at).date() == clock.today(),
        "own": token_of(request),
    }
    return render(request, template, {**given, **context}, status=status)


def _posted(request: HttpRequest) -> bool:
    return request.method == "POST"


def _moment(typed: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(typed)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
