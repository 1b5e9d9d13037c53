from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svyazka.business.clients.models import Client, Interaction
from svyazka.business.conversations.models import Attachment, Message
from svyazka.business.conversations.told import FileSent
from svyazka.business.inbox import replies, threads
from svyazka.business.inbox.models import Thread
from svyazka.business.journal.models import LiveEvent
from svyazka.business.sorting.models import Category
from svyazka.business.staff.models import Person
from svyazka.kit import clock

PICTURE = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82"
)
HTMX = {"HX-Request": "true"}


def part(name: str) -> dict[str, str]:
    return {**HTMX, "HX-Target": name}


@pytest.fixture
def way(vera, chats):
    return f"{chats['telegram'].code}|u{vera.pk}"


def test_the_list_says_who_waits_how_long_and_whom_nobody_has(enter, olga, vera, chatting):
    chatting("Когда замер?", ago=90)
    page = enter(olga).get("/messages/")
    [row] = page.context["rows"]
    assert (row.title, row.text, row.waits, row.age, row.who) == (
        "Вера Павлова", "Когда замер?", "1 ч 30 мин", "old", "",
    )  # fmt: skip
    assert [tab["count"] for tab in page.context["tabs"]] == [0, 1, 1]


def test_once_somebody_waits_for_him_his_own_come_first(enter, olga, oksana, vera, chatting):
    chatting("Вопрос")
    threads.assign(Thread.objects.get(), olga, by=oksana)
    assert enter(olga).get("/messages/count/").content == b"1"
    assert enter(olga).get("/messages/").context["wish"].whose == "mine"
    assert enter(oksana).get("/messages/").context["wish"].whose == "all"


@pytest.mark.parametrize(("language", "named"), [("ru", "Цена"), ("en", "Price")])
def test_what_it_is_about_is_called_as_the_company_calls_it(enter, olga, vera, chatting, language, named):
    Category.objects.create(code="how-much", words={"ru": "Цена", "en": "Price"}, colour="amber")
    chatting("Сколько стоит окно?")
    chatting("Когда замер?", client=Client.objects.create(name="Пётр Ильич"))
    Thread.objects.filter(client_id=vera.pk).update(category="how-much")
    Person.objects.filter(pk=olga.pk).update(language=language)
    page = enter(olga).get("/messages/?category=how-much")
    assert [row.about.code for row in page.context["rows"]] == ["how-much"]
    assert page.context["filters"]["categories"] == [("how-much", named, True)]
    assert f'<span class="chip tint amber">{named}</span>' in page.content.decode()


@pytest.mark.parametrize("address", ["/messages/?whose=all", "/messages/{}/?whose=all"])
def test_the_same_number_of_queries_for_1_and_for_30(enter, olga, vera, chatting, address):
    browser, counted = enter(olga), []
    chatting("Первый")
    browser.get(address.format(vera.pk))
    for wanted in (1, 30):
        for number in range(Thread.objects.count(), wanted):
            chatting(f"Вопрос {number}", client=Client.objects.create(name=f"Клиент {number}"))
        with CaptureQueriesContext(connection) as queries:
            page = browser.get(address.format(vera.pk))
        assert len(page.context["rows"]) == wanted
        counted.append(len(queries))
    assert counted[0] == counted[1]


def test_a_thread_asks_as_much_for_30_messages_as_for_one(enter, olga, vera, chatting, attachments_root):
    browser, counted = enter(olga), []
    for wanted in (1, 30):
        for number in range(Message.objects.count(), wanted):
            chatting(f"Строка {number}", files=[FileSent("document", content=b"text", name="a.txt")])
        with CaptureQueriesContext(connection) as queries:
            page = browser.get(f"/messages/{vera.pk}/lines/", headers=HTMX).context["page"]
        assert len(page.bubbles) == wanted
        counted.append(len(queries))
    assert counted[0] == counted[1]


