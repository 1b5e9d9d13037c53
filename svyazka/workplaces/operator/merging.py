"""Two clients side by side: which of them stays, what of each, and what moves along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from svyazka.business.clients import apart
from svyazka.business.clients.identify import survivor
from svyazka.business.clients.models import Client, ContactPoint
from svyazka.business.clients.naming import called
from svyazka.business.deals.found import Found, find
from svyazka.business.deals.models import Field
from svyazka.business.duplicates import tally, wording
from svyazka.business.duplicates.choosing import BOTH, FACTS, GONE, KEPT, Known, choose, is_nothing, outcome
from svyazka.business.duplicates.merging import known_of, merge
from svyazka.business.duplicates.models import Suspicion
from svyazka.business.duplicates.tally import Tally
from svyazka.kit import phones, rows
from svyazka.workplaces.operator.search import LONGEST, MOST_IN_BOX
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.said import names_of, people_in, said
from svyazka.workplaces.shared.typed import whole_number


@dataclass(frozen=True)
class Value:
    """One of the two, or both together."""

    whose: str  # kept, gone, both
    text: str
    is_chosen: bool


@dataclass(frozen=True)
class Row:
    """What is known of both. Without a choice, both say the same, or only one says anything at all."""

    code: str
    name: str
    ours: str
    theirs: str
    values: Sequence[Value]


@needs("clients.change", "GET", "POST")
def merging(request: PageRequest, client_id: int) -> HttpResponse:
    """With `with`, the number of the other one; without it the other one is looked for first."""
    kept = survivor(get_object_or_404(Client, pk=client_id))
    number = whole_number((request.POST or request.GET).get("with"))
    if number is None:
        return _choosing(request, kept)
    gone = survivor(get_object_or_404(Client, pk=number))
    if request.method == "POST":
        return _merge(request, kept, gone)
    return render(request, "operator/merging.html", _beside(kept, gone))


@needs("clients.change", "POST")
def client_apart(request: PageRequest, client_id: int) -> HttpResponse:
    """`no`: it is taken back."""
    one = survivor(get_object_or_404(Client, pk=client_id))
    number = whole_number(request.POST.get("with"))
    if number is None:
        return redirect(_url(one))
    other = survivor(get_object_or_404(Client, pk=number))
    if request.POST.get("no"):
        apart.take_back(one, other, by=request.person)
        return redirect(_address(one, other))
    apart.say(one, other, by=request.person)
    messages.success(request, _("Remembered: these are two different clients."))
    return redirect("client", one.pk)


def _choosing(request: PageRequest, kept: Client) -> HttpResponse:
    typed = request.GET.get("q", "").strip()[:LONGEST]
    found = find(typed, limit=MOST_IN_BOX) if typed else []
    hits = {one.client_id: one for one in found if one.client_id != kept.pk}
    context = {
        "client": kept,
        "called": _called(kept),
        "typed": typed,
        "hits": [hit(one, f"{_url(kept)}?with={one.client_id}") for one in hits.values()],
    }
    is_part = request.htmx and not request.htmx.boosted
    return render(request, "operator/merging_hits.html" if is_part else "operator/merging_choice.html", context)


def hit(one: Found, url: str) -> dict[str, str]:
    ways = [phones.readable(number) for number in one.phones[:2]] or [one.contact]
    below = " · ".join(text for text in (one.address, *ways) if text and text != one.title)
    return {"title": one.title, "below": below, "url": url}


def _merge(request: PageRequest, kept: Client, gone: Client) -> HttpResponse:
    given = {
        code.removeprefix("of."): whose
        for code, whose in request.POST.items()
        if code.startswith("of.") and whose in (KEPT, GONE, BOTH)
    }
    done = merge(kept, gone, by=request.person, choices=given, suspicion=_suspicion(kept, gone))
    return redirect(f"{reverse('client', args=[kept.pk])}?{urlencode({'was': done.gone_id})}")


def _suspicion(one: Client, other: Client) -> Suspicion | None:
    return Suspicion.objects.filter(Q(client=one, other=other) | Q(client=other, other=one)).first()


def _beside(kept: Client, gone: Client) -> dict[str, Any]:
    suspicion = _suspicion(kept, gone)
    counts = tally.of([kept.pk, gone.pk])
    points = _points(kept, gone)
    return {
        "kept": _side(kept, counts[kept.pk], points[kept.pk]),
        "gone": _side(gone, counts[gone.pk], points[gone.pk]),
        "is_one": kept.pk == gone.pk,
        "is_apart": gone.pk in apart.of(kept.pk),
        "rows": _rows(kept, gone),
        "because": wording.because(suspicion) if suspicion else [],
        "doubts": wording.doubts(suspicion) if suspicion else [],
        "swapped": _address(gone, kept),
        "open_deals": counts[kept.pk].open_deals + counts[gone.pk].open_deals,
        "moving": _moving(counts[gone.pk]),
    }


def _side(one: Client, count: Tally, points: list[ContactPoint]) -> dict[str, Any]:
    return {"client": one, "number": str(one.pk), "called": called(one, points), "points": points, "count": count}


def _points(kept: Client, gone: Client) -> dict[int, list[ContactPoint]]:
    found: dict[int, list[ContactPoint]] = {kept.pk: [], gone.pk: []}
    for point in ContactPoint.objects.filter(client__in=[kept, gone]).order_by("pk"):
        found[point.client_id].append(point)
    return found


def _rows(kept: Client, gone: Client) -> list[Row]:
    ours, theirs = known_of(kept, gone), known_of(gone, kept)
    chosen = choose(ours, theirs, {})
    own = {"name": _("Name"), "kind": _("Person or company"), "address": _("Address"), "note": _("Note")}
    found = [_row(code, own[code], ours.own[code], theirs.own[code], chosen[code]) for code in own]
    return [row for row in [*found, *_facts(ours, theirs, chosen)] if row.ours or row.theirs]


def _facts(ours: Known, theirs: Known, chosen: dict[str, str]) -> list[Row]:
    codes = {**ours.facts, **theirs.facts}
    fields = rows.read(
        Field, "where of = 'client' and code = any(%s) and not is_computed order by position, id", [list(codes)]
    )
    by_code = {field.code: field for field in fields}
    staff = names_of(people_in(ours.facts, by_code) | people_in(theirs.facts, by_code))
    found = []
    for field in fields:
        mine, other = (known.facts.get(field.code) for known in (ours, theirs))
        if not (is_nothing(mine) and is_nothing(other)):
            code = f"{FACTS}{field.code}"
            found.append(_row(code, field.name, said(field, mine, staff), said(field, other, staff), chosen[code]))
    return found


def _row(code: str, name: str, ours: str, theirs: str, chosen: str) -> Row:
    texts = {KEPT: ours, GONE: theirs}
    if code == "note":
        texts[BOTH] = outcome(code, BOTH, ours, theirs)
    if code == "kind":
        texts = {whose: str(dict(Client.Kind.choices).get(text, text)) for whose, text in texts.items()}
    is_choice = bool(ours and theirs) and ours != theirs
    values = [Value(whose, text, whose == chosen) for whose, text in texts.items()] if is_choice else []
    return Row(code, name, texts[KEPT], texts[GONE], values)


def _moving(count: Tally) -> bool:
    return bool(count.deals or count.visits or count.events)


def _called(one: Client) -> str:
    return called(one, list(one.contact_points.all()))


def _url(kept: Client) -> str:
    return reverse("client_merging", args=[kept.pk])


def _address(kept: Client, gone: Client) -> str:
    return f"{_url(kept)}?with={gone.pk}"
