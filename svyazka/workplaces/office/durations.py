"""How long visits of a kind really take, beside what is planned; taken over by a click, and set back by one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from svyazka.business.visits.models import VisitKind
from svyazka.business.visits.whereabouts import durations
from svyazka.business.visits.whereabouts.durations import Learnt
from svyazka.kit.refusals import Refused
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.typed import whole_number


@needs("settings.change", "POST")
def duration_taking(request: PageRequest, code: str) -> HttpResponse:
    kind = get_object_or_404(VisitKind, code=code)
    minutes = whole_number(request.POST.get("minutes"))
    if minutes is None:
        raise Refused(_("A number of minutes is needed here."))
    changed = durations.take_over(kind, whole_number(request.POST.get("step")), minutes=minutes, by=request.person)
    messages.success(
        request, _("“{kind}” is planned with {minutes} minutes now.").format(kind=changed.name, minutes=minutes)
    )
    return redirect("visit_kind", code=code)


@needs("settings.change", "POST")
def duration_undoing(request: PageRequest, code: str) -> HttpResponse:
    kind = get_object_or_404(VisitKind, code=code)
    taken = durations.last_taken(kind)
    if taken is None:
        raise Refused(_("There is nothing to undo any more."))
    durations.undo(taken, by=request.person)
    messages.success(request, _("The duration is as it was before."))
    return redirect("visit_kind", code=code)


def on_page(kind: VisitKind) -> dict[str, Any]:
    return {"learnt": [_shown(kind, one) for one in durations.of_kind(kind)], "taken": durations.last_taken(kind)}


def _shown(kind: VisitKind, one: Learnt) -> dict[str, Any]:
    return {
        "step": "" if one.step is None else str(one.step),
        "size": _size(kind, one.step),
        "planned": one.planned,
        "really": one.really,
        "count": one.count,
        "people": one.people,
        "is_enough": one.is_enough,
        "differs": one.differs,
        "enough": durations.ENOUGH,
    }


def _size(kind: VisitKind, step: int | None) -> str:
    if step is None:
        return _("without the openings") if kind.minutes_per_opening and not kind.steps else ""
    return _("up to {openings} openings").format(openings=kind.steps[step][0])
