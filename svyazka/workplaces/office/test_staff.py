from __future__ import annotations

import pytest

from svyazka.business.deals.opening import open_deal
from svyazka.business.staff.models import Person

PHRASE = "quite a long phrase"
NEW = {"full_name": "Нина Котова", "login": "nina", "role": "operator", "language": "ru", "password": PHRASE}


def test_the_list_is_searched_and_filtered(roza, enter):
    page = enter(roza).get("/office/staff/?q=белова").content.decode()
    assert "Ольга Белова" in page
    assert "Егор Кузнецов" not in page
    page = enter(roza).get("/office/staff/?role=engineer").content.decode()
    assert "Егор Кузнецов" in page
    assert "Ольга Белова" not in page
    assert enter(roza).get("/office/staff/?q=%00&page=x&role=king").status_code == 200


def test_one_person_and_thirty_ask_the_same_number_of_queries(anna, vera, enter, django_assert_num_queries):
    client = enter(anna)
    open_deal(vera, by=anna)  # the company works: it is not led from step to step any more
    with django_assert_num_queries(5):  # session, list, roles and absences, whether the company works
        client.get("/office/staff/?q=olga")
    department = anna.department
    for number in range(30):
        Person.objects.create(login=f"p{number}", full_name=f"Имя {number}", role="operator", department=department)
    with django_assert_num_queries(5):
        client.get("/office/staff/")


def test_an_administrator_hires(anna, enter, client):
    answer = enter(anna).post("/office/staff/new/", NEW)
    nina = Person.objects.get(login="nina")
    assert answer["Location"] == f"/office/staff/{nina.pk}/"
    assert "вход открыт" in client.get(answer["Location"]).content.decode()


def test_a_refusal_stands_beside_its_input(anna, enter):
    answer = enter(anna).post("/office/staff/new/", {**NEW, "login": "olga"})
    assert answer.status_code == 422
    assert "Этот логин уже занят." in answer.content.decode()


def test_data_password_dismissal_and_return(anna, olga, enter):
    client, page = enter(anna), f"/office/staff/{olga.pk}/"
    data = {"full_name": "Ольга Белова", "login": "olga", "role": "manager", "language": "ru", "extension": "101"}
    assert client.post(page + "data/", data)["Location"] == page
    assert Person.objects.get(pk=olga.pk).role == "manager"
    assert client.post(page + "password/", {"password": "123"}).status_code == 422
    assert client.post(page + "password/", {"password": PHRASE}).status_code == 302
    assert client.post(page + "dismissal/").status_code == 302
    assert not Person.objects.get(pk=olga.pk).is_active
    assert client.post(page + "return/").status_code == 302
    assert Person.objects.get(pk=olga.pk).is_active
    assert client.post(page + "sessions/ending/").status_code == 302


def test_the_last_administrator_is_not_let_go(anna, enter):
    answer = enter(anna).post(f"/office/staff/{anna.pk}/dismissal/")
    assert answer.status_code == 422
    assert "последний администратор" in answer.content.decode()


@pytest.mark.parametrize("path", ["data/", "password/", "dismissal/"])
def test_the_head_sees_but_does_not_change(roza, olga, enter, path):
    assert enter(roza).get(f"/office/staff/{olga.pk}/").status_code == 200
    assert enter(roza).post(f"/office/staff/{olga.pk}/{path}").status_code == 403


@pytest.mark.parametrize("role", ["%00", "a%00b", "x", "9" * 500])
def test_a_role_that_is_none_does_not_narrow_the_list(roza, enter, role):
    assert enter(roza).get(f"/office/staff/?role={role}").status_code == 200
