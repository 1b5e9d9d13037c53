from __future__ import annotations

import contextlib
import random
import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svyazka.business.calls.dialling import do_not_call
from svyazka.business.clients.models import Client, ContactPoint, Interaction
from svyazka.business.deals.models import CallingHold, Deal, Pipeline, Task
from svyazka.business.deals.opening import open_deal
from svyazka.business.deals.work import calling, calling_list, tasks, wrong_numbers
from svyazka.business.deals.work.calling import Step, Taken
from svyazka.business.deals.work.calling_queue import Whose, may_work
from svyazka.business.staff.models import CompanyRole
from svyazka.business.staff.roles import Reach
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

NOW = Whose()


@pytest.fixture
def deal(windows, vera, mikhail) -> Deal:
    opened = open_deal(vera, by=mikhail, responsible=mikhail)
    opened.tasks.all().delete()
    return opened


@pytest.fixture(autouse=True)
def noon(monkeypatch):
    """So that “in an hour” is still today, whenever the tests run."""
    at = clock.local(clock.now()).replace(hour=12, minute=0, second=0, microsecond=0)
    moved = {"by": timedelta()}
    monkeypatch.setattr(clock, "now", lambda: at + moved["by"])

    def pass_by(**span):
        moved["by"] += timedelta(**span)

    return pass_by


def call(deal: Deal, person=None, *, hours: float = -1, what="Позвонить", **more) -> Task:
    due_at = clock.now() + timedelta(hours=hours)
    return Task.objects.create(deal=deal, kind="call", what=what, due_at=due_at, person=person, **more)


def another(by, name="Игорь", **more) -> Deal:
    opened = open_deal(Client.objects.create(name=name), by=by, **more)
    opened.tasks.all().delete()
    return opened


def fetched(number: int | None) -> Task:
    return Task.objects.select_related("deal__client", "deal__stage").get(pk=number)


def counted(person) -> calling_list.Tallies:
    return calling_list.list_waiting(person, NOW).tallies


def in_hours(hours: float):
    return clock.now() + timedelta(hours=hours)


def test_what_is_late_comes_first_then_what_is_due_today_and_nothing_else(deal, mikhail):
    today, late = call(another(mikhail, responsible=mikhail), mikhail, hours=3), call(deal, mikhail)
    for left_out in (
        {"hours": 24},
        {"snoozed_until": in_hours(1)},
        {"done_at": clock.now()},
    ):
        call(another(mikhail, responsible=mikhail), mikhail, **left_out)
    closed = another(mikhail, responsible=mikhail)
    call(closed, mikhail)
    Deal.objects.filter(pk=closed.pk).update(closed_at=clock.now())
    Task.objects.create(deal=deal, kind="message", what="Написать", due_at=in_hours(-1), person=mikhail)
    assert [line.id for line in calling_list.list_waiting(mikhail, NOW).lines] == [late.pk, today.pk]
    assert counted(mikhail)[:3] == (2, 1, in_hours(1))
    assert [calling.take_next(mikhail, NOW), calling.take_next(mikhail, NOW, skipped=[late.pk])] == [late.pk, today.pk]


def test_nobody_gets_a_client_whom_somebody_rings_nor_another_task_of_his(deal, vera, mikhail, olga, roza):
    first, other_task = call(deal), call(another(mikhail, "Вера ещё раз", responsible=mikhail))
    Deal.objects.filter(pk=other_task.deal_id).update(client=vera)
    assert calling.take_next(olga, NOW) == first.pk
    assert calling.take_next(roza, NOW) is None
    with pytest.raises(Taken, match=olga.full_name):
        calling.finish(fetched(first.pk), outcome="reached", goes_on=True, by=roza)
    with pytest.raises(Taken, match=olga.full_name):
        calling.take(fetched(other_task.pk), by=roza)
    assert counted(roza).waiting == 0