def test_earlier_lines_come_on_demand_each_once(enter, olga, vera, chatting):
    for number in range(45):
        chatting(f"Строка {number}", ago=100 - number)
    newest = enter(olga).get(f"/messages/{vera.pk}/lines/").context["page"]
    earlier = enter(olga).get(f"/messages/{vera.pk}/lines/?before={newest.before}").context["page"]
    said = [one.text for one in (*earlier.bubbles, *newest.bubbles)]
    assert said == [f"Строка {number}" for number in range(45)]
    assert earlier.before == ""


def test_all_channels_calls_and_notes_stand_in_one_line_of_time(enter, olga, vera, chatting):
    from svyazka.business.clients import history

    chatting("Из бота", ago=30)
    history.add(vera.pk, kind="call", direction="in", data={"result": "missed"}, by=olga)
    chatting("Из другого", kind="max")
    threads.note(vera.pk, "Перезвонить @Оксана", by=olga)
    history.add(vera.pk, kind="stage", by=olga)
    page = enter(olga).get(f"/messages/{vera.pk}/lines/").context["page"]
    assert [one.side for one in page.bubbles] == ["in", "event", "in", "note"]


def test_the_search_finds_a_client_whoever_answers_him(enter, olga, oksana, vera, chatting):
    chatting("Вопрос")
    found = enter(olga).get("/messages/?q=%2B79161234567")
    assert [row.title for row in found.context["rows"]] == ["Вера Павлова"]
    assert enter(olga).get("/messages/?q=%2B79990000000").context["rows"] == []


def test_an_answer_comes_back_as_an_empty_composer(enter, olga, vera, chatting, way):
    line = chatting("Когда?")
    answer = enter(olga).post(
        f"/messages/{vera.pk}/answer/", {"way": way, "text": "Завтра", "seen": line.pk}, headers=HTMX
    )
    assert (answer.status_code, answer["HX-Trigger"]) == (200, "thread:said")
    said = Message.objects.get(is_ours=True)
    assert (said.state, messages_text(said)) == ("waiting", "Завтра")
    assert answer.context["seen"] == str(said.interaction_id)


def messages_text(message: Message) -> str:
    return Interaction.objects.get(pk=message.interaction_id).text


def test_whoever_was_second_sees_what_the_first_said_and_decides(enter, olga, oksana, vera, chatting, way):
    line = chatting("Когда?")
    url, typed = f"/messages/{vera.pk}/answer/", {"way": way, "text": "Завтра", "seen": line.pk}
    enter(olga).post(url, typed, headers=HTMX)
    told = enter(oksana).post(url, {**typed, "text": "Послезавтра"}, headers=HTMX)
    assert (told.status_code, told["HX-Retarget"]) == (409, "#meanwhile")
    assert (told.context["name"], told.context["theirs"].text) == (olga.full_name, "Завтра")
    number = told.context["number"]
    assert enter(oksana).post(url, {**typed, "text": "Послезавтра", "anyway": number}, headers=HTMX).status_code == 200
    assert Message.objects.filter(is_ours=True).count() == 2


@pytest.mark.parametrize(
    "given",
    [{}, {"way": "telegram/main"}, {"way": "nowhere|1", "text": "а"}, {"way": "|", "text": "а"}, {"text": "\x00"}],
)
def test_nonsense_is_refused_in_words_and_nothing_is_stored(enter, olga, vera, chatting, way, given):
    chatting("Когда?")
    answer = enter(olga).post(f"/messages/{vera.pk}/answer/", {"way": way, **given}, headers=HTMX)
    assert answer.status_code == 422
    assert not Message.objects.filter(is_ours=True).exists()


def test_files_are_looked_at_by_their_content(enter, olga, vera, chatting, way, attachments_root):
    chatting("Пришлите")
    url = f"/messages/{vera.pk}/answer/"
    bad = SimpleUploadedFile("отчёт.pdf", b"MZ\x90program", content_type="application/pdf")
    assert enter(olga).post(url, {"way": way, "text": "Вот", "files": [bad]}, headers=HTMX).status_code == 422
    assert not Message.objects.filter(is_ours=True).exists()
    good = SimpleUploadedFile("окно.exe", PICTURE, content_type="text/html")
    assert enter(olga).post(url, {"way": way, "text": "Вот", "files": [good]}, headers=HTMX).status_code == 200
    kept = Attachment.objects.get()
    assert (kept.type, kept.name) == ("image/png", "окно.exe")


