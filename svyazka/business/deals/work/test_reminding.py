from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from svyazka.business.deals.models import Asked, Question
from svyazka.business.deals.opening import open_deal
from svyazka.business.deals.work import questions, reminding
from svyazka.business.notices.models import Notice
from svyazka.kit import clock


@pytest.fixture
def asked(windows, vera, mikhail, konstantin):
    """Asked at nine, due at eleven."""
    deal = open_deal(vera, responsible=mikhail, by=mikhail)
    due_at = clock.now() + timedelta(hours=2)
    questions.ask(deal, [mikhail.pk], "Почему стоит?", due_at=due_at, request_id=uuid.uuid4(), by=konstantin)
    Notice.objects.all().delete()

    def after(hours):
        """So much time has passed since it was asked."""
        back = clock.now() - timedelta(hours=hours)
        Question.objects.update(asked_at=back, due_at=back + timedelta(hours=2))
        Asked.objects.update(due_at=back + timedelta(hours=2))

    return after


def told():
    return sorted(Notice.objects.values_list("kind", "person__login"))


def test_at_half_time_the_person_is_reminded_once(asked):
    asked(0.9)
    reminding.remind_of_questions()
    assert told() == []
    asked(1.1)
    reminding.remind_of_questions()
    reminding.remind_of_questions()
    assert told() == [("question.reminder", "mikhail")]


def test_when_it_is_overdue_the_heads_and_the_asker_hear_of_it_once(asked, roza, konstantin):
    asked(3)
    for _round in range(2):
        reminding.escalate()
    assert told() == [("question.overdue", "konstantin"), ("question.overdue", "roza")]
    assert Notice.objects.first().data["who"] == "Михаил Лебедев"


def test_the_head_of_the_persons_own_department_hears_of_it_and_no_other(asked, roza, mikhail, oksana):
    oksana.role, oksana.department = "head", mikhail.department
    oksana.save()
    roza.department = None
    roza.save()
    asked(3)
    reminding.escalate()
    assert told() == [("question.overdue", "konstantin"), ("question.overdue", "oksana")]


def test_whoever_has_answered_is_left_alone(asked, mikhail):
    questions.answer(Question.objects.get(), "Ждём", by=mikhail)
    Notice.objects.all().delete()
    asked(3)
    reminding.remind_of_questions()
    assert told() == []


def test_nobody_is_asked_for_what_was_withdrawn(asked, konstantin):
    questions.withdraw(Question.objects.get(), by=konstantin)
    Notice.objects.all().delete()
    asked(3)
    reminding.remind_of_questions()
    assert told() == []
