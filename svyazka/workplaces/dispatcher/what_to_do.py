"""What to do about it: somebody is ill, the van is broken, one runs late. Two or three ways out, each with all that it
changes before it is taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from svyazka.business.clients.models import ContactPoint
from svyazka.business.visits import delays, repairing, ways_out
from svyazka.business.visits.models import Repair, Resource, Visit
from svyazka.business.visits.repairing import Outcome
from svyazka.business.visits.ways_out import Step, WayOut
from svyazka.kit.refusals import Refused
from svyazka.workplaces.shared import typed
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.short import Short

SALT = "way out"
SHOWN_FOR = 3600  # seconds; after that the page is looked at anew


@dataclass(frozen=True)
class Line:
    """One visit of a way out, in words."""

    url: str
    client: str
    kind: str
    was_at: str
    at: str  # empty: it keeps its time
    was_with: str
    who: str  # empty: the same people come
    phone: str = ""  # of whoever has to be told


@dataclass(frozen=True)
class Card:
    """A way out. `signed`: exactly what is done when it is taken."""

    title: str
    summary: list[str]
    lines: list[Line]
    to_tell: list[Line]
    lost: list[Line]
    on_the_way: str
    signed: str


@needs("visits.plan", "GET", "POST")
def what_to_do(request: PageRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request)
    steps, to_wait = _read(request.POST.get("way", "")), request.POST.get("to_wait") == "1"
    outcome = repairing.take(steps, to_wait=to_wait, by=request.person)
    done, waiting = len(outcome.done), len(outcome.waiting)
    if done or not waiting:
        messages.success(request, ngettext("Done: {count} visit", "Done: {count} visits", done).format(count=done))
    if waiting:
        said = ngettext("On the waiting list: {count} client", "On the waiting list: {count} clients", waiting)
        messages.success(request, said.format(count=waiting))
    return _after(request, outcome)


@needs("visits.plan", "POST")
def undoing(request: PageRequest, repair_id: int) -> HttpResponse:
    found = Repair.objects.filter(pk=repair_id).first()
    if found is None:
        raise Refused(_("This page is too old. Look at it anew."))
    outcome = repairing.undo(found, by=request.person)
    done = len(outcome.done)
    messages.success(
        request, ngettext("As before: {count} visit", "As before: {count} visits", done).format(count=done)
    )
    return _after(request, outcome)


def _after(request: PageRequest, outcome: Outcome) -> HttpResponse:
    """Whatever was left is said at once; otherwise the page as it is now."""
    if not outcome.left:
        return redirect("what_to_do")
    left = [(_line(Step(visit, visit.resource, visit.starts_at), Short(), {}), why) for visit, why in outcome.left]
    return _page(request, left=left)


def _page(request: PageRequest, *, left: Sequence[tuple[Line, str]] = ()) -> HttpResponse:
    of = Resource.objects.filter(pk=typed.whole_number(request.GET.get("resource")) or 0).first()
    trouble, short = ways_out.trouble(of), Short()
    found = ways_out.find(trouble) if trouble else []
    phones = _phones(step.visit.client_id for way in found for step in way.to_tell)
    least = min((way.travel for way in found), default=0)
    context: dict[str, Any] = {
        "of": of,
        "orphans": [_line(Step(one, one.resource, one.starts_at), short, {}) for one in trouble.orphans],
        "lacking": sorted({one.lacks.name for one in trouble.orphans if one.lacks}),
        "late": [(one, short.moment(delays.over_at(one)), delays.behind(one)) for one in trouble.late],
        "ways": [_card(way, short, phones, least, only=len(found) == 1) for way in found],
        "left": left,
        "last": repairing.last_of(),
    }
    return render(request, "dispatcher/what_to_do.html", context)


def _card(way: WayOut, short: Short, phones: dict[int, str], least: int, *, only: bool) -> Card:
    names = {
        "none_lost": _("Nobody is left out"),
        "least_change": _("The least change"),
        "least_travel": _("The least driving"),
    }
    minutes = (way.travel - least) // 60
    lines = {step: _line(step, short, phones) for step in way.steps}
    return Card(
        title=_("This is how it goes") if only else ", ".join(names[aim] for aim in way.aims),
        summary=_summary(way),
        lines=[line for step, line in lines.items() if step.starts_at],
        to_tell=[lines[step] for step in way.to_tell],
        lost=[lines[step] for step in way.lost],
        on_the_way=_("{minutes} min more on the way").format(minutes=minutes) if minutes > 0 else "",
        signed=_write(way.steps),
    )


def _summary(way: WayOut) -> list[str]:
    counted = (
        (ngettext("{n} visit goes to another", "{n} visits go to others", len(way.handed_over)), way.handed_over),
        (ngettext("{n} visit begins at another time", "{n} visits begin at another time", len(way.moved)), way.moved),
        (ngettext("{n} client to be told", "{n} clients to be told", len(way.to_tell)), way.to_tell),
        (ngettext("{n} visit has nobody", "{n} visits have nobody", len(way.lost)), way.lost),
    )
    return [said.format(n=len(steps)) for said, steps in counted if steps]


def _line(step: Step, short: Short, phones: dict[int, str]) -> Line:
    visit = step.visit
    who = step.resource.name if step.changes_hands else ""
    if step.without:
        said = _("{instead} in the place of {away}") if step.instead else _("without {away}")
        who = said.format(instead=step.instead, away=step.without.name)
    return Line(
        url=reverse("visit", args=[visit.pk]),
        client=str(visit.client),
        kind=visit.kind.name,
        was_at=short.moment(visit.starts_at),
        at=short.moment(step.starts_at) if step.starts_at and step.moves else "",
        was_with=visit.resource.name,
        who=who,
        phone=phones.get(visit.client_id, ""),
    )


def _phones(clients: Any) -> dict[int, str]:
    rows = ContactPoint.objects.filter(client__in=set(clients), kind=ContactPoint.Kind.PHONE).order_by("-pk")
    return dict(rows.values_list("client_id", "value"))


def _write(steps: Sequence[Step]) -> str:
    given = [
        [
            step.visit.pk,
            step.visit.version,
            step.resource.pk,
            step.starts_at.isoformat() if step.starts_at else None,
            step.without.pk if step.without else None,
            step.instead.pk if step.instead else None,
        ]
        for step in steps
    ]
    return signing.dumps(given, salt=SALT, compress=True)


def _read(signed: str) -> list[Step]:
    try:
        given = signing.loads(signed, salt=SALT, max_age=SHOWN_FOR)
    except signing.BadSignature as refusal:
        raise Refused(_("This page is too old. Look at it anew.")) from refusal
    visits = Visit.objects.select_related("kind", "resource", "client", "lacks").in_bulk([row[0] for row in given])
    resources = Resource.objects.in_bulk({number for row in given for number in (row[2], *row[4:]) if number})
    return [_step(row, visits, resources) for row in given if row[0] in visits and row[2] in resources]


def _step(row: Sequence[Any], visits: dict[int, Visit], resources: dict[int, Resource]) -> Step:
    """As it was shown: with the version that the visit had then."""
    number, version, resource, start, without, instead = row
    visit = visits[number]
    visit.version = version
    at = datetime.fromisoformat(start) if start else None
    step = Step(visit, resources[resource], at)
    return replace(step, without=resources.get(without), instead=resources.get(instead))
