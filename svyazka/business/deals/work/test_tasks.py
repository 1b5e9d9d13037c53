from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from svyazka.business.clients.models import Interaction
from svyazka.business.deals import moves
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Deal, Stage, Task
from svyazka.business.deals.opening import open_deal
from svyazka.business.deals.work import checklists, tasks
from svyazka.business.deals.work.repeats import Repeat, beginning
from svyazka.business.journal.models import Entry, LiveEvent
from svyazka.business.notices.models import Notice
from svyazka.kit import clock
from svyazka.kit.refusals import ChangedMeanwhile, Refused


@pytest.fixture
def deal(windows, vera, olga):
    return open_deal(vera, by=olga)


@pytest.fixture
def own(windows, mikhail):
    return tasks.plan(None, "Заказать визитки", due_at=in_hours(2), by=mikhail)


def in_hours(hours: float) -> datetime:
    return clock.now() + timedelta(hours=hours)


def first_open(deal: Deal) -> tuple[str, datetime | None]:
    task = Task.objects.filter(deal=deal, done_at=None).order_by("due_at", "id").first()
    return (task.what, task.due_at) if task else ("", None)


def shown(deal: Deal) -> tuple[str, datetime | None]:
    return Deal.objects.values_list("next_step", "next_step_at").get(pk=deal.pk)


def test_ones_own_task_hangs_on_no_deal(own, mikhail):
    assert (own.deal, own.person, own.by) == (None, mikhail, mikhail)
    tasks.done(own, by=mikhail)
    assert Entry.objects.get(verb="deals.step_done").kind == "task"


def test_what_comes_again_comes_once_and_at_the_same_hour(deal, olga):
    at = in_hours(30)
    weekly = beginning(at, every=1, unit="week")
    task = tasks.plan(deal, "Спросить, как дела", due_at=at, repeat=weekly, by=olga)
    follower = tasks.done(task, by=olga)
    assert tasks.done(task, by=olga) is None
    assert Task.objects.filter(what=task.what, done_at=None).count() == 1
    assert follower.due_at == at + timedelta(weeks=1)
    assert tasks.done(follower, by=olga).due_at == at + timedelta(weeks=2)


def test_what_was_forgotten_for_weeks_comes_again_in_the_future(deal, olga):
    at = in_hours(1)
    task = tasks.plan(deal, "Позвонить", due_at=at, repeat=beginning(at, every=1, unit="day"), by=olga)
    long_ago = at - timedelta(days=20)
    row = Repeat(1, "day", clock.local(long_ago).replace(tzinfo=None)).stored()
    Task.objects.filter(pk=task.pk).update(due_at=long_ago, repeat=row)
    task.refresh_from_db()
    follower = tasks.done(task, by=olga)
    assert clock.now() < follower.due_at <= clock.now() + timedelta(days=1)


def test_a_tick_is_taken_back_with_all_that_followed(deal, olga):
    at = in_hours(0.2)
    task = tasks.plan(deal, "Позвонить", due_at=at, repeat=beginning(at, every=1, unit="day"), by=olga)
    before = shown(deal)
    tasks.done(task, result="Не та дата", by=olga)
    assert shown(deal) != before
    tasks.take_back(task, by=olga)
    assert shown(deal) == before
    assert Task.objects.filter(what="Позвонить").count() == 1
    task.refresh_from_db()
    assert (task.done_at, task.done_by, task.result) == (None, None, "")
    assert tasks.done(task, by=olga) is not None


def test_nobody_takes_back_what_another_ticked_off_or_what_is_long_ago(deal, olga, roza):
    task = Task.objects.get(deal=deal)
    tasks.done(task, by=olga)
    with pytest.raises(Refused):
        tasks.take_back(task, by=roza)
    Task.objects.filter(pk=task.pk).update(done_at=clock.now() - timedelta(hours=1))
    with pytest.raises(Refused):
        tasks.take_back(task, by=olga)


def test_the_step_of_a_stage_that_is_over_does_not_come_back(deal, olga):
    task = Task.objects.get(deal=deal)
    tasks.done(task, by=olga)
    moves.move(deal, to=Stage.objects.get(code="contacted"), by=olga)
    with pytest.raises(Refused):
        tasks.take_back(task, by=olga)
    assert Task.objects.filter(deal=deal, done_at=None).count() == 1


def test_not_reached_is_tried_again_and_the_history_says_so(deal, olga):
    task = Task.objects.get(deal=deal)
    again = tasks.done(task, outcome="not_reached", again_at=in_hours(1), by=olga)
    assert (again.what, again.of_stage, again.kind) == (task.what, True, task.kind)
    assert shown(deal) == (task.what, again.due_at)
    line = Interaction.objects.get(kind="task")
    assert (line.deal_id, line.data["event"]) == (deal.pk, "not_reached")
    # The stage's own call goes with the stage, however often it was tried.
    moves.move(deal, to=Stage.objects.get(code="contacted"), by=olga)
    assert not Task.objects.filter(pk=again.pk).exists()


def test_whoever_gets_a_task_hears_of_it_and_so_does_the_giver_when_it_is_done(deal, mikhail, dina):
    task = tasks.plan(deal, "Посчитать смету", due_at=in_hours(5), person=dina, by=mikhail)
    assert [(one.person_id, one.kind) for one in Notice.objects.all()] == [(dina.pk, "task.given")]
    assert Interaction.objects.get(kind="task").data["to"] == dina.full_name
    assert sorted(LiveEvent.objects.get(topic="task").people) == sorted([mikhail.pk, dina.pk])
    tasks.done(task, result="120 000", by=dina)
    assert Notice.objects.get(kind="task.done").person_id == mikhail.pk


