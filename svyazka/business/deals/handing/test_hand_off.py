from __future__ import annotations

import contextlib
import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svyazka.business.clients.models import Client, Interaction
from svyazka.business.deals import board, moves
from svyazka.business.deals.handing import answering, carried
from svyazka.business.deals.held import held
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Deal, HandOff, HandOffRule, LossReason, Pipeline, Stage, Task
from svyazka.business.deals.opening import open_deal, open_deal_of
from svyazka.business.notices.models import Notice
from svyazka.business.staff.models import Absence
from svyazka.kit import clock
from svyazka.kit.refusals import ChangedMeanwhile, Refused

KNOWN = {"project_kind": "inbound", "seats": 40, "calls_per_day": 900, "contract_number": "17-А"}


@pytest.fixture
def deal(projects):
    client = Client.objects.create(name="ООО «Ромашка»", kind="company", address="Казань, ул. Баумана, 1")
    opened = open_deal(client, by=projects["timur"], responsible=projects["timur"], facts=dict(KNOWN))
    facts.change(opened, {"amount": "540000"}, by=projects["timur"])
    place(opened, "contract")
    return Deal.objects.get(pk=opened.pk)


def stage(code, pipeline="sales"):
    return Stage.objects.get(pipeline__code=pipeline, code=code)


def place(deal, code):
    """As if it had come there, whatever the blueprint asks for on the way."""
    Deal.objects.filter(pk=deal.pk).update(stage=stage(code))


def to(deal, code, by, **more):
    current = Deal.objects.select_related("stage__pipeline").get(pk=deal.pk)
    known = dict.fromkeys(Stage.objects.filter(pk=current.stage_id).values_list("required", flat=True)[0], "x")
    missing = {"contact_person": "Ирина"} if "contact_person" in known else {}
    return moves.move(current, to=stage(code, current.stage.pipeline.code), learnt=missing, by=by, **more)


@pytest.fixture
def linked(deal, projects):
    to(deal, "signed", projects["timur"])
    return Deal.objects.select_related("stage", "responsible").get(parent=deal)


def test_a_won_sale_opens_a_linked_deal_with_all_that_was_agreed(deal, linked, projects):
    assert (linked.stage, linked.client_id, linked.amount) == (first_open("preparation"), deal.client_id, deal.amount)
    assert linked.facts == {**KNOWN, "contact_person": "Ирина"}
    assert (linked.first_id, linked.address, linked.origin) == (deal.pk, deal.address, deal.origin)
    assert linked.responsible in (projects["pavel"], projects["polina"])
    assert linked.department.code == "preparation"
    leg = HandOff.objects.get()
    assert (leg.leg, leg.state, leg.left_stage, leg.by) == (1, "waiting", stage("contract"), projects["timur"])
    assert (leg.due_at - leg.handed_at, linked.accept_due_at) == (timedelta(hours=8), leg.due_at)
    task = Task.objects.get(deal=linked, done_at=None)
    assert (task.what, task.person, task.due_at) == ("Принять сделку или вернуть её", linked.responsible, leg.due_at)
    told = Notice.objects.get(kind="hand_off.waiting")
    assert (told.person, told.deal_id, told.data["from"]["ru"]) == (linked.responsible, linked.pk, "Продажи")
    assert Interaction.objects.get(kind="hand_off").deal_id == deal.pk


def first_open(pipeline):
    return Stage.objects.filter(pipeline__code=pipeline, kind="open").order_by("position").first()


def test_only_the_agreed_fields_go_along(projects, deal):
    HandOffRule.objects.update(carried=["seats"])
    to(deal, "signed", projects["timur"])
    assert Deal.objects.get(parent=deal).facts == {"seats": 40}


def test_a_rule_that_is_not_for_this_kind_of_project_opens_nothing(projects, deal):
    HandOffRule.objects.update(only_when={"project_kind": ["survey"]})
    to(deal, "signed", projects["timur"])
    assert not HandOff.objects.exists()


def test_the_first_stage_is_the_first_one_that_is_for_this_kind(projects, deal):
    HandOffRule.objects.update(carried=[])
    Stage.objects.filter(pk=first_open("preparation").pk).update(only_when={"project_kind": ["survey"]})
    to(deal, "signed", projects["timur"])
    assert Deal.objects.get(parent=deal).stage != first_open("preparation")


