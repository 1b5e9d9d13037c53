from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svyazka.business.agreements import production
from svyazka.business.agreements.models import Agreement
from svyazka.business.journal.models import Entry
from svyazka.business.sheets.conftest import WHOLE, added
from svyazka.kit.refusals import Refused

WIDTH = "Ширина: верх, середина, низ"


def lines(*agreements):
    head, *rows = production.table(agreements)
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_a_line_for_each_opening_in_the_order_of_the_form(agree, save, visit):
    save(added("row-2", kind="door", **{**WHOLE, "widths": [900, 901, 902]}))
    first, second = lines(agree())
    assert (first["№"], second["№"]) == (1, 2)
    assert [first[f"{WIDTH} ({one}), мм"] for one in (1, 2, 3)] == [1200, 1202, 1201]
    assert second[f"{WIDTH} (3), мм"] == 902
    assert first["Этаж"] == 1
    assert first["Адрес"] == visit.address
    assert first["Вид"] != second["Вид"]
    head = next(iter(production.table([Agreement.objects.get()])))
    assert head.index("Этаж") < head.index(f"{WIDTH} (1), мм") < head.index("Высота: слева, середина, справа (1), мм")
    assert not any("Фото" in one for one in head)


def test_ordered_and_taken_back(agree, mikhail):
    made = agree()
    for _twice in range(2):
        production.order(made, by=mikhail)
    assert production.list_agreed().get().ordered_by == mikhail
    for _twice in range(2):
        production.take_back(made, by=mikhail)
    assert production.list_agreed().get().ordered_at is None
    verbs = Entry.objects.filter(object_id=made.pk, verb__startswith="agreements.order").order_by("pk")
    assert [one.verb for one in verbs] == ["agreements.ordered", "agreements.order_taken_back"]


def test_what_was_ordered_by_an_earlier_one_is_said(agree, mikhail):
    first = agree()
    production.order(first, by=mikhail)
    agree()
    (now,) = production.list_agreed()
    assert (now.ordered_at, now.was_ordered) == (None, True)
    with pytest.raises(Refused):
        production.order(first, by=mikhail)


def test_as_many_questions_for_one_opening_and_for_thirty(agree, save):
    def asked():
        rows = list(production.list_agreed().select_related("written"))
        with CaptureQueriesContext(connection) as asking:
            list(production.table(rows))
        return len(asking)

    agree()
    once = asked()
    save(*(added(f"row-{number}", **WHOLE) for number in range(2, 31)))
    agree()
    assert len(list(production.table(list(production.list_agreed().select_related("written"))))) == 31
    assert asked() == once