def test_too_many_files_are_refused_before_they_are_read(enter, olga, vera, chatting, way, settings):
    chatting("Пришлите")
    url, files = f"/messages/{vera.pk}/answer/", [SimpleUploadedFile(f"{n}.txt", b"text") for n in range(11)]
    assert enter(olga).post(url, {"way": way, "files": files}, headers=HTMX).status_code == 422
    settings.LARGEST_ATTACHMENT = 5
    two = [SimpleUploadedFile(f"{n}.txt", b"text") for n in range(2)]
    assert enter(olga).post(url, {"way": way, "files": two}, headers=HTMX).status_code == 422
    assert not Message.objects.filter(is_ours=True).exists()


def test_a_failed_one_says_why_and_is_sent_again_or_by_another_way(enter, olga, vera, chatting, way, chats):
    from svyazka.business.conversations import messages

    chatting("Когда?")
    enter(olga).post(f"/messages/{vera.pk}/answer/", {"way": way, "text": "Завтра"}, headers=HTMX)
    said = Message.objects.filter(is_ours=True)
    said.update(state="failed", reason=messages.REFUSED, try_at=None)
    bubble = enter(olga).get(f"/messages/{vera.pk}/lines/").context["page"].bubbles[-1]
    assert (bubble.state, bubble.line.message.reason != "", bubble.can_again) == ("не отправлено", True, True)
    assert enter(olga).post(f"/messages/said/{bubble.message}/again/", headers=HTMX).status_code == 204
    assert said.get().state == "waiting"
    said.update(state="failed", try_at=None)
    offered = enter(olga).get(f"/messages/said/{bubble.message}/other-way/", headers=HTMX)
    assert [one.value for one in offered.context["ways"]] == ["sms/main|+79161234567"]
    given = {"way": "sms/main|+79161234567"}
    assert enter(olga).post(f"/messages/said/{bubble.message}/other-way/", given, headers=HTMX).status_code == 204
    first = enter(olga).get(f"/messages/{vera.pk}/lines/").context["page"].bubbles[1]
    assert (first.went != "", first.can_again) == (True, False)


@pytest.mark.parametrize(
    ("state", "again", "call_off"),
    [("waiting", 0, 1), ("sending", 0, 0), ("sent", 0, 0), ("unsure", 1, 0), ("failed", 1, 0), ("called_off", 1, 0)],
)
@pytest.mark.parametrize(("language", "words"), [("ru", "Отправить ещё раз"), ("en", "Send again")])
def test_in_the_history_it_is_sent_again_or_called_off(
    enter, olga, vera, chatting, way, state, again, call_off, language, words
):
    chatting("Когда?")
    enter(olga).post(f"/messages/{vera.pk}/answer/", {"way": way, "text": "Завтра"}, headers=HTMX)
    Message.objects.filter(is_ours=True).update(state=state)
    Person.objects.filter(pk=olga.pk).update(language=language)
    page = enter(olga).get(f"/clients/{vera.pk}/history/", headers=HTMX).content.decode()
    number = Message.objects.get(is_ours=True).pk
    offered = [page.count(f'/messages/said/{number}/{verb}/"') for verb in ("again", "calling-off")]
    assert (offered, words in page) == ([again, call_off], bool(again))


def test_what_went_another_way_is_not_sent_again_out_of_the_history(enter, olga, vera, chatting, way):
    chatting("Когда?")
    enter(olga).post(f"/messages/{vera.pk}/answer/", {"way": way, "text": "Завтра"}, headers=HTMX)
    said = Message.objects.get(is_ours=True)
    Message.objects.filter(pk=said.pk).update(state="failed", try_at=None)
    url = f"/clients/{vera.pk}/history/"
    assert f"/messages/said/{said.pk}/again/" in enter(olga).get(url, headers=HTMX).content.decode()
    given = {"way": "sms/main|+79161234567"}
    enter(olga).post(f"/messages/said/{said.pk}/other-way/", given, headers=HTMX)
    assert f"/messages/said/{said.pk}/again/" not in enter(olga).get(url, headers=HTMX).content.decode()


