from __future__ import annotations

from datetime import timedelta

import pytest

from svyazka.business.automation.action import CannotAct
from svyazka.business.automation.actions.add_note import AddNote
from svyazka.business.automation.actions.book_visit import BookVisit
from svyazka.business.automation.actions.count_anew import CountAnew
from svyazka.business.automation.actions.hand_on import HandOn
from svyazka.business.automation.actions.move_on import MoveOn
from svyazka.business.automation.actions.open_one import OpenOne
from svyazka.business.automation.actions.set_field import SetField
from svyazka.business.clients.models import Interaction
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Deal, HandOff, Pipeline, Stage, Task
from svyazka.business.visits.models import Booking, Visit
from svyazka.kit import clock
from svyazka.kit.refusals import Refused


def stage(deal: Deal, code: str) -> Stage:
    return Stage.objects.get(pipeline=deal.pipeline, code=code)


def next_one(deal: Deal) -> Stage:
    return Stage.objects.filter(pipeline=deal.pipeline, position__gt=deal.stage.position).order_by("position")[0]


def test_a_deal_goes_on_and_where_it_stands_already_nothing_is_done(deal, case_of, do):
    target = next_one(deal)
    do(MoveOn(), case_of(deal), stage=str(target.pk))
    deal.refresh_from_db()
    assert deal.stage == target
    assert MoveOn().writes({"stage": target.pk}) == {f"stage:{target.pk}"}
    before = Interaction.objects.count()
    do(MoveOn(), case_of(deal), stage=str(target.pk))
    assert Interaction.objects.count() == before


def test_what_is_missing_becomes_a_task_of_whoever_is_responsible(deal, mikhail, case_of, do):
    Stage.objects.filter(pk=deal.stage_id).update(required=["amount"])
    target = next_one(deal)
    done = do(MoveOn(), case_of(deal), stage=str(target.pk))
    task = Task.objects.get(pk=done.made["task"])
    deal.refresh_from_db()
    assert deal.stage != target
    assert (task.person, task.what) == (mikhail, f"Заполнить: Сумма. После этого — на «{target.name}»")


def test_a_stage_that_is_gone_or_of_another_pipeline_is_said_in_words(deal, case_of, do):
    with pytest.raises(Refused):
        MoveOn().read({"stage": "999999"})
    with pytest.raises(CannotAct):
        MoveOn().act({"stage": 999999, "reason": ""}, case_of(deal), by=None)
    other = Pipeline.objects.create(code="other", words={"ru": "Другая"}, position=9)
    foreign = Stage.objects.create(pipeline=other, code="one", position=0, words={"ru": "Первый"})
    with pytest.raises(CannotAct):
        do(MoveOn(), case_of(deal), stage=str(foreign.pk))


def test_a_lost_stage_asks_for_a_reason(deal, case_of, do):
    lost = Stage.objects.get(pipeline=deal.pipeline, kind="lost")
    with pytest.raises(Refused) as refusal:
        MoveOn().read({"stage": str(lost.pk)})
    assert "reason" in refusal.value.fields


def test_a_field_is_set_and_emptied(deal, case_of, do):
    do(SetField(), case_of(deal), field="amount", value="54 300,50")
    deal.refresh_from_db()
    assert str(deal.amount) == "54300.50"
    do(SetField(), case_of(deal), field="amount", how="empty")
    deal.refresh_from_db()
    assert deal.amount is None
    assert SetField().writes({"field": "amount"}) == {"field:amount"}


def test_a_value_that_cannot_be_is_refused_when_the_rule_is_saved(windows):
    with pytest.raises(Refused) as refusal:
        SetField().read({"holder": "deal", "field": "amount", "how": "value", "value": "много"})
    assert "value" in refusal.value.fields
    with pytest.raises(Refused) as refusal:
        SetField().read({"holder": "deal", "field": "amount", "how": "today"})
    assert "how" in refusal.value.fields
    with pytest.raises(Refused) as refusal:
        SetField().read({"holder": "deal", "field": "no-such", "how": "empty"})
    assert "field" in refusal.value.fields


