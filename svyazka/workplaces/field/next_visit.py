"""What comes next is booked while one is still at the client's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from svyazka.business.visits import next_visit as our
from svyazka.business.visits.booking import SlotTaken
from svyazka.business.visits.models import Resource, Visit, VisitKind
from svyazka.business.visits.offering import Offer, Offered
from svyazka.kit.refusals import Refused
from svyazka.workplaces.field import day
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.templatetags.svyazka import moment
from svyazka.workplaces.shared.typed import whole_number


@needs("visits.carry_out", "GET", "POST")
def next_visit(request: PageRequest, visit_id: int, code: str) -> HttpResponse:
    own = day.own_visit(request, visit_id)
    kind = next((one for one in our.kinds_after(own) if one.code == code), None)
    if kind is None:
        raise Refused(_("This is not booked here: it does not come after the visit, or the work has not begun."))
    if request.method != "POST":
        return _page(request, own, kind)
    try:
        booked = _book(request, own, kind)
    except SlotTaken as refusal:
        return _page(request, own, kind, Offer(tuple(refusal.slots)), refusal)
    except Refused as refusal:
        return _page(request, own, kind, refusal=refusal)
    said = _("Booked: {kind}, {when}, {who}").format(kind=kind, when=moment(booked.starts_at), who=booked.resource)
    messages.success(request, said)
    return redirect("field_visit", visit_id=visit_id)


def links(visit: Visit) -> list[tuple[VisitKind, Visit | None]]:
    """What comes next, and when that is booked already."""
    return [(kind, our.booked(visit, kind)) for kind in our.kinds_after(visit)]


def later(visit: Visit) -> list[VisitKind]:
    """What is booked here once somebody is there: a phone without signal says when."""
    return our.kinds_later(visit) if visit.status in Visit.MOVABLE else []


def _book(request: PageRequest, visit: Visit, kind: VisitKind) -> Visit:
    resource, starts_at = _chosen(request.POST.get("slot", ""))
    given: dict[str, Any] = {"request_id": _request_id(request), "by": request.person}
    return our.book(visit, kind, resource, starts_at, wishes=request.POST.get("wishes", ""), **given)


def _page(
    request: PageRequest, visit: Visit, kind: VisitKind, offer: Offer | None = None, refusal: Refused | None = None
) -> HttpResponse:
    booked = our.booked(visit, kind)
    found = offer or (Offer() if booked else our.offer(visit, kind))
    context = {
        "visit": visit,
        "kind": kind,
        "booked": booked,
        "why_not": found.why_not,
        "windows": _told(found.windows),
        "wishes": request.POST.get("wishes", "")[:300],
        "refusal": refusal,
        "request_id": uuid4(),
    }
    return render(request, "field/next_visit.html", context, status=refusal.status if refusal else 200)


def _told(windows: Sequence[Offered]) -> list[tuple[str, Offered, list[str]]]:
    """Each with what it is sent by, and why it and not another: at the client's nobody reads what holds for all."""
    of_all = set.intersection(*(set(one.reasons) for one in windows)) if len(windows) > 1 else set()
    return [
        (
            f"{one.resource.pk}@{one.starts_at.isoformat()}",
            one,
            [reason for reason in one.reasons if reason not in of_all],
        )
        for one in windows
    ]


def _chosen(slot: str) -> tuple[Resource, datetime]:
    number, _at, stamp = slot.partition("@")
    resource = Resource.objects.bookable().filter(pk=whole_number(number) or 0).first()
    try:
        starts_at = datetime.fromisoformat(stamp)
    except ValueError:
        starts_at = None
    if resource is None or starts_at is None or starts_at.tzinfo is None:
        raise Refused(_("Choose one of the times that are offered."))
    return resource, starts_at


def _request_id(request: PageRequest) -> UUID:
    try:
        return UUID(request.POST.get("request_id", ""))
    except ValueError:
        raise Refused(_("Reload the page and choose again.")) from None
