"""Work that goes on: breaks, what is ticked off, and what is missing before it is done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from svyazka.business.visits import checklist
from svyazka.business.visits import working as our
from svyazka.business.visits.checklist import Point
from svyazka.business.visits.models import Visit
from svyazka.workplaces.field import day, work
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.typed import whole_number


@needs("visits.carry_out", "POST")
def pause(request: PageRequest, visit_id: int) -> HttpResponse:
    """A break; with `over`, its end."""
    verb = our.go_on if request.POST.get("over") else our.pause
    version = whole_number(request.POST.get("version"))
    verb(day.own_visit(request, visit_id), by=request.person, version=version)
    return work.stop_again(request, visit_id)


@needs("visits.carry_out", "POST")
def tick(request: PageRequest, visit_id: int) -> HttpResponse:
    own, code = day.own_visit(request, visit_id), request.POST.get("point", "")[:50]
    checklist.tick(own, code, on=request.POST.get("on") == "1", by=request.person)
    is_at_end = request.POST.get("from") == "done"
    if not request.htmx or request.htmx.boosted:
        return redirect("field_done" if is_at_end else "field_visit", visit_id=visit_id)
    listed = _listed(own)
    point = next((one for one in listed["points"] if one.code == code), None)
    if point is None:  # taken off meanwhile, and not ticked any more
        return HttpResponse()
    return render(request, "field/point.html", {**listed, "point": point, "at_end": is_at_end, "finishing": is_at_end})


@needs("visits.carry_out")
def done(request: PageRequest, visit_id: int) -> HttpResponse:
    """Before it is done: what is missing, in words."""
    own = day.own_visit(request, visit_id)
    if own.status == Visit.Status.DONE or own.is_off:
        return redirect("field_visit", visit_id=visit_id)
    return render(request, "field/done.html", {"stop": work.shown(request, own), "at_end": True, **_listed(own)})


def _listed(visit: Visit) -> dict[str, Any]:
    points = checklist.of_visit(visit)
    return {
        "visit": visit,
        "points": points,
        "missing": checklist.missing(points),
        "hints": (hints := list(_hints(visit, points))),
        "advice": any(one.stands for one in hints),
    }


@dataclass(frozen=True)
class Hint:
    """What one may have forgotten, though it can be done without. A phone without signal sees for itself whether it
    still stands."""

    code: str
    words: str
    stands: bool
    said: str = ""


def _hints(visit: Visit, points: list[Point]) -> Iterator[Hint]:
    optional = [point.name for point in points if not point.must and point.tick is None]
    words = _("Not ticked off: {points}")
    yield Hint("points", words, bool(optional), words.format(points=", ".join(optional)))
    yield Hint("note", said := _("There is no note yet."), not visit.report, said)
    yield Hint("photo", said := _("There are no photos yet."), not visit.photos.exists(), said)
