from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from svyazka.business.clients.models import Interaction
from svyazka.business.site_work import extra, prices, rules, sums
from svyazka.business.site_work.models import ExtraWork
from svyazka.business.site_work.prices import Wish
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

SIGNED = [100, 300, 300, 100, 500, 300]


def test_agreed_on_the_spot_with_name_and_moment(work, agreed, hour):
    made = work("Откос", "2.5", "1450", agreed=agreed)
    assert (made.cost, made.consent, made.consent_name, made.consent_at) == (
        Decimal("3625.00"),
        "on_spot",
        "Вера Павлова",
        hour(10, 15),
    )
    told = Interaction.objects.get(data__event="extra_on_spot")
    assert told.text == "Откос: 2,5 шт · Вера Павлова"


def test_without_consent_it_stands_there_as_such(work):
    made = work()
    assert (made.is_agreed, made.consent_at) == (False, None)
    assert Interaction.objects.filter(data__event="extra_open").count() == 1


def test_consent_comes_later_and_a_second_tap_changes_nothing(work, agreed, its_day, egor):
    made = work()
    for _twice in range(2):
        extra.agree(its_day, made.pk, agreed, by=egor)
    assert ExtraWork.objects.get().consent_by == egor
    assert Interaction.objects.filter(data__event="extra_on_spot").count() == 1


@pytest.mark.parametrize(
    ("quantity", "price", "still"), [(2, 700, False), (1, 699, True), (1, 701, False), (1, 700, True)]
)
def test_whoever_agreed_to_a_sum_has_not_agreed_to_a_higher_one(work, agreed, quantity, price, still):
    number = uuid4()
    work(number=number, agreed=agreed)
    work(quantity=quantity, price=price, number=number)
    assert ExtraWork.objects.get().is_agreed is still


def test_other_work_is_not_what_was_agreed(work, agreed):
    number = uuid4()
    work("Откос", number=number, agreed=agreed)
    work("Отлив", number=number)
    assert not ExtraWork.objects.get().is_agreed


def test_a_price_of_ones_own_goes_to_the_companys_limit(work, line, anna):
    rules.change(own_price_up_to=Decimal(2000), by=anna)
    work("Своё", 2, 1000)
    with pytest.raises(Refused, match="2000"):
        work("Своё", 2, "1000.01")
    # What the list says may cost more.
    assert work(quantity=3, price=1450, line=line("reveal")).cost == 4350
    with pytest.raises(Refused):
        work(quantity=3, price=1400, line=line("reveal"))


def test_a_phone_without_signal_still_has_the_price_of_before(work, line, anna, monkeypatch, hour):
    rules.change(own_price_up_to=Decimal(0), by=anna)
    prices.change(line("reveal"), Wish("work", "Отделка откоса", "м", Decimal(1600)), by=anna)
    monkeypatch.setattr("svyazka.kit.clock.now", lambda: hour(12))
    assert work(price=1450, line=line("reveal"), at=hour(10)).cost == 1450
    with pytest.raises(Refused):
        work(price=1450, line=line("reveal"), at=hour(11))


def test_removed_it_stays_in_the_journal_only(work, its_day, egor):
    made = work()
    for _twice in range(2):
        extra.remove(its_day, made.pk, by=egor)
    assert ExtraWork.objects.get().removed_at is not None
    assert Interaction.objects.filter(data__event="extra_removed").count() == 1
    with pytest.raises(Refused):
        extra.agree(its_day, made.pk, extra.Agreed("on_spot", "Вера"), by=egor)


@pytest.mark.parametrize(
    "given",
    [
        {"consent": "on_spot"},
        {"consent": "by_phone", "consent_name": "Вера"},
        {"consent": "by_letter", "consent_name": "Вера"},
        {"consent": "on_spot", "consent_name": "В" * 121},
    ],
)
def test_a_consent_says_whose_it_is(given):
    with pytest.raises(Refused):
        extra.read_agreed(given)


def drawn(*strokes):
    return {"consent": "on_spot", "consent_name": "Вера", "consent_strokes": json.dumps(strokes)}


def test_a_signature_is_kept_with_the_consent_and_goes_with_it(work, its_day, egor):
    number = uuid4()
    agreed = extra.read_agreed(drawn(SIGNED))
    made = work(number=number, agreed=agreed)
    assert (made.consent_strokes, sums.of_deal(its_day.deal_id).works[0].drawn) == ([SIGNED], [SIGNED])
    extra.agree(its_day, number, replace(agreed, drawn=None), by=egor)
    assert ExtraWork.objects.get().consent_strokes == [SIGNED], "the same word once more"
    work(number=number, price=900)
    assert (ExtraWork.objects.get().consent, ExtraWork.objects.get().consent_strokes) == ("", None)
    extra.agree(its_day, number, replace(agreed, drawn=None), by=egor)
    extra.agree(its_day, number, agreed, by=egor)
    assert ExtraWork.objects.get().consent_strokes == [SIGNED]


@pytest.mark.parametrize(
    "bad",
    ["x", "[" * 9_000, "{}", "[[1,1]]", "[[1]]", "[[0,0,2000,0]]", json.dumps([[0, 0, 900, 9] * 3_100])],
)
def test_what_is_no_signature_is_refused(bad):
    with pytest.raises(Refused):
        extra.read_agreed({**drawn(), "consent_strokes": bad})


def test_nobody_signs_over_the_phone():
    given = {**drawn(SIGNED), "consent": "by_phone", "consent_note": "в 10:05"}
    assert extra.read_agreed(given).drawn is None


def test_without_a_price_there_is_nothing_to_agree_to(work, agreed, its_day, egor):
    number = uuid4()
    with pytest.raises(Refused, match="Без цены"):
        work(price=0, agreed=agreed)
    made = work(price=0, number=number)
    with pytest.raises(Refused, match="Без цены"):
        extra.agree(its_day, made.pk, agreed, by=egor)
    work(price=500, number=number)
    extra.agree(its_day, number, agreed, by=egor)
    work(price=0, number=number)
    assert ExtraWork.objects.get().consent == ""


def test_no_word_is_no_consent():
    assert extra.read_agreed({"consent_name": "Вера"}) is None
    assert extra.read_agreed({"consent": "by_phone", "consent_name": "Вера", "consent_note": "в 10:05"}) is not None


def test_nothing_of_it_and_too_much_are_refused(work):
    for quantity, price in ((0, 100), (100_000, 10_000_000)):
        with pytest.raises(Refused):
            work(quantity=quantity, price=price)
    assert not ExtraWork.objects.exists()


def test_it_is_of_the_day_on_which_it_was_done(work, hour):
    at = clock.now() - timedelta(minutes=10)
    assert work(at=at).at == at
