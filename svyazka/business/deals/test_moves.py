from __future__ import annotations

import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svyazka.business.clients import history
from svyazka.business.clients.models import Client, Interaction
from svyazka.business.deals import moves, rights
from svyazka.business.deals.models import Deal, LossReason, Pipeline, Stage, Task
from svyazka.business.deals.opening import open_deal
from svyazka.business.journal.models import Entry, LiveEvent
from svyazka.kit.refusals import ChangedMeanwhile, Refused


@pytest.fixture
def deal(windows, vera, olga):
    return open_deal(vera, by=olga)


def stage(code: str) -> Stage:
    return Stage.objects.get(code=code)


def test_a_move_stands_in_journal_history_and_live_events(deal, olga):
    left = deal.stage
    moved = moves.move(deal, to=stage("contacted"), by=olga)
    assert (moved.stage.code, moved.version) == ("contacted", deal.version + 1)
    entry = Entry.objects.get(verb="deals.moved")
    changes = {
        "stage": ["new", "contacted"],
        "next_step": ["Позвонить клиенту", "Записать на замер"],
        "responsible": [None, "Ольга Белова"],
    }
    assert (entry.by_id, entry.deal_id, entry.changes) == (olga.pk, deal.pk, changes)
    assert LiveEvent.objects.latest("id").data == {"deal": deal.pk, "client": deal.client_id}
    assert LiveEvent.objects.get(topic="deal", data__left=left.pk).data["stage"] == moved.stage_id
    assert Interaction.objects.get(kind="stage").data["to"]["ru"] == "Связались"


def test_what_waited_in_a_deal_that_is_closed_waits_no_longer(deal, olga, vera):
    history.add(vera.pk, kind="form", direction="in", deal_id=deal.pk, waiting=True, by=olga)
    moves.move(deal, to=stage("lost"), loss_reason=LossReason.objects.first(), by=olga)
    assert [(one.waiting, one.taken_by_id) for one in Interaction.objects.filter(kind="form")] == [(False, olga.pk)]


def test_w6_the_stage_brings_its_own_limit_and_next_step(deal, olga):
    moved = moves.move(deal, to=stage("contacted"), by=olga)
    assert (moved.stage_due_at - moved.stage_since).total_seconds() == 24 * 3600
    assert [task.what for task in Task.objects.filter(deal=deal, done_at=None)] == ["Записать на замер"]
    assert (moved.next_step, moved.next_step_at) == ("Записать на замер", moved.stage_due_at)


def test_what_must_be_known_is_asked_for_also_of_stages_that_are_passed_over(windows, olga):
    deal = open_deal(Client.objects.create(), by=olga)
    with pytest.raises(moves.StillMissing) as refusal:
        moves.move(deal, to=stage("offer_sent"), by=olga)
    assert refusal.value.codes == ["client_name", "address", "measured_at", "openings", "amount"]
    assert refusal.value.missing[0] == "Имя клиента"
    assert Deal.objects.get(pk=deal.pk).stage.code == "new"


def test_what_was_learnt_on_the_way_is_stored_with_the_move(windows, olga):
    deal = open_deal(Client.objects.create(), by=olga)
    moved = moves.move(deal, to=stage("contacted"), learnt={"client_name": "Вера"}, by=olga)
    assert (moved.client.name, moved.stage.code) == ("Вера", "contacted")


def test_nothing_is_stored_when_the_deal_does_not_go_on(windows, olga):
    deal = open_deal(Client.objects.create(), by=olga)
    with pytest.raises(moves.StillMissing):
        moves.move(deal, to=stage("measurement_booked"), learnt={"client_name": "Вера"}, by=olga)
    assert Client.objects.get(pk=deal.client_id).name == ""
    assert Deal.objects.get(pk=deal.pk).version == deal.version


def test_a_deal_is_lost_for_a_reason_and_taken_up_again(deal, olga):
    with pytest.raises(moves.ReasonNeeded):
        moves.move(deal, to=stage("lost"), by=olga)
    reason = LossReason.objects.get(code="expensive")
    lost = moves.move(deal, to=stage("lost"), loss_reason=reason, by=olga)
    assert (lost.is_open, lost.loss_reason, lost.next_step) == (False, reason, "")
    again = moves.move(lost, to=stage("new"), by=olga)
    assert (again.is_open, again.loss_reason) == (True, None)


