"""The checklist of a kind of visits: what is ticked off on site, and without what a visit is not done."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from svyazka.business.visits import checklist as our
from svyazka.business.visits.models import VisitKind
from svyazka.kit.refusals import Refused
from svyazka.workplaces.shared.door import PageRequest, needs

EMPTY_LINES = 3


@needs("settings.change", "GET", "POST")
def checklist(request: PageRequest, code: str) -> HttpResponse:
    kind = get_object_or_404(VisitKind, code=code)
    if request.method != "POST":
        return _page(request, kind, _lines(kind))
    typed = _typed(request)
    try:
        our.change(kind, _shifted(typed, request.POST.get("up", "")), by=request.person)
    except Refused as refusal:
        return _page(request, kind, typed, refusal)
    if "up" not in request.POST:
        messages.success(request, _("Saved."))
    return redirect("visit_kind_checklist", code)


def _page(
    request: PageRequest, kind: VisitKind, lines: list[dict[str, Any]], refusal: Refused | None = None
) -> HttpResponse:
    left = our.MOST - len(lines)
    shown = lines + [{} for _number in range(min(EMPTY_LINES, left))]
    context = {"kind": kind, "lines": shown, "refusal": refusal, "longest": our.LONGEST}
    return render(request, "office/checklist.html", context, status=refusal.status if refusal else 200)


def _lines(kind: VisitKind) -> list[dict[str, Any]]:
    return [{"code": one["code"], "must": one["must"], **one["name"]} for one in kind.checklist]


def _typed(request: PageRequest) -> list[dict[str, Any]]:
    """Each line as it was typed; `must` names the lines that are marked."""
    columns = [request.POST.getlist(name)[: our.MOST + EMPTY_LINES] for name in ("code", "ru", "en")]
    marked = set(request.POST.getlist("must"))
    lines = zip(*columns, strict=False)
    found = [
        {"code": code, "ru": ru, "en": en, "must": str(number) in marked} for number, (code, ru, en) in enumerate(lines)
    ]
    return [line for line in found if line["ru"].strip() or line["en"].strip()]


def _shifted(lines: list[dict[str, Any]], code: str) -> list[dict[str, Any]]:
    """One line further up, by its code."""
    at = next((place for place, line in enumerate(lines) if code and line["code"] == code), 0)
    return lines if at == 0 else [*lines[: at - 1], lines[at], lines[at - 1], *lines[at + 1 :]]
