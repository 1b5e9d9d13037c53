"""Visits in the calendar program of a phone: the public address, and everybody's own on the account page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import parse_etags
from django.utils.translation import gettext as _

from svyazka.business.calendars import calendar
from svyazka.business.calendars import feeds as our
from svyazka.business.calendars.models import Feed
from svyazka.business.staff.models import Person
from svyazka.business.visits.models import Resource
from svyazka.kit.refusals import Refused
from svyazka.workplaces.shared.door import PageRequest, needs, open_to_all


@open_to_all
def ical(request: HttpRequest, token: str) -> HttpResponse:
    """Calendars log in nowhere: the address itself opens. What has not changed is not made anew."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(("GET", "HEAD"))
    standing = our.shown(token)
    if standing is None:
        return HttpResponse("There is no such calendar.\n", content_type="text/plain", status=404)
    mark = f'"{standing.mark}"'
    shown = parse_etags(request.headers.get("If-None-Match", ""))
    if mark in shown or f"W/{mark}" in shown:
        answer: HttpResponse = HttpResponseNotModified()
    else:
        answer = HttpResponse(calendar.written(standing), content_type="text/calendar; charset=utf-8")
        answer["Content-Disposition"] = 'inline; filename="svyazka.ics"'
    answer["ETag"], answer["Cache-Control"], answer["X-Robots-Tag"] = mark, "private, no-cache", "noindex"
    return answer


@needs("own.account", "POST")
def account_calendar(request: PageRequest) -> HttpResponse:
    return _shown(request, our.give(_own(request.person), by=request.person))


@needs("own.account", "POST")
def account_calendar_removal(request: PageRequest) -> HttpResponse:
    our.revoke(_own(request.person), by=request.person)
    return _shown(request)


def on_page(request: PageRequest, person: Person, token: str = "") -> dict[str, Any]:
    """`token`: a new one, which nobody can look up afterwards."""
    resource = our.of_resource(person)
    feed = Feed.objects.filter(resource=resource).first() if resource else None
    return {"feed": {"resource": resource, "given": feed, "address": address(request, token)}}


def address(request: HttpRequest, token: str) -> str:
    return request.build_absolute_uri(reverse("ical", args=[token])) if token else ""


def _own(person: Person) -> Resource:
    resource = our.of_resource(person)
    if resource is None:
        raise Refused(_("There are no visits of your own."))
    return resource


def _shown(request: PageRequest, token: str = "") -> HttpResponse:
    """Not after a redirect: the address is told this once."""
    if not request.htmx and not token:
        return redirect("account")
    context = on_page(request, request.person, token)
    whole = "shared/feed.html" if request.htmx else "shared/feed_page.html"
    return render(request, whole, context)
