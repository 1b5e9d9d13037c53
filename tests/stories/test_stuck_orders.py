"""The controller finds a stuck order before the client complains, and everybody hears what is his to see to."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest

from svyazka.business.deals.models import Asked, Deal, Question
from svyazka.business.deals.opening import open_deal
from svyazka.business.notices.models import Notice
from svyazka.business.problems import rounds
from svyazka.business.problems.models import Problem
from svyazka.business.problems.sweep import sweep_all
from svyazka.kit import clock


@pytest.fixture
def later(monkeypatch):
    really = clock.now

    def go_on(**passed: float) -> None:
        monkeypatch.setattr(clock, "now", lambda: really() + timedelta(**passed))

    return go_on


def buttons(page: str) -> list[str]:
    return re.findall(r'hx-(?:get|post)="(/questions/[^"]+)"', page)


def test_w10_w11_a_stuck_order_is_found_asked_about_answered_and_gone(
    windows, vera, mikhail, konstantin, roza, enter, later
):
    deal = open_deal(vera, responsible=mikhail, by=mikhail)
    Deal.objects.filter(pk=deal.pk).update(stage_due_at=clock.now() + timedelta(hours=1))
    sweep_all()
    assert "Всё в порядке" in enter(konstantin).get("/problems/").content.decode()

    later(hours=3)
    sweep_all()
    controller = enter(konstantin)
    assert "Стоит на этапе" in controller.get("/problems/?kind=stuck").content.decode()
    asked = {
        "text": "Почему стоим?",
        "people": [mikhail.pk],
        "day": clock.local(clock.now() + timedelta(hours=1)).date().isoformat(),
        "hour": f"{clock.local(clock.now() + timedelta(hours=1)):%H:%M}",
        "request_id": str(uuid4()),
    }
    assert controller.post(f"/deals/{deal.pk}/questions/", asked).status_code == 200
    question = Question.objects.get()

    later(hours=5)
    sweep_all()
    assert buttons(controller.get("/problems/?kind=question").content.decode()) == [
        f"/questions/{question.pk}/reminder/?list"
    ]
    manager = enter(mikhail)
    (answering,) = buttons(manager.get("/problems/?kind=question").content.decode())
    assert answering == f"/questions/{question.pk}/answer/?list"
    assert "Почему стоим?" in manager.get(answering).content.decode()
    answered = manager.post(answering, {"answer": "Ждём замерщика"})
    assert (answered.content, "dialog:close" in answered["HX-Trigger"]) == (b"", True)
    assert Asked.objects.get().answer == "Ждём замерщика"
    sweep_all()
    assert not Problem.objects.filter(kind="question").exists()


def test_w11_in_the_morning_everybody_hears_how_many_are_his(windows, vera, mikhail, roza, enter, monkeypatch):
    deal = open_deal(vera, responsible=mikhail, by=mikhail)
    monday = clock.at(clock.today() + timedelta(days=7 - clock.today().weekday()), clock.time(8, 30))
    Deal.objects.filter(pk=deal.pk).update(stage_due_at=None, next_step_at=monday - timedelta(days=1))
    deal.tasks.update(due_at=monday - timedelta(days=1))
    monkeypatch.setattr(clock, "now", lambda: monday)
    sweep_all()
    rounds.morning()
    rounds.morning()
    page = enter(mikhail).get("/notices/").content.decode()
    assert page.count("Ваше утро: 1 просроченный шаг") == 1
    notice = Notice.objects.get(kind="digest")
    led = enter(mikhail).get(f"/notices/{notice.pk}/")
    assert led["Location"] == f"/problems/?person={mikhail.pk}"
    assert "утро: 1 просроченный шаг" in enter(roza).get("/notices/").content.decode()
    assert 'class="curve"' in enter(roza).get("/problems/people/").content.decode()
