from __future__ import annotations

from datetime import timedelta

import pytest

from svyazka.business.automation import follow, log, rules, run, sweep
from svyazka.business.automation.models import Rule, Run
from svyazka.business.clients.models import Interaction
from svyazka.business.deals.models import Stage
from svyazka.business.deals.opening import open_deal
from svyazka.kit import clock


@pytest.fixture
def welcome(windows, anna):
    """A rule that leaves a note at each new deal and moves it on."""
    Rule.objects.all().delete()
    second = Stage.objects.filter(pipeline__code="windows", kind="open").order_by("position")[1]
    actions = [
        {"kind": "note", "given": {"text": "Приветствие отправлено"}},
        {"kind": "move", "given": {"stage": second.pk}},
    ]
    made = rules.add(
        {"name": "Приветствие", "trigger": "deal_opened", "options": {}, "conditions": [], "actions": actions}, by=anna
    )
    return rules.switch(made, on=True, by=anna)


@pytest.fixture
def acted_on(welcome, vera, mikhail):
    """`acted_on(3)`: a deal, and that many runs of the rule on it."""

    def make(number=1):
        deal = open_deal(vera, responsible=mikhail, by=mikhail)
        for _round in range(5):
            sweep.sweep()
            follow.follow()
            run.work_off()
        (first,) = log.of_deal(deal.pk)
        assert first.state == Run.State.DONE
        for at in range(number - 1):
            Run.objects.create(
                rule=welcome,
                version=1,
                event_key=f"more/{at}",
                deal_id=deal.pk,
                at=clock.now() - timedelta(hours=at),
                due_at=clock.now(),
                state=Run.State.LEFT,
                why="Сумма сделки: 54 300 ₽",
                ended_at=clock.now(),
            )
        return deal

    return make


def test_who_may_see_the_log_gets_there_from_the_deal_and_from_its_history(acted_on, enter, anna):
    deal = acted_on()
    (acted,) = log.of_deal(deal.pk)
    browser = enter(anna)
    address = f'<a href="/office/automations/log/{acted.pk}/">'

    part = browser.get(f"/deals/{deal.pk}/rules/").content.decode()

    assert f"{address}Приветствие</a>" in part
    assert part.count('#check"') == 2
    page = browser.get(f"/deals/{deal.pk}/").content.decode()
    assert f"{address}правило «Приветствие»</a>" in page
    assert browser.get(f"/office/automations/log/{acted.pk}/").status_code == 200


def test_others_read_what_a_rule_did_without_the_log_and_without_its_reasons(acted_on, enter, olga):
    deal = acted_on(2)
    browser = enter(olga)

    part = browser.get(f"/deals/{deal.pk}/rules/").content.decode()

    assert part.count("<strong>Приветствие</strong>") == 2
    for hidden in ("/office/automations/", "54 300"):
        assert hidden not in part
    page = browser.get(f"/deals/{deal.pk}/").content.decode()
    assert "правило «Приветствие»" in page
    assert "/office/automations/log/" not in page


def test_the_log_forgets_and_then_the_history_leads_nowhere(acted_on, enter, anna):
    deal = acted_on()
    Interaction.objects.filter(deal_id=deal.pk).update(at=clock.now() - log.KEPT)
    page = enter(anna).get(f"/deals/{deal.pk}/").content.decode()
    assert "правило «Приветствие»" in page
    assert "/office/automations/log/" not in page


@pytest.mark.parametrize("number", [1, 30])
def test_as_many_statements_for_one_run_as_for_thirty(acted_on, enter, olga, number, django_assert_num_queries):
    deal = acted_on(number)
    browser = enter(olga)
    browser.get(f"/deals/{deal.pk}/rules/")
    with django_assert_num_queries(4):
        part = browser.get(f"/deals/{deal.pk}/rules/").content.decode()
    assert part.count("<strong>Приветствие</strong>") == number


def test_of_many_the_latest_and_of_none_a_word(acted_on, enter, olga, vera, mikhail):
    browser = enter(olga)
    many = browser.get(f"/deals/{acted_on(40).pk}/rules/").content.decode()
    assert many.count("<strong>Приветствие</strong>") == log.PAGE
    assert "Показаны последние." in many
    Rule.objects.all().delete()
    quiet = open_deal(vera, by=mikhail)
    assert "ещё не сработала" in browser.get(f"/deals/{quiet.pk}/rules/").content.decode()
    assert browser.get("/deals/999999/rules/").status_code == 404
