from __future__ import annotations

import pytest

from svyazka.business.clients import history
from svyazka.business.clients.models import Client
from svyazka.business.deals.known import facts
from svyazka.business.deals.opening import open_deal
from svyazka.business.inbox.models import RouteRule
from svyazka.business.journal.record import Automaton


@pytest.fixture
def given(olga):
    return {"name": "Продажи", "department": str(olga.department_id), "minutes": "20", "language": "ru"}


def test_a_rule_is_tried_on_the_last_week_before_it_is_saved(enter, anna, given, vera, mikhail):
    facts.appoint(open_deal(vera, by=mikhail), mikhail, by=mikhail)
    petr = Client.objects.create(name="Пётр")
    for client, text in ((vera, "Когда окна?"), (petr, "Сколько стоит?"), (petr, "Hello")):
        history.add(client.pk, kind="message", direction="in", text=text, by=Automaton("telegram"))
    browser = enter(anna)
    tried = browser.post("/office/route-rules/new/", {**given, "do": "try"}).context["tried"]
    assert [row["text"] for row in tried["rows"]] == ["Сколько стоит?"]
    assert "Своему менеджеру: 1" in tried["said"]
    assert not RouteRule.objects.exists()
    browser.post("/office/route-rules/new/", given)
    assert RouteRule.objects.values("name", "minutes", "language").get() == {
        "name": "Продажи",
        "minutes": 20,
        "language": "ru",
    }
    behind = browser.post("/office/route-rules/new/", {**given, "name": "Ещё", "do": "try"}).context["tried"]
    assert behind["rows"] == []  # the first that fits counts


def test_a_rule_is_changed_moved_switched_and_removed(enter, anna, given, roza):
    browser = enter(anna)
    browser.post("/office/route-rules/new/", given)
    browser.post("/office/route-rules/new/", {**given, "name": "Вторая"})
    first, second = RouteRule.objects.all()
    changed = {**given, "name": "Роза", "department": "", "person": str(roza.pk), "seen": "1"}
    browser.post(f"/office/route-rules/{first.pk}/", changed)
    first.refresh_from_db()
    assert (first.name, first.person, first.version) == ("Роза", roza, 2)
    assert browser.post(f"/office/route-rules/{first.pk}/", {**changed, "name": "Иначе"}).status_code == 422
    browser.post(f"/office/route-rules/{second.pk}/place/", {"to": "up"})
    assert list(RouteRule.objects.all()) == [second, first]
    browser.post(f"/office/route-rules/{second.pk}/state/", {"on": "0"})
    assert RouteRule.objects.filter(is_active=False).get() == second
    browser.post(f"/office/route-rules/{second.pk}/removal/")
    assert list(RouteRule.objects.all()) == [first]
    assert "Роза" in browser.get("/office/route-rules/").content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"department": ""},
        {"name": " "},
        {"minutes": "0"},
        {"minutes": "9999"},
        {"person": "999999"},
        {"categories": ["nothing"]},
        {"language": "de"},
        {"skill": "juggling"},
    ],
)
@pytest.mark.parametrize("do", ["try", "save"])
def test_what_leads_nowhere_is_said_beside_the_input(enter, anna, given, wrong, do):
    page = enter(anna).post("/office/route-rules/new/", {**given, **wrong, "do": do})
    assert (page.status_code, bool(page.context["form"].errors)) == (422, True)
    assert not RouteRule.objects.exists()


def test_two_of_one_name_are_refused(enter, anna, given):
    browser = enter(anna)
    browser.post("/office/route-rules/new/", given)
    assert browser.post("/office/route-rules/new/", given).status_code == 422


@pytest.mark.parametrize("number", [1, 30])
def test_the_list_costs_as_many_questions_for_thirty_as_for_one(enter, anna, number, django_assert_max_num_queries):
    for one in range(number):
        RouteRule.objects.create(name=f"Правило {one}", department=anna.department, skill="x", position=one)
    browser = enter(anna)
    with django_assert_max_num_queries(12):
        assert len(browser.get("/office/route-rules/").context["rows"]) == number
