"""Rules that somebody writes: what surely is of a category, and what each would have caught."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.names import reorder
from svyazka.business.journal.record import About, Actor, record
from svyazka.business.sorting import in_force, when
from svyazka.business.sorting.models import Category, SortRule
from svyazka.kit.refusals import ChangedMeanwhile, Refused
from svyazka.kit.texts import storable

MOST = 200
LONGEST_NAME = 80


def add(name: str, category: Category, given: Mapping[str, Any], *, by: Actor) -> SortRule:
    """Behind the others: the first rule that fits counts."""
    values = _sound(name, category, given)
    if SortRule.objects.count() >= MOST:
        raise Refused(_("There are 200 rules already."))
    last = SortRule.objects.aggregate(last=Max("position"))["last"]
    try:
        with transaction.atomic():
            made = SortRule.objects.create(**values, position=0 if last is None else last + 1)
            _record("sorting.rule_added", made, {"name": (None, made.name)}, by=by)
            in_force.changed()
    except IntegrityError as conflict:
        raise _taken() from conflict
    return made


def change(rule: SortRule, name: str, category: Category, given: Mapping[str, Any], *, seen: int, by: Actor) -> None:
    """`seen`: its version, as it was when somebody began to change it."""
    values = _sound(name, category, given)
    try:
        with transaction.atomic():
            current = _held(rule)
            if current.version != seen:
                raise ChangedMeanwhile
            changes = _changes(current, values)
            if changes:
                SortRule.objects.filter(pk=rule.pk).update(**values, version=F("version") + 1)
                _record("sorting.rule_changed", current, changes, by=by)
                in_force.changed()
    except IntegrityError as conflict:
        raise _taken() from conflict


@transaction.atomic
def switch(rule: SortRule, *, on: bool, by: Actor) -> None:
    current = _held(rule)
    if current.is_active != on:
        SortRule.objects.filter(pk=rule.pk).update(is_active=on)
        _record("sorting.rule_changed", current, {"is_active": (not on, on)}, by=by)
        in_force.changed()


@transaction.atomic
def move(rule: SortRule, *, up: bool, by: Actor) -> None:
    if changes := reorder(SortRule.objects.all(), rule, up=up):
        _record("sorting.rule_changed", rule, changes, by=by)
        in_force.changed()


@transaction.atomic
def remove(rule: SortRule, *, by: Actor) -> None:
    """What it has sorted stays where it is."""
    current = _held(rule)
    _record("sorting.rule_removed", current, {"name": (current.name, None)}, by=by)
    current.delete()
    in_force.changed()


def _sound(name: str, category: Category, given: Mapping[str, Any]) -> dict[str, Any]:
    name = " ".join(storable(name).split())
    if not name or len(name) > LONGEST_NAME:
        said = _("This is too long.") if name else _("Without a name nobody knows what it is.")
        raise Refused(said, fields={"name": said})
    return {"name": name, "category": category, "when": when.to_store(when.read(given))}


def _changes(current: SortRule, values: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    before = {"name": current.name, "category": current.category.code, "when": current.when}
    after = {"name": values["name"], "category": values["category"].code, "when": values["when"]}
    return {key: (before[key], after[key]) for key in after if before[key] != after[key]}


def _held(rule: SortRule) -> SortRule:
    current = SortRule.objects.select_for_update(of=("self",)).select_related("category").filter(pk=rule.pk).first()
    if current is None:
        raise ChangedMeanwhile
    return current


def _taken() -> Refused:
    said = _("There is one of this name already.")
    return Refused(said, fields={"name": said})


def _record(verb: str, rule: SortRule, changes: Mapping[str, tuple[Any, Any]], *, by: Actor) -> None:
    record(verb, About("sort_rule", rule.pk), by=by, changes=changes, note=rule.name)
