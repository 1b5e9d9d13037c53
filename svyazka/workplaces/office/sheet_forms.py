"""Forms on site: the list, and the editor in which a company builds its own, with a phone beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from svyazka.business.company.blueprint import of_house
from svyazka.business.sheets import files
from svyazka.business.sheets import forms as our
from svyazka.business.sheets.models import FormKind
from svyazka.business.visits.models import VisitKind
from svyazka.kit import words
from svyazka.kit.refusals import Refused
from svyazka.kit.texts import storable
from svyazka.workplaces.office import sheet_form_words
from svyazka.workplaces.shared import sheet_words
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.typed import whole_number

EMPTY: Mapping[str, Any] = {"sections": []}
SHOWN_FAULTS = 50


@needs("settings.change")
def sheet_forms(request: PageRequest) -> HttpResponse:
    return _list(request)


@needs("settings.change", "POST")
def sheet_form_from_file(request: PageRequest) -> HttpResponse:
    """What stands in the file comes into the editor; it is stored once somebody publishes it."""
    sent = request.FILES.get("file")
    if sent is None:
        return _list(request, refusal=_("Choose a file first."))
    found = files.read(sent.read(files.LARGEST + 1))
    if found.faults:
        return _list(request, name=str(sent.name)[:120], faults=found.faults)
    messages.info(request, _("This stands in the file. Look at it and publish it: until then nothing is stored."))
    return _editor(request, None, _Typed(found.name, [], found.definition))


@needs("settings.change", "GET", "POST")
def sheet_form_new(request: PageRequest) -> HttpResponse:
    """`?from=`: a form of ours or a sample of the house, to begin from."""
    if request.method != "POST":
        return _editor(request, None, _beginning(request.GET.get("from", "")[:80]))
    typed = _typed(request)
    try:
        made = our.add(typed.wish(), by=request.person)
    except Refused as refusal:
        return _editor(request, None, typed, refusal)
    messages.success(request, _("“{form}” is published: edition 1.").format(form=made))
    return redirect("sheet_form", made.code)


@needs("settings.change", "GET", "POST")
def sheet_form(request: PageRequest, code: str) -> HttpResponse:
    found = get_object_or_404(FormKind, code=code)
    if request.method != "POST":
        return _editor(request, found, _as_it_is(found))
    typed = _typed(request)
    try:
        # Without an edition nobody has seen what he changes.
        seen = whole_number(request.POST.get("edition", "")) or 0
        our.change(found, typed.wish(), by=request.person, seen=seen)
    except Refused as refusal:
        return _editor(request, found, typed, refusal)
    newest = our.newest_of(found)
    number = newest.number if newest else 0
    said = _("Edition {number} is in force. What has been begun keeps the one it was begun with.")
    messages.success(request, said.format(number=number) if number != seen else _("Saved."))
    return redirect("sheet_form", code)


@needs("settings.change", "POST")
def sheet_form_judgement(request: PageRequest) -> HttpResponse:
    """What is wrong with a form as it stands on the screen, each with its place."""
    try:
        _form, told = our.judged(_definition(request))
    except Refused as refusal:
        return JsonResponse({"faults": [{"path": [], "words": str(refusal.message)}]})
    return JsonResponse({"faults": [{"path": list(one.path), "words": one.words} for one in told[:SHOWN_FAULTS]]})


@needs("settings.change")
def sheet_form_preview(request: PageRequest) -> HttpResponse:
    """A phone, in a frame of our own pages only: what is typed in it stays in it."""
    given = {"language": (get_language() or "ru")[:2], "words": sheet_words.words()}
    answer = render(request, "office/sheet_form/phone.html", {"given": given})
    answer["Content-Security-Policy"] = (
        "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; script-src 'self'; "
        "connect-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    )
    answer["X-Frame-Options"] = "SAMEORIGIN"
    return answer


@needs("settings.change", "POST")
def sheet_form_state(request: PageRequest, code: str) -> HttpResponse:
    our.switch(get_object_or_404(FormKind, code=code), on=request.POST.get("on") == "1", by=request.person)
    return redirect("sheet_form", code)


@needs("settings.change", "POST")
def sheet_form_place(request: PageRequest, code: str) -> HttpResponse:
    our.FORMS.move(get_object_or_404(FormKind, code=code), up=request.POST.get("to") == "up", by=request.person)
    return redirect("sheet_forms")


class _Typed:
    """A form as it stands in the editor."""

    def __init__(self, name: Mapping[str, str], kinds: list[str], definition: Any) -> None:
        self.name, self.kinds, self.definition = name, kinds, definition

    def wish(self) -> our.Wish:
        if not isinstance(self.definition, Mapping):
            raise Refused(_("What the page has sent could not be read. Reload it."))
        kinds = list(VisitKind.objects.filter(code__in=self.kinds))
        return our.Wish(self.name, kinds, our.settled(self.definition))


def _typed(request: PageRequest) -> _Typed:
    name = {language: storable(request.POST.get(f"name_{language}", "")) for language in ("ru", "en")}
    kinds = [storable(one) for one in request.POST.getlist("visit_kind")]
    try:
        definition = _definition(request)
    except Refused:
        definition = None
    return _Typed(name, kinds, definition)


def _definition(request: PageRequest) -> Any:
    """Whatever it is: whether it is a form is said by the room."""
    text = storable(request.POST.get("definition", ""))
    unread = Refused(_("What the page has sent could not be read. Reload it."))
    if len(text) > 2 * our.LARGEST:
        raise Refused(_("This form is too large."))
    try:
        given = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise unread from None
    if not isinstance(given, dict) or not _can_be_kept(given):
        raise unread
    return given


def _can_be_kept(given: Any) -> bool:
    """PostgreSQL keeps no NUL in JSON, and no half of a surrogate pair."""
    written = json.dumps(given, ensure_ascii=False)
    return "\\u0000" not in written and written == storable(written)


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _as_it_is(form: FormKind) -> _Typed:
    newest = our.newest_of(form)
    kinds = list(form.visit_kinds.values_list("code", flat=True))
    return _Typed(form.words, kinds, newest.definition if newest else EMPTY)


def _beginning(chosen: str) -> _Typed:
    of, _colon, code = chosen.partition(":")
    if of == "form" and (found := FormKind.objects.filter(code=storable(code)).first()):
        as_it_is = _as_it_is(found)
        copy = {language: _copied(name, language) for language, name in found.words.items()}
        return _Typed(copy, as_it_is.kinds, as_it_is.definition)
    for sample in _samples():
        if sample["from"] == chosen:
            return _Typed(sample["words"], [], {"sections": sample["sections"]})
    return _Typed({}, [], EMPTY)


def _copied(name: str, language: str) -> str:
    with override(language):
        return _("{name} (copy)").format(name=name)


def _samples() -> list[dict[str, Any]]:
    """The forms of the two companies that the house knows."""
    return [
        {
            "from": f"{company}:{one['code']}",
            "words": one["name"],
            "name": words.here(one["name"]),
            "fields": sum(len(section["fields"]) for section in one["sections"]),
            "sections": one["sections"],
            "company": company,
        }
        for company in ("windows", "projects")
        for one in _forms_of(company)
    ]


@cache
def _forms_of(company: str) -> list[dict[str, Any]]:
    given: list[dict[str, Any]] = of_house(company).content["sheet_forms"]
    return given


def _list(request: PageRequest, *, refusal: str = "", name: str = "", faults: Any = ()) -> HttpResponse:
    context = {
        "rows": our.list_all(),
        "samples": _samples(),
        "refusal": refusal,
        "name": name,
        "faults": faults[:SHOWN_FAULTS],
    }
    return render(request, "office/sheet_forms.html", context, status=422 if refusal or faults else 200)


def _editor(request: PageRequest, form: FormKind | None, typed: _Typed, refusal: Refused | None = None) -> HttpResponse:
    newest = our.newest_of(form) if form else None
    given = {
        "definition": typed.definition if isinstance(typed.definition, dict) else EMPTY,
        "words": sheet_form_words.words(),
        "counters": [[one.code, one.name] for one in our.counters()],
        "languages": ["ru", "en"],
        "language": (get_language() or "ru")[:2],
        "limits": sheet_form_words.LIMITS,
    }
    context = {
        "form": form,
        "edition": newest,
        "typed": typed,
        "given": given,
        "kinds": VisitKind.objects.all(),
        "refusal": refusal,
        "reasons": getattr(refusal, "reasons", []),
        "begun": form.sheets.filter(finished_at=None).count() if form else 0,
    }
    return render(request, "office/sheet_form.html", context, status=refusal.status if refusal else 200)