def test_whoever_is_absent_is_passed_over_and_where_nobody_is_there_the_heads_hear_of_it(projects, deal):
    for login in ("pavel", "polina"):
        now = clock.now()
        Absence.objects.create(person=projects[login], during=(now - timedelta(1), now + timedelta(1)))
    to(deal, "signed", projects["timur"])
    waiting = Deal.objects.get(parent=deal)
    assert (waiting.responsible, waiting.department.code) == (None, "preparation")
    assert Notice.objects.get(kind="hand_off.waiting").person == projects["rinat"]


def test_the_receiver_accepts_and_the_clock_of_the_stage_begins(linked, projects):
    receiver = linked.responsible
    for _ in range(2):
        answering.accept(linked, by=receiver)
    current, leg = Deal.objects.get(pk=linked.pk), HandOff.objects.get()
    assert (leg.state, leg.answered_by, current.accept_due_at) == ("accepted", receiver, None)
    assert current.stage_since == leg.answered_at
    assert [task.what for task in Task.objects.filter(deal=linked)] == [linked.stage.next_step]
    assert Notice.objects.get(kind="hand_off.accepted").person == projects["timur"]


def test_where_nobody_was_appointed_whoever_accepts_is_responsible(linked, projects):
    Deal.objects.filter(pk=linked.pk).update(responsible=None)
    answering.accept(linked, by=projects["polina"])
    assert Deal.objects.get(pk=linked.pk).responsible == projects["polina"]


def test_what_waits_is_waited_for_by_whoever_becomes_responsible(linked, projects):
    facts.appoint(linked, projects["rinat"], by=projects["rinat"])
    assert HandOff.objects.get().to_person == projects["rinat"]
    answering.accept(linked, by=projects["rinat"])
    facts.appoint(linked, projects["pavel"], by=projects["rinat"])
    assert HandOff.objects.get().to_person == projects["rinat"], "who has accepted it stays known"


def test_returned_with_a_reason_the_first_deal_stands_again_where_it_came_from(deal, linked, projects):
    answering.give_back(linked, reason="Нет контактного лица", by=linked.responsible)
    first, back = Deal.objects.get(pk=deal.pk), Deal.objects.select_related("stage").get(pk=linked.pk)
    assert (first.stage, first.is_open, first.returned_at is not None) == (stage("contract"), True, True)
    assert first.next_step == "Возвращено: Нет контактного лица"
    assert Task.objects.get(deal=first, done_at=None).person == projects["timur"]
    told = Notice.objects.get(kind="hand_off.returned")
    assert (told.person, told.deal_id, told.data["reason"]) == (projects["timur"], deal.pk, "Нет контактного лица")
    assert (back.is_set_aside, back.stage.kind, back.next_step) == (True, "open", "")
    assert not Task.objects.filter(deal=back, done_at=None).exists()


def test_what_is_set_aside_stands_on_no_board_and_cannot_be_moved(linked, projects):
    stages = list(Stage.objects.filter(pipeline__code="preparation"))
    answering.give_back(linked, reason="Рано", by=projects["pavel"])
    columns = board.columns(stages, board.Narrowed())
    assert [(column.counter.count, column.cards) for column in columns] == [(0, [])] * len(stages)
    assert board.page(linked.stage, board.Narrowed()).cards == []
    assert board.card(linked.pk, board.Narrowed(), pipeline_id=linked.pipeline_id) is None
    with pytest.raises(Refused):
        moves.move(linked, to=stages[1], by=projects["pavel"])


def test_handed_on_again_it_is_the_same_deal_with_what_was_done_in_it(deal, linked, projects):
    receiver = linked.responsible
    answering.accept(linked, by=receiver)
    facts.change(linked, {"base_size": "9000", "seats": "45"}, by=receiver)
    answering.give_back(linked, reason="Не та дата", by=receiver)
    facts.change(deal, {"start_on": "2027-02-01"}, by=projects["timur"])
    to(deal, "signed", projects["timur"])
    again = Deal.objects.get(parent=deal)
    assert (again.pk, again.is_open, again.responsible) == (linked.pk, True, receiver)
    assert again.facts["base_size"] == 9000
    assert (again.facts["seats"], again.facts["start_on"]) == (45, "2027-02-01")
    assert list(HandOff.objects.order_by("leg").values_list("leg", "state")) == [(1, "returned"), (2, "waiting")]
    assert Deal.objects.get(pk=deal.pk).returned_at is None


@pytest.mark.parametrize("reason", ["", "  \x00 ", "х" * 301])
def test_a_return_needs_a_reason_of_sensible_length(linked, projects, reason):
    with pytest.raises(Refused) as refusal:
        answering.give_back(linked, reason=reason, by=projects["pavel"])
    assert list(refusal.value.fields) == ["reason"]
    assert HandOff.objects.get().state == "waiting"


