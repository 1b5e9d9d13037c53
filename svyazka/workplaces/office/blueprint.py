"""The company's set-up as a file: downloaded, compared with another one, and taken over part by part."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from svyazka.business.company import blueprint as our
from svyazka.business.company import words
from svyazka.business.company.blueprint import SECTIONS, Blueprint
from svyazka.business.company.compare import Difference, Kind, compare
from svyazka.business.company.take import Unfit, fingerprint, take
from svyazka.business.company.touched import deals_of
from svyazka.business.company.write import written
from svyazka.kit import clock
from svyazka.kit.refusals import Refused
from svyazka.kit.shapes import Fault
from svyazka.kit.words import here
from svyazka.kit.yaml_text import LONGEST
from svyazka.workplaces.shared.door import PageRequest, needs

SHOWN_FAULTS = 100


@dataclass(frozen=True)
class Row:
    """One difference, in words."""

    part: str
    kind: Kind
    name: str
    changes: Sequence[words.Change]
    told: Sequence[tuple[str, str]]
    deals: int
    within: str
    has_parts: bool  # what stands in it is taken over with it
    is_chosen: bool

    @property
    def is_offered(self) -> bool:
        return self.kind is not Kind.OURS


@needs("settings.change", "GET", "POST")
def blueprint(request: PageRequest) -> HttpResponse:
    """GET offers the ways; POST reads a file, or a blueprint of the house, and shows how the company differs."""
    if request.method != "POST":
        return _page(request)
    try:
        name, given = _given(request)
    except Refused as refusal:
        return _page(request, refusal=refusal)
    found = our.read(given)
    if found.faults:
        return _page(request, name=name, faults=found.faults)
    return _comparison(request, here(found.name) or name, found)


@needs("settings.change")
def blueprint_file(request: PageRequest) -> HttpResponse:
    answer = HttpResponse(written(our.company()), content_type="application/yaml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="company-{clock.today():%Y-%m-%d}.yaml"'
    return answer


@needs("settings.change", "GET", "POST")
def blueprint_taking(request: PageRequest) -> HttpResponse:
    """Takes over what was ticked, all of it or nothing. Whoever loads the page again begins anew."""
    if request.method != "POST":
        return redirect("blueprint")
    found = our.read(request.POST.get("given", "").encode()[: LONGEST + 1])
    name, parts = request.POST.get("name", "")[:120], request.POST.getlist("part")
    if found.faults:
        return _page(request, name=name, faults=found.faults)
    try:
        if not parts:
            raise Refused(_("Tick what is to be taken over."))
        own = our.company()
        taken = take(found.content, parts, by=request.person, seen=request.POST.get("seen", ""))
    except Refused as refusal:
        return _comparison(request, name, found, refusal=refusal, parts=parts)
    context = {"name": name, "sections": _sections(taken, words.Names(own, found.content), {}, set())}
    return render(request, "office/blueprint/taken.html", context)


def _given(request: PageRequest) -> tuple[str, bytes]:
    """Its name, and what stands in it. Of a file that is far too long no more than shows it."""
    code = request.POST.get("of", "")
    if code in our.known():
        return code, our.text_of_house(code)
    sent = request.FILES.get("file")
    if sent is None:
        raise Refused(_("Choose a file first."))
    return str(sent.name)[:120], sent.read(LONGEST + 1)


def _page(
    request: PageRequest, *, name: str = "", faults: Sequence[Fault] = (), refusal: Refused | None = None
) -> HttpResponse:
    context = {
        "name": name,
        "faults": [_fault(one) for one in faults[:SHOWN_FAULTS]],
        "more_faults": max(len(faults) - SHOWN_FAULTS, 0),
        "refusal": refusal.message if refusal else "",
        "of_house": [(code, here(our.of_house(code).name) or code) for code in our.known()],
    }
    return render(request, "office/blueprint/page.html", context, status=422 if faults or refusal else 200)


def _fault(one: Fault) -> dict[str, Any]:
    where = " → ".join(str(step + 1) if isinstance(step, int) else step for step in one.path)
    return {"line": str(one.line) if one.line else "", "where": where, "text": one.text}


def _comparison(
    request: PageRequest, name: str, found: Blueprint, *, refusal: Refused | None = None, parts: Sequence[str] = ()
) -> HttpResponse:
    own = our.company()
    differences = compare(own, found.content)
    chosen = set(parts) if refusal else {one.part for one in differences if one.kind is Kind.NEW}
    touched = deals_of(one for one in differences if one.kind is Kind.CHANGED)
    context = {
        "name": name,
        "given": written(found.content),
        "seen": fingerprint(own),
        "sections": _sections(differences, words.Names(own, found.content), touched, chosen),
        "is_offered": any(one.kind is not Kind.OURS for one in differences),
        "refusal": "" if isinstance(refusal, Unfit) or refusal is None else refusal.message,
        "reasons": refusal.reasons if isinstance(refusal, Unfit) else [],
    }
    return render(request, "office/blueprint/comparison.html", context, status=refusal.status if refusal else 200)


def _sections(
    differences: Sequence[Difference], names: words.Names, touched: dict[str, int], chosen: set[str]
) -> list[dict[str, Any]]:
    """By section, in the order of the file."""
    found: dict[str, list[Row]] = defaultdict(list)
    for one in differences:
        found[one.section].append(_row(one, names, touched, chosen, differences))
    return [{"name": section.label, "rows": found[section.code]} for section in SECTIONS if section.code in found]


def _name(one: Difference) -> str:
    """As the company calls it now."""
    name = (one.changes or {}).get("name")
    return words.name_of({**one.item, "name": name[0]} if name else one.item)


def _row(
    one: Difference, names: words.Names, touched: dict[str, int], chosen: set[str], others: Sequence[Difference]
) -> Row:
    return Row(
        part=one.part,
        kind=one.kind,
        name=_name(one),
        changes=words.changes_of(one, names),
        told=words.told(one, names) if one.kind is Kind.NEW else [],
        deals=touched.get(one.part, 0),
        within=words.name_of(one.within) if one.within else "",
        has_parts=any(other.part.startswith(f"{one.part}/") for other in others),
        is_chosen=one.part in chosen,
    )
