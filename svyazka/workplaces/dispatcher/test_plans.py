from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Deal, Stage
from svyazka.business.visits import shifts
from svyazka.business.visits.models import Proposal, Visit
from svyazka.business.visits.planning import job, night
from svyazka.business.visits.planning.conftest import NORTH, SOUTH

HTMX = {"HX-Request": "true"}


def ask(enter, person, day, days=1):
    return enter(person).post("/calendar/plans/", {"first_day": day.isoformat(), "days": str(days)})


def test_from_the_question_to_the_answer(crossed, enter, dina, monday):
    assert "Ещё ничего не планировали" in enter(dina).get("/calendar/plans/").content.decode()
    asked = ask(enter, dina, monday)
    assert asked.status_code == 302
    waiting = enter(dina).get(asked["Location"]).content.decode()
    assert 'hx-trigger="every 1s' in waiting
    job.work_off()
    page = enter(dina).get(f"{asked['Location']}now/", headers=HTMX).content.decode()
    assert "every 1s" not in page
    assert "Южная, 1 в 12:00: поедет Илья Фомин, а не Егор Кузнецов" in page
    assert "сказано 12:00–14:00, так и остаётся" in page
    assert "меньше в пути" in page
    assert "меньше в пути" in enter(dina).get("/calendar/plans/").content.decode()


def test_two_at_once_are_refused_in_words(crossed, enter, dina, roza, monday):
    ask(enter, dina, monday)
    answer = ask(enter, roza, monday)
    assert (answer.status_code, "Дина Соколова" in answer.content.decode()) == (422, True)
    assert Proposal.objects.count() == 1


def test_stopped(crossed, enter, dina, monday):
    address = ask(enter, dina, monday)["Location"]
    enter(dina).post(f"{address}stopping/")
    assert "Остановлено" in enter(dina).get(address).content.decode()


def test_taken_and_undone(crossed, plan, enter, dina, of_egor, of_ilya):
    address = f"/calendar/plans/{plan().pk}/"
    assert enter(dina).post(f"{address}taking/", {"group": ["x"]}).status_code == 422
    assert enter(dina).post(f"{address}taking/", {"group": ["1"]}).status_code == 302
    page = enter(dina).get(address).content.decode()
    assert "взято в работу: Дина Соколова" in page
    assert "Взято в работу: изменилось 2 выезда" in page
    assert Visit.objects.get(pk=crossed[0].pk).resource == of_ilya
    enter(dina).post(f"{address}undoing/")
    assert Visit.objects.get(pk=crossed[0].pk).resource == of_egor
    assert "отменено: Дина Соколова" in enter(dina).get(address).content.decode()


def test_what_was_changed_meanwhile_is_marked(crossed, plan, enter, dina):
    made = plan()
    Visit.objects.filter(pk=crossed[0].pk).update(resource=crossed[1].resource)
    page = enter(dina).get(f"/calendar/plans/{made.pk}/").content.decode()
    assert "изменено за это время" in page
    assert "план устарел" in page
    assert "Взять отмеченное" not in page


def test_why_somebody_is_not_placed(visit_at, plan, enter, dina, roza, of_egor, of_ilya, monday):
    visit_at("Северная, 1", NORTH, of_egor, 12)
    visit_at("Южная, 3", SOUTH, of_ilya, 12)
    shifts.enter(of_egor, monday, [], by=roza)
    page = enter(dina).get(f"/calendar/plans/{plan().pk}/").content.decode()
    assert "не удалось поставить, потому что" in page.lower()


@pytest.mark.parametrize("trouble", ["no_visits", "no_shift", "no_place", "all_stay", "broken_off"])
def test_no_plan_came_of_it(windows, enter, dina, monday, trouble):
    made = job.ask(monday, 1, by=dina)
    Proposal.objects.update(state="failed", trouble=trouble)
    page = enter(dina).get(f"/calendar/plans/{made.pk}/").content.decode()
    assert "План не получился" in page


def test_the_rules_of_the_night(windows, enter, anna, dina):
    assert enter(anna).post("/calendar/plans/rules/", {"by_night": "1", "days": "3"}).status_code == 302
    assert (night.rules().by_night, night.rules().days) == (True, 3)
    assert enter(anna).post("/calendar/plans/rules/", {"by_night": "1", "days": "x"}).status_code == 422
    assert enter(dina).post("/calendar/plans/rules/", {"days": "1"}).status_code == 403


@pytest.mark.parametrize("given", [{}, {"first_day": "x", "days": "x"}, {"first_day": "9999-12-31", "days": "1"}])
def test_nonsense_is_refused(windows, enter, dina, given):
    assert enter(dina).post("/calendar/plans/", given).status_code == 422
    assert enter(dina).get("/calendar/plans/999999999999999999999/").status_code == 404