def test_a_new_responsible_person_takes_over_all_but_what_was_given_to_others(deal, olga, mikhail, dina, roza):
    facts.appoint(deal, mikhail, by=olga)
    given = tasks.plan(deal, "Посчитать смету", due_at=in_hours(5), person=dina, by=mikhail)
    facts.appoint(deal, roza, by=olga)
    given.refresh_from_db()
    assert given.person == dina
    assert Task.objects.get(deal=deal, of_stage=True).person == roza


def test_a_step_is_moved_to_another_time_and_person(deal, olga, dina):
    task = Task.objects.get(deal=deal)
    later = in_hours(72)
    changed = tasks.change(task, due_at=later, person=dina, version=task.version, by=olga)
    assert (changed.due_at, changed.person) == (later, dina)
    assert shown(deal) == (task.what, later)
    assert set(Entry.objects.get(verb="deals.step_changed").changes) == {"due_at", "person"}
    with pytest.raises(ChangedMeanwhile):
        tasks.change(task, what="Другое", version=task.version, by=olga)


def test_a_change_that_changes_nothing_leaves_no_row(deal, olga):
    task = Task.objects.get(deal=deal)
    tasks.change(task, what=task.what, due_at=task.due_at, by=olga)
    assert not Entry.objects.filter(verb="deals.step_changed").exists()


def test_only_what_one_planned_oneself_is_deleted(deal, olga, mikhail):
    planned = tasks.plan(deal, "Позвонить", due_at=in_hours(0.2), by=olga)
    with pytest.raises(Refused):
        tasks.remove(planned, by=mikhail)
    tasks.remove(planned, by=olga)
    tasks.remove(planned, by=olga)
    assert Entry.objects.get(verb="deals.step_removed").changes == {"what": ["Позвонить", None]}
    of_stage = Task.objects.get(deal=deal)
    assert shown(deal) == (of_stage.what, of_stage.due_at)
    with pytest.raises(Refused):
        tasks.remove(of_stage, by=olga)


def test_what_is_put_off_is_due_when_it_was(own, mikhail):
    put_off = tasks.put_off(own, until=in_hours(1), by=mikhail)
    assert put_off.due_at == own.due_at
    assert tasks.put_off(own, until=None, by=mikhail).snoozed_until is None
    with pytest.raises(Refused):
        tasks.put_off(own, until=in_hours(-1), by=mikhail)
    tasks.done(own, by=mikhail)
    with pytest.raises(Refused):
        tasks.put_off(own, until=in_hours(1), by=mikhail)


def test_a_checklist_is_ticked_and_put_in_order_and_does_not_finish_the_task(own):
    for what in ("Макет", "Тираж", "Доставка"):
        checklists.add(own, what)
    checklists.tick(own, 1, done=True)
    checklists.move_up(own, 3)
    checklists.move_up(own, 1)
    own.refresh_from_db()
    assert [(item["what"], item["done"]) for item in own.checklist] == [
        ("Макет", True),
        ("Доставка", False),
        ("Тираж", False),
    ]
    for number in (1, 2, 3):
        checklists.tick(own, number, done=True)
    checklists.take_off(own, 2)
    own.refresh_from_db()
    assert (own.done_at, len(own.checklist)) == (None, 2)


@pytest.mark.parametrize("hours", [-1, 24 * 365 * 20])
def test_nothing_is_planned_in_the_past_or_for_another_generation(own, mikhail, hours):
    with pytest.raises(Refused):
        tasks.change(own, due_at=in_hours(hours), by=mikhail)


CLICKS = st.tuples(
    st.sampled_from(["plan", "repeat", "done", "again", "back", "move", "remove", "stage"]),
    st.integers(0, 5),
    st.integers(0, 1),
)


@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(clicks=st.lists(CLICKS, max_size=14))
def test_whatever_two_people_click_the_deal_shows_its_first_open_task_and_nothing_doubles(
    clicks, windows, vera, olga, mikhail
):
    deal = open_deal(vera, by=olga)
    stages = list(Stage.objects.filter(kind="open").order_by("position")[:2])
    for click, which, who in clicks:
        _click(deal, click, which, (olga, mikhail)[who], stages)
        assert shown(deal) == first_open(deal)
    rows = Task.objects.filter(deal=deal)
    assert rows.filter(of_stage=True, done_at=None).count() <= 1
    for what in {task.what for task in rows if task.repeat}:
        assert rows.filter(what=what, done_at=None).count() <= 1


def _click(deal, click, which, person, stages):
    all_of_it = list(Task.objects.filter(deal=deal).order_by("id"))
    task = all_of_it[which % len(all_of_it)] if all_of_it else None
    at = in_hours(1 + which)
    try:
        if click == "plan":
            tasks.plan(deal, f"Дело {which}", due_at=at, by=person)
        elif click == "repeat":
            what = f"Каждый день, за делом {max((one.pk for one in all_of_it), default=0)}"
            tasks.plan(deal, what, due_at=at, repeat=beginning(at, every=1, unit="day"), by=person)
        elif click == "stage":
            moves.move(deal, to=stages[which % 2], by=person)
        elif task and click == "done":
            tasks.done(task, by=person)
        elif task and click == "again":
            tasks.done(task, outcome="not_reached", again_at=at, by=person)
        elif task and click == "back":
            tasks.take_back(task, by=person)
        elif task and click == "move":
            tasks.change(task, due_at=at, by=person)
        elif task and click == "remove":
            tasks.remove(task, by=person)
    except Refused:
        pass
