from __future__ import annotations

from datetime import timedelta

import pytest

from svyazka.business.automation import sweep
from svyazka.business.automation.models import Run
from svyazka.business.automation.triggers import TRIGGERS
from svyazka.business.clients import history
from svyazka.business.deals import moves
from svyazka.business.deals.handing import assigning
from svyazka.business.deals.known import client_facts, facts
from svyazka.business.deals.models import Deal, Field, LossReason, Pipeline, Stage, Task
from svyazka.business.deals.work import tasks
from svyazka.business.journal.record import Automaton
from svyazka.kit import clock
from svyazka.kit.refusals import Refused


def stages(kind="open"):
    return list(Stage.objects.filter(pipeline=Pipeline.objects.first(), kind=kind).order_by("position"))


def heard():
    return list(Run.objects.order_by("pk").values_list("deal_id", "rule__name"))


@pytest.fixture
def field(db):
    def make(code, kind, of="deal", **more):
        return Field.objects.create(code=code, kind=kind, of=of, words={"ru": code}, **more)

    return make


def test_entering_and_leaving_a_stage(rule, deal, act, mikhail):
    first, second = stages()[:2]
    rule("enters_stage", {"stage": str(first.pk)}, name="Открыта там")
    rule("enters_stage", {"stage": str(second.pk)}, name="Пришла")
    rule("leaves_stage", {"stage": str(first.pk)}, name="Ушла")
    opened = deal()
    moves.put(opened, to=second, by=mikhail)
    act()
    assert [name for _deal, name in heard()] == ["Открыта там", "Пришла", "Ушла"]


def test_opened_in_some_pipelines_only(rule, deal, act):
    other = Pipeline.objects.create(code="other", words={"ru": "Другая"}, position=9)
    Stage.objects.create(pipeline=other, code="begin", position=0, words={"ru": "Начало"})
    rule("deal_opened", {"pipelines": ["other"]})
    deal()
    there = deal(pipeline=other)
    act()
    assert heard() == [(there.pk, "Правило")]


def test_won_lost_for_a_reason_and_taken_up_again(rule, deal, act, mikhail):
    reason, another = LossReason.objects.all()[:2]
    rule("deal_won", {}, name="Выиграна")
    rule("deal_lost", {"reasons": [reason.code]}, name="Проиграна")
    rule("taken_up_again", {}, name="Снова")
    won, lost, otherwise = deal(), deal(), deal()
    moves.put(won, to=stages("won")[0], by=mikhail)
    moves.put(lost, to=stages("lost")[0], loss_reason=reason, by=mikhail)
    moves.put(otherwise, to=stages("lost")[0], loss_reason=another, by=mikhail)
    moves.put(Deal.objects.get(pk=won.pk), to=stages()[0], by=mikhail)
    act()
    assert heard() == [(won.pk, "Выиграна"), (lost.pk, "Проиграна"), (won.pk, "Снова")]


@pytest.mark.parametrize(
    ("options", "fires"),
    [
        ({"how": "any"}, [1, 2, 3]),
        ({"how": "filled"}, [1]),
        ({"how": "emptied"}, [3]),
        ({"how": "to", "value": "5"}, [2]),
        ({"how": "to", "value": "5", "was": "7"}, []),
        ({"how": "any", "was": "3"}, [2]),
    ],
)
def test_a_field_changes_as_it_was_asked(rule, deal, act, mikhail, field, options, fires):
    field("rooms", "number")
    rule("field_changed", {"holder": "deal", "field": "rooms", **options})
    opened = deal()
    for value in ("3", "5", ""):
        facts.change(Deal.objects.get(pk=opened.pk), {"rooms": value}, by=mikhail)
    act()
    assert Run.objects.count() == len(fires)


def test_a_field_of_the_client(rule, deal, act, mikhail, vera, field, actions):
    field("vip", "yes", of="client")
    rule("field_changed", {"holder": "client", "field": "vip", "how": "to", "value": "yes"})
    client_facts.change(vera, {}, {"vip": "yes"}, by=mikhail)
    act()
    assert list(Run.objects.values_list("client_id", "deal_id", "state")) == [(vera.pk, None, "failed")]


def test_somebody_becomes_responsible_alone_or_with_many(rule, deal, act, mikhail, roza):
    rule("appointed", {})
    one, other = deal(), deal()
    facts.appoint(one, roza, by=mikhail)
    assigning.assign(
        [assigning.Gift(each, roza.pk) for each in assigning.hold([other.pk])], at=clock.now(), by=Automaton("test")
    )
    facts.appoint(Deal.objects.get(pk=one.pk), None, by=mikhail)
    act()
    assert heard() == [(one.pk, "Правило"), (other.pk, "Правило")]


def test_tasks_that_are_done_and_those_that_are_late(rule, deal, act, mikhail, later):
    rule("task_done", {"holds": "позвонить"}, name="Сделано")
    rule("task_overdue", {"minutes": "60"}, name="Поздно")
    opened = deal()
    Task.objects.filter(deal=opened).delete()
    done = tasks.plan(opened, "Позвонить Вере", due_at=clock.now() + timedelta(hours=1), by=mikhail)
    tasks.plan(opened, "Другое", due_at=clock.now() + timedelta(hours=2), by=mikhail)
    tasks.done(done, by=mikhail)
    act()
    assert heard() == [(opened.pk, "Сделано")]
    later(hours=2, minutes=30)
    act()
    assert heard() == [(opened.pk, "Сделано")]
    later(hours=3, minutes=30)
    act()
    act()
    assert heard() == [(opened.pk, "Сделано"), (opened.pk, "Поздно")]