def test_a_controller_sends_nothing_again(enter, konstantin, olga, vera, chatting, way):
    chatting("Когда?")
    enter(olga).post(f"/messages/{vera.pk}/answer/", {"way": way, "text": "Завтра"}, headers=HTMX)
    Message.objects.filter(is_ours=True).update(state="failed", try_at=None)
    page = enter(konstantin).get(f"/clients/{vera.pk}/history/", headers=HTMX)
    assert (page.status_code, "/messages/said/" in page.content.decode()) == (200, False)


def test_what_waits_can_be_called_off(enter, olga, vera, chatting, way):
    chatting("Когда?")
    enter(olga).post(f"/messages/{vera.pk}/answer/", {"way": way, "text": "Завтра"}, headers=HTMX)
    said = Message.objects.get(is_ours=True)
    enter(olga).post(f"/messages/said/{said.pk}/calling-off/", headers=HTMX)
    assert Message.objects.get(pk=said.pk).state == "called_off"


def test_edits_show_what_it_was(enter, olga, vera, chatting):
    line = chatting("После двенадцати")
    line.data["edits"] = [{"text": "После одиннадцати", "until": clock.now().isoformat()}, {"until": "nonsense"}]
    line.save()
    page = enter(olga).get(f"/messages/{vera.pk}/lines/")
    assert [text for text, _until in page.context["page"].bubbles[0].line.message.edits] == ["После одиннадцати", ""]
    assert "После одиннадцати" in page.content.decode()


def test_quick_replies_are_shown_as_they_will_go_out(enter, olga, vera, chatting):
    chatting("Здравствуйте")
    replies.add("Привет", "Здравствуйте, {name}! Это {me}.", by=olga)
    replies.add("Выезд", "Приедем {visit}", by=olga)
    url = f"/messages/{vera.pk}/replies/"
    [first, second] = enter(olga).get(url).context["replies"]
    assert first[1:] == (f"Здравствуйте, Вера Павлова! Это {olga.full_name}.", [])
    assert second[1:] == ("Приедем {visit}", ["visit"])
    assert [one.title for one, _text, _unknown in enter(olga).get(f"{url}?q=ВЫЕ").context["replies"]] == ["Выезд"]


def test_colleagues_see_who_is_writing(enter, olga, vera, chatting):
    chatting("Здравствуйте")
    assert enter(olga).post(f"/messages/{vera.pk}/writing/").status_code == 204
    told = LiveEvent.objects.get(topic="writing")
    assert (told.object_id, told.data) == (vera.pk, {"person": olga.pk})
    assert olga.full_name in enter(olga).get(f"/messages/writers/{olga.pk}/").content.decode()


def test_taken_given_put_off_done_and_undone(enter, olga, oksana, vera, chatting):
    chatting("Вопрос", ago=5)
    browser, url = enter(olga), f"/messages/{vera.pk}"
    browser.post(f"{url}/taking/", headers=HTMX)
    assert Thread.objects.get().responsible == olga
    browser.post(f"{url}/responsible/", {"person": oksana.pk}, headers=HTMX)
    assert Thread.objects.get().responsible == oksana
    head = browser.post(f"{url}/state/", {"done": "1"}, headers=HTMX)
    assert (Thread.objects.get().state, head.context["undo_url"]) == ("done", f"{url}/state/")
    browser.post(f"{url}/state/", {"done": "0"}, headers=HTMX)
    assert Thread.objects.get().waits_since is not None
    for given in ({"in": "hour"}, {"in": "morning"}, {"in": "date", "day": "2026-12-24", "hour": "10:00"}):
        Thread.objects.update(state="open")
        browser.post(f"{url}/snooze/", given, headers=HTMX)
        assert Thread.objects.get().state == "snoozed"


