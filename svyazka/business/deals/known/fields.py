"""The fields that a company adds: what it wants to know of its deals, clients and visits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.deals.known import known_values as known
from svyazka.business.deals.known.facts import OWN
from svyazka.business.deals.models import DistributionRule, Field, HandOffRule, Stage
from svyazka.business.journal.names import reorder
from svyazka.business.journal.record import About, Actor, record
from svyazka.kit import codes, words
from svyazka.kit.refusals import Refused

WITH_CHOICES = (Field.Kind.CHOICE, Field.Kind.CHOICES)
CONDITIONAL = (*WITH_CHOICES, Field.Kind.YES)  # what stages and rules can ask for
MOST_CHOICES, LONGEST_HINT = 100, 300
# Rooms above write into fields, too (a booked visit does): each tells, in words, what needs this one. Filled in when
# the house opens, since deals know nothing of what stands above them.
NEEDED_ABOVE: list[Callable[[Field], list[str]]] = []


@dataclass(frozen=True)
class Choice:
    """One line of a list. `code`: empty while it is new. `offered`: else only shown where it is known already."""

    words: Mapping[str, str]
    code: str = ""
    offered: bool = True


class StillAsked(Refused):
    """Stages ask for the field: whoever wants it away has to change them first."""

    def __init__(self, message: object, stages: list[Stage]) -> None:
        named = [f"{stage.pipeline.name}: {stage.name}" for stage in stages]
        super().__init__(message, missing=named)
        self.stages = stages


def add(
    typed: Mapping[str, str],
    *,
    of: str,
    kind: str,
    by: Actor,
    hint: Mapping[str, str] | None = None,
    choices: Iterable[Choice] = (),
    is_searched: bool = False,
    is_computed: bool = False,
) -> Field:
    if of not in Field.Of.values:
        raise Refused(_("Say of what it is a field."), fields={"of": _("Choose one of the list.")})
    # Read at once: of two clicks, the second finds the name taken here, or the code when it is stored.
    known = list(Field.objects.values_list("of", "code", "words__ru"))
    name = words.chosen(typed, besides=[said for other, _code, said in known if other == of])
    last = Field.objects.aggregate(last=Max("position"))["last"]
    made = Field(of=of, words=name, position=0 if last is None else last + 1, is_computed=is_computed, is_active=True)
    made.code = codes.made_of(name, besides={*OWN, *(code for _of, code, _said in known)})
    made.kind, made.hint_words, made.is_searched = _kind(kind), _hint(hint), is_searched
    made.choices = _choices(made, choices)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
            record("deals.field_added", _about(made), by=by, changes={"name": (None, words.to_store(name))})
    except IntegrityError as conflict:
        raise words.taken() from conflict
    return made


@transaction.atomic
def change(
    field: Field,
    typed: Mapping[str, str],
    *,
    kind: str,
    by: Actor,
    hint: Mapping[str, str] | None = None,
    choices: Iterable[Choice] = (),
    is_searched: bool = False,
) -> Field:
    """Words and choices at any time; the kind only while nothing is known in it."""
    current = Field.objects.select_for_update().get(pk=field.pk)
    others = Field.objects.filter(of=current.of).exclude(pk=current.pk).values_list("words__ru", flat=True)
    before = _in_words(current)
    current.words = words.chosen(typed, besides=list(others))
    if kind != current.kind:
        _refuse_other_kind(current)
        current.kind = _kind(kind)
    current.hint_words, current.is_searched = _hint(hint), is_searched
    current.choices = _choices(current, choices)
    after = _in_words(current)
    changes = {key: (before[key], after[key]) for key in after if before[key] != after[key]}
    if changes:
        current.save()
        record("deals.field_changed", _about(current), by=by, changes=changes, note=words.to_store(current.words))
    return current


@transaction.atomic
def switch(field: Field, *, on: bool, by: Actor) -> None:
    """Off, it is asked for nowhere, and shown only where it is known."""
    current = Field.objects.select_for_update().get(pk=field.pk)
    if current.is_active == on:
        return
    if not on:
        _refuse_while_needed(current, _("This field cannot be switched off while stages ask for it:"))
    current.is_active = on
    current.save(update_fields=["is_active"])
    changes = {"is_active": (not on, on)}
    record("deals.field_changed", _about(current), by=by, changes=changes, note=words.to_store(current.words))


@transaction.atomic
def move(field: Field, *, up: bool, by: Actor) -> None:
    """A place further up or down, among those that are of the same."""
    if changes := reorder(Field.objects.filter(of=field.of), field, up=up):
        record("deals.field_changed", _about(field), by=by, changes=changes, note=words.to_store(field.words))


def stages_asking() -> dict[str, list[Stage]]:
    """Code of a field → the stages that cannot be left without it, or that are only for some of its values."""
    found: dict[str, list[Stage]] = {}
    for stage in Stage.objects.select_related("pipeline").order_by("pipeline__position", "pipeline_id", "position"):
        for code in dict.fromkeys((*stage.required, *stage.only_when)):
            found.setdefault(code, []).append(stage)
    return found


def _refuse_while_needed(field: Field, message: str) -> None:
    if stages := stages_asking().get(field.code):
        raise StillAsked(message, stages)
    said = [*_of_rules(field), *(one for needed in NEEDED_ABOVE for one in needed(field))]
    if said:
        raise Refused(_("This field is still needed:"), missing=said)


def _of_rules(field: Field) -> list[str]:
    handing = HandOffRule.objects.filter(only_when__has_key=field.code).select_related("stage__pipeline")
    giving = DistributionRule.objects.filter(only_when__has_key=field.code).select_related("pipeline")
    return [
        *(
            _("hand-off at “{stage}” of “{pipeline}”").format(stage=one.stage, pipeline=one.stage.pipeline)
            for one in handing
        ),
        *(_("distribution of leads in “{pipeline}”").format(pipeline=one.pipeline) for one in giving),
    ]


def _refuse_other_kind(field: Field) -> None:
    number = known.count(field)
    if number:
        message = _("The kind stays as it is: something is known in this field already ({number}).").format(
            number=number
        )
        raise Refused(message, fields={"kind": message})
    if field.kind in CONDITIONAL:
        _refuse_while_needed(field, _("The kind stays as it is while stages ask for this field:"))
    elif said := [one for needed in NEEDED_ABOVE for one in needed(field)]:
        raise Refused(said[0], fields={"kind": said[0]})


def _kind(given: str) -> str:
    if given not in Field.Kind.values:
        message = _("Choose the kind of the field.")
        raise Refused(message, fields={"kind": message})
    return given


def _hint(typed: Mapping[str, str] | None) -> dict[str, str]:
    clean = {language: " ".join(said.replace("\x00", "").split()) for language, said in (typed or {}).items()}
    if any(len(said) > LONGEST_HINT for said in clean.values()):
        raise Refused(_("This is too long."), fields={"hint_ru": _("This is too long.")})
    return {language: said for language, said in clean.items() if said}


def _choices(field: Field, given: Iterable[Choice]) -> list[dict[str, Any]]:
    """In the order given. What is left out or no longer offered goes, unless a deal or a rule has it: then it keeps its
    words, and is not offered."""
    if field.kind not in WITH_CHOICES:
        return []
    own = {one["code"]: one for one in field.choices}
    lines = [one for one in given if any(said.strip() for said in one.words.values())]
    used = _used(field) if own else set()
    made: dict[str, dict[str, Any]] = {}
    for line in lines[:MOST_CHOICES]:
        name = _choice_words(line, [one["words"].get("ru", "") for one in made.values()])
        code = line.code if line.code in own else codes.made_of(name, besides={*own, *made})
        if line.offered or code in used:
            made[code] = {"code": code, "words": name, **({} if line.offered else {"gone": True})}
    made |= {code: {**own[code], "gone": True} for code in own if code in used and code not in made}
    if not any(not one.get("gone") for one in made.values()):
        message = _("A list needs at least one line to choose.")
        raise Refused(message, fields={"choices": message})
    return list(made.values())


def _choice_words(line: Choice, besides: list[str]) -> dict[str, str]:
    try:
        return words.chosen(line.words, besides=besides, longest=100)
    except Refused as refusal:
        said = next(one for one in line.words.values() if one.strip())
        message = gettext_lazy("“{choice}”: {said}").format(choice=said, said=refusal.message)
        raise Refused(message, fields={"choices": message}) from refusal


def _used(field: Field) -> set[str]:
    """By a deal, a client or a visit; or by the condition of a stage or a rule."""
    asked = [
        condition[field.code]
        for model in (Stage, HandOffRule, DistributionRule)
        for condition in model.objects.filter(only_when__has_key=field.code).values_list("only_when", flat=True)
    ]
    return {*known.choices_of(field), *(str(value) for values in asked for value in values)}


def _in_words(field: Field) -> dict[str, Any]:
    """As the journal tells it."""
    return {
        "name": words.to_store(field.words),
        "translation": field.words.get("en", ""),
        "kind": str(Field.Kind(field.kind).label),
        "hint": words.to_store(field.hint_words),
        "choices": "; ".join(words.to_store(one["words"]) for one in field.choices if not one.get("gone")),
        "is_searched": field.is_searched,
    }


def _about(field: Field) -> About:
    return About("field", field.pk)
