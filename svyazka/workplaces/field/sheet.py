"""A form in the hand of whoever is on site: filled in bit by bit, checked at once, finished when nothing is missing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from svyazka.business.sheets import forms, sheets
from svyazka.business.sheets.models import FormKind, FormVersion, Sheet
from svyazka.business.staff.models import Person
from svyazka.business.visits import drawings
from svyazka.business.visits.models import Visit
from svyazka.business.visits.on_site import in_hand
from svyazka.engines.sheets.form import begun
from svyazka.kit.refusals import Refused
from svyazka.workplaces.field import day
from svyazka.workplaces.shared import sheet_words, shots
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.typed import whole_number

_ANY = UUID(int=0)  # stands where the number of a photo goes


@dataclass(frozen=True)
class InHand:
    """A form, and what has been filled in of it so far."""

    visit: Visit
    form: FormKind
    written: FormVersion
    sheet: Sheet | None


@dataclass(frozen=True)
class Way:
    """From the visit to a form."""

    name: str
    code: str
    url: str
    sheet: Sheet | None


@needs("visits.carry_out")
def sheet(request: PageRequest, visit_id: int, code: str) -> HttpResponse:
    taken = find(request, visit_id, code)
    given = {
        **given_to(taken),
        "person": request.person.pk,
        "language": (get_language() or "ru")[:2],
        "words": sheet_words.words(),
        "pictures": reverse("field_picture", args=[visit_id, _ANY]).removesuffix(f"{_ANY}/"),
        "drawings": {str(photo): shots.given(drawing) for photo, drawing in drawings.of_visit(taken.visit).items()},
    }
    return render(
        request,
        "field/sheet.html",
        {**_shown(taken), "given": given, "seen": json.dumps(in_hand.seen(taken.visit, request.person))},
    )


@needs("visits.carry_out")
def state(request: PageRequest, visit_id: int, code: str) -> HttpResponse:
    """What others have saved meanwhile."""
    return JsonResponse(_state(find(request, visit_id, code)))


@needs("visits.carry_out", "POST")
def end(request: PageRequest, visit_id: int, code: str) -> HttpResponse:
    taken = find(request, visit_id, code)
    if taken.sheet is None:
        raise Refused(_("Nothing has been filled in yet."))
    sheets.finish(taken.sheet, by=request.person, revision=whole_number(request.POST.get("revision")))
    messages.success(request, _("“{form}” is whole. The office sees it.").format(form=taken.form))
    return redirect("field_visit", visit_id=visit_id)


@needs("visits.carry_out")
def picture(request: PageRequest, visit_id: int, request_id: UUID) -> HttpResponse:
    visit = get_object_or_404(day.of(request), pk=visit_id)
    kept = get_object_or_404(visit.photos, request_id=request_id)
    return redirect("photo", photo_id=kept.pk)


def ways(visit: Visit) -> list[Way]:
    """The forms of this visit: those that are in use, and those that were begun."""
    begun = sheets.of_visit(visit)
    known = {form.pk: form for form in [*forms.of_visit(visit), *(one.form for one in begun.values())]}
    return [
        Way(form.name, form.code, reverse("field_sheet", args=[visit.pk, form.code]), begun.get(form.pk))
        for form in sorted(known.values(), key=lambda one: (one.position, one.pk))
    ]


def earlier(visit: Visit) -> list[Sheet]:
    """What was filled in during the other visits of the deal: what the installers go by."""
    return [one for one in sheets.list_of_deal(visit.deal_id) if one.visit_id != visit.pk]


def ahead(visits: Iterable[Visit], begun: Mapping[tuple[int, str], object]) -> Iterator[tuple[str, str]]:
    """The pages of the forms of these visits, each with what changes with it: one question, however many there are."""
    kinds = forms.by_visit_kind()
    for visit in visits:
        for code, version in kinds.get(visit.kind_id, ()):
            mark = f"{visit.pk}.{visit.version}.{version}.{begun.get((visit.pk, code), 0)}"
            yield reverse("field_sheet", args=[visit.pk, code]), mark


def given_to(taken: InHand) -> dict[str, Any]:
    """What the phone gets of a form: what is asked, and what stands there."""
    own = {"visit_id": taken.visit.pk, "code": taken.form.code}
    return {
        "form": taken.written.definition,
        "version": taken.written.number,
        "visit": taken.visit.pk,
        "code": taken.form.code,
        "state": reverse("field_sheet_state", kwargs=own),
        **_state(taken),
    }


def find(request: PageRequest, visit_id: int, code: str) -> InHand:
    visit, form = _visit_and_form(request, visit_id, code)
    begun = sheets.of_visit(visit).get(form.pk)
    written = begun.written if begun else forms.newest_of(form)
    if written is None or (begun is None and form not in forms.of_visit(visit)):
        raise Http404
    return InHand(visit, form, written, begun)


def _visit_and_form(request: PageRequest, visit_id: int, code: str) -> tuple[Visit, FormKind]:
    rows = day.of(request).select_related("kind", "client", "deal")
    return get_object_or_404(rows, pk=visit_id), get_object_or_404(FormKind, code=code)


def _shown(taken: InHand) -> dict[str, Any]:
    return {"visit": taken.visit, "form": taken.form, "sheet": taken.sheet}


def _state(taken: InHand) -> dict[str, Any]:
    kept = taken.sheet
    beside = kept.beside if kept else []
    return {
        "id": kept.pk if kept else None,
        "revision": kept.revision if kept else 0,
        "answers": kept.answers if kept else begun(forms.read_version(taken.written)),
        "beside": [{**one, "name": name} for one, name in _with_names(beside)],
        "finished": bool(kept and kept.finished_at),
    }


def _with_names(beside: Iterable[Mapping[str, Any]]) -> list[tuple[Mapping[str, Any], str]]:
    given = list(beside)
    if not given:
        return []
    names = dict(Person.objects.filter(pk__in={one["by"] for one in given}).values_list("pk", "full_name"))
    return [(one, names.get(one["by"], "")) for one in given]