def test_a_note_stands_in_the_history_of_the_deal(deal, case_of, do):
    done = do(AddNote(), case_of(deal), text="Пришло само: {stage}, {source}")
    line = Interaction.objects.get(pk=done.made["interaction"])
    assert (line.kind, line.deal_id, line.text) == ("note", deal.pk, f"Пришло само: {deal.stage.name}, —")


def test_another_deal_opens_linked_with_the_first_one_and_only_once(deal, vera, case_of, do):
    pipeline = Pipeline.objects.create(code="service", words={"ru": "Обслуживание"}, position=9)
    Stage.objects.create(pipeline=pipeline, code="begin", position=0, words={"ru": "Начало"})
    facts.change(deal, {"amount": "10"}, by=deal.responsible)
    typed = {"pipeline": "service", "who": "responsible", "carries": "1", "once": "1"}
    done = do(OpenOne(), case_of(deal), **typed)
    opened = Deal.objects.get(pk=done.made["deal"])
    assert (opened.parent, opened.first, opened.client, opened.responsible) == (deal, deal, vera, deal.responsible)
    assert do(OpenOne(), case_of(deal), **typed).made == {"deal": opened.pk}
    assert Deal.objects.filter(pipeline=pipeline).count() == 1


def test_the_first_window_is_booked_or_held_once(deal, case_of, do):
    held = do(BookVisit(), case_of(deal), kind="measurement", days="14", how="hold")
    assert Booking.objects.filter(kind="hold", request_id=held.made["hold"]).exists()
    done = do(BookVisit(), case_of(deal, key="run/2/0"), kind="measurement", days="14", how="book")
    visit = Visit.objects.get(pk=done.made["visit"])
    assert visit.deal_id == deal.pk
    assert visit.starts_at < clock.now() + timedelta(days=14)
    assert do(BookVisit(), case_of(deal, key="run/3/0"), kind="measurement", days="14").made == {"visit": visit.pk}
    assert Visit.objects.count() == 1


def test_a_deal_is_handed_on_as_the_pipelines_have_it(projects, case_of, do):
    from svyazka.business.clients.models import Client
    from svyazka.business.deals.opening import open_deal

    seller = next(one for one in projects.values() if one.role == "manager")
    client = Client.objects.create(name="ООО Ромашка")
    deal = open_deal(client, responsible=seller, by=seller)
    rule = next(iter(deal.pipeline.stages.get(hand_offs__isnull=False).hand_offs.all()))
    Stage.objects.filter(pipeline=deal.pipeline).update(required=[])
    done = do(HandOn(), case_of(deal), pipeline=rule.to.code)
    leg = HandOff.objects.get(deal=deal)
    assert (leg.to_deal_id, leg.to_pipeline) == (done.made["deal"], rule.to)
    do(HandOn(), case_of(deal), pipeline=rule.to.code)
    assert HandOff.objects.filter(deal=deal).count() == 1


def test_a_pipeline_into_which_nothing_is_handed_is_said_in_words(deal, case_of, do):
    with pytest.raises(CannotAct):
        do(HandOn(), case_of(deal), pipeline=deal.pipeline.code)


@pytest.fixture
def doubled(windows, anna):
    from svyazka.business.parameters import defining

    return defining.add({"ru": "Вдвое"}, of="deal", formula="[Сумма сделки] * 2", decimals=2, by=anna)


def test_a_parameter_is_counted_anew_and_nobody_sets_it(deal, doubled, case_of, do):
    Deal.objects.filter(pk=deal.pk).update(amount="50")
    do(CountAnew(), case_of(deal), parameter=doubled.code)
    deal.refresh_from_db()
    assert float(deal.facts[doubled.code]) == 100
    with pytest.raises(Refused) as refusal:
        SetField().read({"holder": "deal", "field": doubled.code, "how": "empty"})
    assert "field" in refusal.value.fields
    with pytest.raises(Refused):
        CountAnew().read({"parameter": "no-such"})
