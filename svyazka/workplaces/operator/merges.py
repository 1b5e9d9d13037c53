"""What was merged: the list, one merge with what came since, and its undoing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from svyazka.business.agreements.models import Agreement
from svyazka.business.calls.models import Call
from svyazka.business.clients.models import Client, ContactPoint, Interaction, Trait
from svyazka.business.deals.models import Deal, Field, RingBack, Task
from svyazka.business.duplicates import giving, tally
from svyazka.business.duplicates.merging import undo
from svyazka.business.duplicates.models import Merge, MergedRow
from svyazka.business.staff.models import Person
from svyazka.business.visits.models import Visit, Waiting
from svyazka.kit import clock
from svyazka.workplaces.shared import timeline, typed
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.paging import page_of
from svyazka.workplaces.shared.templatetags.svyazka import moment

_OWN = {
    "name": gettext_lazy("Name"),
    "kind": gettext_lazy("Person or company"),
    "address": gettext_lazy("Address"),
    "note": gettext_lazy("Note"),
}
# What a table is called, where no single value of it has a name on any screen.
_TABLES = {
    Deal: gettext_lazy("Deals"),
    Visit: gettext_lazy("Visits"),
    Call: gettext_lazy("Calls"),
    Interaction: gettext_lazy("Entries of the history"),
    ContactPoint: gettext_lazy("Ways to reach the client"),
    Trait: gettext_lazy("Former names and addresses"),
    Task: gettext_lazy("Tasks"),
    RingBack: gettext_lazy("Ring-backs"),
    Waiting: gettext_lazy("Places on the waiting list"),
    Agreement: gettext_lazy("Agreements"),
}


@needs("clients.see")
def merges(request: PageRequest) -> HttpResponse:
    page = page_of(_found(request), by="at", asked=request.GET)
    context = {
        "rows": [_row(one) for one in page.rows],
        "older": page.older,
        "people": Person.objects.order_by("full_name").values_list("pk", "full_name"),
        "chosen": {key: request.GET.get(key, "") for key in ("person", "day")},
    }
    return render(request, "operator/merges.html", context)


@needs("clients.see")
def merge_page(request: PageRequest, merge_id: int) -> HttpResponse:
    done = get_object_or_404(Merge.objects.select_related("kept", "gone", "by", "undone_by"), pk=merge_id)
    since = tally.since(done)
    context = {
        "one": _row(done),
        "moved": _moved(done),
        "left": _words_of_left(done),
        "deals": [(one, _owner(done, one.client_id)) for one in since.deals],
        "points": [(one, _owner(done, one.client_id)) for one in since.points],
        "happened": list(
            zip(timeline.lines(since.happened), [_owner(done, one.client_id) for one in since.happened], strict=True)
        ),
        "is_anything": bool(since.deals or since.points or since.happened),
        "sides": [_side(done.kept), _side(done.gone)],
    }
    return render(request, "operator/merge.html", context)


@needs("clients.change", "POST")
def merge_undoing(request: PageRequest, merge_id: int) -> HttpResponse:
    undone = undo(get_object_or_404(Merge, pk=merge_id), by=request.person)
    messages.success(request, _("Undone: these are two clients again."))
    if again := len(undone.made_again):
        said = ngettext(
            "{count} later merge stood on this one: it was taken down and made again.",
            "{count} later merges stood on this one: they were taken down and made again.",
            again,
        )
        messages.info(request, said.format(count=again))
    return redirect("merge", merge_id)


@needs("clients.change", "POST")
def merge_giving(request: PageRequest, merge_id: int) -> HttpResponse:
    """What came while they were one goes to the one who is named."""
    done = get_object_or_404(Merge, pk=merge_id)
    number, to = typed.whole_number(request.POST.get("number")), typed.whole_number(request.POST.get("to"))
    giving.give(done, request.POST.get("what", ""), number or 0, to=to or 0, by=request.person)
    return redirect("merge", merge_id)


def _found(request: PageRequest) -> QuerySet[Merge]:
    found = Merge.objects.select_related("kept", "gone", "by", "undone_by")
    if person := typed.whole_number(request.GET.get("person")):
        found = found.filter(by_id=person)
    if day := typed.day(request.GET.get("day")):
        begins, ends = clock.day_bounds(day)
        found = found.filter(at__gte=begins, at__lt=ends)
    return found


def _row(one: Merge) -> dict[str, Any]:
    return {
        "id": str(one.pk),
        "kept": _side(one.kept),
        "gone": {**_side(one.gone), "called": one.gone_name},
        "when": moment(one.at),
        "who": one.by.full_name if one.by else one.actor,
        "undone": moment(one.undone_at) if one.undone_at else "",
        "undone_by": one.undone_by.full_name if one.undone_by else "",
    }


def _side(one: Client) -> dict[str, str]:
    return {"number": str(one.pk), "called": str(one)}


def _owner(done: Merge, client_id: int) -> dict[str, str]:
    """Whose it is, and to whom it can go."""
    other = done.gone if client_id == done.kept_id else done.kept
    return {"to": str(other.pk), "called": str(done.kept if other == done.gone else done.gone), "other": str(other)}


def _moved(done: Merge) -> list[tuple[str, int]]:
    """How many of each have moved, those that people know."""
    tables = {model._meta.db_table: name for model, name in _TABLES.items()}
    found = MergedRow.objects.filter(merge=done, column="client_id", table__in=tables).values_list("table", flat=True)
    counts = dict.fromkeys(tables, 0)
    for table in found:
        counts[table] += 1
    return [(str(tables[table]), count) for table, count in counts.items() if count]


def _words_of_left(done: Merge) -> list[str]:
    """What somebody had changed since, by name, each once."""
    codes = [column.partition("/")[2] for _table, _row, column in done.left if "/" in column]
    fields = {field.code: field.name for field in Field.objects.filter(of="client", code__in=codes)} if codes else {}
    tables = {model._meta.db_table: str(name) for model, name in _TABLES.items()}
    words: dict[str, None] = {}
    for table, _number, column in done.left:
        code = column.partition("/")[2]
        own = fields.get(code, code) if code else str(_OWN.get(column, ""))
        if named := own if table == Client._meta.db_table else tables.get(table, ""):
            words[named] = None
    return list(words)
