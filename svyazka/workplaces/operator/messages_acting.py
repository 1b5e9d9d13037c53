"""Who answers a thread, and when: taken, given, put off, done, and taken back."""

from __future__ import annotations

import json
from datetime import datetime, time, timedelta

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from svyazka.business.clients.identify import survivor
from svyazka.business.clients.models import Client
from svyazka.business.inbox import threads
from svyazka.business.inbox.models import Thread
from svyazka.business.staff.models import Person
from svyazka.kit import clock
from svyazka.kit.refusals import Refused
from svyazka.workplaces.operator import messages_pane
from svyazka.workplaces.operator.messages_pane import MORNING
from svyazka.workplaces.shared import away
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.typed import moment, whole_number


@needs("requests.take", "POST")
def taking(request: PageRequest, client_id: int) -> HttpResponse:
    threads.take(_thread(client_id), by=request.person)
    return _head(request, client_id)


@needs("requests.take", "POST")
def responsible(request: PageRequest, client_id: int) -> HttpResponse:
    """A colleague answers from now on, or nobody yet."""
    number = whole_number(request.POST.get("person"))
    person = get_object_or_404(Person.objects.working(), pk=number) if number else None
    if person:
        away.warn(person, request.POST.get("anyway"))
    threads.assign(_thread(client_id), person, by=request.person)
    return _head(request, client_id)


@needs("requests.take", "POST")
def snooze(request: PageRequest, client_id: int) -> HttpResponse:
    until = _until(request.POST.get("in", ""), request.POST.get("day"), request.POST.get("hour"))
    if until is None:
        raise Refused(_("Choose a day and an hour."))
    threads.snooze(_thread(client_id), until, by=request.person)
    return _head(request, client_id, said=_("Put off."))


@needs("requests.take", "POST")
def state(request: PageRequest, client_id: int) -> HttpResponse:
    """Seen to, or open again as it was."""
    thread = _thread(client_id)
    if request.POST.get("done") == "1":
        threads.close(thread, by=request.person)
        return _head(request, client_id, said=_("Seen to."), can_undo=True)
    threads.open_again(thread, by=request.person)
    return _head(request, client_id)


def _until(choice: str, day: str | None, hour: str | None) -> datetime | None:
    if choice == "hour":
        return clock.now() + timedelta(hours=1)
    if choice == "morning":
        return clock.at(clock.today() + timedelta(days=1), time(MORNING))
    return moment(day, hour)


def _thread(client_id: int) -> Thread:
    client = survivor(get_object_or_404(Client, pk=client_id))
    return get_object_or_404(Thread, client_id=client.pk)


def _head(request: PageRequest, client_id: int, *, said: str = "", can_undo: bool = False) -> HttpResponse:
    client = survivor(get_object_or_404(Client, pk=client_id))
    if not request.htmx or request.htmx.boosted:
        return redirect("thread", client.pk)
    context = {**messages_pane.head(client, request.person), "said": said}
    if can_undo:
        context["undo_url"] = reverse("thread_state", args=[client.pk])
    answer = render(request, "operator/thread_head.html", context)
    answer["HX-Trigger"] = json.dumps({"thread:changed": None})
    return answer
