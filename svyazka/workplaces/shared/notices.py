"""Notices in words: the bell on top, its panel, the page of all, and the toast when one arrives.

A new kind of notice gets a line in `WORDINGS`. What stands in braces is `by` (who did it), `deal` (its number),
`client` (the name), and whatever `tell` was given as `data`: text as it is, the company's own words in the reader's
language, an ISO time under a name that ends in `_at` as people say it, and what `_IN_WORDS` has words for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.clients.models import Client
from svyazka.business.notices import reading
from svyazka.business.notices.models import Notice
from svyazka.business.staff.models import Person
from svyazka.kit import words
from svyazka.workplaces.shared import problems, road_news, waiting_cards
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.paging import page_of
from svyazka.workplaces.shared.short import Short

LATEST = 8
LONGEST = 300  # letters of one thing that somebody wrote


@dataclass(frozen=True)
class Wording:
    words: Promise
    icon: str
    link: str = "/deals/{deal}/"
    tone: str = ""  # "bad": something is late; "good"


# fmt: off
WORDINGS: dict[str, Wording] = {
    "hand_off.waiting": Wording(gettext_lazy("{from} hands a deal on to {to}: accept it or return it"), "hand-off"),
    "hand_off.accepted": Wording(gettext_lazy("{to} accepted the deal"), "hand-off", tone="good"),
    "hand_off.returned": Wording(gettext_lazy("{to} returned the deal: {reason}"), "hand-off", tone="bad"),
    "hand_off.withdrawn": Wording(gettext_lazy("{from} took a hand-off back"), "hand-off"),
    "hand_off.ping_pong": Wording(gettext_lazy("Returned {times} times by now: {reason}"), "hand-off", tone="bad"),
    "digest": Wording(gettext_lazy("Your morning: {problems}"), "warning", "/problems/?person={person}"),
    "digest.department": Wording(
        gettext_lazy("{department} this morning: {problems}{change}"), "warning", "/problems/?department={of}"
    ),
    "thread.routed": Wording(gettext_lazy("{client} writes: it goes to you"), "message", "/clients/{client}/"),
    "thread.escalated": Wording(
        gettext_lazy("{client} has waited {minutes} min for an answer"), "message", "/clients/{client}/", tone="bad"
    ),
    "question.asked": Wording(gettext_lazy("{by} asks: {text}"), "question"),
    "task.given": Wording(gettext_lazy("{by} has given you a task: {what} ({due_at})"), "task"),
    "task.to_ring": Wording(gettext_lazy("{by} asks you to ring: {what} ({count}, {due_at})"), "phone", "/calling/"),
    "task.done": Wording(gettext_lazy("{by} has done what you asked for: {what}"), "task", tone="good"),
    "question.answered": Wording(gettext_lazy("{by} answered: {text}"), "question", tone="good"),
    "question.reminder": Wording(gettext_lazy("An answer is due by {due_at}: {text}"), "question"),
    "question.overdue": Wording(gettext_lazy("{who} has not answered in time: {text}"), "question", tone="bad"),
    "question.withdrawn": Wording(gettext_lazy("You need not answer any more: {text}"), "question"),
    "question.taken_over": Wording(gettext_lazy("{by} answers in a colleague's place: {text}"), "question"),
    "question.released": Wording(gettext_lazy("{by} lets the deal go on before the answer: {text}"), "question"),
    "call.missed": Wording(gettext_lazy("A missed call: ring {client} back by {due_at}"), "phone-missed", tone="bad"),
    "visit.moved": Wording(gettext_lazy("{kind} is moved: {was_at} → {new_at}"), "visit", "/field/?day={day}"),
    "visit.cancelled": Wording(gettext_lazy("{kind} on {was_at} is called off"), "visit", "/field/?day={day}", "bad"),
    "visit.day_changed": Wording(gettext_lazy("Your visits have changed: {count}"), "visit", "/field/?day={day}"),
    "visit.orphaned": Wording(
        gettext_lazy("{who} cannot come; visits without anybody: {count}"),
        "warning",
        "/calendar/what-to-do/?resource={resource}",
        "bad",
    ),
    "visit.runs_late": Wording(
        gettext_lazy("{who} is {minutes} min late; visits behind that: {count}"),
        "warning",
        "/calendar/what-to-do/?resource={resource}",
        "bad",
    ),
    "visit.set_beside": Wording(
        gettext_lazy("{who} worked without signal, and the visit was changed meanwhile: decide what counts"),
        "warning",
        tone="bad",
    ),
    "erased.everywhere": Wording(
        gettext_lazy("No archive of the house holds client № {number} any more"), "check", "/office/erasures/", "good"
    ),
    "thread.assigned": Wording(
        gettext_lazy("{by} asks you to answer {client}: {text}"), "message", "/messages/{client}/"
    ),
    "thread.woken": Wording(gettext_lazy("You wanted to come back to {client} now"), "message", "/messages/{client}/"),
    "thread.fell_back": Wording(
        gettext_lazy("{client} could not be written to: ring instead"), "phone", "/messages/{client}/", "bad"
    ),
    "rule.says": Wording(gettext_lazy("{text}"), "task"),
    "rule.says_of_client": Wording(gettext_lazy("{text}"), "task", "/clients/{client}/"),
    "note.mentioned": Wording(gettext_lazy("{by} mentions you: {text}"), "note"),
    "bot.silent": Wording(
        gettext_lazy("No answer to {bot} since {since_at}: notices do not go out through it"),
        "warning",
        "/office/channels/",
        "bad",
    ),
    "visit.asked_to_take": Wording(
        gettext_lazy("{who} asks you to go in his place: {kind}, {visit_at}. {why}"), "hand-off", "/field/"
    ),
    "visit.is_handed_over": Wording(
        gettext_lazy("{who} asks {to} to take over: {kind}, {visit_at}. {why}"), "hand-off"
    ),
    "visit.hand_over_taken": Wording(
        gettext_lazy("{to} goes in the place of {who}: {kind}, {visit_at}"), "hand-off", tone="good"
    ),
    "visit.hand_over_declined": Wording(
        gettext_lazy("{to} cannot go in the place of {who}: {kind}, {visit_at}"), "hand-off", tone="bad"
    ),
    "visit.not_done": Wording(gettext_lazy("{who}: “{kind}” could not be done. {reason}"), "visit", tone="bad"),
    "visit.confirmed_by_client": Wording(gettext_lazy("The client confirms: {what}, {visit_at}"), "check", tone="good"),
    "agreement.signed": Wording(gettext_lazy("{client} has signed: agreement № {number}"), "task", tone="good"),
    "agreement.signed_by_link": Wording(
        gettext_lazy("{client} has signed by link: agreement № {number}"), "task", tone="good"
    ),
    "agreement.thinks": Wording(gettext_lazy("{client} thinks it over: agreement № {number}"), "history"),
    "agreement.not_sent": Wording(
        gettext_lazy("Agreement № {number} could not be sent to the client: {client}"), "warning", tone="bad"
    ),
    "visit.moved_by_client": Wording(gettext_lazy("The client has moved the visit: {what}, now {visit_at}"), "visit"),
    "visit.taken_by_client": Wording(
        gettext_lazy("The client has taken the window that was offered: {what}, {visit_at}"), "check", tone="good"
    ),
    "visit.called_off_by_client": Wording(
        gettext_lazy("Called off by the client: {what}, {visit_at}. {reason}"), "visit", tone="bad"
    ),
    "visit.window_free": Wording(
        gettext_lazy("The window {window_at} with {who} has become free. It fits {client}: {added}, {waits}"),
        "calendar",
        tone="good",
    ),
    "visit.late": Wording(
        gettext_lazy("{who} arrives at about {arrives_at}, promised until {promised_at}"), "warning", tone="bad"
    ),
    "deals.given": Wording(gettext_lazy("A lead for you: {client}, deal № {deal}"), "person"),
    "deals.given_many": Wording(gettext_lazy("Leads for you: {count}"), "people", "/deals/?whose=mine"),
    "deals.handed_over": Wording(gettext_lazy("Deal № {deal} is yours now: {client}"), "person"),
    "deals.handed_over_many": Wording(gettext_lazy("Deals that are yours: {count}"), "people", "/deals/?whose=mine"),
    "deals.came_back": Wording(
        gettext_lazy("Not taken up in time: {client}, deal № {deal}"), "warning", "/distribution/", "bad"
    ),
    "deals.came_back_many": Wording(
        gettext_lazy("Leads not taken up in time: {count}"), "warning", "/distribution/", "bad"
    ),
    "rule.stopped": Wording(
        gettext_lazy("The rule “{name}” was stopped: {why}"), "warning", "/office/automations/{rule}/", "bad"
    ),
    "rule.unsure": Wording(
        gettext_lazy("The rule “{name}”: nobody knows whether it was done"),
        "warning",
        "/office/automations/log/{run}/",
        "bad",
    ),
    "road.new": Wording(
        gettext_lazy("A new visit: {kind}, {visit_at}, {street}"), "visit", "/field/visits/{visit}/", "good"
    ),
    "road.off": Wording(gettext_lazy("{kind} on {was_at} is called off"), "visit", "/field/?day={day}", "bad"),
    "road.given": Wording(gettext_lazy("{kind} on {was_at}: a colleague goes"), "hand-off", "/field/?day={day}"),
    "road.changed": Wording(
        gettext_lazy("{kind}, {street}: {changes}"), "visit", "/field/visits/{visit}/"
    ),
    "road.many": Wording(gettext_lazy("Your visits have changed: {count}"), "visit", "/field/?day={day}"),
    "road.tomorrow": Wording(
        gettext_lazy("Your visits of the next day: {count}, the first {first_at}"), "route", "/field/?day={day}"
    ),
    "own.trial": Wording(gettext_lazy("A notice for trial: it has arrived"), "bell", "/account/", "good"),
    "plan.ready": Wording(gettext_lazy("A plan of the days {days} is ready"), "route", "/calendar/plans/{plan}/"),
    "plan.changed": Wording(gettext_lazy("Your visits have changed: {count} ({days})"), "route", "/field/"),
}
# fmt: on
_IN_WORDS: dict[str, Callable[[Any], str]] = {
    "problems": problems.counted,
    "change": lambda number: f" ({problems.change(number)})",
    "added": waiting_cards.added,
    "waits": waiting_cards.waits,
    "changes": road_news.changes,
}
_UNWORDED = Wording(gettext_lazy("There is news"), "bell")


@dataclass(frozen=True)
class Shown:
    """One notice, ready for a template."""

    id: str
    said: str
    about: str
    when: str
    stamp: str
    icon: str
    tone: str
    is_read: bool
    url: str


@needs("own.account")
def notices(request: PageRequest) -> HttpResponse:
    """All, the newest first."""
    mine = Notice.objects.filter(person=request.person)
    unread = "unread" in request.GET
    page = page_of(mine.filter(read_at=None) if unread else mine, by="at", asked=request.GET)
    context = {"notices": shown(page.rows), "older": page.older, "unread_only": unread}
    return render(request, "shared/notices.html", context)


@needs("own.account")
def latest(request: PageRequest) -> HttpResponse:
    """What the bell shows when it is opened."""
    newest = Notice.objects.filter(person=request.person).order_by("-at", "-id")[:LATEST]
    return render(request, "shared/notices_latest.html", {"notices": shown(list(newest))})


@needs("own.account")
def bell(request: PageRequest) -> HttpResponse:
    return render(request, "shared/bell.html")


@needs("own.account")
def notice(request: PageRequest, pk: int) -> HttpResponse:
    """Leads to what it is about; with that it has been read."""
    found = _mine(request, pk)
    reading.read(found)
    return HttpResponseRedirect(place_of(found))


@needs("own.account")
def notice_toast(request: PageRequest, pk: int) -> HttpResponse:
    """Only a page that its person looks at asks for it."""
    found = _mine(request, pk)
    reading.seen(found)
    return render(request, "shared/notice_toast.html", {"notice": shown([found])[0]})


@needs("own.account", "POST")
def notice_reading(request: PageRequest, pk: int) -> HttpResponse:
    reading.read(_mine(request, pk))
    return _back(request)


@needs("own.account", "POST")
def notices_reading(request: PageRequest) -> HttpResponse:
    reading.read_all(request.person)
    return _back(request)


def _back(request: PageRequest) -> HttpResponse:
    """A part of the page hears by itself that something was read."""
    return HttpResponse(status=204) if request.htmx and not request.htmx.boosted else redirect("notices")


def _mine(request: PageRequest, pk: int) -> Notice:
    found = Notice.objects.filter(pk=min(pk, 2**63 - 1), person=request.person).first()
    if found is None:
        raise Http404
    return found


def shown(found: Sequence[Notice]) -> list[Shown]:
    """Two queries, however many: the names of the staff, and of the clients."""
    staff = dict(Person.objects.filter(pk__in={one.by_id for one in found}).values_list("pk", "full_name"))
    clients = dict(Client.objects.filter(pk__in={one.client_id for one in found}).values_list("pk", "name"))
    short = Short()
    return [_shown(one, staff.get(one.by_id or 0, ""), clients.get(one.client_id or 0, ""), short) for one in found]


def said(one: Notice, by: str, client: str, short: Short) -> str:
    values = {name: _readable(name, value, short) for name, value in one.data.items()}
    values |= {"by": by or _("Svyazka"), "client": client, "deal": str(one.deal_id or "")}
    return str(_wording(one).words).format_map(defaultdict(str, values))


def place_of(one: Notice) -> str:
    """Where what it is about can be seen to."""
    values = {name: value for name, value in one.data.items() if isinstance(value, (int, str))}
    values |= {"deal": one.deal_id or "", "client": one.client_id or ""}
    link = _wording(one).link
    if "{deal}" in link and not one.deal_id:
        return reverse("client", args=[one.client_id]) if one.client_id else reverse("notices")
    return link.format_map(defaultdict(str, values))


def of_road(one: Notice) -> bool:
    """What those who go out hear of their visits of today and tomorrow."""
    return one.kind.startswith("road.")


def _shown(one: Notice, by: str, client: str, short: Short) -> Shown:
    wording = _wording(one)
    return Shown(
        id=str(one.pk),
        said=said(one, by, client, short),
        about=" · ".join(part for part in (f"№ {one.deal_id}" if one.deal_id else "", client) if part),
        when=short.moment(one.at),
        stamp=one.at.isoformat(),
        icon=wording.icon,
        tone=wording.tone,
        is_read=one.read_at is not None,
        url=reverse("notice", args=[one.pk]),
    )


def _wording(one: Notice) -> Wording:
    return WORDINGS.get(one.kind, _UNWORDED)


def _readable(name: str, value: Any, short: Short) -> str:
    if name in _IN_WORDS:
        return _IN_WORDS[name](value)
    if isinstance(value, Mapping):
        return words.here(value)
    if name.endswith("_at"):
        return short.moment(datetime.fromisoformat(value))
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST].rstrip()}…"
