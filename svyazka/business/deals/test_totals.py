from __future__ import annotations

from decimal import Decimal

import pytest

from svyazka.business.clients.models import Client
from svyazka.business.deals import totals
from svyazka.business.deals.board import Narrowed
from svyazka.business.deals.models import Deal, Field
from svyazka.business.deals.opening import open_deal
from svyazka.business.deals.totals import Measured, Total


@pytest.fixture
def deals(windows, vera, olga) -> list[Deal]:
    known = [
        {"money": "100.50", "text": "А", "date": "2026-12-01", "tags": ["a", "b"]},
        {"money": "0.50", "text": "А", "date": "2026-12-31", "tags": ["a"]},
        {"money": "много", "text": "Б", "date": "2026-11-01", "tags": "a"},
        {},
    ]
    made = [open_deal(vera, facts=facts, by=olga) for facts in known]
    Deal.objects.update(amount=10)
    return made


def counted(kind: str, code: str, of: str = "deal", **more) -> totals.Totals:
    return totals.totals(Narrowed(), Field(code=code, of=of, kind=kind), **more)


def said(found: totals.Totals) -> list[tuple[object, int, int]]:
    return [(line.value, line.count, int(line.amount)) for line in found.lines]


def test_a_number_has_its_sum_and_what_lies_between(deals):
    found = counted("money", "money")
    assert (found.count, found.lines) == (4, ())
    assert found.measured == Measured(2, Decimal("101.00"), Decimal("50.50"), Decimal("0.50"), Decimal("100.50"))
    assert counted("money", "nothing").measured is None
    for odd in (".", "-", "-.", "1-2", "1.2.3", "--1", "", None, [1], {"a": 1}, True):
        Deal.objects.filter(pk=deals[0].pk).update(facts={"money": odd})
        assert counted("money", "money").measured.count == 1
    Deal.objects.filter(pk=deals[0].pk).update(facts={"money": -2.5})
    assert counted("money", "money").measured.sum == Decimal("-2")


def test_a_text_is_counted_by_value_the_most_frequent_first(deals, monkeypatch):
    assert said(counted("text", "text")) == [("А", 2, 20), ("Б", 1, 10), (None, 1, 10)]
    monkeypatch.setattr(totals, "MOST_LINES", 1)
    found = counted("text", "text")
    assert (said(found), found.others) == ([("А", 2, 20)], Total(None, 2, Decimal(20)))


def test_a_date_is_counted_by_month_the_latest_first(deals):
    assert said(counted("date", "date")) == [("2026-12", 2, 20), ("2026-11", 1, 10), (None, 1, 10)]


def test_of_several_of_a_list_a_deal_counts_at_each(deals):
    assert said(counted("choices", "tags")) == [("a", 2, 20), (None, 2, 20), ("b", 1, 10)]


def test_what_is_known_of_the_clients_is_counted_too(deals, vera):
    Client.objects.filter(pk=vera.pk).update(facts={"branch": "bank"})
    assert said(counted("choice", "branch", of="client")) == [("bank", 4, 40)]


def test_the_newest_are_counted_and_all_when_somebody_asks(deals, monkeypatch):
    monkeypatch.setattr(totals, "COUNTED", 2)
    part, whole = counted("text", "text"), counted("text", "text", whole=True)
    assert (part.count, part.is_part) == (3, True)
    assert (said(part), whole.count) == ([("А", 1, 10), ("Б", 1, 10), (None, 1, 10)], 4)


def test_closed_ones_only_where_they_are_wanted(deals):
    Deal.objects.filter(pk=deals[0].pk).update(closed_at=deals[0].opened_at)
    assert [counted("text", "text", state=state).count for state in ("open", "closed", "all")] == [3, 1, 4]