def test_a_turn_runs_out_and_goes_on_while_the_page_is_open_or_one_talks(deal, olga, roza, noon):
    task = call(deal)
    calling.take_next(olga, NOW)
    noon(minutes=9)
    assert calling.keep(task, by=olga)
    noon(minutes=9)
    assert calling.take_next(roza, NOW) is None
    assert calling.keep(task, ringing=True, by=olga)
    noon(minutes=40)
    assert calling.take_next(roza, NOW) is None
    noon(minutes=6)
    assert calling.take_next(roza, NOW) == task.pk
    assert not calling.keep(task, by=olga)
    assert calling.turn_of(olga) is None
    calling.give_up(roza)
    # Nobody else is ringing: what came of it is still worth knowing.
    calling.finish(fetched(task.pk), outcome="reached", goes_on=True, by=olga)
    assert not CallingHold.objects.exists()


def test_who_does_not_want_to_be_rung_is_passed_over_with_a_word(deal, vera, mikhail):
    wanted, other = call(deal), call(another(mikhail, responsible=mikhail))
    vera.contact_points.create(kind="phone", value="+79031112233")
    do_not_call.forbid(["+79161234567"], by=mikhail)
    assert calling.take_next(mikhail, Whose()) == wanted.pk  # he has another number
    calling.give_up(mikhail)
    do_not_call.forbid(["+79031112233"], by=mikhail)
    assert calling.take_next(mikhail, Whose()) == other.pk
    listed = calling_list.list_waiting(mikhail, Whose())
    assert ([line.id for line in listed.lines], listed.tallies.forbidden) == ([other.pk], 1)
    do_not_call.allow(["+79161234567", "+79031112233"], by=mikhail)
    assert calling_list.list_waiting(mikhail, Whose()).tallies.forbidden == 0


def test_after_a_call_the_deal_has_a_next_step_or_goes_on(deal, mikhail):
    task = call(deal, mikhail)
    with pytest.raises(Refused, match="что и когда делать дальше"):
        calling.finish(fetched(task.pk), outcome="reached", result="Думает", by=mikhail)
    assert Task.objects.get(pk=task.pk).done_at is None
    step = Step("Узнать решение", in_hours(2))
    calling.finish(fetched(task.pk), outcome="reached", result="Думает", step=step, by=mikhail)
    following = Task.objects.get(done_at=None)
    assert (following.what, following.person, following.after_id) == ("Узнать решение", mikhail, task.pk)
    assert Deal.objects.get(pk=deal.pk).next_step == "Узнать решение"
    # Agreed with the client: not before its hour.
    assert calling.take_next(mikhail, NOW) is None
    assert counted(mikhail)[:6] == (0, 1, in_hours(2), 1, 0, 1)


def test_tries_are_counted_until_somebody_answers(deal, mikhail, noon):
    task = call(deal, mikhail)
    for number in range(3):
        assert (calling.take_next(mikhail, NOW), calling.tries(task.pk)) == (task.pk, number)
        calling.finish(fetched(task.pk), outcome="not_reached", again_at=in_hours(1), by=mikhail)
        assert calling.take_next(mikhail, NOW) is None
        task = Task.objects.get(done_at=None)
        noon(hours=1)
    calling.finish(fetched(task.pk), outcome="reached", step=Step("Позвонить", in_hours(1)), by=mikhail)
    assert calling.tries(Task.objects.get(done_at=None).pk) == 0
    assert counted(mikhail)[3:] == (1, 3, 4, 0)


def test_a_click_is_taken_back_and_it_is_ones_turn_again(deal, mikhail):
    task = call(deal, mikhail)
    for click in (
        lambda one: calling.finish(one, outcome="not_reached", again_at=in_hours(1), by=mikhail),
        lambda one: calling.finish(one, outcome="reached", step=Step("Встреча", in_hours(9)), by=mikhail),
        lambda one: calling.put_off(one, until=in_hours(5), by=mikhail),
    ):
        calling.take_next(mikhail, NOW)
        click(fetched(task.pk))
        assert calling.turn_of(mikhail) is None
        calling.take_back(fetched(task.pk), by=mikhail)
        assert calling.turn_of(mikhail) == task.pk
        assert list(Task.objects.values_list("pk", "snoozed_until")) == [(task.pk, None)]


