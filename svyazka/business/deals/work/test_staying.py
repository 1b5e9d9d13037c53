"""A question that holds a deal holds it against every way on: moved, handed on, returned, closed."""

from __future__ import annotations

import contextlib
import uuid
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svyazka.business.clients.models import Client
from svyazka.business.deals import moves
from svyazka.business.deals.handing import answering
from svyazka.business.deals.models import Deal, HandOff, LossReason, Pipeline, Question, Stage
from svyazka.business.deals.opening import open_deal
from svyazka.business.deals.paths import pipelines
from svyazka.business.deals.paths.content import content_of
from svyazka.business.deals.paths.pipelines import Wish
from svyazka.business.deals.work import questions, staying
from svyazka.kit import clock
from svyazka.kit.refusals import Refused


@pytest.fixture
def sale(projects):
    Stage.objects.update(required=[])
    return begin(projects)


def begin(people) -> Deal:
    client = Client.objects.create(name="ООО «Ромашка»", kind="company")
    return open_deal(client, by=people["timur"], responsible=people["timur"], facts={"project_kind": "inbound"})


def ask(deal: Deal, people, *, who="timur") -> Question:
    return questions.ask(
        deal,
        [people[who].pk],
        "Почему?",
        due_at=clock.now() + timedelta(hours=1),
        is_blocking=True,
        request_id=uuid.uuid4(),
        by=people["konstantin"],
    )


def go(deal: Deal, code: str, people) -> Deal:
    current = Deal.objects.select_related("stage").get(pk=deal.pk)
    to = Stage.objects.get(pipeline_id=current.pipeline_id, code=code)
    return moves.move(current, to=to, loss_reason=LossReason.objects.first(), by=people["rinat"])


def test_a_held_deal_does_not_come_back_when_the_next_department_returns_it(sale, projects):
    go(sale, "signed", projects)
    linked = Deal.objects.get(parent=sale)
    question = ask(sale, projects)
    with pytest.raises(staying.Unanswered):
        answering.give_back(linked, reason="Нет даты", by=linked.responsible)
    linked.refresh_from_db()
    assert (HandOff.objects.get().state, linked.closed_at) == ("waiting", None)
    questions.answer(question, "Ответ", by=projects["timur"])
    answering.give_back(linked, reason="Нет даты", by=linked.responsible)
    assert HandOff.objects.get().state == "returned"


def test_a_held_deal_that_was_lost_is_not_taken_up_by_another_leg(sale, projects):
    go(sale, "signed", projects)
    linked = Deal.objects.get(parent=sale)
    go(linked, Stage.objects.get(pipeline_id=linked.pipeline_id, kind="lost").code, projects)
    go(sale, "contract", projects)
    ask(linked, projects)
    with pytest.raises(staying.Unanswered):
        go(sale, "signed", projects)
    assert (HandOff.objects.count(), Deal.objects.get(pk=sale.pk).stage.code) == (1, "contract")


click = st.one_of(
    st.tuples(st.just("move"), st.integers(0, 2), st.integers(0, 9)),
    st.tuples(st.sampled_from(["accept", "give_back", "take_back"]), st.integers(0, 2), st.just(0)),
    st.tuples(st.sampled_from(["ask", "answer", "withdraw", "release"]), st.integers(0, 2), st.just(0)),
    st.tuples(st.just("remove"), st.integers(0, 2), st.integers(0, 9)),
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(clicks=st.lists(click, max_size=12))
def test_whatever_is_clicked_a_held_deal_stays_at_its_stage(projects, clicks):
    """Unless the stage itself is taken away: then it is held where it was put."""
    with transaction.atomic():
        Stage.objects.update(required=[])
        go(begin(projects), "signed", projects)
        for what, which, place in clicks:
            before = _held()
            deals = list(Deal.objects.order_by("pk"))
            with contextlib.suppress(Refused), transaction.atomic():
                _click(what, deals[which % len(deals)], place, projects)
            now = dict(Deal.objects.values_list("pk", "stage_id"))
            gone = set(before.values()) - set(Stage.objects.values_list("pk", flat=True))
            assert {pk: now[pk] for pk, stage in before.items() if stage not in gone} == {
                pk: stage for pk, stage in before.items() if stage not in gone
            }
            if what not in ("answer", "withdraw", "release"):
                assert _held().keys() >= before.keys()
        transaction.set_rollback(True)


def _held() -> dict[int, int]:
    return dict(
        Deal.objects.filter(
            questions__closed_at=None, questions__is_blocking=True, questions__asked__answered_at=None
        ).values_list("pk", "stage_id")
    )


def _click(what: str, deal: Deal, place: int, people) -> None:
    question = Question.objects.filter(deal=deal, closed_at=None).first()
    if what == "move":
        stages = list(Stage.objects.filter(pipeline=deal.pipeline_id))
        go(deal, stages[place % len(stages)].code, people)
    elif what == "remove":
        _take_stage_away(Pipeline.objects.get(pk=deal.pipeline_id), place, people)
    elif what == "ask":
        ask(deal, people)
    elif what == "give_back":
        answering.give_back(deal, reason="Не хватает", by=people["pavel"])
    elif what in ("accept", "take_back"):
        getattr(answering, what)(deal, by=people["pavel"])
    elif question and what == "answer":
        questions.answer(question, "Ответ", by=people["timur"])
    elif question and what == "withdraw":
        questions.withdraw(question, by=people["konstantin"])
    elif question:
        questions.release(question, "Клиент ждёт", by=people["rinat"])


def _take_stage_away(pipeline: Pipeline, which: int, people) -> None:
    content = content_of(pipeline)
    open_ones = [stage for stage in content["stages"] if stage["kind"] == "open"]
    going = open_ones[which % len(open_ones)]
    content["stages"].remove(going)
    left = [stage["code"] for stage in content["stages"] if stage["kind"] == "open"]
    places = {going["code"]: left[0]} if left else {}  # the last one: refused
    pipelines.save(pipeline, Wish(content, places=places), by=people["anna"])
