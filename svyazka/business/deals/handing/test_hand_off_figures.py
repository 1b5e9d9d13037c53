from __future__ import annotations

from datetime import timedelta

import pytest

from svyazka.business.clients.models import Client
from svyazka.business.deals import moves
from svyazka.business.deals.handing import answering, hand_off_figures
from svyazka.business.deals.models import Deal, HandOff, LossReason, Pipeline, Stage
from svyazka.business.deals.opening import open_deal
from svyazka.kit import clock

HOUR = timedelta(hours=1)


@pytest.fixture
def handed(projects):
    """`handed()`: a sale that has just been handed on to the preparation; the linked deal."""
    Stage.objects.update(required=[])
    client = Client.objects.create(name="ООО «Ромашка»", kind="company")

    def hand_on(sale=None):
        sale = sale or open_deal(client, by=projects["timur"], responsible=projects["timur"])
        moves.move(Deal.objects.get(pk=sale.pk), to=Stage.objects.get(code="signed"), by=projects["timur"])
        return Deal.objects.select_related("parent", "responsible").get(parent=sale)

    return hand_on


def waited(linked, hours, *, done=None):
    """Its newest leg was handed on so long before it was answered; `done`: hours until the end of the way."""
    leg = HandOff.objects.filter(to_deal=linked).order_by("-leg").first()
    leg.handed_at = leg.answered_at - hours * HOUR
    if done:
        Deal.objects.filter(pk=linked.pk).update(closed_at=leg.handed_at + done * HOUR)
    leg.save()


def month():
    return clock.now() - timedelta(days=30)


def test_where_nothing_was_handed_on_there_is_nothing(projects):
    assert hand_off_figures.pairs(since=month()) == []
    assert hand_off_figures.reasons(since=month()) == []
    assert hand_off_figures.waiting().legs == []


def test_how_long_half_and_nine_of_ten_wait_and_need(handed, projects):
    for hours in (1, 2, 3, 4, 21):
        linked = handed()
        answering.accept(linked, by=projects["pavel"])
        waited(linked, hours, done=10 * hours)
    handed()
    (pair,) = hand_off_figures.pairs(since=month())
    sales, preparation = Pipeline.objects.get(code="sales"), Pipeline.objects.get(code="preparation")
    assert (pair.from_id, pair.to_id, pair.legs) == (sales.pk, preparation.pk, 6)
    assert (pair.answered_usually, pair.done_usually) == (3 * HOUR, 30 * HOUR)
    assert 4 * HOUR < pair.answered_at_most < 21 * HOUR
    assert 40 * HOUR < pair.done_at_most < 210 * HOUR


def test_what_is_returned_why_and_how_often(handed, projects):
    linked = handed()
    for reason in ("Нет даты", "нет даты", "Нет договора"):
        answering.give_back(linked, reason=reason, by=projects["pavel"])
        linked = handed(linked.parent)
    (pair,) = hand_off_figures.pairs(since=month())
    assert (pair.legs, pair.returned, pair.ping_pong, pair.share_returned) == (4, 3, 1, 0.75)
    assert [(one.words.lower(), one.legs) for one in hand_off_figures.reasons(since=month())] == [
        ("нет даты", 2),
        ("нет договора", 1),
    ]


def test_what_is_taken_back_or_older_does_not_count(handed, projects):
    old = handed()
    HandOff.objects.update(handed_at=clock.now() - timedelta(days=31))
    withdrawn = handed()
    lost = Stage.objects.get(pipeline__code="sales", kind="lost")
    moves.move(withdrawn.parent, to=lost, loss_reason=LossReason.objects.first(), by=projects["timur"])
    assert hand_off_figures.pairs(since=month()) == []
    assert [one.deal_id for one in hand_off_figures.waiting().legs] == [old.pk]
    assert hand_off_figures.count_waiting() == 1


def test_those_that_wait_are_paged_by_their_deadline(handed):
    first = [handed().pk for _ in range(hand_off_figures.PAGE + 2)]
    page = hand_off_figures.waiting()
    rest = hand_off_figures.waiting(after=page.after)
    assert [one.deal_id for one in [*page.legs, *rest.legs]] == first
    assert (len(page.legs), rest.after) == (hand_off_figures.PAGE, "")


@pytest.mark.parametrize(
    "after", ["nonsense", "~", "2026-01-01~1", "2026-13-01T00:00+00:00~1", f"2026-01-01T00:00Z~{2**70}"]
)
def test_nonsense_begins_from_the_top(handed, after):
    handed()
    assert len(hand_off_figures.waiting(after=after).legs) == 1