def test_moved_back_before_it_is_accepted_the_hand_off_is_taken_back(deal, linked, projects):
    to(deal, "offer", projects["timur"])
    assert HandOff.objects.get().state == "withdrawn"
    assert Deal.objects.select_related("stage").get(pk=linked.pk).is_set_aside
    assert Notice.objects.get(kind="hand_off.withdrawn").person == linked.responsible
    with pytest.raises(Refused):
        answering.accept(linked, by=linked.responsible)


def test_once_it_is_accepted_the_first_deal_stays_until_it_is_returned_or_lost(deal, linked, projects):
    answering.accept(linked, by=linked.responsible)
    with pytest.raises(Refused, match="Подготовка"):
        to(deal, "offer", projects["timur"])
    lost = Stage.objects.get(pipeline=linked.pipeline, kind="lost")
    moves.move(linked, to=lost, loss_reason=LossReason.objects.first(), by=linked.responsible)
    to(deal, "contract", projects["timur"])
    to(deal, "signed", projects["timur"])
    again = Deal.objects.select_related("stage").get(pk=linked.pk)
    assert (again.stage, again.loss_reason, again.is_open) == (first_open("preparation"), None, True)


def test_whoever_moves_what_waits_has_accepted_it(linked, projects):
    Stage.objects.update(required=[])
    second = Stage.objects.filter(pipeline=linked.pipeline, position__gt=linked.stage.position).first()
    moved = moves.move(linked, to=second, by=linked.responsible)
    assert (HandOff.objects.get().state, moved.accept_due_at) == ("accepted", None)


def test_what_has_gone_on_itself_is_returned_from_the_end(linked, projects):
    Stage.objects.update(required=[])
    answering.accept(linked, by=linked.responsible)
    moves.move(linked, to=stage("ready", "preparation"), by=linked.responsible)
    with pytest.raises(Refused):
        answering.give_back(linked, reason="Ошибка", by=linked.responsible)


def test_a_mistaken_acceptance_is_taken_back(linked, projects):
    answering.accept(linked, by=linked.responsible)
    answering.take_back(linked, by=linked.responsible)
    current = Deal.objects.get(pk=linked.pk)
    leg = HandOff.objects.get()
    assert (leg.state, leg.answered_at, current.accept_due_at) == ("waiting", None, leg.due_at)
    assert current.next_step == "Принять сделку или вернуть её"


@pytest.mark.parametrize("accepted", [True, False])
def test_a_mistaken_return_is_taken_back(deal, linked, projects, accepted):
    if accepted:
        answering.accept(linked, by=linked.responsible)
    answering.give_back(linked, reason="Ошибся", by=linked.responsible)
    answering.take_back(linked, by=linked.responsible)
    first, current = Deal.objects.get(pk=deal.pk), Deal.objects.get(pk=linked.pk)
    assert (first.stage, first.is_open, first.returned_at) == (stage("signed"), False, None)
    assert HandOff.objects.get().state == ("accepted" if accepted else "waiting")
    assert current.is_open
    assert bool(current.next_step)


def test_it_is_too_late_once_somebody_has_gone_on(deal, linked, projects):
    answering.give_back(linked, reason="Ошибся", by=linked.responsible)
    to(deal, "offer", projects["timur"])
    with pytest.raises(Refused):
        answering.take_back(linked, by=linked.responsible)


def test_whoever_was_slower_is_told(linked, projects):
    answering.accept(linked, by=projects["pavel"])
    with pytest.raises(ChangedMeanwhile):
        answering.give_back(linked, reason="Нет", version=linked.version, by=projects["polina"])


def test_being_returned_again_and_again_is_told_to_the_heads(deal, linked, projects):
    for _ in range(answering.PING_PONG):
        answering.give_back(linked, reason="Опять не то", by=projects["pavel"])
        to(deal, "signed", projects["timur"])
    assert Notice.objects.get(kind="hand_off.ping_pong").person == projects["rinat"]


def test_a_first_deal_whose_person_has_left_goes_to_the_heads(deal, linked, projects):
    projects["timur"].is_active = False
    projects["timur"].save()
    answering.give_back(linked, reason="Нет договора", by=projects["pavel"])
    assert Deal.objects.get(pk=deal.pk).responsible is None
    assert Notice.objects.get(kind="hand_off.returned").person == projects["rinat"]


