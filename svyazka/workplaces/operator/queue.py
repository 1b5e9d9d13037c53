"""The live queue: what came in and waits, the calls that are going on, and the person's own next steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.calls.follow import summary_of
from svyazka.business.calls.models import Call
from svyazka.business.calls.summary import Summary
from svyazka.business.calls.whose_phone import PhoneKey, colleagues_at
from svyazka.business.clients import history
from svyazka.business.clients.models import Client, ContactPoint, Interaction
from svyazka.business.clients.naming import called
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.deals import rights
from svyazka.business.deals.handing.taking import take
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Deal
from svyazka.business.deals.work import my_day, ring_backs
from svyazka.business.deals.work.my_day import Part
from svyazka.business.inbox import threads
from svyazka.business.sorting import listing
from svyazka.business.sorting.listing import Shown
from svyazka.business.staff.models import Person
from svyazka.kit import clock, phones
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.short import Short
from svyazka.workplaces.shared.timeline import duration
from svyazka.workplaces.shared.typed import whole_number

Kind = Interaction.Kind

MOST, MOST_OF_ALL = 60, 600
MOST_STEPS = 15
GETS_OLD = timedelta(minutes=15)
IS_OLD = timedelta(hours=1)
LONGEST_EXCERPT = 160
ICONS: dict[str, str] = {Kind.CALL: "phone-missed", Kind.FORM: "form", Kind.MESSAGE: "message"}
NAMES: dict[str, Promise] = {
    Kind.CALL: gettext_lazy("Missed calls"),
    Kind.FORM: gettext_lazy("Requests"),
    Kind.MESSAGE: gettext_lazy("Messages"),
}
SINGLE: dict[str, Promise] = {
    Kind.CALL: gettext_lazy("Missed call"),
    Kind.FORM: gettext_lazy("Request from the site"),
    Kind.MESSAGE: gettext_lazy("Message"),
}


@dataclass(frozen=True)
class Row:
    """A client who waits for us, with the first thing that he waits for."""

    id: str
    kind: str
    icon: str
    title: str
    phone: str
    phone_readable: str
    text: str
    what: str
    more: int
    where: str
    waits: str
    age: str
    since: str
    deal: Deal | None
    url: str
    about: Shown | None


@needs("queue.see")
def queue(request: PageRequest) -> HttpResponse:
    kind = request.GET.get("kind", "")
    kind = kind if kind in NAMES else ""
    newest = request.GET.get("order") == "newest"
    about = request.GET.get("about", "")
    most = min(max(whole_number(request.GET.get("most")) or MOST, MOST), MOST_OF_ALL)
    context = {
        **waiting(kind, about=about, newest=newest, most=most),
        **calls_now(),
        "steps": own_steps(request.person),
        "here": _address(kind, about, newest, most),
    }
    fragment = request.htmx and request.htmx.target == "queue-now"
    return render(request, "operator/queue_now.html" if fragment else "operator/queue.html", context)


@needs("requests.take", "POST")
def taking(request: PageRequest, interaction_id: int) -> HttpResponse:
    """Whoever takes it up becomes responsible for the deal, unless somebody is, or another department is at it."""
    happened = get_object_or_404(Interaction, pk=interaction_id)
    deal = Deal.objects.filter(pk=happened.deal_id).first() if happened.deal_id else None
    with transaction.atomic():
        history.take_up(happened, by=request.person)
        ring_backs.taken_up(happened.client_id, by=request.person)
        if deal and deal.responsible_id is None and rights.may_change(request.person, deal):
            facts.appoint(deal, request.person, by=request.person)
        elif deal:
            take(deal.pk, by=request.person)
        threads.taken_up(happened.client_id, by=request.person)
    if request.htmx and not request.htmx.boosted:  # out of a history, which renews itself
        return HttpResponse(status=204)
    return redirect(f"/deals/{deal.pk}/") if deal else redirect("client", happened.client_id)


@needs("requests.take", "POST")
def returning(request: PageRequest, interaction_id: int) -> HttpResponse:
    """Whoever took it up gives it back."""
    happened = get_object_or_404(Interaction, pk=interaction_id)
    with transaction.atomic():
        history.put_back(happened, by=request.person)
        ring_backs.put_back(happened.client_id, by=request.person)
    return HttpResponse(status=204) if request.htmx else redirect("queue")


def waiting(kind: str, *, about: str = "", newest: bool, most: int) -> dict[str, Any]:
    """`about`: the code of a category."""
    offered = _categories(kind, about, newest)
    about = about if any(one["here"] for one in offered) else ""
    if about:
        found = listing.waiting_of(about, kind=kind, newest=newest, limit=most)
    else:
        found = history.waiting(kind=kind, newest=newest, limit=most)
    counts = history.count_waiting()
    names = {"": _("All"), **NAMES}
    counts[""] = sum(counts.values())
    return {
        "rows": rows_of(found),
        "filters": [
            {"name": name, "count": counts.get(code, 0), "url": _address(code, about, newest), "here": code == kind}
            for code, name in names.items()
        ],
        "categories": offered,
        "order": {"newest": newest, "url": _address(kind, about, not newest)},
        "more_url": _address(kind, about, newest, most + MOST) if len(found) == most and most < MOST_OF_ALL else "",
    }


def _categories(kind: str, about: str, newest: bool) -> list[dict[str, Any]]:
    """Those of which something waits, and the chosen one; a click on that one leads out of it."""
    counts = listing.waiting_by_category()
    return [
        {
            "name": one.name,
            "colour": one.colour,
            "count": counts.get(code, 0),
            "here": code == about,
            "url": _address(kind, "" if code == about else code, newest),
        }
        for code, one in (listing.names() if counts or about else {}).items()
        if code in counts or code == about
    ]


def _address(kind: str, about: str, newest: bool, most: int = 0) -> str:
    given = {"kind": kind, "about": about, "order": "newest" if newest else "", "most": most if most > MOST else ""}
    query = urlencode({name: value for name, value in given.items() if value})
    return reverse("queue") + (f"?{query}" if query else "")


def rows_of(found: Sequence[Interaction]) -> list[Row]:
    """One row for each client: somebody who writes five messages in a row wants one answer."""
    of_client: dict[int, list[Interaction]] = {}
    for happened in found:
        of_client.setdefault(happened.client_id, []).append(happened)
    clients = Client.objects.in_bulk(of_client)
    points_of = _points(of_client)
    deals = Deal.objects.select_related("stage").in_bulk({one.deal_id for one in found if one.deal_id})
    channels = _channels({one.channel for one in found})
    about = listing.of_lines([things[0] for things in of_client.values()])
    now = clock.now()
    return [
        _row(things, clients[client_id], points_of.get(client_id, []), deals, channels, about, now)
        for client_id, things in of_client.items()
        if client_id in clients
    ]


def calls_now() -> dict[str, Any]:
    calls = list(Call.objects.going_on().order_by("-started_at")[:12])
    clients = Client.objects.in_bulk({call.client_id for call in calls if call.client_id}) if calls else {}
    summaries = {call.pk: summary_of(call) for call in calls}
    speakers = _speakers(calls, summaries)
    rows = [
        {
            "id": call.pk,
            "title": client.name if (client := clients.get(call.client_id)) and client.name else _shown(call),
            "url": reverse("client", args=[call.client_id]) if call.client_id else "",
            "is_ringing": call.state == Call.State.RINGING or bool(summaries[call.pk].rings and not speakers[call.pk]),
            "who": ", ".join(speakers[call.pk]),
            "since": age(clock.now() - call.started_at),
        }
        for call in calls
    ]
    return {"calls": rows}


def _speakers(calls: Sequence[Call], summaries: dict[int, Summary]) -> dict[int, list[str]]:
    """Who speaks with each client now: after a transfer that is not whoever answered."""
    talks = {call: [talk.extension for talk in summaries[call.pk].talks if not talk.end] for call in calls}
    phones = {call.pk: [PhoneKey(call.pbx_code, one) for one in spoken if one] for call, spoken in talks.items()}
    names = colleagues_at(phone for of_call in phones.values() for phone in of_call)
    return {pk: [names.get(phone, phone.extension) for phone in of_call] for pk, of_call in phones.items()}


def own_steps(person: Person) -> list[dict[str, Any]]:
    """What the person has to do today, what should have been done already on top."""
    short = Short()
    tasks = my_day.list_tasks(person, (Part.LATE, Part.TODAY), most=MOST_STEPS)
    return [
        {
            "what": line.what,
            "deal": f"№ {line.deal_id}" if line.deal_id else "",
            "client": line.client,
            "when": short.moment(line.due_at),
            "is_late": line.part == Part.LATE,
            "url": f"/deals/{line.deal_id}/" if line.deal_id else "/my-day/",
        }
        for line in tasks[:MOST_STEPS]
    ]


def age(waited: timedelta) -> str:
    """`now`, `12 min`, `3 h`, `2 d`."""
    minutes = max(0, int(waited.total_seconds() // 60))
    if minutes < 1:
        return _("now")
    if minutes < 24 * 60:
        return duration(minutes * 60) if minutes >= 60 else _("{minutes} min").format(minutes=minutes)
    return _("{days} d").format(days=minutes // (24 * 60))


def _row(
    things: list[Interaction],
    client: Client,
    points: Sequence[ContactPoint],
    deals: dict[int, Deal],
    channels: dict[str, str],
    about: Mapping[int, Shown],
    now: datetime,
) -> Row:
    first = things[0]
    deal = next((deals[one.deal_id] for one in things if one.deal_id in deals), None)
    text = next((one.text for one in things if one.text), "")
    phone = next((point.value for point in points if point.kind == ContactPoint.Kind.PHONE), "")
    waited = now - first.at
    return Row(
        id=str(first.pk),
        kind=first.kind,
        icon=ICONS.get(first.kind, "inbox"),
        title=called(client, points),
        phone=phone,
        phone_readable=phones.readable(phone) if phone and client.name else "",
        text=text if len(text) <= LONGEST_EXCERPT else f"{text[:LONGEST_EXCERPT].rstrip()}…",
        what=str(SINGLE.get(first.kind, "")),
        more=len(things) - 1,
        where=channels.get(first.channel, "") or str(Kind(first.kind).label),
        waits=age(waited),
        age="old" if waited >= IS_OLD else "aging" if waited >= GETS_OLD else "fresh",
        since=first.at.isoformat(),
        deal=deal,
        url=f"/deals/{deal.pk}/" if deal else reverse("client", args=[client.pk]),
        about=about.get(first.pk),
    )


def _points(client_ids: Iterable[int]) -> dict[int, list[ContactPoint]]:
    of_client: dict[int, list[ContactPoint]] = {}
    for point in ContactPoint.objects.filter(client_id__in=list(client_ids)).order_by("pk"):
        of_client.setdefault(point.client_id, []).append(point)
    return of_client


def _channels(codes: set[str]) -> dict[str, str]:
    return dict(ChannelAccount.objects.filter(code__in=codes - {""}).values_list("code", "name"))


def _shown(call: Call) -> str:
    return call.client_number_readable