@pytest.mark.parametrize(
    "given", [{}, {"in": "date"}, {"in": "date", "day": "1999-01-01", "hour": "10:00"}, {"day": "x"}]
)
def test_nobody_puts_off_into_nowhere(enter, olga, vera, chatting, given):
    chatting("Вопрос")
    assert enter(olga).post(f"/messages/{vera.pk}/snooze/", given, headers=HTMX).status_code == 422


def test_a_controller_looks_and_does_not_answer(enter, konstantin, vera, chatting, way):
    chatting("Вопрос")
    page = enter(konstantin).get(f"/messages/{vera.pk}/")
    assert 'id="composer"' not in page.content.decode()
    assert enter(konstantin).post(f"/messages/{vera.pk}/answer/", {"way": way, "text": "Да"}).status_code == 403
    assert enter(konstantin).post(f"/messages/{vera.pk}/taking/").status_code == 403


def test_whom_no_channel_leads_to_is_said(enter, olga, chats):
    lonely = Client.objects.create(name="Без связи")
    page = enter(olga).get(f"/messages/{lonely.pk}/")
    assert (page.context["ways"], page.context["way"]) == ([], None)


def test_the_one_by_which_he_wrote_last_is_chosen_and_others_say_why_not(enter, olga, vera, chatting, chats):
    chatting("Старое", ago=60, kind="max")
    chatting("Новое")
    chats["sms"].is_active = False
    chats["sms"].save()
    ways = enter(olga).get(f"/messages/{vera.pk}/").context["ways"]
    assert [(one.value.partition("/")[0], one.is_chosen, bool(one.why_not)) for one in ways] == [
        ("telegram", True, False), ("max", False, False), ("sms", False, True),
    ]  # fmt: skip


def test_of_one_who_was_merged_it_is_the_thread_of_whom_he_is_now(enter, olga, vera, chatting):
    gone = Client.objects.create(name="Вера", merged_into=vera)
    answer = enter(olga).get(f"/messages/{gone.pk}/")
    assert answer["Location"] == f"/messages/{vera.pk}/"


@pytest.mark.parametrize(
    "query", ["whose=x&state=y&channel=z&category=%00&department=²&order=q&most=-1", "most=" + "9" * 30, "q=%00%27"]
)
def test_an_address_full_of_nonsense_shows_a_list(enter, olga, vera, chatting, query):
    chatting("Вопрос")
    assert enter(olga).get(f"/messages/?{query}").status_code == 200


def test_parts_of_the_page_come_alone(enter, olga, vera, chatting):
    chatting("Вопрос")
    pane = enter(olga).get(f"/messages/{vera.pk}/", headers=part("thread")).content.decode()
    assert ('id="thread"' in pane, 'id="thread-list"' in pane) == (True, False)
    rows = enter(olga).get("/messages/?whose=all", headers=part("thread-list")).content.decode()
    assert ("data-row" in rows, "<h1" in rows) == (True, False)


def test_a_note_is_for_colleagues_only(enter, olga, vera, chatting):
    chatting("Вопрос")
    answer = enter(olga).post(f"/messages/{vera.pk}/notes/", {"text": "Осторожно, собака"}, headers=HTMX)
    assert (answer.status_code, answer["HX-Trigger"]) == (204, "thread:said")
    assert not Message.objects.filter(is_ours=True).exists()
    assert Thread.objects.get().waits_since is not None


def test_the_other_way_closes_its_dialog(enter, olga, vera, chatting, way):
    chatting("Когда?")
    enter(olga).post(f"/messages/{vera.pk}/answer/", {"way": way, "text": "Завтра"}, headers=HTMX)
    Message.objects.filter(is_ours=True).update(state="unsure", try_at=None)
    said = Message.objects.get(is_ours=True)
    url, given = f"/messages/said/{said.pk}/other-way/", {"way": "sms/main|+79161234567"}
    assert "dialog:close" in json.loads(enter(olga).post(url, given, headers=HTMX)["HX-Trigger"])
    assert enter(olga).post(url, given, headers=HTMX).status_code == 422
