"""An administrator marks words in a real letter; its like become requests. A letter in the history of a client.
`SVYAZKA_PICTURES=folder` keeps pictures."""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import expect

from svyazka.business.clients.models import Client, Interaction
from svyazka.business.conversations.models import ChannelAccount, Listening
from svyazka.business.intake.models import Arrival, MailTemplate
from svyazka.business.intake.work_off import work_off
from svyazka.kit import clock, secrets

pytestmark = pytest.mark.slow
LEAD = """Здравствуйте! Новая заявка с площадки «Окна рядом».

Имя клиента: Марина Котова
Телефон: 8 (916) 700-11-22
Адрес объекта: Москва, ул. Лесная, 5
Кампания: osen-balkon / Яндекс
Комментарий: остеклить балкон, шесть метров,
с выносом и подоконником"""


@pytest.fixture
def mailbox(windows):
    options = {"address": "okna@example.ru", "imap_host": "imap.yandex.ru", "smtp_host": "smtp.yandex.ru"}
    return ChannelAccount.objects.create(
        kind="email", code="email/sales", name="Отдел продаж", public_key="s", nick="okna@example.ru",
        options=options, secret=secrets.lock_away("{}"),
    )  # fmt: skip


def came(raw, number, state="new"):
    now = clock.now()
    return Arrival.objects.create(
        received_at=now, account="email/sales", connector="email", outside_id=f"INBOX/1/{number}",
        conversation="email/sales", body=raw.encode(), next_try_at=now, state=state,
    )  # fmt: skip


def lead(number, text=LEAD):
    head = f"From: leads@partner.ru\r\nTo: okna@example.ru\r\nSubject: Заявка № {number}"
    return f"{head}\r\nMessage-ID: <{number}@partner.ru>\r\n\r\n{text}"


def picture(page, name):
    if folder := os.environ.get("SVYAZKA_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_words_are_marked_in_a_letter(open_page, accessible, windows, mailbox):
    first = came(lead(1), 1, "stuck")
    came(
        lead(2, LEAD.replace("Марина Котова", "Пётр Сомов").replace("Телефон: 8 (916) 700-11-22", "Тел.: нет")),
        2,
        "stuck",
    )
    page = open_page(windows["anna"], "/office/letters/")
    picture(page, "letters")
    page.get_by_role("link", name="Заявка № 1").click()
    page.get_by_label("Название").fill("Окна рядом")
    page.get_by_label("Что есть в теме").fill("Заявка №")
    for field, words in (("name", "Марина Котова"), ("phone", "8 (916) 700-11-22"), ("campaign", "osen-balkon")):
        page.evaluate(
            """words => {
                const text = document.getElementById("letter").firstChild;
                const at = text.data.indexOf(words);
                document.getSelection().setBaseAndExtent(text, at, text, at + words.length);
            }""",
            words,
        )
        page.locator(f"[data-takes={field}]").click()
        expect(page.locator(f"[name={field}]")).to_have_value(words)
    trial = page.locator("#trial")
    expect(trial.get_by_text("+79167001122")).to_be_visible()
    expect(trial.get_by_text("Такое письмо попадёт к человеку.")).to_be_visible()
    accessible(page)
    picture(page, "marking")
    page.get_by_role("button", name="Сохранить").click()
    expect(page.get_by_role("heading", name="Письма агентств")).to_be_visible()
    assert MailTemplate.objects.get().sample_id == first.pk
    came(lead(3, LEAD.replace("Марина Котова", "Ольга Зимина")), 3)
    work_off()
    assert Client.objects.filter(name="Ольга Зимина").exists()
    for width, dark in ((390, False), (1440, True)):
        other = open_page(windows["anna"], f"/office/letters/{MailTemplate.objects.get().pk}/", width=width, dark=dark)
        picture(other, f"template-{width}")


def test_a_mailbox_with_trouble(open_page, accessible, windows, mailbox):
    Listening.objects.create(account="email/sales", trouble="denied", since=clock.now())
    for width, dark in ((1440, False), (390, True)):
        page = open_page(windows["anna"], f"/office/channels/{mailbox.pk}/", width=width, dark=dark)
        expect(page.get_by_text("не читается")).to_be_visible()
        accessible(page)
        picture(page, f"mailbox-{width}")


def test_a_letter_in_the_history(open_page, accessible, windows, mailbox, attachments_root):
    body = (
        "<p>Добрый день! <b>Вторник</b> подходит, приезжайте после 15.</p><p>С уважением,<br>Вера</p>"
        '<p>12.05.2025, 10:15, "Окна" &lt;okna@example.ru&gt;:</p><blockquote>Когда вам удобно?</blockquote>'
        "<script>alert(1)</script><img src='https://spy.example/x.gif'>"
    )
    head = "From: =?utf-8?B?0JLQtdGA0LAg0J/QsNCy0LvQvtCy0LA=?= <vera.p@mail.ru>\r\nTo: okna@example.ru"
    head += "\r\nSubject: Re: Замер\r\nMessage-ID: <1@mail.ru>\r\nContent-Type: text/html; charset=utf-8"
    came(f"{head}\r\n\r\n{body}", 1)
    work_off()
    line = Interaction.objects.get(kind="message")
    page = open_page(windows["olga"], f"/clients/{line.client_id}/")
    expect(page.get_by_text("Письмо: Re: Замер")).to_be_visible()
    expect(page.get_by_text("Вторник подходит, приезжайте после 15.")).to_be_visible()
    page.get_by_text("Подпись и цитата").click()
    expect(page.get_by_text("Когда вам удобно?")).to_be_visible()
    picture(page, "history")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Письмо целиком").click()
    letter = opened.value
    expect(letter.locator(".letter b")).to_have_text("Вторник")
    assert letter.locator(".letter img, .letter script").count() == 0
    accessible(letter)
    picture(letter, "letter")
