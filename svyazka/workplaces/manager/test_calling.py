from __future__ import annotations

import re
from datetime import time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svyazka.business.clients.models import Client, ContactPoint
from svyazka.business.deals.models import CallingHold, Deal, Stage, Task
from svyazka.business.deals.opening import open_deal
from svyazka.business.deals.work import calling
from svyazka.kit import clock

HTMX = {"HX-Request": "true"}


@pytest.fixture
def deal(windows, vera, mikhail) -> Deal:
    opened = open_deal(vera, by=mikhail, responsible=mikhail)
    opened.tasks.all().delete()
    return opened


@pytest.fixture
def task(deal, mikhail) -> Task:
    return call(deal, mikhail)


@pytest.fixture
def page(enter, mikhail):
    return enter(mikhail)


def call(deal: Deal, person=None, *, what="Узнать решение", minutes=-60) -> Task:
    at = clock.now() + timedelta(minutes=minutes)
    return Task.objects.create(deal=deal, kind="call", what=what, due_at=at, person=person)


def another(by, name="Игорь") -> Task:
    opened = open_deal(Client.objects.create(name=name), by=by, responsible=by)
    opened.tasks.all().delete()
    return call(opened, by, minutes=-1)


def press(page, address, **given):
    return page.post(f"/calling/{address}", given, headers=HTMX)


def says(answer) -> str:
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode()


def test_looking_takes_nobodys_turn_and_beginning_takes_the_most_urgent(page, mikhail, task, vera):
    another(mikhail)
    text = says(page.get("/calling/"))
    assert "Нужно позвонить 2 клиентам" in text
    assert not CallingHold.objects.exists()
    text = says(press(page, "next/"))
    for piece in ("Вера Павлова", "tel:+79161234567", "Узнать решение", task.deal.stage.instruction, "вы звоните"):
        assert piece in text
    # Whoever comes back to the page goes on with whom he was ringing.
    assert says(page.get("/calling/")).count('data-task="') == 1
    says(press(page, "leaving/"))
    assert not CallingHold.objects.exists()


def test_each_result_brings_the_next_client_and_can_be_taken_back(page, mikhail, task):
    following = another(mikhail)
    press(page, "next/")
    text = says(press(page, f"tasks/{task.pk}/result/", outcome="not_reached", again="morning"))
    assert (calling.turn_of(mikhail), "1 из 2" in text) == (following.pk, True)
    assert Task.objects.get(after=task.pk).due_at == clock.at(
        clock.today() + timedelta(days=1), clock.local(Task.objects.get(after=task.pk).due_at).time()
    )
    text = says(press(page, f"tasks/{task.pk}/return/"))
    assert calling.turn_of(mikhail) == task.pk
    assert "Вера Павлова" in text
    day = (clock.today() + timedelta(days=2)).isoformat()
    given = {"outcome": "reached", "result": "Думает", "what": "Позвонить", "day": day, "kind": "call"}
    says(press(page, f"tasks/{task.pk}/result/", **given))
    assert Deal.objects.get(pk=task.deal_id).next_step == "Позвонить"
    assert Task.objects.get(pk=task.pk).result == "Думает"


def test_without_a_next_step_it_asks_and_keeps_what_was_typed(page, task):
    press(page, "next/")
    answer = press(page, f"tasks/{task.pk}/result/", outcome="reached", result="Думает", what="Позвонить")
    assert answer.status_code == 422
    assert answer["HX-Retarget"] == "#toasts"
    assert Task.objects.get().done_at is None


def test_reached_and_on_to_another_stage_asks_for_what_that_needs(page, mikhail, task):
    stage = Stage.objects.get(code="contacted")
    press(page, "next/")
    text = says(press(page, f"tasks/{task.pk}/result/", outcome="reached", move=stage.pk))
    assert f"/deals/{task.deal_id}/stage/?to={stage.pk}" in text
    assert "data-moving" in text
    assert calling.turn_of(mikhail) is None


