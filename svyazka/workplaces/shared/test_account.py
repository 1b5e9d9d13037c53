from __future__ import annotations

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY

from svyazka.business.staff import sessions
from svyazka.business.staff.models import Person, Session

PASSWORD = "correct horse battery"  # of the cast, see conftest.py


def other_device(person):
    store = sessions.SessionStore()
    store[SESSION_KEY], store[HASH_SESSION_KEY] = str(person.pk), person.get_session_auth_hash()
    store.save()
    return Session.objects.get(session_key=store.session_key)


def test_the_page_names_every_device(olga, enter):
    device = other_device(olga)
    page = enter(olga).get("/account/").content.decode()
    assert page.count("/ending/") == 2
    assert device.session_key not in page


def test_a_device_can_be_logged_out(olga, enter, client):
    device = other_device(olga)
    enter(olga)
    answer = client.post(f"/account/sessions/{sessions.name_of(device)}/ending/")
    assert answer.status_code == 302
    assert [session.session_key for session in Session.objects.all()] == [
        client.cookies[settings.SESSION_COOKIE_NAME].value
    ]


def test_nobody_ends_the_session_of_somebody_else(olga, mikhail, enter, client):
    device = other_device(mikhail)
    assert enter(olga).post(f"/account/sessions/{sessions.name_of(device)}/ending/").status_code == 404
    assert Session.objects.filter(person=mikhail).exists()


def test_a_new_password_logs_out_the_other_devices(olga, enter, client):
    other_device(olga)
    answer = enter(olga).post("/account/password/", {"old": PASSWORD, "password": "quite another phrase"})
    assert answer.status_code == 302
    assert Session.objects.filter(person=olga).count() == 1
    assert client.get("/account/").status_code == 200
    assert Person.objects.get(pk=olga.pk).check_password("quite another phrase")


def test_the_present_password_is_asked_for(olga, enter):
    answer = enter(olga).post("/account/password/", {"old": "wrong", "password": "quite another phrase"})
    assert answer.status_code == 422
    assert "Текущий пароль указан неверно." in answer.content.decode()


def test_a_weak_password_is_refused_in_our_words(olga, enter):
    answer = enter(olga).post("/account/password/", {"old": PASSWORD, "password": "12345"})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "Не меньше 10 знаков." in text
    assert "Пароль из одних цифр быстро подберут." in text


def test_the_language_is_the_persons_own(olga, enter, client):
    enter(olga).post("/account/language/", {"language": "en"})
    assert "My account" in client.get("/account/").content.decode()
    assert Person.objects.get(pk=olga.pk).language == "en"


def test_a_session_keeps_its_beginning_when_it_is_written_again(olga, enter, client):
    enter(olga).get("/account/")
    session = Session.objects.get()
    store = sessions.SessionStore(session.session_key)
    store["something"] = 1
    store.save()
    assert Session.objects.get().created_at == session.created_at


def test_an_open_session_is_no_place_to_try_passwords(olga, enter):
    page = enter(olga)
    wrong = {"old": "wrong", "password": "quite another phrase"}
    assert [page.post("/account/password/", wrong).status_code for _ in range(6)] == [422] * 5 + [429]
    answer = page.post("/account/password/", {"old": PASSWORD, "password": "quite another phrase"})
    assert (answer.status_code, int(answer["Retry-After"]) > 0) == (429, True)
    assert "Слишком много неверных попыток" in answer.content.decode()
    assert Person.objects.get(pk=olga.pk).check_password(PASSWORD)


def test_a_new_password_that_is_too_weak_is_no_wrong_guess(olga, enter):
    page = enter(olga)
    for _ in range(7):
        assert page.post("/account/password/", {"old": PASSWORD, "password": "12345"}).status_code == 422