def test_a_wrong_number_is_crossed_out_and_the_last_one_ends_the_call(deal, vera, mikhail):
    ContactPoint.objects.create(client=vera, kind="phone", value="+74951234567")
    task = call(deal, mikhail)
    calling.take_next(mikhail, NOW)
    assert not calling.wrong_number(fetched(task.pk), "+79161234567", by=mikhail)
    assert calling.turn_of(mikhail) == task.pk
    assert wrong_numbers.of_client(vera.pk)["+7 916 123-45-67"].by == mikhail.full_name
    with pytest.raises(Refused):
        calling.wrong_number(fetched(task.pk), "+79990000000", by=mikhail)
    assert calling.wrong_number(fetched(task.pk), "+74951234567", by=mikhail)
    following = Task.objects.get(done_at=None)
    assert (following.kind, following.after_id, Task.objects.get(pk=task.pk).outcome) == (
        "other",
        task.pk,
        "wrong_number",
    )
    assert set(wrong_numbers.of_client(vera.pk)) == {"+7 916 123-45-67", "+7 495 123-45-67"}
    calling.take_back(fetched(task.pk), by=mikhail)
    assert set(wrong_numbers.of_client(vera.pk)) == {"+7 916 123-45-67"}
    wrong_numbers.take_back(deal, "+79161234567", by=mikhail)
    assert not wrong_numbers.of_client(vera.pk)


def test_what_somebody_wrote_into_a_result_is_no_number(deal, vera, mikhail):
    tasks.done(call(deal, mikhail), outcome="wrong_number", result="Ответил сосед", by=mikhail)
    assert set(wrong_numbers.of_client(vera.pk)) == {"Ответил сосед"}
    task = call(deal, mikhail)
    calling.take_next(mikhail, NOW)
    assert calling.wrong_number(fetched(task.pk), "+79161234567", by=mikhail)


def test_what_a_move_takes_away_or_a_colleague_ticks_off_is_nobodys_turn(deal, mikhail, dina):
    task = call(deal, mikhail, of_stage=True)
    calling.take_next(mikhail, NOW)
    tasks.done(Task.objects.get(pk=task.pk), by=dina)
    assert calling.turn_of(mikhail) is None
    with pytest.raises(Taken, match=dina.full_name):
        calling.finish(fetched(task.pk), outcome="reached", goes_on=True, by=mikhail)
    Task.objects.all().delete()
    assert calling.turn_of(mikhail) is None
    assert calling.take_next(mikhail, NOW) is None


def test_whose_calls_one_may_ring(deal, windows, mikhail, dina, olga, roza):
    measuring = another(dina, "Из другого отдела", responsible=dina)
    Deal.objects.filter(pk=measuring.pk).update(responsible=None)
    mine, nobodys, theirs = call(deal, mikhail), call(deal), call(measuring)
    other = call(another(roza, "Розы", responsible=roza), roza)

    def listed(person, whose=NOW):
        return {line.id for line in calling_list.list_waiting(person, whose).lines}

    assert mikhail.department_id != dina.department_id
    assert listed(mikhail) == {mine.pk, nobodys.pk}
    assert listed(olga) == {nobodys.pk, theirs.pk}, "the call centre works for all departments"
    department = Whose(department_id=mikhail.department_id)
    assert listed(roza, department) >= {mine.pk, nobodys.pk}
    assert listed(roza, Whose(person_id=mikhail.pk)) == {mine.pk}
    assert other.pk in listed(roza)
    assert may_work(roza, Whose(person_id=mikhail.pk))
    assert may_work(mikhail, department)
    assert not may_work(dina, department)
    assert not may_work(dina, Whose(person_id=mikhail.pk))
    CompanyRole.objects.create(code="trainee", based_on="manager", rights={"calling.do": Reach.OWN})
    mikhail.role = "trainee"
    mikhail.save()
    mikhail = type(mikhail).objects.get(pk=mikhail.pk)
    assert not may_work(mikhail, department)
    assert listed(mikhail) == {mine.pk}


