"""The forms of a company: it builds its own. What somebody has answered with stays as it was."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from svyazka.business.deals.models import Field as DealField
from svyazka.business.journal.names import Names
from svyazka.business.journal.record import Actor
from svyazka.business.sheets import wording
from svyazka.business.sheets.models import FormKind, FormVersion
from svyazka.business.staff.models import Person
from svyazka.business.visits.models import Visit, VisitKind
from svyazka.engines.sheets.form import Form
from svyazka.engines.sheets.read import read
from svyazka.kit import clock, words
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
    if len(json.dumps(definition, ensure_ascii=False)) > LARGEST:
        raise Unsound([_("This form is too large.")])
    form, faults = read(definition)
    reasons = [wording.fault(definition, one) for one in faults] or list(_of_facts(form))
    if reasons:
        raise Unsound(list(dict.fromkeys(reasons)))
    return form


def _of_facts(form: Form) -> Iterable[str]:
    """The number of rows goes into a field of the deal that takes numbers."""
    for section in form.sections:
        code = section.rows.counts if section.rows else ""
        if code and not counters().filter(code=code).exists():
            yield _("{section}: the number of rows goes into a field of the deal that is a number.").format(
                section=words.here(section.name)
            )


def counters() -> Any:
    """The fields of a deal that can take how many rows there are."""
    return DealField.objects.filter(of=DealField.Of.DEAL, kind=DealField.Kind.NUMBER, is_active=True)


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
class Told:
    """A version of a form, and who made it."""

    version: FormVersion
    by: str
    is_used: bool


def list_versions(form: FormKind) -> list[Told]:
    """The newest first, at most PAGE of them."""
    found = list(form.versions.order_by("-number")[:PAGE])
    names = dict(Person.objects.filter(pk__in=[one.by_id for one in found]).values_list("pk", "full_name"))
    used = set(form.sheets.values_list("written_id", flat=True).distinct())
    return [Told(one, names.get(one.by_id or 0, ""), one.pk in used) for one in found]


def _in_words(form: FormKind) -> dict[str, Any]:
    newest = newest_of(form)
    return {
        "name": words.to_store(form.words),
        "translation": form.words.get("en", ""),
        "visit_kinds": ", ".join(words.to_store(one.words) for one in form.visit_kinds.all()),
        "version": newest.number if newest else 0,
    }
