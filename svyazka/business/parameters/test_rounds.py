from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from svyazka.business.clients import history
from svyazka.business.deals.known import client_facts, facts
from svyazka.business.deals.models import Deal, FactKey, Field
from svyazka.business.journal.models import Entry
from svyazka.business.parameters import defining, recompute, recount, rounds
from svyazka.business.parameters.conftest import known, turn
from svyazka.business.parameters.models import Figure, Followed, Recount, Stuck
from svyazka.kit import clock


def test_all_are_counted_after_it_was_added_and_troubles_stand_beside(share, deals):
    assert known(share.code) == ["60.0", None, None]
    stuck = Stuck.objects.order_by("object_id").values_list("object_id", "code", "name")
    assert list(stuck) == [(deals[1].pk, "unknown", "field.costs"), (deals[2].pk, "division", "")]
    assert FactKey.objects.get(code=share.code).number == Decimal(60)


def test_it_is_counted_again_when_its_sources_change(share, deals, olga):
    before = Deal.objects.get(pk=deals[1].pk).version
    facts.change(deals[1], {"costs": "100"}, by=olga)
    turn()
    assert known(share.code) == ["60.0", "80.0", None]
    assert Deal.objects.get(pk=deals[1].pk).version == before + 1  # by Olga alone
    assert not Stuck.objects.filter(object_id=deals[1].pk).exists()
    entry = Entry.objects.get(verb="parameters.counted")
    assert (entry.deal_id, entry.changes) == (deals[1].pk, {share.code: [None, "80.0"]})


def test_what_is_not_known_any_more_is_taken_away(share, deals, olga):
    facts.change(deals[0], {"costs": ""}, by=olga)
    turn()
    assert known(share.code) == [None, None, None]
    assert Stuck.objects.filter(object_id=deals[0].pk, code="unknown").exists()


def test_nothing_is_written_where_nothing_changes(share, deals, olga):
    history.note(deals[0].client_id, "Позвонил", deal_id=deals[0].pk, by=olga)
    turn()
    assert recompute.now(share, [deal.pk for deal in deals]) == []
    assert not Entry.objects.filter(verb="parameters.counted").exists()


def test_calls_are_heard_of(add, deals, olga):
    calls = add("Звонков", "[Звонки]", decimals=0)
    turn()
    assert known(calls.code) == ["0", "0", "0"]
    history.add(
        deals[0].client_id, kind="call", direction="in", deal_id=deals[0].pk, data={"result": "missed"}, by=olga
    )
    turn()
    assert known(calls.code) == ["1", "0", "0"]


def test_those_that_name_another_are_counted_with_it(share, add, deals, olga):
    double = add("Двойная", "[Доля прибыли] * 2", decimals=0)
    turn()
    facts.change(deals[1], {"costs": "100"}, by=olga)
    turn()
    assert known(double.code) == ["120", "160", None]
    assert Stuck.objects.get(parameter=double).name == f"field.{share.code}"


def test_a_figure_of_the_client_comes_into_those_of_his_deals(add, deals, vera, olga):
    Field.objects.create(code="points", of="client", kind="number", words={"ru": "Баллы"})
    add("Надёжность", "[Баллы] * 10", of="client", decimals=0)
    risk = add("Риск", "100 - [Надёжность (клиент)]", decimals=0)
    turn()
    assert known(risk.code) == [None, None, None]
    client_facts.change(vera, {}, {"points": "4"}, by=olga)
    turn()
    assert known(risk.code) == ["60", "60", "60"]


def test_another_formula_counts_all_anew_and_can_be_stopped(share, deals, anna):
    defining.change(share, share.words, formula="процент([Себестоимость]; [Сумма сделки])", decimals=1, by=anna)
    found = Recount.objects.get(state="running")
    assert (found.parameters, found.asked_by, recount.share(found)) == ([share.pk], anna, 0)
    recount.stop(found, by=anna)
    turn()
    assert known(share.code) == ["60.0", None, None]
    recount.ask([share], by=anna)
    turn()
    assert known(share.code) == ["40.0", None, None]


def test_piece_by_piece(share, deals, anna, monkeypatch):
    monkeypatch.setattr(rounds, "PIECE", 2)
    recount.ask([share], by=anna)
    assert rounds.go_on()
    half = Recount.objects.get(state="running")
    assert (half.reached, half.done) == (deals[1].pk, 2)
    assert rounds.go_on()
    assert (Recount.objects.order_by("-pk")[0].state, rounds.go_on()) == ("done", False)


def test_switched_off_it_is_taken_away_and_comes_back(share, deals, anna):
    defining.switch(share, on=False, by=anna)
    turn()
    assert (known(share.code), Stuck.objects.count()) == ([None, None, None], 0)
    defining.switch(share, on=True, by=anna)
    turn()
    assert known(share.code) == ["60.0", None, None]


def test_what_names_today_is_counted_every_night(add, deals):
    age = add("Возраст", "дней([Сделка открыта]; сегодня)", decimals=0)
    turn()
    assert (age.by_time, known(age.code)) == ("day", ["0", "0", "0"])
    Deal.objects.update(opened_at=clock.now() - timedelta(days=3))
    turn()
    Followed.objects.update(day=clock.today() - timedelta(days=1))
    turn()
    assert known(age.code) == ["3", "3", "3"]


def test_after_a_long_stop_all_are_counted(share, deals):
    Deal.objects.filter(pk=deals[0].pk).update(amount=800)
    Followed.objects.update(at=clock.now() - timedelta(hours=23))
    turn()
    assert known(share.code) == ["50.0", None, None]


@pytest.fixture
def won(deals, mikhail):
    stage = deals[0].pipeline.stages.filter(kind="won").first()
    Deal.objects.update(responsible=mikhail)
    Deal.objects.filter(pk=deals[0].pk).update(stage=stage, closed_at=clock.now())


def test_figures_of_people(add, won, mikhail, olga):
    made = add(
        "Конверсия",
        "процент([Сделки, выигранные в этом месяце]; [Сделки, открытые в этом месяце])",
        of="person",
        decimals=1,
    )
    turn()
    assert Figure.objects.get(person=mikhail).value == "33.3"
    assert not Figure.objects.filter(person=olga).exists()
    assert Stuck.objects.get(parameter=made, object_id=olga.pk).code == "division"
