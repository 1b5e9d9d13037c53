"""A company defines its own figures: read, checked and kept here; counted by the worker (`recompute.py`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from svyazka.business.deals.known import fields
from svyazka.business.deals.models import Field
from svyazka.business.journal.names import reorder
from svyazka.business.journal.record import About, Actor, record
from svyazka.business.parameters import circles, recount, wording
from svyazka.business.parameters.models import Parameter, ParameterVersion
from svyazka.business.parameters.names import FIELD, FIGURE, Name, names_of
from svyazka.business.staff.models import Person
from svyazka.engines.formulas.check import check
from svyazka.engines.formulas.formula import Formula, Kind, Wrong, is_by_time, names_in
from svyazka.engines.formulas.parse import parse
from svyazka.engines.formulas.settle import settle
from svyazka.engines.formulas.written import written
from svyazka.kit import clock, codes, words
from svyazka.kit.refusals import Refused

MOST = 100  # parameters of one kind
MOST_DECIMALS = 6


@dataclass(frozen=True)
class Understood:
    formula: Formula
    kind: Kind
    names: Mapping[str, Name]

    @property
    def reads(self) -> list[str]:
        return names_in(self.formula)

    @property
    def by_time(self) -> str:
        said = {is_by_time(self.formula), *(self.names[code].by_time for code in self.reads)}
        return "hour" if "hour" in said else "day" if "day" in said else ""


def understand(typed: str, *, of: str, besides: Parameter | None = None) -> Understood:
    """`besides`: the parameter whose formula it is to be. Raises Wrong."""
    names = names_of(of)
    formula = settle(parse(typed), names)
    kind = check(formula, {code: one.kind for code, one in names.items()})
    if besides is not None:
        circles.refuse(formula, besides)
    return Understood(formula, kind, names)


def add(
    typed: Mapping[str, str],
    *,
    of: str,
    formula: str,
    decimals: int,
    by: Person,
    hint: Mapping[str, str] | None = None,
) -> Parameter:
    if of not in Parameter.Of.values:
        raise Refused(_("Say of what it is a parameter."), fields={"of": _("Choose one of the list.")})
    understood = _understood(formula, of=of)
    others = list(Parameter.objects.filter(of=of).values_list("words__ru", flat=True))
    if len(others) >= MOST:
        raise Refused(_("There are {most} parameters already; more would slow down the work.").format(most=MOST))
    made = Parameter(of=of, words=words.chosen(typed, besides=others), hint_words=_hint(hint))
    made.decimals = _decimals(decimals)
    _take(made, understood)
    last = Parameter.objects.aggregate(last=Max("position"))["last"]
    made.position = 0 if last is None else last + 1
    try:
        with transaction.atomic():
            _give_a_place(made, by=by)
            made.save(force_insert=True)
            _keep_version(made, by)
            record("parameters.added", _about(made), by=by, changes={"name": (None, words.to_store(made.words))})
            recount.ask([made], by=by)
    except IntegrityError as conflict:
        raise words.taken() from conflict
    return made


@transaction.atomic
def change(
    parameter: Parameter,
    typed: Mapping[str, str],
    *,
    formula: str,
    decimals: int,
    by: Person,
    hint: Mapping[str, str] | None = None,
    version: int | None = None,
) -> Parameter:
    """Another formula: all are counted anew, by the worker."""
    current = Parameter.objects.select_for_update(of=("self",)).get(pk=parameter.pk)
    if version is not None and version != current.version:
        raise Refused(_("Somebody else has changed it meanwhile. Look at the new state."))
    understood = _understood(formula, of=current.of, besides=current)
    others = Parameter.objects.filter(of=current.of).exclude(pk=current.pk).values_list("words__ru", flat=True)
    before = _in_words(current)
    kind = current.kind
    current.words, current.hint_words = words.chosen(typed, besides=list(others)), _hint(hint)
    current.decimals = _decimals(decimals)
    _take(current, understood)
    if current.kind != kind:
        _refuse_other_kind(kind, current.kind)
    after = _in_words(current)
    changes = {key: (before[key], after[key]) for key in after if before[key] != after[key]}
    if not changes:
        return current
    current.version += 1
    current.save()
    _follow_in_field(current, by=by)
    if {"formula", "decimals"} & set(changes):
        _keep_version(current, by)
        recount.ask([current], by=by)
    record("parameters.changed", _about(current), by=by, changes=changes, note=words.to_store(current.words))
    return current


@transaction.atomic
def take_over(found: Parameter | None, given: Mapping[str, Any], *, position: int, by: Actor) -> Parameter:
    """Out of a blueprint, under its own code. Whoever calls this asks for the counting."""
    made = found or Parameter(code=given["code"], of=given["of"])
    before = (made.of, made.kind)
    made.words, made.hint_words, made.decimals = given["name"], given["hint"], given["decimals"]
    made.position, made.is_active = position, given["is_active"]
    _take(made, _understood(given["formula"], of=given["of"], besides=found))
    if found and before != (given["of"], made.kind):
        said = _("The parameter “{name}” stays what it is: something is counted in it already.")
        raise Refused(said.format(name=made.name))
    made.version += bool(found)
    if made.of != Parameter.Of.PERSON:
        made.field = _field_of(made)
    made.save()
    _keep_version(made, None)
    verb = "parameters.changed" if found else "parameters.added"
    record(verb, _about(made), by=by, changes={"name": (None, words.to_store(made.words))})
    return made


def _field_of(parameter: Parameter) -> Field:
    field = Field.objects.filter(code=parameter.code).first() or Field(code=parameter.code, of=parameter.of)
    if field.pk and not field.is_computed:
        raise Refused(_("There is a field of this code already."))
    field.kind, field.is_computed = FIELD_KINDS[Kind(parameter.kind)], True
    field.words, field.hint_words, field.is_active = parameter.words, parameter.hint_words, parameter.is_active
    if not field.pk:
        last = Field.objects.aggregate(last=Max("position"))["last"]
        field.position = 0 if last is None else last + 1
    field.save()
    return field


@transaction.atomic
def switch(parameter: Parameter, *, on: bool, by: Person) -> None:
    """Off, nothing is counted any more, and what was counted is taken away: an old figure would be a wrong one."""
    current = Parameter.objects.select_for_update(of=("self",)).get(pk=parameter.pk)
    if current.is_active == on:
        return
    if not on and (named := circles.named_by(current)):
        raise Refused(_("Other parameters name it:"), missing=[one.name for one in named])
    if current.field_id:
        fields.switch(Field.objects.get(pk=current.field_id), on=on, by=by)
    current.is_active = on
    current.save(update_fields=["is_active"])
    recount.ask([current], by=by)
    changes = {"is_active": (not on, on)}
    record("parameters.changed", _about(current), by=by, changes=changes, note=words.to_store(current.words))


@transaction.atomic
def move(parameter: Parameter, *, up: bool, by: Actor) -> None:
    """A place further up or down, among those of the same."""
    if changes := reorder(Parameter.objects.filter(of=parameter.of), parameter, up=up):
        record("parameters.changed", _about(parameter), by=by, changes=changes, note=words.to_store(parameter.words))


def code_in_formulas(parameter: Parameter) -> str:
    """How other formulas name it."""
    return f"{FIGURE if parameter.of == Parameter.Of.PERSON else FIELD}{parameter.code}"


def _understood(typed: str, *, of: str, besides: Parameter | None = None) -> Understood:
    try:
        return understand(typed, of=of, besides=besides)
    except Wrong as wrong:
        message = wording.of_wrong(wrong)
        raise Refused(message, fields={"formula": message}) from wrong


def _take(parameter: Parameter, understood: Understood) -> None:
    parameter.formula = written(understood.formula)
    parameter.kind, parameter.reads = str(understood.kind), understood.reads
    parameter.by_time = understood.by_time


FIELD_KINDS = {
    Kind.MONEY: Field.Kind.MONEY,
    Kind.TEXT: Field.Kind.TEXT,
    Kind.DATE: Field.Kind.DATE,
    Kind.MOMENT: Field.Kind.MOMENT,
    Kind.YES: Field.Kind.YES,
    Kind.NUMBER: Field.Kind.DECIMAL,
}


def _give_a_place(parameter: Parameter, *, by: Actor) -> None:
    """A field of deals or clients, so that lists, filters, sums, exports and the search know it without more."""
    if parameter.of == Parameter.Of.PERSON:
        taken = Parameter.objects.values_list("code", flat=True)
        parameter.code = codes.made_of(parameter.words, besides=list(taken))
        return
    kind = FIELD_KINDS[Kind(parameter.kind)]
    typed, hint = parameter.words, parameter.hint_words
    parameter.field = fields.add(typed, of=parameter.of, kind=kind, hint=hint, is_computed=True, by=by)
    parameter.code = parameter.field.code


def _follow_in_field(parameter: Parameter, *, by: Actor) -> None:
    if parameter.field_id is None:
        return
    field = Field.objects.get(pk=parameter.field_id)
    typed, hint = parameter.words, parameter.hint_words
    fields.change(field, typed, kind=field.kind, hint=hint, is_searched=field.is_searched, by=by)


def _refuse_other_kind(before: str, after: str) -> None:
    said = _("What comes of it would be {after}, and it was {before} so far. Add another parameter for that.")
    message = said.format(before=wording.KINDS[Kind(before)], after=wording.KINDS[Kind(after)])
    raise Refused(message, fields={"formula": message})


def _decimals(given: int) -> int:
    if not 0 <= given <= MOST_DECIMALS:
        message = _("From 0 to {most} places.").format(most=MOST_DECIMALS)
        raise Refused(message, fields={"decimals": message})
    return given


def _hint(typed: Mapping[str, str] | None) -> dict[str, str]:
    clean = {language: " ".join(said.replace("\x00", "").split()) for language, said in (typed or {}).items()}
    if any(len(said) > fields.LONGEST_HINT for said in clean.values()):
        raise Refused(_("This is too long."), fields={"hint_ru": _("This is too long.")})
    return {language: said for language, said in clean.items() if said}


def _keep_version(parameter: Parameter, by: Person | None) -> None:
    parameter.versions.create(
        version=parameter.version,
        formula=parameter.formula,
        decimals=parameter.decimals,
        at=clock.now(),
        by=by if by and by.pk else None,
    )


def _in_words(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": words.to_store(parameter.words),
        "translation": parameter.words.get("en", ""),
        "hint": words.to_store(parameter.hint_words),
        "formula": parameter.formula,
        "decimals": parameter.decimals,
    }


def _about(parameter: Parameter) -> About:
    return About("parameter", parameter.pk or 0)


def list_versions(parameter: Parameter) -> list[ParameterVersion]:
    return list(parameter.versions.select_related("by").order_by("-version")[:20])
