from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from svyazka.business.clients import search
from svyazka.business.clients.models import Client, ContactPoint
from svyazka.business.deals import board, listing, moves, orders
from svyazka.business.deals.board import Narrowed
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Deal, LossReason, Stage
from svyazka.business.deals.opening import open_deal
from svyazka.kit import clock

ALL = Narrowed()


@pytest.fixture
def stages(windows):
    return list(Stage.objects.all())


def deals_of(olga, number, **options):
    return [open_deal(Client.objects.create(name=f"Клиент {at}"), by=olga, **options) for at in range(number)]


def test_a_column_shows_what_moved_last_and_says_that_there_is_more(stages, olga):
    deals = deals_of(olga, 23)
    first = board.columns(stages, ALL)[0]
    assert [card.id for card in first.cards] == [deal.pk for deal in reversed(deals)][:20]
    assert (first.goes_on, first.counter.count) == (True, 23)
    last = first.cards[-1]
    rest = board.page(first.stage, ALL, after=board.After(last.stage_since, last.id))
    assert ([card.id for card in rest.cards], rest.goes_on) == ([deal.pk for deal in reversed(deals[:3])], False)


@pytest.mark.parametrize("number", [1, 30])
def test_as_many_questions_for_one_deal_as_for_thirty(stages, olga, number, django_assert_num_queries):
    deals_of(olga, number)
    with django_assert_num_queries(2):
        board.columns(stages, ALL)


def test_counters_add_up_amounts(stages, olga):
    for deal in deals_of(olga, 3):
        facts.change(deal, {"amount": "1000"}, by=olga)
    counted = board.counters(stages, ALL)
    assert counted[stages[0].pk] == board.Counter(3, Decimal(3000))
    assert counted[stages[1].pk] == board.Counter(0, Decimal(0))


def test_closed_stages_count_the_last_thirty_days(stages, olga):
    lost = next(stage for stage in stages if stage.kind == Stage.Kind.LOST)
    one, two = deals_of(olga, 2)
    for deal in (one, two):
        moves.move(deal, to=lost, loss_reason=LossReason.objects.first(), by=olga)
    Deal.objects.filter(pk=one.pk).update(stage_since=clock.now() - timedelta(days=31))
    columns = board.columns(stages, ALL)
    assert (columns[-1].counter.count, columns[-1].cards) == (1, [])
    assert [card.id for card in board.page(lost, ALL).cards] == [two.pk]


def test_narrowed_to_a_person_a_department_a_source(stages, olga, mikhail):
    [mine] = deals_of(olga, 1, responsible=mikhail)
    deals_of(olga, 1)
    for narrowed in (Narrowed(responsible_id=mikhail.pk), Narrowed(department_id=mikhail.department_id)):
        assert [card.id for card in board.columns(stages, narrowed)[0].cards] == [mine.pk]
    assert board.columns(stages, Narrowed(source_id=1))[0].cards == []


def test_overdue_first_what_has_waited_longest(stages, olga):
    one, two, _three = deals_of(olga, 3)
    long_ago = clock.now() - timedelta(days=3)
    Deal.objects.filter(pk=two.pk).update(stage_since=long_ago, stage_due_at=long_ago)
    Deal.objects.filter(pk=one.pk).update(next_step_at=long_ago)
    assert [card.id for card in board.columns(stages, Narrowed(overdue=True))[0].cards] == [two.pk, one.pk]


def test_found_by_what_is_typed(stages, olga, vera):
    search.index("client", vera.pk, vera.name, vera.address)
    deal = open_deal(vera, by=olga)
    deals_of(olga, 2)
    for typed in ("Павлов", "лесная", "123-45-67", "8-916-123", "916-123-45", "23-45-6", str(deal.pk)):
        cards = board.columns(stages, Narrowed(typed=typed))[0].cards
        assert deal.pk in [card.id for card in cards]
    assert board.columns(stages, Narrowed(typed="никто такой"))[0].cards == []


def test_who_has_no_name_is_called_by_the_phone(stages, olga):
    client = Client.objects.create()
    ContactPoint.objects.create(client=client, kind="phone", value="+79161112233")
    open_deal(client, by=olga)
    assert board.columns(stages, ALL)[0].cards[0].contact == "+79161112233"


def test_a_card_that_the_board_does_not_show(stages, olga, mikhail):
    [deal] = deals_of(olga, 1)
    pipeline_id = stages[0].pipeline_id
    assert board.card(deal.pk, ALL, pipeline_id=pipeline_id).id == deal.pk
    assert board.card(deal.pk, Narrowed(responsible_id=mikhail.pk), pipeline_id=pipeline_id) is None
    assert board.card(deal.pk, ALL, pipeline_id=pipeline_id + 1) is None


@pytest.mark.parametrize("sort", orders.NAMED)
@pytest.mark.parametrize("descending", [True, False])
def test_pages_of_the_list_hold_each_deal_once(windows, olga, sort, descending, monkeypatch):
    monkeypatch.setattr(listing, "PAGE", 2)
    deals = deals_of(olga, 5)
    facts.change(deals[1], {"amount": "500"}, by=olga)
    Deal.objects.filter(pk=deals[2].pk).update(next_step="", next_step_at=None)
    seen, after = [], ""
    while True:
        listed = listing.list_deals(ALL, order=orders.named(sort), descending=descending, after=after)
        seen += [card.id for card in listed.cards]
        after = listed.after
        if not after:
            break
    assert sorted(seen) == [deal.pk for deal in deals]
    assert len(seen) == 5


@pytest.mark.parametrize("after", ["~", "x~1", "1~x", "infinity~99999999999999999999", "NaN~1", "9" * 80 + "~1"])
def test_nonsense_in_an_address_begins_from_the_top(windows, olga, after):
    deals_of(olga, 1)
    for sort in orders.NAMED:
        assert len(listing.list_deals(ALL, order=orders.named(sort), after=after).cards) in (0, 1)


def test_what_is_listed_is_counted_but_not_without_end(stages, vera, olga, monkeypatch):
    for _ in range(3):
        open_deal(vera, by=olga)
    assert (listing.count_deals(ALL), listing.count_deals(ALL, state="closed")) == (3, 0)
    assert listing.count_deals(board.Narrowed(responsible_id=olga.pk)) == 0
    monkeypatch.setattr(listing, "COUNTED", 1)
    assert listing.count_deals(ALL) == 2
