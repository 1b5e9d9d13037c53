"""The forms of a company: it builds its own. What somebody has answered with stays as it was."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, OuterRef, Subquery
from django.utils.translation import gettext as _

from svyazka.business.deals.models import Field as DealField
from svyazka.business.journal.names import Names
from svyazka.business.journal.record import Actor
from svyazka.business.sheets import edition_words, wording
from svyazka.business.sheets.models import FormKind, FormVersion, Sheet
from svyazka.business.staff.models import Person
from svyazka.business.visits.models import Visit, VisitKind
from svyazka.engines.sheets import codes as new_codes
from svyazka.engines.sheets.editions import differences
from svyazka.engines.sheets.form import Form
from svyazka.engines.sheets.read import Fault, read
from svyazka.kit import clock, codes, words
from svyazka.kit.refusals import ChangedMeanwhile, Refused

FORMS = Names(FormKind, about="sheet_form", verb="sheets.form", is_ordered=True)
LARGEST = 200_000  # signs of a definition
PAGE = 20


class Unsound(Refused):
    """A form that cannot be so. `reasons` says all that is wrong with it."""

    def __init__(self, reasons: list[str]) -> None:
        self.reasons = reasons
        super().__init__(" ".join(reasons))


@dataclass(frozen=True)
class Wish:
    """A form as it shall be."""

    name: Mapping[str, str]
    visit_kinds: Iterable[VisitKind]
    definition: Mapping[str, Any]


@transaction.atomic
def add(wish: Wish, *, by: Actor) -> FormKind:
    insist_sound(wish.definition)
    made = FORMS.enter(FORMS.new(wish.name), by=by)
    made.visit_kinds.set(wish.visit_kinds)
    write(made, wish.definition, by=by)
    return made


@transaction.atomic
def change(form: FormKind, wish: Wish, *, by: Actor, seen: int | None = None) -> FormKind:
    """`seen`: the number of the version that was on the screen."""
    insist_sound(wish.definition)
    current = FORMS.held(form)
    before = _in_words(current)
    if seen is not None and seen != before["version"]:
        raise ChangedMeanwhile
    if FORMS.call(current, wish.name):
        current.save(update_fields=["words"])
    current.visit_kinds.set(wish.visit_kinds)
    write(current, wish.definition, by=by)
    after = _in_words(current)
    changes = {key: (before[key], after[key]) for key in after if before[key] != after[key]}
    if changes:
        FORMS.record("changed", current, by=by, changes=changes, note=words.to_store(current.words))
    return current


def switch(form: FormKind, *, on: bool, by: Actor) -> None:
    """Off, nobody begins to fill it in; what was begun can be finished."""
    FORMS.switch(form, on=on, by=by)


@transaction.atomic
def restore(form: FormKind, number: int, *, by: Actor) -> FormKind:
    """As it was in that version, as a new one."""
    kept = form.versions.filter(number=number).first()
    if kept is None:
        raise Refused(_("There is no such version."))
    return change(form, Wish(form.words, list(form.visit_kinds.all()), kept.definition), by=by)


def write(form: FormKind, definition: Mapping[str, Any], *, by: Actor) -> FormVersion:
    """A new version, where anything is different. None of them ever changes."""
    newest = newest_of(form)
    if newest and newest.definition == definition:
        return newest
    number = newest.number + 1 if newest else 1
    return FormVersion.objects.create(
        form=form, number=number, definition=dict(definition), at=clock.now(), by_id=by.actor_id
    )


def newest_of(form: FormKind) -> FormVersion | None:
    return form.versions.order_by("-number").first()


def read_version(version: FormVersion) -> Form:
    form, faults = read(version.definition)
    if faults:
        raise Unsound([wording.fault(version.definition, one) for one in faults])
    return form


def insist_sound(definition: Any) -> Form:
    """What is wrong is said whole, with the place of each fault."""
    form, told = judged(definition)
    if told:
        raise Unsound(list(dict.fromkeys(one.whole for one in told)))
    return form


@dataclass(frozen=True)
class Said:
    """What is wrong, in words, and where: `whole` names the place, too."""

    path: tuple[str | int, ...]
    words: str
    whole: str


def judged(definition: Any) -> tuple[Form, list[Said]]:
    if len(json.dumps(definition, ensure_ascii=False)) > LARGEST:
        too_large = _("This form is too large.")
        return Form(()), [Said((), too_large, too_large)]
    form, faults = read(definition)
    return form, [_said(definition, one) for one in faults] or list(_of_facts(form))


def _said(definition: Any, one: Fault) -> Said:
    return Said(one.path, wording.refusal(one.code, one.about), wording.fault(definition, one))


def _of_facts(form: Form) -> Iterator[Said]:
    """The number of rows goes into a field of the deal that takes numbers."""
    wanted = {section.rows.counts for section in form.sections if section.rows and section.rows.counts}
    known = set(counters().filter(code__in=wanted).values_list("code", flat=True)) if wanted else set()
    for place, section in enumerate(form.sections):
        if section.rows and section.rows.counts and section.rows.counts not in known:
            said = _("{section}: the number of rows goes into a field of the deal that is a number.")
            whole = said.format(section=words.here(section.name))
            yield Said(("sections", place, "rows", "counts"), whole, whole)


def settled(definition: Any) -> Any:
    """With codes for what is new in it, made out of its names."""
    return new_codes.settled(definition, lambda name, taken: _code(name, taken))


def _code(name: Mapping[str, str], taken: set[str]) -> str:
    """A letter first."""
    made = codes.made_of(name, besides=taken, longest=40)
    return made if made[0].isalpha() else codes.made_of({"en": f"n_{made}"}, besides=taken, longest=40)


def counters() -> Any:
    """The fields of a deal that can take how many rows there are."""
    return DealField.objects.filter(of=DealField.Of.DEAL, kind=DealField.Kind.NUMBER, is_active=True, is_computed=False)


def needs_field(field: DealField) -> list[str]:
    """What of the forms needs this field of a deal, in words."""
    if field.of != DealField.Of.DEAL:
        return []
    return [
        _("The form “{form}” counts its rows into this field.").format(form=form.name)
        for form in FormKind.objects.filter(is_active=True)
        if (newest := newest_of(form)) and field.code in _counts(newest.definition)
    ]


def _counts(definition: Mapping[str, Any]) -> set[str]:
    return {(section.get("rows") or {}).get("counts", "") for section in definition["sections"]}


def of_visit(visit: Visit) -> list[FormKind]:
    """What is to be filled in during this visit."""
    return list(FormKind.objects.filter(is_active=True, visit_kinds=visit.kind_id))


def by_visit_kind() -> dict[int, list[tuple[str, int]]]:
    """Of each kind of visits: codes of its forms, and the number of their newest version."""
    rows = FormKind.objects.filter(is_active=True, visit_kinds__isnull=False).annotate(newest=Max("versions__number"))
    found: dict[int, list[tuple[str, int]]] = {}
    for kind, code, newest in rows.order_by("position", "pk").values_list("visit_kinds", "code", "newest"):
        found.setdefault(kind, []).append((code, newest))
    return found


@dataclass(frozen=True)
class InUse:
    """A form, the edition in force, and how often it was filled in."""

    form: FormKind
    edition: int
    sheets: int


def list_all() -> list[InUse]:
    """With its kinds of visits: three questions, however many forms there are."""
    newest = FormVersion.objects.filter(form=OuterRef("pk")).order_by("-number").values("number")[:1]
    rows = FormKind.objects.annotate(edition=Subquery(newest)).prefetch_related("visit_kinds")
    filled = dict(Sheet.objects.values_list("form").annotate(number=Count("pk")).order_by())
    return [InUse(one, one.edition or 0, filled.get(one.pk, 0)) for one in rows]


@dataclass(frozen=True)
class Told:
    """A version of a form, and who made it. `changes`: what is different from the one before, in words."""

    version: FormVersion
    by: str
    sheets: int
    changes: list[str]

    @property
    def is_used(self) -> bool:
        return self.sheets > 0


def list_versions(form: FormKind, *, before: int | None = None) -> list[Told]:
    """The newest first, at most PAGE of them."""
    rows = form.versions.filter(number__lt=before) if before else form.versions.all()
    found = list(rows.order_by("-number")[: PAGE + 1])
    names = dict(Person.objects.filter(pk__in=[one.by_id for one in found]).values_list("pk", "full_name"))
    used = dict(form.sheets.values_list("written").annotate(number=Count("pk")).order_by())
    pairs = zip(found, [*found[1:], None], strict=True)
    return [
        Told(one, names.get(one.by_id or 0, ""), used.get(one.pk, 0), changes_since(earlier, one))
        for one, earlier in list(pairs)[:PAGE]
    ]


def changes_since(earlier: FormVersion | None, version: FormVersion) -> list[str]:
    if earlier is None:
        return []
    before, after = read(earlier.definition)[0], read(version.definition)[0]
    return [edition_words.said(one, before, after) for one in differences(before, after)]


def _in_words(form: FormKind) -> dict[str, Any]:
    newest = newest_of(form)
    return {
        "name": words.to_store(form.words),
        "translation": form.words.get("en", ""),
        "visit_kinds": ", ".join(words.to_store(one.words) for one in form.visit_kinds.all()),
        "version": newest.number if newest else 0,
    }