def test_whoever_does_not_plan_does_not_come_in(crossed, plan, enter, olga, egor):
    made = plan()
    for person in (olga, egor):
        assert enter(person).get(f"/calendar/plans/{made.pk}/").status_code == 403
        assert enter(person).post(f"/calendar/plans/{made.pk}/taking/", {"all": "1"}).status_code == 403


def test_lists_ask_the_same_with_one_and_with_thirty(
    crossed,
    plan,
    enter,
    dina,
    monday,
    django_assert_num_queries,
):
    made = plan()
    enter(dina).get("/calendar/plans/")
    with CaptureQueriesContext(connection) as one:
        enter(dina).get("/calendar/plans/")
    for _number in range(29):
        copy = Proposal.objects.get(pk=made.pk)
        copy.pk = None
        copy.save()
    with django_assert_num_queries(len(one)):
        enter(dina).get("/calendar/plans/")


def test_a_plan_asks_the_same_with_one_group_and_with_thirty(
    crossed,
    plan,
    enter,
    dina,
    django_assert_num_queries,
):
    made = plan()
    address = f"/calendar/plans/{made.pk}/"
    enter(dina).get(address)
    with CaptureQueriesContext(connection) as one:
        enter(dina).get(address)
    group, moves = made.groups.get(), list(made.groups.get().moves.all())
    for number in range(2, 31):
        group.pk, group.number = None, number
        group.save()
        for move in moves:
            move.pk, move.group = None, group
            move.save()
    with django_assert_num_queries(len(one)):
        enter(dina).get(address)


def test_locked_with_one_click(crossed, enter, olga, konstantin):
    address = f"/visits/{crossed[0].pk}/"
    page = enter(olga).post(f"{address}lock/", {"why": "просит Егора"}, headers=HTMX).content.decode()
    assert "просит Егора" in page
    assert "Ольга Белова" in page
    visit = Visit.objects.get(pk=crossed[0].pk)
    assert (visit.locked_by, visit.locked_why) == (olga, "просит Егора")
    enter(olga).post(f"{address}lock/", {"back": "1"}, headers=HTMX)
    assert Visit.objects.get(pk=crossed[0].pk).locked_at is None
    assert enter(konstantin).post(f"{address}lock/").status_code == 403


def test_whoever_waits_gets_a_time_that_is_offered_to_him(crossed, waits_at, plan, enter, dina):
    waits_at("Северная, 5", NORTH)
    address = f"/calendar/plans/{plan().pk}/"
    browser = enter(dina)
    page = browser.get(address).content.decode()
    assert "Получит время: Северная, 5" in page
    assert "если взять, клиенту позвонят и предложат время" in page
    assert "Ждут окна" in page
    browser.post(f"{address}taking/", {"all": "1"})
    assert "Предложено клиентам: 1 окно" in browser.get(address).content.decode()


def test_a_deal_that_wants_a_visit_is_named_with_its_reason_until_somebody_has_seen_to_it(
    crossed, plan, enter, dina, new_deal, wait
):
    deal = facts.appoint(new_deal("Тихая"), dina, by=dina)
    Deal.objects.filter(pk=deal.pk).update(stage=Stage.objects.get(code="contacted"))
    address = f"/calendar/plans/{plan().pk}/"
    page = enter(dina).get(address).content.decode()
    assert "клиента нет в листе ожидания: его ещё не спросили, когда ему удобно" in page
    form = f"/deals/{deal.pk}/waiting/?kind=measurement"
    assert form in page
    assert "Тихая" in enter(dina).get(form, headers=HTMX).content.decode()
    wait(deal)
    assert "этап ждёт выезда" not in enter(dina).get(address).content.decode()


def test_named_even_where_no_plan_came_about_with_one_and_thirty_by_as_many_questions(
    windows, plan, quickly, enter, dina, new_deal, django_assert_num_queries
):
    stage = Stage.objects.get(code="contacted")
    Deal.objects.filter(pk=new_deal("Тихая").pk).update(stage=stage)
    address = f"/calendar/plans/{plan().pk}/"
    with CaptureQueriesContext(connection) as one:
        assert enter(dina).get(address).content.decode().count("этап ждёт выезда") == 1
    for number in range(29):
        Deal.objects.filter(pk=new_deal(f"Тихая {number}").pk).update(stage=stage)
    address = f"/calendar/plans/{plan().pk}/"
    with django_assert_num_queries(len(one)):
        page = enter(dina).get(address).content.decode()
    assert (page.count("этап ждёт выезда"), "План не получился" in page) == (30, True)
