from __future__ import annotations

from datetime import timedelta

import pytest

from svyazka.business.clients import history
from svyazka.business.clients.models import Interaction
from svyazka.business.intake import about
from svyazka.business.intake.test_take_call import Ringing
from svyazka.business.journal.models import LiveEvent
from svyazka.business.sorting import listing, rules
from svyazka.business.sorting.models import Category, Sorted
from svyazka.business.sorting.when import read
from svyazka.kit import clock


@pytest.fixture
def category(windows):
    return {one.code: one for one in Category.objects.all()}


def said(call):
    return Sorted.objects.filter(pk=call["interaction"]).values_list("category__code", flat=True).first()


def test_a_call_is_sorted_when_it_ends_by_how_it_ended_and_where_it_came_in(category, anna):
    rules.add(
        "Пропущенные на рекламу",
        category["new_request"],
        {"results": ["missed"], "our_numbers": ["+74951000200"]},
        by=anna,
    )
    call = Ringing()
    made = call.starts()
    assert said(made) is None
    call.ends(20)
    assert said(made) == "new_request"
    other = Ringing("79165550002", "74951000101")
    made = other.starts()
    other.ends(20)
    assert said(made) is None


def test_what_was_noted_during_the_call_counts(category, anna, olga):
    rules.add("Переносы", category["reschedule"], {"kinds": ["call"], "any_of": ["перенести замер"]}, by=anna)
    call = Ringing(begun=clock.now() - timedelta(minutes=3))
    made = call.starts()
    call.answered(5, "101")
    history.note(made["client"], "Просит перенести замер", deal_id=made["deal"], by=olga)
    call.ends(200)
    assert said(made) == "reschedule"


def test_what_is_noted_after_the_call_counts_a_minute_later(category, anna, olga):
    rules.add("Переносы", category["reschedule"], {"kinds": ["call"], "any_of": ["перенести замер"]}, by=anna)
    call = Ringing(begun=clock.now() - timedelta(minutes=3))
    made = call.starts()
    call.answered(5, "101")
    call.ends(60)
    about.sort_noted()
    assert said(made) is None
    history.note(made["client"], "Просит перенести замер", deal_id=made["deal"], by=olga)
    about.sort_noted()
    assert said(made) == "reschedule"
    told = LiveEvent.objects.filter(topic="interaction", object_id=made["interaction"]).count()
    about.sort_noted()
    assert LiveEvent.objects.filter(topic="interaction", object_id=made["interaction"]).count() == told


def test_where_nothing_sorts_a_call_costs_one_small_question(category, django_assert_max_num_queries):
    call = Ringing()
    call.starts()
    followed = []
    with django_assert_max_num_queries(0):
        about.sort_ended(followed)


def test_a_rule_is_tried_on_what_came_in_last(category, vera, olga):
    call = Ringing("79165550009")
    made = call.starts()
    call.ends(15)
    line = history.add(
        vera.pk, kind="form", direction="in", channel="web_form/okna", text="Нужны окна", waiting=True, by=olga
    )
    history.add(vera.pk, kind="message", direction="out", text="Мы вам перезвоним", by=olga)
    found = about.latest(200)
    assert {one.pk for one, _heard in found} == {made["interaction"], line.pk}
    heard = {one.pk: heard for one, heard in found}
    assert heard[line.pk].sender == "+79161234567"
    assert (heard[made["interaction"]].sender, heard[made["interaction"]].result) == ("+79165550009", "missed")
    assert read({"senders": ["8 916 555-00-09"]}).fits(heard[made["interaction"]])
    assert [heard[number].is_known for number in (line.pk, made["interaction"])] == [False, False]


def test_thirty_are_read_with_as_many_questions_as_one(category, vera, olga, django_assert_num_queries):
    def more(number):
        for _one in range(number):
            history.add(vera.pk, kind="message", direction="in", text="Окна", by=olga)
            call = Ringing(f"7916555{number:02}{_one:02}")
            call.starts()
            call.ends(10)

    more(1)
    with django_assert_num_queries(5):
        assert len(about.latest(200)) == 2
    more(15)
    with django_assert_num_queries(5):
        assert len(about.latest(200)) == 32


def test_a_call_shows_its_category_by_its_line(category, anna):
    rules.add("Пропущенные", category["new_request"], {"results": ["missed"]}, by=anna)
    call = Ringing()
    made = call.starts()
    call.ends(20)
    line = Interaction.objects.get(pk=made["interaction"])
    assert listing.of_numbers([(line.pk, line.at)])[line.pk].code == "new_request"
