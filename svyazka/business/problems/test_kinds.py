"""Each kind of problem: it appears, says why and who should see to it, and goes when it is solved."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from svyazka.business.clients import history
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Asked, Deal, HandOff, LossReason, Question, Stage, Task
from svyazka.business.deals.moves import move
from svyazka.business.deals.work import tasks
from svyazka.business.journal.models import Entry
from svyazka.business.problems.usual import count_stays
from svyazka.business.staff.hire import let_go
from svyazka.business.staff.models import Absence
from svyazka.business.visits.models import Booking, Resource, Shift, Visit, VisitKind
from svyazka.kit import clock


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def put_back(deal: Deal, **changes: object) -> None:
    Deal.objects.filter(pk=deal.pk).update(**changes)


def test_a_deal_with_a_person_and_a_step_is_none(deal, problems):
    assert problems() == {}


def test_nobody_responsible(deal, problems, later, mikhail):
    facts.appoint(deal, None, by=mikhail)
    assert "no_person" not in problems()
    later(minutes=16)
    found = problems()["no_person"]
    assert (found.deal_id, found.person_id, found.department_id, found.why) == (
        deal.pk, None, mikhail.department_id, {},
    )  # fmt: skip
    facts.appoint(deal, mikhail, by=mikhail)
    assert "no_person" not in problems()


def test_whoever_was_responsible_is_gone(deal, problems, mikhail, dina, anna):
    let_go(mikhail, by=anna)
    found = problems()["no_person"]
    assert found.why == {"gone": mikhail.full_name}
    assert found.since == Entry.objects.get(verb="staff.let_go").at
    facts.appoint(Deal.objects.get(pk=deal.pk), dina, by=anna)
    assert "no_person" not in problems()


def test_whoever_is_responsible_is_away_for_longer_than_a_day(deal, problems, mikhail):
    now = clock.now()
    away = Absence.objects.create(person=mikhail, during=(now - hours(1), now + hours(20)))
    assert problems() == {}
    Absence.objects.filter(pk=away.pk).update(during=(now - hours(1), now + hours(200)))
    found = problems()["no_person"]
    assert (found.why["away"], found.person_id) == (mikhail.full_name, None)
    Absence.objects.all().delete()
    assert problems() == {}


def test_no_next_step(deal, problems, mikhail):
    tasks.done(deal.tasks.get(), by=mikhail)
    found = problems()["no_step"]
    assert (found.person_id, found.department_id) == (mikhail.pk, mikhail.department_id)
    assert found.since == Task.objects.get().done_at
    tasks.plan(deal, "Позвонить", due_at=clock.now() + hours(1), by=mikhail)
    assert problems() == {}


def test_a_step_is_overdue(deal, problems, dina, mikhail):
    due_at = clock.now() - hours(3)
    task = deal.tasks.get()
    Task.objects.filter(pk=task.pk).update(due_at=due_at, person=dina)
    put_back(deal, next_step_at=due_at)
    found = problems()["step_overdue"]
    assert (found.subject_id, found.since, found.person_id) == (task.pk, due_at, dina.pk)
    assert found.department_id == dina.department_id
    assert found.why == {"what": task.what, "how": task.kind}
    tasks.done(task, by=dina)
    assert "step_overdue" not in problems()


def test_a_step_is_not_overdue_at_once(deal, problems):
    due_at = clock.now() - timedelta(minutes=2)
    deal.tasks.update(due_at=due_at)
    put_back(deal, next_step_at=due_at)
    assert problems() == {}


def test_stuck_longer_than_the_stage_allows(deal, problems, mikhail):
    came = clock.now() - hours(5)
    put_back(deal, stage_since=came, stage_due_at=came + hours(1))
    found = problems()["stuck"]
    assert (found.since, found.why, found.person_id) == (came + hours(1), {"limit": 3600}, mikhail.pk)
    put_back(deal, stage_due_at=clock.now() + hours(1))
    assert problems() == {}


@pytest.fixture
def stays(vera, mikhail, later):
    """`stays(20, hours(2))`: so many deals stood at the first stage for so long."""
    from svyazka.business.deals.opening import open_deal

    def have_been(number: int, took: timedelta) -> None:
        later(seconds=-took.total_seconds())
        deals = [open_deal(vera, responsible=mikhail, by=mikhail) for _one in range(number)]
        later(seconds=0)
        lost, reason = Stage.objects.get(code="lost"), LossReason.objects.first()
        for one in deals:
            move(one, to=lost, loss_reason=reason, by=mikhail)
        count_stays()

    return have_been


def test_longer_than_the_companys_own_history_says_is_usual(deal, problems, stays):
    stays(20, hours(2))
    came = clock.now() - hours(5)
    put_back(deal, stage_since=came, stage_due_at=None)
    found = problems()["slow"]
    assert abs(found.since - (came + hours(2))) < timedelta(minutes=1)
    assert abs(found.why["usual"] - 7200) < 60
    # The stage's own limit says the same, and better.
    put_back(deal, stage_due_at=came + hours(1))
    assert set(problems()) == {"stuck"}
    put_back(deal, stage_since=clock.now(), stage_due_at=None)
    assert problems() == {}


def test_too_short_a_history_says_nothing(deal, problems, stays):
    stays(19, hours(2))
    put_back(deal, stage_since=clock.now() - hours(500), stage_due_at=None)
    assert problems() == {}


@pytest.mark.parametrize(("kind", "soon", "late"), [("message", 10, 16), ("form", 50, 61)])
def test_an_unanswered_message_or_form(deal, problems, olga, mikhail, kind, soon, late):
    now = clock.now()

    def comes(minutes: int):
        at = now - timedelta(minutes=minutes)
        return history.add(
            deal.client_id, kind=kind, direction="in", deal_id=deal.pk, at=at, text="Когда?", waiting=True, by=olga
        )

    comes(soon)
    assert problems() == {}
    first = comes(late)
    found = problems()["unanswered"]
    assert (found.subject_id, found.since, found.why) == (first.pk, first.at, {"by": kind})
    assert found.person_id == mikhail.pk
    history.take_up(first, by=olga)
    assert problems() == {}


@pytest.mark.parametrize(
    ("what", "settles"),
    [
        ({"kind": "note", "text": "Перезвонил с мобильного"}, True),
        ({"kind": "call", "direction": "out", "data": {"result": "missed"}}, True),
        ({"kind": "message", "direction": "out", "text": "Звонили?"}, True),
        ({"kind": "call", "direction": "in", "data": {"result": "answered"}}, True),
        ({"kind": "call", "direction": "in", "data": {"result": "missed"}}, False),
        ({"kind": "stage"}, False),
    ],
)
def test_a_missed_call_that_nobody_returned(deal, problems, olga, what, settles):
    at = clock.now() - timedelta(minutes=20)
    missed = history.add(
        deal.client_id, kind="call", direction="in", deal_id=deal.pk, at=at, data={"result": "missed"}, by=olga
    )
    found = problems()["missed_call"]
    assert (found.subject_id, found.since) == (missed.pk, at)
    history.add(deal.client_id, deal_id=deal.pk, by=olga, **what)
    assert ("missed_call" not in problems()) is settles


def test_a_question_that_is_not_answered_in_time(deal, problems, konstantin, dina):
    now = clock.now()
    question = Question.objects.create(
        deal=deal, by=konstantin, text="Почему стоим?", asked_at=now, due_at=now - hours(1), request_id=uuid4()
    )
    asked = Asked.objects.create(question=question, person=dina, due_at=now - hours(1))
    found = problems()["question"]
    assert (found.subject_id, found.person_id, found.department_id) == (asked.pk, dina.pk, dina.department_id)
    assert found.why == {"question": question.pk, "text": "Почему стоим?"}
    Asked.objects.update(answered_at=now)
    assert problems() == {}


@pytest.fixture
def handed(deal, vera, mikhail, dina):
    """The deal went on to Dina, who has an hour to accept it."""
    from svyazka.business.deals.opening import open_deal

    further = open_deal(vera, responsible=dina, by=mikhail)
    now = clock.now()

    def leg(number: int, **about):
        made = {"handed_at": now, "due_at": now + hours(1), "by": mikhail, "to_person": dina, **about}
        return HandOff.objects.create(deal=deal, to_deal=further, to_pipeline=further.pipeline, leg=number, **made)

    return leg


def test_a_hand_off_that_nobody_accepts(handed, problems, dina, later):
    leg = handed(1)
    assert problems() == {}
    HandOff.objects.update(due_at=clock.now() - hours(1))
    found = problems()["not_accepted"]
    assert (found.deal_id, found.subject_id, found.person_id) == (leg.to_deal_id, leg.pk, dina.pk)
    assert found.why == {"from": leg.deal_id}
    HandOff.objects.update(state="accepted")
    assert problems() == {}


def test_a_hand_off_that_came_back(handed, deal, problems, mikhail):
    now = clock.now()
    handed(1, state="returned", answered_at=now, reason="Нет брифа")
    found = problems()["returned"]
    assert (found.deal_id, found.person_id, found.why) == (deal.pk, mikhail.pk, {"reason": "Нет брифа"})
    handed(2)
    assert problems() == {}


def test_a_hand_off_that_goes_to_and_fro(handed, problems):
    now = clock.now()
    for number in (1, 2):
        handed(number, state="returned", answered_at=now, reason="Нет брифа")
    third = handed(3)
    found = problems()["ping_pong"]
    assert (found.deal_id, found.why) == (third.to_deal_id, {"legs": 3})
    HandOff.objects.filter(pk=third.pk).update(state="accepted")
    assert problems() == {}


@pytest.fixture
def visit(deal, egor):
    """Egor goes to Vera the day after tomorrow."""
    starts_at = clock.now() + hours(40)
    return Visit.objects.create(
        kind=VisitKind.objects.get(code="measurement"),
        deal=deal,
        client=deal.client,
        resource=Resource.objects.get(person=egor),
        address="Москва, Лесная, 5",
        starts_at=starts_at,
        ends_at=starts_at + hours(1),
        request_id=uuid4(),
    )


def to(visit: Visit, starts_at, **changes: object) -> None:
    Visit.objects.filter(pk=visit.pk).update(starts_at=starts_at, ends_at=starts_at + hours(1), **changes)


def test_a_visit_that_is_not_confirmed_the_day_before(visit, problems, mikhail):
    assert problems() == {}
    at = clock.now() + hours(20)
    to(visit, at)
    found = problems()["visit_unconfirmed"]
    assert (found.subject_id, found.person_id) == (visit.pk, mikhail.pk)
    Visit.objects.update(confirmed_at=clock.now())
    assert problems() == {}


def test_a_visit_to_which_nobody_can_come(visit, problems, mikhail, egor, anna):
    day = clock.local(visit.starts_at).date()
    everyday = {str(number): [["00:00", "24:00"]] for number in range(7)}
    resources = Resource.objects.filter(person=egor)
    resources.update(hours=everyday)
    booked = (visit.starts_at, visit.ends_at)
    Booking.objects.create(resource=visit.resource, during=booked, kind="visit", visit=visit)
    Booking.objects.create(resource=Resource.objects.get(name="Газель, А123ВС"), during=booked, visit=visit)
    assert problems() == {}
    resources.update(hours={})
    found = problems()["visit_impossible"]
    assert (found.subject_id, found.person_id, found.why["who"]) == (visit.pk, mikhail.pk, visit.resource.name)
    extra = Shift.objects.create(resource=visit.resource, day=day, hours=[["00:00", "24:00"]])
    assert problems() == {}
    resources.update(hours=everyday)
    Shift.objects.filter(pk=extra.pk).update(hours=[])
    assert set(problems()) == {"visit_impossible"}
    extra.delete()
    Resource.objects.filter(name="Газель, А123ВС").update(is_active=False)
    assert problems()["visit_impossible"].why["who"] == "Газель, А123ВС"
    Resource.objects.update(is_active=True)
    assert problems() == {}
    let_go(egor, by=anna)
    assert set(problems()) == {"visit_impossible"}


def test_a_visit_that_was_moved_three_times(visit, problems):
    Visit.objects.update(moves=2)
    assert "visit_moved" not in problems()
    Visit.objects.update(moves=3, reason="Просит позже")
    found = problems()["visit_moved"]
    assert (found.subject_id, found.why["moves"], found.why["reason"]) == (visit.pk, 3, "Просит позже")
    Visit.objects.update(confirmed_at=clock.now())
    assert problems() == {}


def test_a_visit_without_a_result(visit, problems):
    to(visit, clock.now() - hours(1.5))
    assert problems() == {}
    to(visit, clock.now() - hours(3))
    assert problems()["visit_without_result"].subject_id == visit.pk
    Visit.objects.update(status="done")
    assert problems() == {}


def test_a_closed_deal_has_no_problems(deal, visit, problems, mikhail):
    to(visit, clock.now() - hours(3))
    put_back(deal, stage_due_at=clock.now() - hours(1), next_step_at=None)
    assert set(problems()) == {"no_step", "stuck", "visit_without_result"}
    put_back(deal, closed_at=clock.now())
    assert problems() == {}


def test_a_visit_that_lacks_somebody_and_those_behind_one_who_is_late(visit, problems):
    Visit.objects.update(lacks=visit.resource, lacks_since=clock.now())
    found = problems()["visit_orphaned"]
    assert (found.subject_id, found.why["who"], found.why["resource"]) == (
        visit.pk,
        visit.resource.name,
        visit.resource_id,
    )
    Visit.objects.update(lacks=None, lacks_since=None)
    assert "visit_orphaned" not in problems()
    begun = clock.now() - hours(1)
    now = {"kind": visit.kind, "deal": visit.deal, "client": visit.client, "resource": visit.resource}
    running = Visit.objects.create(
        **now, address=visit.address, starts_at=begun, ends_at=begun + hours(2), status="started", request_id=uuid4()
    )
    to(visit, clock.now() + hours(1.25), confirmed_at=clock.now())
    assert "visit_late" not in problems()
    Visit.objects.filter(pk=running.pk).update(late_minutes=40)
    assert problems()["visit_late"].subject_id == visit.pk
    Visit.objects.filter(pk=running.pk).update(status="done")
    assert "visit_late" not in problems()