def test_it_stays_at_a_stage_for_so_long(rule, deal, act, later, mikhail):
    first, second = stages()[:2]
    rule("stays_at_stage", {"stage": str(first.pk), "minutes": "120"})
    stays, gone = deal(), deal()
    later(hours=1)
    moves.put(gone, to=second, by=mikhail)
    act()
    assert heard() == []
    for hours in (3, 4):
        later(hours=hours)
        act()
    assert heard() == [(stays.pk, "Правило")]


def test_nobody_was_in_touch(rule, deal, act, later, vera, olga):
    from svyazka.business.clients.models import Client

    rule("no_contact", {"days": "2"})
    other = Client.objects.create(name="Пётр")
    silent, spoken = deal(client=other), deal()
    later(hours=30)
    history.add(vera.pk, kind="call", direction="in", by=olga)
    later(hours=52)
    act()
    assert heard() == [(silent.pk, "Правило")]
    later(hours=80)
    act()
    assert heard() == [(silent.pk, "Правило"), (spoken.pk, "Правило")]


def test_before_a_date_at_an_hour(rule, deal, later, mikhail, field):
    field("until", "date")
    day = clock.today() + timedelta(days=5)
    rule("date_of_field", {"field": "until", "when": "before", "days": "2", "hour": "10:00"})
    opened = deal(facts={"until": day.isoformat()})
    deal(facts={"until": (day + timedelta(days=9)).isoformat()})
    due = clock.at(day - timedelta(days=2), clock.local(clock.now()).time().replace(hour=10, minute=0, second=0))
    later(seconds=(due - clock.now()).total_seconds() - 600)
    sweep.sweep()
    assert heard() == []
    later(seconds=1200 + (due - clock.now()).total_seconds() + 5 * 86400 - 5 * 86400)
    later(days=4)
    sweep.sweep()
    assert heard() == [(opened.pk, "Правило")]


def test_so_long_after_a_moment(rule, deal, later, field, act):
    field("met", "moment")
    rule("date_of_field", {"field": "met", "when": "after", "minutes": "90"})
    opened = deal(facts={"met": (clock.now() + timedelta(minutes=10)).isoformat()})
    later(minutes=95)
    act()
    assert heard() == []
    later(minutes=105)
    act()
    assert heard() == [(opened.pk, "Правило")]


def test_only_a_date_can_be_waited_for(rule, field):
    field("rooms", "number")
    with pytest.raises(Refused, match="дат"):
        rule("date_of_field", {"field": "rooms", "when": "after", "days": "1", "hour": "09:00"})


def test_every_day_those_that_fulfil_the_conditions_once(rule, deal, later, mikhail, roza):
    """The database asks what it can; what it cannot is asked of each, before anything is written down."""
    conditions = [
        {"kind": "amount", "given": {"how": "least", "amount": "100"}},
        {"kind": "known", "given": {"how": "known"}},
    ]
    rule("every_day", {"hour": "09:00", "days": list("0123456")}, conditions=conditions)
    big, small = deal(), deal()
    facts.change(big, {"amount": "500"}, by=mikhail)
    facts.change(small, {"amount": "5"}, by=mikhail)
    for days in (1, 1, 2):
        later(days=days, hours=1)
        sweep.sweep()
        sweep.sweep()
    assert [deal_id for deal_id, _name in heard()] == [big.pk, big.pk]


def test_what_was_before_the_rule_is_not_swept(rule, deal, later, act):
    deal()
    later(hours=5)
    rule("stays_at_stage", {"stage": str(stages()[0].pk), "minutes": "60"})
    later(hours=6)
    act()
    assert heard() == []


def test_each_has_words_for_what_it_asks(windows, field):
    field("until", "date")
    stage = stages()[0]
    given = {
        "stage": str(stage.pk), "minutes": "60", "days": "3", "holder": "deal", "field": "until", "how": "any",
        "when": "before", "hour": "09:00", "result": "answered", "direction": "in",
    }  # fmt: skip
    said = []
    for code in ("enters_stage", "leaves_stage", "deal_opened", "deal_won", "deal_lost", "taken_up_again", "appointed",
                 "handed_on", "hand_off_accepted", "hand_off_returned", "field_changed", "task_done", "task_overdue",
                 "question_answered", "stays_at_stage", "no_contact", "date_of_field"):  # fmt: skip
        trigger = TRIGGERS[code]
        read = trigger.read({**given, "holds": "звон"})
        assert trigger.read(read) == read
        said.append(trigger.words(read))
    every = TRIGGERS["every_day"]
    said.append(every.words(every.read({"hour": "09:00", "days": ["0", "4"]})))
    assert len(set(said)) == len(said)
    assert said[0] == f"Сделка пришла на этап: «{stage.name}» воронки «{stage.pipeline.name}»"
    assert said[-1] == "В 09:00, Пн, Пт, для открытых сделок"
