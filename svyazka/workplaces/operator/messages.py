"""One inbox: what clients write by whatever channel, and what they are answered."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from svyazka.business.clients.identify import survivor
from svyazka.business.clients.models import Client
from svyazka.business.inbox import listing
from svyazka.business.journal.record import announce, seen
from svyazka.business.staff.models import Person
from svyazka.workplaces.operator import messages_lines, messages_list, messages_pane
from svyazka.workplaces.shared import timeline
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.shell import shown_count


@needs("queue.see")
def threads(request: PageRequest) -> HttpResponse:
    """The list, and nothing opened beside it."""
    asked = messages_list.read(request.GET, request.person)
    context = messages_list.context(asked, request.person)
    return render(request, _list_or("operator/messages.html", request), context)


@needs("queue.see")
def thread(request: PageRequest, client_id: int) -> HttpResponse:
    """The list and the thread beside it; or, for whoever has the page already, one of the two."""
    found = get_object_or_404(Client, pk=client_id)
    if found.merged_into_id:
        return redirect("thread", survivor(found).pk)
    asked = messages_list.read(request.GET, request.person)
    if _wants(request, "thread-list"):
        context = messages_list.context(asked, request.person, opened=found.pk)
        return render(request, "operator/messages_list.html", context)
    seen(found.pk, by=request.person)
    pane = messages_pane.context(found, request.person, back=asked.address())
    if _wants(request, "thread"):
        return render(request, "operator/thread.html", pane)
    context = {**messages_list.context(asked, request.person, opened=found.pk), **pane}
    return render(request, "operator/messages.html", context)


@needs("queue.see")
def thread_lines(request: PageRequest, client_id: int) -> HttpResponse:
    """What is new in a thread, or with `before` what is earlier."""
    found = survivor(get_object_or_404(Client, pk=client_id))
    before = timeline.read_before(request.GET.get("before", ""))
    page = messages_lines.page(found.pk, before=before)
    return render(request, "operator/thread_lines.html", {"page": page, "client": found})


@needs("queue.see")
def thread_head(request: PageRequest, client_id: int) -> HttpResponse:
    """Who answers, and what can be done with the thread: when that has changed."""
    found = survivor(get_object_or_404(Client, pk=client_id))
    return render(request, "operator/thread_head.html", messages_pane.head(found, request.person))


@needs("queue.see")
def count(request: PageRequest) -> HttpResponse:
    """The number in the frame: clients who wait for this person."""
    return HttpResponse(shown_count(listing.count_mine(request.person)))


@needs("requests.take", "POST")
def writing(request: PageRequest, client_id: int) -> HttpResponse:
    """He is typing: colleagues who have the same thread before them see it."""
    announce("writing", client_id, data={"person": request.person.pk})
    return HttpResponse(status=204)


@needs("queue.see")
def writer(request: PageRequest, person_id: int) -> HttpResponse:
    """What a colleague is called who is typing."""
    found = get_object_or_404(Person, pk=person_id)
    return render(request, "operator/thread_writer.html", {"name": found.full_name})


def _list_or(page: str, request: PageRequest) -> str:
    return "operator/messages_list.html" if _wants(request, "thread-list") else page


def _wants(request: PageRequest, part: str) -> bool:
    return bool(request.htmx and not request.htmx.boosted and request.htmx.target == part)