CLICKS = st.lists(
    st.tuples(
        st.sampled_from(["olga", "mikhail", "roza"]),
        st.sampled_from(["next", "skip", "reached", "not_reached", "later", "leave", "keep", "back", "time"]),
    ),
    max_size=25,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(clicks=CLICKS)
def test_whatever_is_clicked_nobody_is_rung_by_two_and_nobody_is_lost(windows, noon, clicks):
    with transaction.atomic():
        deals = [another(windows["mikhail"], f"Клиент {number}") for number in range(3)]
        for one in deals:
            call(one)
        Deal.objects.filter(pk=deals[2].pk).update(client=deals[1].client)
        for login, what in clicks:
            with contextlib.suppress(Refused):
                _click(windows[login], what, noon)
            live = CallingHold.objects.filter(until__gt=clock.now())
            clients = list(live.values_list("task_id", "client_id"))
            assert len({client for _task, client in clients}) == len(clients)
        for one in deals:
            assert Task.objects.filter(deal=one, done_at=None).exists(), "the deal is left without a step"
        transaction.set_rollback(True)


def _click(person, what, noon) -> None:
    number = calling.turn_of(person)
    task = fetched(number) if number else None
    if what == "next" or task is None:
        calling.take_next(person, NOW)
    elif what == "skip":
        calling.take_next(person, NOW, skipped=[task.pk])
    elif what == "time":
        noon(minutes=11)
    elif what == "leave":
        calling.give_up(person)
    elif what == "keep":
        calling.keep(task, by=person)
    elif what == "later":
        calling.put_off(task, until=in_hours(1), by=person)
    elif what == "not_reached":
        calling.finish(task, outcome="not_reached", again_at=in_hours(1), by=person)
    elif what == "reached":
        calling.finish(task, outcome="reached", step=Step("Ещё раз", in_hours(1)), by=person)
    elif what == "back":
        last = Task.objects.filter(done_by=person).select_related("deal__client").order_by("-done_at").first()
        calling.take_back(last or task, by=person)


@pytest.mark.django_db(transaction=True)
def test_people_who_press_at_once_never_get_the_same_client(windows, mikhail, olga, roza, anna):
    for number in range(8):
        one = another(mikhail, f"Клиент {number}", pipeline=Pipeline.objects.get())
        call(one)
        call(one, what="И ещё раз")
    rung: list[int] = []
    ringing: set[int] = set()
    faults: list[str] = []
    lock = threading.Lock()

    def work(person) -> None:
        dice = random.Random(person.pk)
        try:
            while number := calling.take_next(person, NOW):
                task = fetched(number)
                with lock:
                    if task.deal.client_id in ringing:
                        faults.append(f"{task.deal.client_id} twice")
                    ringing.add(task.deal.client_id)
                with lock:
                    ringing.discard(task.deal.client_id)
                    rung.append(number)
                if dice.random() < 0.2:
                    rung.remove(number)
                    calling.give_up(person)
                else:
                    calling.finish(task, outcome="reached", goes_on=True, by=person)
        except Exception as fault:
            faults.append(repr(fault))
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[person]) for person in (mikhail, olga, roza, anna)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    # Whoever saw an empty list went home; what others held then and gave back is for the next.
    work(anna)
    assert len(rung) == len(set(rung)) == 16
    assert Interaction.objects.filter(data__event="reached").count() == 16
