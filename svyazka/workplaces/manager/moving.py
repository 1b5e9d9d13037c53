"""A deal goes to another stage: dropped on the board, or chosen on its page."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from svyazka.business.deals import moves, rights
from svyazka.business.deals.models import Deal, LossReason, Stage
from svyazka.business.deals.work import staying
from svyazka.business.staff import roles
from svyazka.business.visits import calling_off
from svyazka.business.visits import change as visits
from svyazka.business.visits.models import Visit, VisitKind
from svyazka.kit import rows
from svyazka.kit.refusals import ChangedMeanwhile, Refused
from svyazka.workplaces.manager import parts
from svyazka.workplaces.manager.board import card_and_counters
from svyazka.workplaces.manager.finding import deal_numbered
from svyazka.workplaces.shared import inputs
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.typed import whole_number

FACT = "fact_"
_CALL_OFF = {"cancel": True, "stay": False}


@needs("deals.change", "GET", "POST")
def stage(request: PageRequest, pk: int) -> HttpResponse:
    """GET asks for what is needed to go to `?to=`; POST goes there."""
    deal = deal_numbered(pk)
    rights.insist(request.person, deal)
    if request.method != "POST":
        to = _stage(deal, request.GET.get("to", ""))
        return _dialog(request, deal, to, codes=moves.missing_to_leave(deal, to=to))
    to = _stage(deal, request.POST.get("stage", ""))
    return _move(request, deal, to)


def _move(request: PageRequest, deal: Deal, to: Stage) -> HttpResponse:
    typed = {
        name.removeprefix(FACT): value for name, value in inputs.read(request.POST).items() if name.startswith(FACT)
    }
    left = deal.stage
    called_off = _called_off(deal, to)
    version = _version(request.POST.get("version", ""))
    kind = _to_book(request, deal, to) if "without_visit" not in request.POST else None
    if kind and version in (None, deal.version):
        return _choose_time(request, deal, to, kind, typed)
    if "anyway" not in request.POST and not moves.is_for(to, deal):
        return _dialog(request, deal, to, codes=moves.missing_to_leave(deal, to=to), status=422)
    try:
        moved = calling_off.move_deal(
            deal,
            to=to,
            loss_reason=_reason(request.POST.get("loss_reason", "")),
            learnt=typed,
            version=version,
            call_off=_CALL_OFF.get(request.POST.get("visits", "")),
            by=request.person,
        )
    except (ChangedMeanwhile, staying.Unanswered):
        raise
    except moves.StillMissing as refusal:
        codes = list(dict.fromkeys([*typed, *refusal.codes]))
        faults = {code: _("This is still missing.") for code in refusal.codes if code in typed}
        return _dialog(request, deal, to, codes=codes, typed=typed, faults=faults, status=422)
    except calling_off.StayOrNot as refusal:
        return _dialog(request, deal, to, codes=list(typed), typed=typed, ahead=refusal.visits, status=422)
    except moves.ReasonNeeded as refusal:
        return _dialog(request, deal, to, codes=list(typed), typed=typed, faults=refusal.fields, status=422)
    except Refused as refusal:
        if not typed:
            raise
        return _dialog(request, deal, to, codes=list(typed), typed=typed, faults=refusal.fields, status=422)
    gone = Visit.objects.filter(pk__in=[visit.pk for visit in called_off], status=Visit.Status.CANCELLED)
    return _moved(request, moved, left, called_off=gone.count() if called_off else 0)


def _choose_time(request: PageRequest, deal: Deal, to: Stage, kind: VisitKind, typed: dict[str, str]) -> HttpResponse:
    """Asks; once that is what the person wants, what was typed is stored and the booking takes the dialog's place."""
    codes = list(dict.fromkeys([*typed, *moves.missing_to_leave(deal, to=to)]))
    if "book" not in request.POST:
        return _dialog(request, deal, to, codes=codes, typed=typed, status=422)
    try:
        known, _visits = visits.change_deal(deal, typed, by=request.person)
    except Refused as refusal:
        return _dialog(request, deal, to, codes=codes, typed=typed, faults=refusal.fields, status=422)
    if missing := moves.missing_to_leave(known, to=to):
        faults = {code: _("This is still missing.") for code in missing}
        return _dialog(request, deal_numbered(deal.pk), to, codes=codes, typed=typed, faults=faults, status=422)
    place = {"path": f"{reverse('visit_new', args=[deal.pk])}?kind={kind.code}", "target": "#dialog", "push": "false"}
    return HttpResponse(headers={"HX-Location": json.dumps({**place, "swap": "innerHTML"})})


