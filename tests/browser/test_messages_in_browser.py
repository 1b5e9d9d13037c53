"""The inbox as an operator works in it, at the keyboard and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from svyazka.business.clients.models import Client, Interaction
from svyazka.business.conversations.models import ApprovedTemplate, ChannelAccount, Message
from svyazka.business.inbox import answering, replies, threads
from svyazka.business.inbox.models import Thread

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def written(vera, chatting, olga, mikhail):
    """Vera waits for Olga, and somebody else for anybody."""
    chatting("Здравствуйте! Когда замер?", ago=40)
    threads.assign(Thread.objects.get(), olga, by=mikhail)
    chatting("Сколько стоит окно?", client=Client.objects.create(name="Пётр Ильич"), ago=5)
    replies.add("Когда выезд", "{name}, ответим в течение часа. {me}", by=olga)
    return vera


def test_an_operator_answers_from_the_keyboard(open_page, accessible, written, olga, oksana, chats):
    page = open_page(olga, "/messages/?whose=all")
    accessible(page)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#thread h1")).to_have_text("Вера Павлова")
    text = page.get_by_label("Ответ клиенту")

    text.fill("/выезд")
    expect(page.locator("#replies-box [role=option]")).to_contain_text(
        "Вера Павлова, ответим в течение часа. Ольга Белова"
    )
    text.press("Enter")
    expect(text).to_have_value("Вера Павлова, ответим в течение часа. Ольга Белова")
    text.press("Enter")
    said = page.locator("#lines .bubble.out")
    expect(said).to_contain_text("ответим в течение часа")
    expect(said).to_contain_text("ждёт отправки")
    expect(text).to_have_value("")
    assert Message.objects.get(is_ours=True).state == "waiting"
    accessible(page)

    # What was begun is there again after a look at somebody else.
    text.fill("Замер завтра")
    page.locator("#thread-list strong", has_text="Пётр Ильич").click()
    expect(page.locator("#thread h1")).to_have_text("Пётр Ильич")
    page.locator("#thread-list strong", has_text="Вера Павлова").click()
    expect(text).to_have_value("Замер завтра")

    # A colleague was quicker: what he has said stands there before anything goes out.
    way = {"account": chats["telegram"].code, "user_id": f"u{written.pk}"}
    answering.answer(written, "Замер послезавтра", **way, seen=10**9, by=oksana)
    text.press("Enter")
    expect(page.locator("#meanwhile")).to_contain_text("Оксана Громова")
    expect(page.locator("#meanwhile")).to_contain_text("Замер послезавтра")
    assert Message.objects.filter(is_ours=True).count() == 2
    accessible(page)
    page.get_by_role("button", name="Всё равно отправить").click()
    expect(page.locator("#lines .bubble.out").last).to_contain_text("Замер завтра")

    page.get_by_role("button", name="Заметка").click()
    page.get_by_label("Заметка для коллег").fill("Собака во дворе")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#lines .bubble.note")).to_contain_text("Собака во дворе")
    assert Interaction.objects.filter(kind="note").count() == 1

    page.get_by_role("button", name="Разобрано").click()
    expect(page.locator("#thread-head")).to_contain_text("Открыть снова")
    page.locator("#toasts").get_by_role("button", name="Отменить").click()
    expect(page.locator("#thread-head").get_by_role("button", name="Разобрано")).to_be_visible()
    assert Thread.objects.get(client_id=written.pk).state == "open"


def test_files_come_by_button_and_are_listed_before_they_go(open_page, written, olga, attachments_root):
    page = open_page(olga, f"/messages/{written.pk}/")
    page.locator("input[name=files]").set_input_files(
        [{"name": "план.txt", "mimeType": "text/plain", "buffer": "окно слева".encode()}]
    )
    expect(page.locator(".chosen-files")).to_contain_text("план.txt")
    page.get_by_label("Ответ клиенту").fill("Вот план")
    page.get_by_role("button", name="Отправить", exact=True).click()
    expect(page.locator("#lines .bubble.out .document")).to_contain_text("план.txt")


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (390, True)])
def test_whoever_wrote_two_days_ago_gets_an_approved_template(
    open_page, accessible, vera, olga, chats, chatting, settings, width, dark
):
    settings.CHANNELS = {**settings.CHANNELS, "whatsapp": "svyazka.business.inbox.made_up.Windowed"}
    chats["whatsapp"] = ChannelAccount.objects.create(
        kind="whatsapp", code="whatsapp/main", name="WhatsApp", public_key="key-wa", secret=chats["telegram"].secret
    )
    chatting("Когда замер?", ago=2 * 24 * 60, kind="whatsapp")
    ApprovedTemplate.objects.create(
        account="whatsapp/main", name="reminder", language="ru", state="approved", head="Окна",
        text="{{1}}, ждём вас {{2}}.", buttons=["Позвонить"], places=2,
    )  # fmt: skip
    page = open_page(olga, f"/messages/{vera.pk}/", width=width, height=860, dark=dark, touch=width < 400)
    page.locator("#way-chosen").click()
    page.get_by_role("button", name="Утверждённый шаблон").click()
    page.get_by_label("Место 1").fill("{name}")
    page.get_by_label("Место 2").press_sequentially("завтра")
    expect(page.locator("#template-preview")).to_contain_text("Вера Павлова, ждём вас завтра.")
    accessible(page)
    page.locator("#dialog").get_by_role("button", name="Отправить").click()
    expect(page.locator("#dialog")).to_be_hidden()
    expect(page.locator("#lines .bubble.out")).to_contain_text("Вера Павлова, ждём вас завтра.")
    assert Message.objects.get(is_ours=True).more["template"]["values"] == ["Вера Павлова", "завтра"]


@pytest.mark.parametrize("dark", [False, True])
def test_on_a_phone_the_list_comes_first_and_then_the_thread(open_page, accessible, written, olga, dark):
    page = open_page(olga, "/messages/?whose=all", width=390, height=844, dark=dark, touch=True)
    accessible(page)
    expect(page.locator("#thread")).to_be_hidden()
    page.locator("#thread-list strong", has_text="Вера Павлова").click()
    expect(page.locator("#lines")).to_contain_text("Когда замер?")
    expect(page.locator("#thread-list")).to_be_hidden()
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_label("Назад к списку").click()
    expect(page.locator("#thread-list")).to_be_visible()
