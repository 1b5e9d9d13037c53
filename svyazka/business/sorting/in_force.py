"""What things are sorted by now: categories, rules, what the classifier has learnt, and from which probability on it
is believed. Kept in the process as long as the edition in the database is the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from uuid import uuid4

from django.db import connection

from svyazka.business.sorting import when as conditions
from svyazka.business.sorting.models import Category, SortModel, SortRule, SortSettings
from svyazka.business.sorting.when import When
from svyazka.engines.sorting import packed
from svyazka.engines.sorting.model import Model
from svyazka.kit.refusals import Refused

UNSET = 0.8  # until somebody has chosen a threshold


@dataclass(frozen=True)
class Rule:
    id: int
    when: When
    category: Category


@dataclass(frozen=True)
class InForce:
    """`faults`: what of it cannot be read, by the number of the rule, 0 for the model; the rest works on."""

    categories: Mapping[str, Category]
    rules: Sequence[Rule]
    model_id: int | None
    model: Model | None
    threshold: float
    faults: Mapping[int, str]


def now() -> InForce:
    """One small question, as a rule."""
    with connection.cursor() as cursor:
        cursor.execute("select edition, threshold, model_id from sorting_sortsettings where id = 1")
        found = cursor.fetchone()
    return _read(*found) if found else _read("", UNSET, None)


def settings() -> SortSettings:
    return SortSettings.objects.filter(pk=1).first() or SortSettings(pk=1, threshold=UNSET)


def held() -> SortSettings:
    """Its one row, until the end of the transaction."""
    SortSettings.objects.get_or_create(pk=1, defaults={"edition": uuid4().hex, "threshold": UNSET})
    return SortSettings.objects.select_for_update().get(pk=1)


def changed() -> None:
    """Something of it is different from the end of this transaction on. Whoever changes it waits for the others."""
    current = held()
    current.edition = uuid4().hex
    current.save(update_fields=["edition"])


@lru_cache(maxsize=2)
def _read(edition: str, threshold: float, model_id: int | None) -> InForce:
    categories = {one.code: one for one in Category.objects.filter(is_active=True)}
    rules, faults = _rules()
    model = None
    if model_id is not None:
        try:
            model = packed.unpack(bytes(SortModel.objects.values_list("packed", flat=True).get(pk=model_id)))
        except (packed.Unreadable, SortModel.DoesNotExist):
            faults[0] = "unreadable"
    return InForce(categories, rules, model_id, model, threshold, faults)


def _rules() -> tuple[list[Rule], dict[int, str]]:
    found, faults = [], {}
    rows = SortRule.objects.filter(is_active=True, category__is_active=True).select_related("category")
    for one in rows.order_by("position", "id"):
        try:
            found.append(Rule(one.pk, conditions.read(one.when), one.category))
        except Refused as refusal:
            faults[one.pk] = str(refusal.message)
    return found, faults
