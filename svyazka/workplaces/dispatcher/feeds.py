"""Addresses at which calendar programs read visits: whose are given, and what they tell."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from svyazka.business.calendars import feeds as our
from svyazka.business.calendars.models import Feed
from svyazka.business.visits.models import Resource
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.feeds import address


@needs("calendars.give")
def feeds(request: PageRequest) -> HttpResponse:
    return _page(request)


@needs("calendars.give", "POST")
def of_resource(request: PageRequest, resource_id: int) -> HttpResponse:
    resource = get_object_or_404(Resource, pk=resource_id)
    return _page(request, resource_id, our.give(resource, by=request.person))


@needs("calendars.give", "POST")
def removal(request: PageRequest, resource_id: int) -> HttpResponse:
    resource = get_object_or_404(Resource, pk=resource_id)
    our.revoke(resource, by=request.person)
    messages.success(request, _("Revoked: {name}. The address opens nothing any more.").format(name=resource))
    return redirect("feeds")


@needs("calendars.give", "POST")
def team(request: PageRequest) -> HttpResponse:
    return _page(request, 0, our.give(None, by=request.person))


@needs("calendars.give", "POST")
def team_removal(request: PageRequest) -> HttpResponse:
    our.revoke(None, by=request.person)
    messages.success(request, _("Revoked. The address opens nothing any more."))
    return redirect("feeds")


@needs("settings.change", "POST")
def rules(request: PageRequest) -> HttpResponse:
    our.let_phones_out(request.POST.get("tells_phone") == "1", by=request.person)
    messages.success(request, _("Saved."))
    return redirect("feeds")


def _page(request: PageRequest, whose: int | None = None, token: str = "") -> HttpResponse:
    """`whose`: the resource that a new address was made for, 0 for the whole team. It is told this once, and so at once
    and not after a redirect."""
    bookable = Resource.objects.bookable().select_related("feed__made_by")
    context = {
        "team": Feed.objects.select_related("made_by").filter(person=request.person).first(),
        "resources": [{"resource": one, "feed": getattr(one, "feed", None)} for one in bookable],
        "whose": whose,
        "address": address(request, token),
        "rules": our.rules(),
    }
    answer = render(request, "dispatcher/feeds.html", context)
    if request.method == "POST":
        answer["HX-Push-Url"] = reverse("feeds")
    return answer
