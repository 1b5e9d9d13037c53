from __future__ import annotations

import pytest
from django.conf import settings

from svyazka.business.staff.models import LoginFailure, Session
from svyazka.kit import proxies
from svyazka.workplaces.shared import shell

PASSWORD = "correct horse battery"  # of the cast, see conftest.py


def test_the_right_password_leads_to_where_one_wanted_to_go(client, olga):
    answer = client.post("/login/", {"login": "olga", "password": PASSWORD, "next": "/account/"})
    assert (answer.status_code, answer["Location"]) == (302, "/account/")
    session = Session.objects.get()
    assert (session.person, session.address) == (olga, "127.0.0.1")
    assert client.get("/account/").status_code == 200


@pytest.mark.parametrize(
    "next_",
    ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/login/?next=/login/", "\\\\evil.example"],
)
def test_the_way_back_never_leads_outside(client, olga, next_):
    answer = client.post("/login/", {"login": "olga", "password": PASSWORD, "next": next_})
    assert answer["Location"] == "/"


def test_a_planted_session_key_is_not_taken_over(client, olga, enter, mikhail):
    enter(mikhail)
    planted = client.cookies[settings.SESSION_COOKIE_NAME].value
    client.post("/login/", {"login": "olga", "password": PASSWORD})
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != planted
    assert [session.person for session in Session.objects.all()] == [olga]


@pytest.mark.parametrize("key", ["aaaaaaaaaa\0bb", "\u00d0\u009a\u00e9", "a b; c", ""])
def test_a_cookie_that_is_no_key_is_nobody(client, windows, key):
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    assert client.get("/login/").status_code == 200
    assert client.get("/account/").status_code == 302


def test_a_wrong_password_says_so_and_keeps_the_login(client, olga):
    answer = client.post("/login/", {"login": "olga", "password": "wrong"})
    assert answer.status_code == 422
    assert "Неверный логин или пароль." in answer.content.decode()
    assert 'value="olga"' in answer.content.decode()


def test_too_many_guesses_say_how_long_to_wait(client, olga):
    for _ in range(5):
        client.post("/login/", {"login": "olga", "password": "wrong"})
    answer = client.post("/login/", {"login": "olga", "password": PASSWORD})
    assert answer.status_code == 429
    assert 1 <= int(answer["Retry-After"]) <= 16
    assert "Следующая попытка через" in answer.content.decode()


def test_the_proxy_on_this_machine_is_believed(client, olga):
    client.post("/login/", {"login": "olga", "password": PASSWORD}, headers={"X-Forwarded-For": "6.6.6.6, 203.0.113.9"})
    assert Session.objects.get().address == "203.0.113.9"


def test_guesses_from_the_street_do_not_lock_out_those_who_come_through_the_same_proxy(client, olga, settings):
    settings.PROXIES = proxies.named("10.0.0.5")
    came_through = {"REMOTE_ADDR": "10.0.0.5"}
    LoginFailure.objects.bulk_create(
        LoginFailure(login=f"l{n}", address="203.0.113.9", is_checked=True) for n in range(50)
    )
    typed = {"login": "olga", "password": PASSWORD}
    street = {"X-Forwarded-For": "198.51.100.4, 203.0.113.9"}
    assert client.post("/login/", typed, headers=street, **came_through).status_code == 429
    office = {"X-Forwarded-For": "198.51.100.4"}
    assert client.post("/login/", typed, headers=office, **came_through).status_code == 302
    assert Session.objects.get().address == "198.51.100.4"


def test_a_stranger_cannot_choose_his_address(client, olga):
    client.post(
        "/login/",
        {"login": "olga", "password": PASSWORD},
        headers={"X-Forwarded-For": "6.6.6.6"},
        REMOTE_ADDR="198.51.100.4",
    )
    assert Session.objects.get().address == "198.51.100.4"


def test_logging_out_ends_the_session(client, olga, enter):
    answer = enter(olga).post("/logout/")
    assert (answer.status_code, answer["Location"]) == (302, "/login/")
    assert not Session.objects.exists()
    assert client.get("/account/").status_code == 302


def test_an_ended_session_is_told_at_the_log_in(client, olga, enter):
    enter(olga)
    Session.objects.all().delete()
    answer = client.get("/deals/")
    assert answer["Location"] == "/login/?next=%2Fdeals%2F&ended=1"
    assert "Сеанс завершён. Войдите снова." in client.get(answer["Location"]).content.decode()
    # Whoever comes without one has lost nothing.
    assert client.get("/deals/")["Location"] == "/login/?next=%2Fdeals%2F"
    assert "Сеанс завершён" not in client.get("/login/?next=/deals/").content.decode()


def test_each_role_lands_where_its_day_begins(windows, enter):
    for person in windows.values():
        assert enter(person).get("/")["Location"] == shell.landing(person)


def test_the_language_is_chosen_before_the_log_in(client, windows):
    assert "Войти" in client.get("/login/").content.decode()
    client.post("/account/language/", {"language": "en", "next": "/login/"})
    assert "Log in" in client.get("/login/").content.decode()
    assert client.post("/account/language/", {"language": "xx"}).status_code == 422


def test_a_foreign_host_is_refused_in_our_words(windows, client):
    answer = client.get("/login/", headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert "Запрос не удалось прочитать" in answer.content.decode()
