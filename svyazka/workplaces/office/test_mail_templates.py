from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svyazka.business.intake.models import Arrival, MailTemplate
from svyazka.kit import clock

TEXT = "Имя: Вера\nТелефон: 8 916 123-45-67\n<b>Комментарий</b>: Два окна"
GIVEN = {"title": "Агентство", "sender": "leads@agency.ru", "subject": "Заявка", "name": "Вера"}
GIVEN |= {"phone": "8 916 123-45-67"}


@pytest.fixture
def arrival(windows):
    return stuck(1)


def stuck(number):
    now = clock.now()
    raw = f"From: leads@agency.ru\r\nSubject: Заявка {number}\r\nMessage-ID: <{number}@a.ru>\r\n\r\n{TEXT}".encode()
    return Arrival.objects.create(
        received_at=now, account="email/sales", connector="email", outside_id=f"INBOX/1/{number}",
        conversation="email/sales", body=raw, next_try_at=now, state="stuck",
    )  # fmt: skip


def test_a_template_is_made_out_of_a_letter_and_changed(windows, enter, arrival):
    browser = enter(windows["anna"])
    page = browser.get(f"/office/letters/new/?arrival={arrival.pk}").content.decode()
    assert "&lt;b&gt;Комментарий&lt;/b&gt;: Два окна" in page
    assert browser.post("/office/letters/new/", {**GIVEN, "arrival": arrival.pk}).status_code == 302
    template = MailTemplate.objects.get()
    page = browser.get(f"/office/letters/{template.pk}/").content.decode()
    assert "+79161234567" in page
    assert ">\nВера</textarea>" in page
    changed = {**GIVEN, "title": "Другое", "message": "Два окна", "arrival": arrival.pk}
    assert browser.post(f"/office/letters/{template.pk}/", changed).status_code == 302
    template.refresh_from_db()
    assert (template.name, [one["field"] for one in template.marks]) == ("Другое", ["name", "phone", "message"])
    browser.post(f"/office/letters/{template.pk}/state/", {"on": "0"})
    template.refresh_from_db()
    assert template.is_active is False
    browser.post(f"/office/letters/{template.pk}/removal/")
    assert not MailTemplate.objects.exists()


def test_words_that_do_not_stand_there_are_refused_beside_their_field(windows, enter, arrival):
    answer = enter(windows["anna"]).post("/office/letters/new/", {**GIVEN, "name": "Пётр", "arrival": arrival.pk})
    assert answer.status_code == 422
    assert "Этих слов в письме нет." in answer.content.decode()
    assert not MailTemplate.objects.exists()


def test_while_words_are_marked_it_is_shown_what_would_be_read(windows, enter, arrival):
    stuck(2)
    asked = {"arrival": arrival.pk, "sender": "leads@agency.ru", "subject": "заявка", "phone": "8 916 123-45-67"}
    page = enter(windows["anna"]).post("/office/letters/trial/", asked).content.decode()
    assert page.count("+79161234567") == 2
    assert "Заявка 2" in page


def test_without_a_letter_there_is_nothing_to_mark(windows, enter, arrival):
    browser = enter(windows["anna"])
    assert browser.get("/office/letters/new/").status_code == 302
    assert browser.get("/office/letters/new/?arrival=x").status_code == 422
    form = Arrival.objects.filter(connector="web_form").first() or arrival
    Arrival.objects.filter(pk=form.pk).update(connector="web_form")
    assert browser.get(f"/office/letters/new/?arrival={form.pk}").status_code == 422
    template = MailTemplate.objects.create(name="x", sender="a@b.ru")
    assert browser.get(f"/office/letters/{template.pk}/").status_code == 422


def test_one_and_thirty_cost_the_same(windows, enter, arrival):
    browser = enter(windows["anna"])
    browser.get("/office/letters/")
    counts = []
    for many in (1, 29):
        for number in range(many):
            MailTemplate.objects.create(name=f"{many} {number}", sender="a@b.ru")
            stuck(100 * many + number)
        with CaptureQueriesContext(connection) as asked:
            assert browser.get("/office/letters/").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]
