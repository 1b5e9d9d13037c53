from __future__ import annotations

from uuid import uuid4

from svyazka.business.sheets import openings, sheets
from svyazka.business.sheets.conftest import WHOLE, added


def test_how_many_and_how_large(form, visit, egor, django_assert_num_queries):
    rows = [added("row-1", **WHOLE), added("row-2", **{**WHOLE, "widths": [900, 880, 890], "heights": None})]
    sheets.save(visit, sheets.Sent(form, 1, rows, uuid4()), by=egor)
    with django_assert_num_queries(1):
        found = openings.of_deals([visit.deal_id])
    (measured,) = found[visit.deal_id]
    first, second = measured.openings
    assert (measured.name, measured.visit_id, measured.is_whole) == ("Проёмы", visit.pk, False)
    widths, heights = min(WHOLE["widths"]), min(WHOLE["heights"])
    assert first.size == f"{widths} × {heights} мм"
    assert (second.name, second.size) == ("2. Окно", "")


def test_a_row_that_was_removed_is_not_counted(save, visit, deal):
    assert openings.of_deals([deal.pk]) == {}
    kept = save(added("row-1", **WHOLE), added("row-2", **WHOLE))
    kept.answers["openings"][1]["removed"] = True
    kept.save()
    assert [len(one.openings) for one in openings.of_deals([deal.pk])[deal.pk]] == [1]