def test_what_is_corrected_later_is_told_and_taken_over_with_a_click(deal, linked, projects):
    leg = HandOff.objects.get()
    facts.change(deal, {"seats": "60", "amount": "600000"}, by=projects["timur"])
    first = Deal.objects.get(pk=deal.pk)
    assert carried.changed_since(leg, first, linked) == {"seats": 60, "amount": "600000.00"}
    taken = carried.take_over(linked, ["seats"], by=linked.responsible)
    assert (taken.facts["seats"], taken.amount) == (60, deal.amount)
    assert carried.changed_since(leg, first, taken) == {"amount": "600000.00"}


def test_new_requests_of_the_client_find_the_deal_that_is_open(deal, linked, projects):
    assert open_deal_of(deal.client) == linked
    answering.give_back(linked, reason="Рано", by=projects["pavel"])
    assert open_deal_of(deal.client) == deal


@pytest.mark.django_db(transaction=True)
def test_the_next_department_hands_on_while_somebody_holds_the_first_deal(deal, linked, projects):
    """Else each would wait for the other, and the database would throw one of them out."""
    Stage.objects.update(required=[])
    holds, done = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            held(deal.pk)
            holds.set()
            done.wait(10)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    holds.wait(10)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("set local lock_timeout = '3s'")
            moves.move(linked, to=stage("ready", "preparation"), by=projects["pavel"])
    finally:
        done.set()
        holder.join()
    assert Deal.objects.get(parent=linked).first_id == deal.pk


CLICKS = ["signed", "contract", "offer", "lost", "accept", "return", "undo"]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(clicks=st.lists(st.sampled_from(CLICKS), max_size=8))
def test_whatever_the_order_of_clicks_no_hand_off_is_doubled(deal, projects, clicks):
    for click in clicks:
        with contextlib.suppress(Refused):
            _click(deal.pk, click, projects)
        _agrees(deal)


@pytest.mark.django_db(transaction=True)
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=st.lists(st.sampled_from(CLICKS), min_size=1, max_size=4),
    second=st.lists(st.sampled_from(CLICKS), min_size=1, max_size=4),
)
def test_two_people_at_once_hand_on_once(projects, first, second):
    client = Client.objects.create(name="Клиент")
    deal = open_deal(client, by=projects["timur"], facts={**KNOWN, "contact_person": "Ирина"})
    place(deal, "contract")
    broken: list[BaseException] = []
    people = [
        threading.Thread(target=_clicks, args=(deal.pk, ["signed", *clicks], projects, broken))
        for clicks in (first, second)
    ]
    for one in people:
        one.start()
    for one in people:
        one.join()
    assert broken == []
    _agrees(deal)


def _clicks(deal_id, clicks, projects, broken):
    try:
        for click in clicks:
            with contextlib.suppress(Refused):
                _click(deal_id, click, projects)
    except BaseException as fault:
        broken.append(fault)
    finally:
        connection.close()


def _click(deal_id, click, projects):
    linked = Deal.objects.filter(parent=deal_id).first()
    if click == "accept" and linked:
        answering.accept(linked, by=projects["pavel"])
    elif click == "return" and linked:
        answering.give_back(linked, reason="Не то", by=projects["polina"])
    elif click == "undo" and linked:
        answering.take_back(linked, by=projects["pavel"])
    elif click in ("signed", "contract", "offer", "lost"):
        reason = LossReason.objects.first() if click == "lost" else None
        to(Deal.objects.get(pk=deal_id), click, projects["timur"], loss_reason=reason)


def _agrees(deal):
    """One linked deal at most; open exactly while its leg is on the way; and everybody's step is where he looks."""
    first = Deal.objects.select_related("stage").get(pk=deal.pk)
    linked = Deal.objects.select_related("stage").filter(parent=deal)
    assert linked.count() <= 1
    legs = list(HandOff.objects.filter(deal=deal).order_by("leg"))
    assert [leg.leg for leg in legs] == list(range(1, len(legs) + 1))
    assert sum(leg.state in ("waiting", "accepted") for leg in legs) <= 1
    if not legs:
        return
    one = linked.get()
    assert one.is_open == (legs[-1].state in ("waiting", "accepted"))
    assert bool(one.accept_due_at) == (legs[-1].state == "waiting")
    if first.stage.code == "signed":
        assert one.is_open
    assert Pipeline.objects.filter(pk=one.pipeline_id).exists()
    for current in (first, one):
        assert bool(current.next_step) == Task.objects.filter(deal=current, done_at=None).exists()
