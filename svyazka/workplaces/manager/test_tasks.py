from __future__ import annotations

import json
from datetime import timedelta

import pytest

from svyazka.business.deals.models import Deal, Task
from svyazka.business.deals.opening import open_deal
from svyazka.business.deals.work import tasks
from svyazka.business.notices.models import Notice
from svyazka.kit import clock


@pytest.fixture
def deal(windows, vera, olga):
    return open_deal(vera, by=olga)


@pytest.fixture
def page(enter, olga):
    return enter(olga)


@pytest.fixture
def step(deal):
    return Task.objects.get(deal=deal)


def tomorrow() -> str:
    return (clock.today() + timedelta(days=1)).isoformat()


def test_a_step_is_moved_from_the_deals_page(deal, step, page, dina):
    dialog = page.get(f"/tasks/{step.pk}/").content.decode()
    assert 'value="Позвонить клиенту"' in dialog
    given = {"what": "Позвонить клиенту", "day": tomorrow(), "hour": "09:00", "kind": "call", "person": dina.pk}
    here = {"HX-Request": "true", "HX-Current-URL": f"http://testserver/deals/{deal.pk}/"}
    answer = page.post(f"/tasks/{step.pk}/", {**given, "unit": "", "version": step.version}, headers=here)
    assert 'id="deal-steps"' in answer.content.decode()
    step.refresh_from_db()
    assert (step.person, step.kind, f"{clock.local(step.due_at):%H:%M}") == (dina, "call", "09:00")
    assert Notice.objects.get().person == dina


def test_whoever_was_slower_sees_what_has_become_of_it(step, page, olga):
    tasks.change(step, what="Написать клиенту", by=olga)
    answer = page.post(f"/tasks/{step.pk}/", {"what": "x", "day": tomorrow(), "version": step.version})
    assert answer.status_code == 409
    assert (answer["HX-Retarget"], 'value="x"' in answer.content.decode()) == ("#dialog", True)


def test_what_is_wrong_is_said_in_the_dialog_and_nothing_typed_is_lost(deal, page):
    answer = page.post(f"/deals/{deal.pk}/tasks/", {"what": "Позвонить", "day": "2020-01-01", "hour": "09:00"})
    text = answer.content.decode()
    assert (answer.status_code, 'value="Позвонить"' in text, "Это время уже прошло" in text) == (422, True, True)


def test_a_repeat_and_a_checklist_are_planned_in_one_go(deal, page):
    given = {"what": "Отчёт", "day": tomorrow(), "hour": "", "every": "2", "unit": "week", "checklist": "Раз\n\nДва\n"}
    page.post(f"/deals/{deal.pk}/tasks/", given)
    planned = Task.objects.get(what="Отчёт")
    assert (planned.repeat["every"], planned.repeat["unit"]) == (2, "week")
    assert [item["what"] for item in planned.checklist] == ["Раз", "Два"]
    assert "Раз" in page.get(f"/tasks/{planned.pk}/").content.decode()
    ticked = page.post(f"/tasks/{planned.pk}/checklist/", {"do": "tick", "item": 1})
    assert ticked.content.decode().count(" checked") == 1


def test_the_last_open_step_ticked_off_asks_for_the_next_and_can_be_taken_back(deal, step, page):
    text = page.post(f"/tasks/{step.pk}/completion/").content.decode()
    assert f"/deals/{deal.pk}/tasks/?asked=1" in text
    asked = page.get(f"/deals/{deal.pk}/tasks/?asked=1").content.decode()
    assert "Какой следующий шаг?" in asked
    assert 'data-what="Позвонить клиенту"' in asked
    page.post(f"/tasks/{step.pk}/return/")
    assert Deal.objects.get(pk=deal.pk).next_step == step.what


def test_while_there_is_another_step_nothing_is_asked(deal, step, page, olga):
    tasks.plan(deal, "Перезвонить", due_at=clock.now() + timedelta(days=3), by=olga)
    assert "asked=1" not in page.post(f"/tasks/{step.pk}/completion/").content.decode()


def test_a_call_that_nobody_answered_is_made_again_in_one_click(deal, page, olga):
    call = tasks.plan(deal, "Позвонить", kind="call", due_at=clock.now() + timedelta(minutes=1), by=olga)
    assert "Не дозвонились" in page.get(f"/tasks/{call.pk}/completion/").content.decode()
    answer = page.post(f"/tasks/{call.pk}/completion/", {"outcome": "not_reached", "again": "hour"})
    assert json.loads(answer["HX-Trigger"]) == {"dialog:close": {}, "tasks:changed": {}}
    assert call.follower.due_at > clock.now() + timedelta(minutes=55)


def test_what_is_put_off_comes_back(step, page):
    assert "Завтра в 9:00" in page.get(f"/tasks/{step.pk}/snooze/").content.decode()
    page.post(f"/tasks/{step.pk}/snooze/", {"until": "tomorrow"})
    step.refresh_from_db()
    assert clock.local(step.snoozed_until).isoformat()[11:16] == "09:00"
    assert page.post(f"/tasks/{step.pk}/snooze/", {"until": "никогда"}).status_code == 422


def test_one_deletes_what_one_has_planned(page, olga, step):
    page.post("/tasks/", {"what": "Позвонить в типографию", "day": tomorrow()})
    own = Task.objects.get(what="Позвонить в типографию")
    assert (own.deal, own.person, own.by) == (None, olga, olga)
    assert page.post(f"/tasks/{own.pk}/removal/").status_code == 200
    assert not Task.objects.filter(pk=own.pk).exists()
    assert page.post(f"/tasks/{step.pk}/removal/").status_code == 422


def test_a_task_that_is_none_of_ones_business_is_not_there(enter, olga, konstantin, egor, mikhail):
    own = tasks.plan(None, "Личное", due_at=clock.now() + timedelta(hours=1), by=olga)
    for person, status in ((konstantin, 404), (egor, 404), (mikhail, 403)):
        assert enter(person).post(f"/tasks/{own.pk}/completion/").status_code == status
    tasks.change(own, person=egor, by=olga)
    assert enter(egor).post(f"/tasks/{own.pk}/completion/").status_code == 200