def _moved(request: PageRequest, deal: Deal, left: Stage, *, called_off: int) -> HttpResponse:
    toast = {
        "deal": deal,
        "left": left,
        "called_off": called_off,
        # Nobody asks twice for the reason of a loss that was taken back by mistake. Cancelled visits do not come back.
        "undo": left.pk != deal.stage_id and left.kind != Stage.Kind.LOST and not called_off,
        "query": request.GET.urlencode(),
    }
    said = render(request, "manager/moved.html", toast).content.decode()
    if "board" in request.GET:
        answer = HttpResponse(card_and_counters(request, deal, [deal.stage_id, left.pk]) + said)
    elif (request.htmx.current_url_abs_path or "").startswith(reverse("calling")):
        answer = HttpResponse(said)
    else:
        answer = HttpResponse(parts.apart(request, deal_numbered(deal.pk)) + said)
    answer["HX-Trigger"] = json.dumps({"dialog:close": {}})
    return answer


def _dialog(
    request: PageRequest,
    deal: Deal,
    to: Stage,
    *,
    codes: list[str],
    typed: dict[str, str] | None = None,
    faults: Mapping[str, Any] | None = None,
    ahead: Sequence[Visit] = (),
    status: int = 200,
) -> HttpResponse:
    faults = faults or {}
    context = {
        "deal": deal,
        "to": to,
        "reasons": (reasons := _reasons(to)),
        "no_reasons": to.kind == Stage.Kind.LOST and not reasons,
        "inputs": parts.asked_inputs(deal, codes, typed=typed or {}, faults=faults, prefix=FACT),
        "called_off": _called_off(deal, to) if to.kind == Stage.Kind.LOST else [],
        "ahead": ahead or (_called_off(deal, to) if to.kind == Stage.Kind.WON else []),
        "to_book": _to_book(request, deal, to),
        "beside": not moves.is_for(to, deal),
        "onward": moves.next_stage(deal),
        "reason_fault": faults.get("loss_reason", ""),
        "action": reverse("deal_stage", args=[deal.pk]) + (f"?{query}" if (query := _board_query(request)) else ""),
    }
    answer = render(request, "manager/move_dialog.html", context, status=status)
    answer["HX-Retarget"] = "#dialog"
    answer["HX-Reswap"] = "innerHTML"
    return answer


def _reasons(to: Stage) -> list[LossReason]:
    return list(LossReason.objects.filter(is_active=True)) if to.kind == Stage.Kind.LOST else []


def _called_off(deal: Deal, to: Stage) -> list[Visit]:
    return [] if to.is_open else calling_off.ahead_of(deal)


def _to_book(request: PageRequest, deal: Deal, to: Stage) -> VisitKind | None:
    """The kind of visit that this stage says is booked, where there is none: booking takes the deal there by itself."""
    if to.position <= deal.stage.position or not to.is_open or not roles.may(request.person, "visits.book"):
        return None
    kind = next(iter(rows.read(VisitKind, "where booked_stage = %s order by position, id limit 1", [to.code])), None)
    return kind if kind and not any(visit.kind_id == kind.pk for visit in calling_off.ahead_of(deal)) else None


def _board_query(request: PageRequest) -> str:
    given = request.GET.copy()
    given.pop("to", None)
    return given.urlencode()


def _stage(deal: Deal, typed: str) -> Stage:
    number = whole_number(typed)
    found = rows.read(Stage, "where id = %s and pipeline_id = %s", [number or 0, deal.pipeline_id])
    if not found:
        raise Refused(_("There is no such stage in this pipeline."))
    return found[0]


def _reason(typed: str) -> LossReason | None:
    if not typed:
        return None
    number = whole_number(typed)
    found = LossReason.objects.filter(pk=number, is_active=True).first() if number else None
    if found is None:
        raise Refused(_("There is no such reason."))
    return found


def _version(typed: str) -> int | None:
    if not typed:
        return None
    number = whole_number(typed)
    if number is None:
        raise ChangedMeanwhile
    return number