def test_whoever_was_slower_is_told(deal, olga, mikhail):
    moves.move(deal, to=stage("contacted"), version=deal.version, by=mikhail)
    with pytest.raises(ChangedMeanwhile):
        moves.move(deal, to=stage("measurement_booked"), version=deal.version, by=olga)


def test_another_pipelines_stage_is_refused(deal, olga):
    other = Pipeline.objects.create(code="other")
    elsewhere = Stage.objects.create(pipeline=other, code="x", position=0)
    with pytest.raises(Refused):
        moves.move(deal, to=elsewhere, by=olga)


def test_a_move_to_where_it_stands_changes_nothing(deal, olga):
    moves.move(deal, to=deal.stage, by=olga)
    assert Deal.objects.get(pk=deal.pk).version == deal.version
    assert not Entry.objects.filter(verb="deals.moved").exists()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.lists(st.integers(0, 10), max_size=6))
def test_wherever_it_goes_its_columns_agree(deal, olga, path):
    """Closed exactly at closed stages, one step of the stage at most, and the version grows with every move."""
    stages = list(Stage.objects.order_by("position"))
    reason = LossReason.objects.first()
    for number in path:
        before = Deal.objects.get(pk=deal.pk)
        with contextlib.suppress(moves.StillMissing):
            moves.move(deal, to=stages[number], loss_reason=reason, by=olga)
        now = Deal.objects.select_related("stage").get(pk=deal.pk)
        assert now.version == before.version + (now.stage_id != before.stage_id)
        assert now.is_open == now.stage.is_open
        assert (now.loss_reason is not None) == (now.stage.kind == Stage.Kind.LOST)
        open_steps = Task.objects.filter(deal=deal, done_at=None, of_stage=True)
        assert open_steps.count() == bool(now.stage.next_step)


def test_whoever_moves_a_deal_of_nobody_is_responsible_for_it_from_then_on(deal, mikhail, olga):
    moved = moves.move(deal, to=stage("contacted"), by=mikhail)
    assert (moved.responsible, moved.department) == (mikhail, mikhail.department)
    assert moved.assigned_at is not None
    assert [task.person for task in moved.tasks.filter(done_at=None)] == [mikhail]
    assert moves.move(moved, to=stage("new"), by=olga).responsible == mikhail


def test_what_an_operator_has_begun_every_department_may_go_on_with(deal, olga, mikhail, dina):
    moved = moves.move(deal, to=stage("contacted"), by=olga)
    assert (moved.responsible, moved.department) == (olga, None)
    assert rights.may_change(mikhail, moved)
    assert rights.may_change(dina, moved)


def test_whoever_may_not_change_deals_does_not_become_responsible_by_the_way(deal, egor):
    assert moves.move(deal, to=stage("contacted"), by=egor).responsible is None


def test_a_stage_that_is_not_for_this_deal_asks_for_nothing_and_sets_no_limit(deal, olga):
    balcony_only(stage("contacted"))
    deal.facts = {"house": "flat"}
    deal.save()
    assert moves.missing_to_leave(deal, to=stage("measurement_booked")) == []
    assert moves.next_stage(deal) == stage("measurement_booked")
    assert moves.move(deal, to=stage("contacted"), by=olga).stage_due_at is None


def test_what_is_not_known_yet_keeps_no_stage_away(deal):
    balcony_only(stage("contacted"))
    assert moves.next_stage(deal) == stage("contacted")
    assert moves.missing_to_leave(deal, to=stage("measurement_booked")) == []
    deal.address = ""
    assert moves.missing_to_leave(deal, to=stage("measurement_booked")) == ["address"]


def balcony_only(of: Stage) -> None:
    of.only_when = {"house": ["balcony"]}
    of.save()


def test_a_stage_that_was_taken_away_on_the_way_is_said_so(deal, olga):
    gone = stage("measurement_booked")
    Stage.objects.filter(pk=gone.pk).delete()
    with pytest.raises(Refused, match="только что убрали"):
        moves.move(deal, to=gone, by=olga, learnt={"openings": "1"})
    now = Deal.objects.get(pk=deal.pk)
    assert (now.stage.code, now.facts) == ("new", {})