@pytest.mark.parametrize(("hour", "keys"), [(12, ["1", "2", "3"]), (19, ["1", "3"]), (22, ["3"])])
def test_a_time_to_try_again_keeps_its_key_when_fewer_are_offered(page, task, monkeypatch, hour, keys):
    now = clock.at(clock.today(), time(hour))
    monkeypatch.setattr(clock, "now", lambda: now)
    Task.objects.update(due_at=now)
    text = says(press(page, "next/"))
    assert re.findall(r'data-key="Digit(\d)"[^>]+not_reached', text) == keys


def test_skipped_ones_do_not_come_again_in_this_round(page, mikhail, task):
    following = another(mikhail)
    press(page, "next/")
    text = says(press(page, "next/", skipped=task.pk))
    assert calling.turn_of(mikhail) == following.pk
    assert f'name="skipped" value="{task.pk}"' in text
    text = says(press(page, "next/", skipped=[task.pk, following.pk]))
    assert 'hx-include="unset"' in text
    assert "Остались только те, кого вы пропустили" in text


def test_later_comes_back_by_itself(page, mikhail, task):
    press(page, "next/")
    says(press(page, f"tasks/{task.pk}/result/", outcome="later", again="tomorrow"))
    assert Task.objects.get().snoozed_until > clock.now()
    assert calling.turn_of(mikhail) is None


def test_wrong_numbers_are_crossed_out_and_put_right(page, mikhail, vera, task):
    ContactPoint.objects.create(client=vera, kind="phone", value="+74951234567")
    press(page, "next/")
    wrong = {"outcome": "wrong_number", "number": "+79161234567"}
    assert "<s class" in says(press(page, f"tasks/{task.pk}/result/", **wrong))
    assert "<s class" not in says(press(page, f"tasks/{task.pk}/result/", **{**wrong, "outcome": "right_number"}))
    press(page, f"tasks/{task.pk}/result/", **wrong)
    says(press(page, f"tasks/{task.pk}/result/", outcome="wrong_number", number="+74951234567"))
    assert Task.objects.get(done_at=None).what == "Найти правильный номер телефона"


def test_after_many_tries_another_way_is_proposed(page, mikhail, task):
    for _number in range(calling.ENOUGH - 1):
        press(page, f"tasks/{task.pk}/result/", outcome="not_reached", again="morning")
        task = Task.objects.get(done_at=None)
        Task.objects.filter(pk=task.pk).update(due_at=clock.now())
    text = says(press(page, "next/"))
    assert "Без ответа уже 4 попытки" in text
    lost = Stage.objects.get(kind="lost")
    assert f'name="move" value="{lost.pk}"' in text
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    message = {"outcome": "not_reached", "kind": "message", "what": "Написать клиенту", "day": tomorrow}
    says(press(page, f"tasks/{task.pk}/result/", **message))
    assert Task.objects.get(done_at=None).kind == "message"


def test_whoever_lost_his_turn_is_told_who_rings_and_gets_the_next(enter, page, mikhail, roza, task):
    press(page, "next/")
    CallingHold.objects.update(until=clock.now())
    calling.take(Task.objects.select_related("deal").get(pk=task.pk), by=roza)
    for address, given in (("hold", {}), ("result", {"outcome": "not_reached", "again": "morning"})):
        answer = press(page, f"tasks/{task.pk}/{address}/", **given)
        assert f"{roza.full_name} сейчас звонит этому клиенту" in says(answer)
    assert Task.objects.get().done_at is None


def test_the_turn_goes_on_with_the_page_and_what_is_known_is_drawn_again(page, mikhail, task):
    press(page, "next/")
    CallingHold.objects.update(until=clock.now() + timedelta(seconds=5))
    text = says(press(page, f"tasks/{task.pk}/hold/", ringing="1"))
    assert 'id="calling-who"' in text
    assert 'hx-swap-oob="true"' in text
    assert CallingHold.objects.get().until > clock.now() + timedelta(minutes=30)
    # Nobody has taken him meanwhile: the turn that ran out goes on.
    CallingHold.objects.all().delete()
    says(press(page, f"tasks/{task.pk}/hold/"))
    assert calling.turn_of(mikhail) == task.pk


