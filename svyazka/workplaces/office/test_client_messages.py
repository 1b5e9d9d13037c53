"""What clients are told: the rules, the words, the mail server."""

from __future__ import annotations

import pytest

from svyazka.business.conversations.models import MailServer
from svyazka.business.visits.models import ClientRules, ClientText

RULES = {
    "company": "Окна", "phone": "+7 495 000-00-00", "reminds_at": "18:00", "quiet_from": "21:00",
    "quiet_until": "09:00", "changes_until_hours": "12", "most_moves": "1", "confirmed_hours": "20",
}  # fmt: skip


@pytest.fixture
def anna_enters(anna, enter):
    return enter(anna)


def test_the_rules_are_stored(anna_enters):
    assert anna_enters.post("/office/client-messages/", RULES).status_code == 302
    known = ClientRules.objects.get()
    assert (known.phone, known.most_moves) == ("+74950000000", 1)
    assert 'value="18:00"' in anna_enters.get("/office/client-messages/").content.decode()


def test_a_reminder_at_night_is_refused_beside_its_hour(anna_enters):
    answer = anna_enters.post("/office/client-messages/", {**RULES, "reminds_at": "23:00"})
    assert answer.status_code == 422
    assert "В это время никому ничего не сообщаем" in answer.content.decode()
    assert not ClientRules.objects.exists()


def test_a_text_with_its_preview(anna_enters, settings):
    settings.ADDRESS = "https://okna.example.ru"
    page = "/office/client-messages/texts/reminder/"
    assert "Напоминаем" in anna_enters.get(page).content.decode()
    typed = {"title": "Завтра {span}", "text": "{client}, ждите. {link}", "is_on": "on", "by_hand": "on"}
    preview = anna_enters.post(f"{page}preview/", typed).content.decode()
    assert "Вера Павлова, ждите. https://okna.example.ru/v/…/" in preview
    assert "Завтра 10:00–12:00" in preview
    assert not ClientText.objects.exists()
    anna_enters.post(page, typed)
    assert ClientText.objects.get().text == "{client}, ждите. {link}"
    anna_enters.post(f"{page}removal/")
    assert not ClientText.objects.exists()


def test_the_list_shows_each_subject_filled_in(anna_enters):
    ClientText.objects.create(what="moved", title="{client}: {span}", text="{link}", is_on=True, by_hand=False)
    page = anna_enters.get("/office/client-messages/").content.decode()
    assert ("Замер завтра, 10:00–12:00" in page, "Вера Павлова: 10:00–12:00" in page) == (True, True)
    assert "{" not in page.split('<ul class="list">')[1].split("</ul>")[0]


def test_a_field_that_there_is_none_is_named(anna_enters):
    answer = anna_enters.post("/office/client-messages/texts/moved/", {"title": "{amount}", "text": "x"})
    assert answer.status_code == 422
    assert "Поля {amount} нет" in answer.content.decode()


def test_a_letter_that_asks_without_a_link_is_not_stored(anna_enters):
    answer = anna_enters.post(
        "/office/client-messages/texts/moved/", {"title": "{what}", "text": "{day}", "is_on": "on"}
    )
    assert answer.status_code == 422
    assert "не хватает {link}" in answer.content.decode()
    assert not ClientText.objects.exists()
    assert "{until}" not in anna_enters.get("/office/client-messages/texts/moved/").content.decode()
    assert "{until}" in anna_enters.get("/office/client-messages/texts/offer/").content.decode()


def test_only_the_text_that_calls_off_knows_of_the_waiting_list(anna_enters):
    typed = {"title": "{what} отменён", "text": "{waiting}", "is_on": "on"}
    assert anna_enters.post("/office/client-messages/texts/called_off/", typed).status_code < 400
    assert ClientText.objects.get(what="called_off").text == "{waiting}"
    assert anna_enters.post("/office/client-messages/texts/booked/", typed).status_code == 422


def test_a_mail_server_that_is_not_there_is_not_stored(anna_enters):
    typed = {"host": "127.0.0.1", "port": "9", "security": "none", "sender": "a@example.ru", "to": "a@example.ru"}
    answer = anna_enters.post("/office/client-messages/mail/", typed)
    assert answer.status_code == 422
    assert "Почтовый сервер недоступен" in answer.content.decode()
    assert not MailServer.objects.exists()
    MailServer.objects.create(pk=1, host="127.0.0.1", sender="okna@example.ru")
    anna_enters.post("/office/client-messages/mail/state/", {"on": "0"})
    assert MailServer.objects.get().is_on is False


def test_there_is_no_such_text(anna_enters):
    assert anna_enters.get("/office/client-messages/texts/nothing/").status_code == 404
