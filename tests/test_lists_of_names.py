"""Lists of names that a company chose, wherever they stand (svyazka/business/journal/names.py)."""

from __future__ import annotations

import pytest

from svyazka.business.deals.models import LossReason
from svyazka.business.deals.paths.loss_reasons import LOSS_REASONS
from svyazka.business.journal.models import Entry
from svyazka.business.staff.departments import DEPARTMENTS
from svyazka.business.staff.models import Department
from svyazka.kit.refusals import ChangedMeanwhile


def said(about: str) -> list[tuple[str, dict]]:
    return list(Entry.objects.filter(kind=about).order_by("id").values_list("verb", "changes"))


def test_the_journal_says_what_was_called_how(anna):
    made = DEPARTMENTS.add({"ru": "Склад", "en": "Store"}, by=anna)
    DEPARTMENTS.rename(made, {"ru": "Склад", "en": "Warehouse"}, by=anna)
    DEPARTMENTS.rename(made, {"ru": "Склад", "en": "Warehouse"}, by=anna)
    DEPARTMENTS.remove(made, by=anna)
    assert said("department") == [
        ("staff.department_added", {"name": [None, "Склад"]}),
        ("staff.department_changed", {"translation": ["Store", "Warehouse"]}),
        ("staff.department_removed", {"name": ["Склад", None]}),
    ]


def test_at_the_end_of_the_list_a_line_stays_where_it_is(anna):
    LOSS_REASONS.move(LossReason.objects.first(), up=True, by=anna)
    assert said("loss_reason") == []


def test_lines_that_share_a_place_get_places_of_their_own(anna):
    LossReason.objects.update(position=0)
    before = list(LossReason.objects.all())
    LOSS_REASONS.move(before[1], up=True, by=anna)
    assert list(LossReason.objects.all()) == [before[1], before[0], *before[2:]]


@pytest.mark.parametrize(
    "act",
    [
        lambda line, by: DEPARTMENTS.rename(line, {"ru": "Другое"}, by=by),
        lambda line, by: DEPARTMENTS.remove(line, by=by),
    ],
)
def test_what_somebody_else_removed_meanwhile_is_said(anna, act):
    made = DEPARTMENTS.add({"ru": "Склад"}, by=anna)
    Department.objects.filter(pk=made.pk).delete()
    with pytest.raises(ChangedMeanwhile):
        act(made, anna)


def test_a_removed_line_is_not_moved(anna):
    made = LOSS_REASONS.add({"ru": "Нет материала"}, by=anna)
    LossReason.objects.filter(pk=made.pk).delete()
    with pytest.raises(ChangedMeanwhile):
        LOSS_REASONS.move(made, up=True, by=anna)