def test_a_card_whose_call_has_gone_or_is_rung_in_another_tab_makes_way(page, mikhail, task):
    following = another(mikhail)
    press(page, "next/")
    press(page, f"tasks/{following.pk}/turn/")
    text = says(press(page, f"tasks/{task.pk}/hold/"))
    assert "В другой вкладке" in text
    assert f'data-task="{following.pk}"' in text
    Task.objects.filter(pk=following.pk).delete()
    for address, given in (("hold", {}), ("result", {"outcome": "not_reached", "again": "morning"})):
        answer = press(page, f"tasks/{following.pk}/{address}/", **given)
        assert "Этот звонок больше не нужен" in says(answer)
        assert f'data-task="{task.pk}"' in answer.content.decode()


def test_what_was_chosen_from_the_list_is_rung_first(page, mikhail, task):
    following = another(mikhail)
    assert "Игорь" in says(press(page, f"tasks/{following.pk}/turn/"))
    assert calling.turn_of(mikhail) == following.pk


def test_whose_list_one_may_work_off(enter, page, mikhail, dina, roza, konstantin):
    assert f"d{mikhail.department_id}" in says(page.get("/calling/"))
    assert page.get(f"/calling/?whose=d{dina.department_id}").status_code == 422
    assert page.get(f"/calling/?whose=p{dina.pk}").status_code == 422
    assert enter(roza).get(f"/calling/?whose=p{dina.pk}").status_code == 200
    assert enter(roza).get("/calling/?whose=x9").status_code == 200
    assert enter(konstantin).get("/calling/").status_code == 403


@pytest.mark.parametrize("given", [{}, {"outcome": "?"}, {"outcome": "not_reached", "again": ""}], ids=str)
def test_nonsense_is_refused(page, task, given):
    assert press(page, f"tasks/{task.pk}/result/", **given).status_code == 422
    assert Task.objects.get().done_at is None


def test_one_and_thirty_cost_the_same_number_of_questions(page, mikhail, task):
    def asked(what) -> int:
        with CaptureQueriesContext(connection) as questions:
            says(what())
        return len(questions)

    def both() -> list[int]:
        return [asked(lambda: page.get("/calling/")), asked(lambda: press(page, "next/"))]

    both()
    one = both()
    for number in range(30):
        another(mikhail, f"Клиент {number}")
    assert both() == one


def test_a_press_asks_few_questions(page, mikhail, task):
    another(mikhail)
    press(page, "next/")
    with CaptureQueriesContext(connection) as questions:
        press(page, f"tasks/{task.pk}/result/", outcome="not_reached", again="morning")
    assert len(questions) <= 45


def test_ring_these_offers_the_list_as_it_is_narrowed(page, mikhail, roza, enter, deal):
    other = open_deal(Client.objects.create(name="Пётр"), by=roza, responsible=roza)
    Task.objects.all().delete()
    narrowed = says(page.get("/calling/new/?whose=mine"))
    assert f'value="{deal.pk}" checked' in narrowed
    assert "Пётр" not in narrowed
    assert "Обзвонить" in says(page.get("/deals/list/"))
    given = {"deals": [deal.pk, other.pk], "what": "Рассказать об акции", "day": clock.today().isoformat()}
    given |= {"hour": "23:59", "share": "evenly", "among": [mikhail.pk]}
    text = says(enter(roza).post("/calling/new/", given))
    assert f"{mikhail.full_name}: 2" in text
    assert Task.objects.filter(person=mikhail, kind="call").count() == 2
    assert "звонок уже запланирован: 2" in says(enter(roza).post("/calling/new/", given))
    assert "По всем этим сделкам звонок уже запланирован" in says(enter(roza).get("/calling/new/"))
    open_deal(Client.objects.create(name="Яна"), by=roza).tasks.all().delete()
    assert f'value="{other.pk}" disabled' in says(enter(roza).get("/calling/new/"))
    assert page.post("/calling/new/", {**given, "share": "?"}).status_code == 422
