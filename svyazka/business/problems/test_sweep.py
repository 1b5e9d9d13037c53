from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest
from django.conf import settings
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as some

from svyazka.business.clients import history
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Deal, LossReason, Stage, Task
from svyazka.business.deals.moves import move
from svyazka.business.deals.opening import open_deal
from svyazka.business.deals.work import tasks
from svyazka.business.journal.models import LiveEvent
from svyazka.business.problems import sweep
from svyazka.business.problems.models import Problem, Swept
from svyazka.kit import clock


def stored() -> set[tuple[object, ...]]:
    return set(Problem.objects.values_list("deal_id", "kind", "subject_id", "since", "person_id", "department_id"))


@pytest.fixture
def stuck(deal):
    """Mikhail's deal, an hour late."""
    now = clock.now()
    Deal.objects.filter(pk=deal.pk).update(stage_since=now - timedelta(hours=3), stage_due_at=now - timedelta(hours=1))
    return deal


def test_what_is_a_problem_still_stays_the_row_it_was(stuck, later):
    sweep.sweep_all()
    before = Problem.objects.values().get()
    later(hours=0.5)
    assert sweep.sweep_all() == sweep.Difference()
    assert Problem.objects.values().get() == before


def test_another_person_is_written_into_the_same_row(stuck, mikhail, dina):
    sweep.sweep_all()
    before = Problem.objects.get(kind="stuck")
    facts.appoint(stuck, dina, by=mikhail)
    assert sweep.sweep_all() == sweep.Difference({stuck.pk}, {mikhail.pk, dina.pk})
    after = Problem.objects.get(kind="stuck")
    assert (after.pk, after.found_at, after.person_id) == (before.pk, before.found_at, dina.pk)


def test_whoever_is_concerned_hears_of_it_and_the_pages_do(stuck, mikhail):
    sweep.sweep_all()
    heard = LiveEvent.objects.filter(topic__in=("problem", "own_problems")).order_by("id")
    assert list(heard.values_list("topic", "object_id", "people", "data")) == [
        ("problem", stuck.pk, None, {"deal": stuck.pk}),
        ("own_problems", mikhail.pk, [mikhail.pk], {}),
    ]


def test_only_the_deals_that_changed_are_swept(stuck, vera, mikhail):
    """What nobody touched is left to the sweep of all."""
    other = open_deal(vera, responsible=mikhail, by=mikhail)
    sweep.sweep_all()
    Problem.objects.all().delete()
    Deal.objects.filter(pk=other.pk).update(stage_due_at=clock.now() - timedelta(hours=1))
    history.note(vera.pk, "Позвонил", deal_id=other.pk, by=mikhail)
    sweep.sweep_changed()
    # All that this test did is one transaction, which goes on: both deals are of it.
    assert {problem.deal_id for problem in Problem.objects.all()} == {stuck.pk, other.pk}
    Problem.objects.all().delete()
    sweep.sweep([other.pk])
    assert {problem.deal_id for problem in Problem.objects.all()} == {other.pk}


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_committed_late_is_not_lost(windows, vera, mikhail):
    """Its number is lower than that of the event which was read before it."""
    slow, quick = (open_deal(vera, responsible=mikhail, by=mikhail) for _deal in range(2))
    sweep.sweep_all()
    event = "insert into journal_liveevent (at, topic, object_id, data) values (now(), 'deal', %s, '{}')"
    with psycopg.connect(settings.DATABASE_DIRECT_URL) as late:
        late.execute(event, [slow.pk])
        late.execute("update deals_deal set stage_due_at = now() - interval '1 hour' where id = %s", [slow.pk])
        facts.change(quick, {"amount": "100"}, by=mikhail)
        sweep.sweep_changed()
        assert stored() == set()
    sweep.sweep_changed()
    assert {row[:2] for row in stored()} == {(slow.pk, "stuck")}


def test_so_many_changes_are_a_sweep_of_all(stuck, monkeypatch):
    sweep.sweep_all()
    Problem.objects.all().delete()
    Swept.objects.update(all_at=clock.now() - timedelta(days=1))
    monkeypatch.setattr(sweep, "MOST_CHANGED", 0)
    sweep.sweep_changed()
    assert Problem.objects.count() == 1
    assert Swept.objects.get().all_at > clock.now() - timedelta(hours=1)


def late(deal: Deal, mikhail, dina) -> None:
    Deal.objects.filter(pk=deal.pk).update(stage_due_at=clock.now() - timedelta(hours=1))


def appointed(deal: Deal, mikhail, dina) -> None:
    facts.appoint(deal, dina if deal.responsible_id == mikhail.pk else mikhail, by=mikhail)


def given_up(deal: Deal, mikhail, dina) -> None:
    facts.appoint(deal, None, by=mikhail)
    Deal.objects.filter(pk=deal.pk).update(opened_at=clock.now() - timedelta(hours=1))


def step_done(deal: Deal, mikhail, dina) -> None:
    if task := deal.tasks.filter(done_at=None).first():
        tasks.done(task, by=mikhail)


def step_planned(deal: Deal, mikhail, dina) -> None:
    tasks.plan(deal, "Позвонить", due_at=clock.now() + timedelta(hours=1), by=mikhail)


def step_late(deal: Deal, mikhail, dina) -> None:
    at = clock.now() - timedelta(hours=1)
    Task.objects.filter(deal=deal, done_at=None).update(due_at=at)
    if deal.tasks.filter(done_at=None).exists():
        Deal.objects.filter(pk=deal.pk).update(next_step_at=at)


def message(deal: Deal, mikhail, dina) -> None:
    at = clock.now() - timedelta(hours=1)
    history.add(deal.client_id, kind="message", direction="in", deal_id=deal.pk, at=at, waiting=True, by=dina)


def lost(deal: Deal, mikhail, dina) -> None:
    move(deal, to=Stage.objects.get(code="lost"), loss_reason=LossReason.objects.first(), by=mikhail)


def reopened(deal: Deal, mikhail, dina) -> None:
    move(deal, to=Stage.objects.get(code="new"), by=mikhail)


CLICKS = (late, appointed, given_up, step_done, step_planned, step_late, message, lost, reopened)


@trying(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(clicks=some.lists(some.tuples(some.integers(0, 2), some.sampled_from(CLICKS)), max_size=8))
def test_sweeping_what_changed_finds_what_a_sweep_of_all_finds(vera, mikhail, dina, clicks):
    deals = [open_deal(vera, responsible=mikhail, by=mikhail) for _deal in range(3)]
    sweep.sweep_all()
    for place, click in clicks:
        click(Deal.objects.get(pk=deals[place].pk), mikhail, dina)
        sweep.sweep([deals[place].pk])
    changed = stored()
    sweep.sweep_all()
    assert stored() == changed
