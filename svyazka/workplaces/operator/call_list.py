"""All calls, the latest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db import connection
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.calls.follow import summary_of
from svyazka.business.calls.models import Call, PhoneLine
from svyazka.business.calls.whose_phone import PhoneKey, rung_by
from svyazka.business.clients.models import Client
from svyazka.business.sorting import listing
from svyazka.business.sorting.listing import Shown
from svyazka.business.staff.models import Person
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.timeline import duration
from svyazka.workplaces.shared.typed import whole_number

PAGE = 50
FILTERS = {
    "": gettext_lazy("All"),
    "missed": gettext_lazy("Missed"),
    "answered": gettext_lazy("Answered"),
    "now": gettext_lazy("Going on"),
}
NOTHING = {
    "": gettext_lazy("No calls yet"),
    "missed": gettext_lazy("No call was missed"),
    "answered": gettext_lazy("No call was answered yet"),
    "now": gettext_lazy("Nobody is on the phone just now"),
}


@dataclass(frozen=True)
class Row:
    call: Call
    url: str
    icon: str
    tone: str
    title: str
    who: str
    line: str
    operator: str
    spoken: str
    waited: str
    about: Shown | None
    about_line: str  # in the history; empty while the call is nobody's


@needs("queue.see")
def call_list(request: PageRequest) -> HttpResponse:
    asked = request.GET.get("show", "")
    shown = asked if asked in FILTERS else ""
    before = whole_number(request.GET.get("before"))
    categories = listing.names()
    about = request.GET.get("about", "")
    about = about if about in categories else ""
    found = _find(shown, about, before)
    context = {
        "rows": _rows(found[:PAGE]),
        "before": found[PAGE - 1].pk if len(found) > PAGE else None,
        "filters": [
            {"name": name, "url": _address(code, about), "here": code == shown} for code, name in FILTERS.items()
        ],
        "categories": [
            {"name": one.name, "code": code, "here": code == about}
            for code, one in categories.items()
            if one.is_active or code == about
        ],
        "about": about,
        "shown": shown,
        "nothing": NOTHING[shown],
    }
    return render(
        request, "operator/call_earlier.html" if before and request.htmx else "operator/call_list.html", context
    )


def _address(shown: str, about: str) -> str:
    query = urlencode({name: value for name, value in (("show", shown), ("about", about)) if value})
    return reverse("calls") + (f"?{query}" if query else "")


def _find(shown: str, about: str, before: int | None) -> list[Call]:
    """One more than a page, so that it is known whether there are others."""
    if about:
        return _find_about(shown, about, before)
    rows = Call.objects.whole().order_by("-started_at", "-id")
    if shown == "now":
        rows = rows.going_on()
    elif shown == "missed":
        rows = rows.filter(result__in=Call.NOT_REACHED)
    elif shown == "answered":
        rows = rows.filter(result=Call.Result.ANSWERED)
    last = Call.objects.filter(pk=before).first() if before else None
    if last:
        rows = rows.filter(started_at__lte=last.started_at).exclude(started_at=last.started_at, pk__gte=last.pk)
    return list(rows[: PAGE + 1])


def _find_about(shown: str, about: str, before: int | None) -> list[Call]:
    """Of a category, by the index of what was sorted: it may be a rare one among millions of calls."""
    last = Call.objects.filter(pk=before).first() if before else None
    given = {
        "about": about,
        "states": [Call.State.RINGING, Call.State.TALKING] if shown == "now" else None,
        "results": {"missed": list(Call.NOT_REACHED), "answered": [Call.Result.ANSWERED]}.get(shown),
        "at": last.started_at if last else None,
        "id": last.interaction_id if last else None,
        "limit": PAGE + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ABOUT, given)
        numbers = [number for (number,) in cursor.fetchall()]
    found = Call.objects.in_bulk(numbers)
    return [found[number] for number in numbers if number in found]


_ABOUT = """
select call.id from sorting_sorted said
join calls_call call on call.started_at = said.at and call.interaction_id = said.id
where said.category_id = (select id from sorting_category where code = %(about)s)
    and (%(at)s::timestamptz is null or (said.at <= %(at)s and (said.at, said.id) < (%(at)s, %(id)s)))
    and call.merged_into_id is null
    and (%(states)s::text[] is null or call.state = any(%(states)s))
    and (%(results)s::text[] is null or call.result = any(%(results)s))
order by said.at desc, said.id desc limit %(limit)s
"""


def _rows(calls: Sequence[Call]) -> list[Row]:
    clients = Client.objects.in_bulk({call.client_id for call in calls if call.client_id})
    people = _people(calls)
    chains = _chains(calls)
    lines = dict(PhoneLine.objects.filter(number__in={call.our_number for call in calls}).values_list("number", "name"))
    about = listing.of_numbers([(call.interaction_id, call.started_at) for call in calls if call.interaction_id])
    return [_row(call, clients, people, lines, chains.get(call.pk, []), about) for call in calls]


def _people(calls: Sequence[Call]) -> dict[int | str, Person]:
    """Whoever answered, by id, and colleagues who rang from their own phones, by number."""
    answered = {call.answered_by_id for call in calls if call.answered_by_id}
    numbers = {call.client_number for call in calls if not call.client_id} - {""}
    found = Person.objects.filter(Q(pk__in=answered) | Q(phone__in=numbers))
    return {key: person for person in found for key in (person.pk, person.phone) if key}


def _chains(calls: Sequence[Call]) -> dict[int, list[str]]:
    """To whom each was passed on, one after the other."""
    passed = {call.pk: [PhoneKey(call.pbx_code, one.to) for one in summary_of(call).transfers] for call in calls}
    rung = rung_by(number for chain in passed.values() for number in chain)
    return {pk: [rung.get(to, (0, to.extension))[1] for to in chain] for pk, chain in passed.items()}


def _row(
    call: Call,
    clients: dict[int, Client],
    people: dict[int | str, Person],
    lines: dict[str, str],
    chain: list[str],
    about: Mapping[int, Shown],
) -> Row:
    client = clients.get(call.client_id or 0)
    colleague = None if client else people.get(call.client_number)
    operator = people.get(call.answered_by_id or 0)
    icon, tone, title = outcome(call)
    return Row(
        call=call,
        url=f"/calls/{call.pk}/",
        icon=icon,
        tone=tone,
        title=title,
        who=str(colleague or (client and client.name) or call.client_number_readable),
        line=lines.get(call.our_number, call.our_number),
        operator=" → ".join([*([operator.full_name] if operator else []), *chain]),
        spoken=duration(call.talk_seconds) if call.talk_seconds else "",
        waited=duration(call.waiting_seconds) if call.waiting_seconds and call.direction == "in" else "",
        about=about.get(call.interaction_id or 0),
        about_line=str(call.interaction_id or ""),
    )


def outcome(call: Call) -> tuple[str, str, str]:
    outgoing = call.direction == "out"
    if call.state == Call.State.RINGING:
        return "phone", "good", _("is ringing")
    if call.state == Call.State.TALKING:
        return "phone", "good", _("is speaking")
    if call.result == Call.Result.BUSY:
        return "phone-missed", "bad", _("Outgoing call, busy") if outgoing else _("Incoming call, we were busy")
    if call.result == Call.Result.LEFT:
        return "phone-missed", "bad", _("Passed on, nobody answered")
    if call.result == Call.Result.MISSED:
        return "phone-missed", "bad", _("Outgoing call, no answer") if outgoing else _("Missed call")
    return "phone", "", _("Outgoing call") if outgoing else _("Incoming call")
