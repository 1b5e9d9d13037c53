from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svyazka.business.conversations.models import ApprovedTemplate, ChannelAccount, Message
from svyazka.business.inbox import answering
from svyazka.business.inbox.models import Thread
from svyazka.business.staff.models import Person
from svyazka.kit import secrets
from svyazka.workplaces.operator.test_messages import HTMX, messages_text


@pytest.fixture
def number(chats, settings):
    """Ours, by which only approved templates go a day after he wrote."""
    settings.CHANNELS = {**settings.CHANNELS, "whatsapp": "svyazka.business.inbox.made_up.Windowed"}
    made = ChannelAccount.objects.create(
        kind="whatsapp", code="whatsapp/main", name="WhatsApp", public_key="key-wa", secret=secrets.lock_away("1:s")
    )
    chats["whatsapp"] = made
    return made


@pytest.fixture
def late(vera, number, chatting):
    """Vera wrote there two days ago."""
    chatting("Когда замер?", ago=2 * 24 * 60, kind="whatsapp")
    return f"{number.code}|u{vera.pk}"


@pytest.fixture
def reminder(number):
    return ApprovedTemplate.objects.create(
        account=number.code, name="reminder", language="ru", state="approved", head="Окна",
        text="{{1}}, ждём вас {{2}}.", foot="Не отвечайте", buttons=["Позвонить"], places=2,
    )  # fmt: skip


@pytest.fixture
def url(vera):
    return f"/messages/{vera.pk}/templates/"


@pytest.mark.parametrize(("language", "words"), [("ru", "Утверждённый шаблон"), ("en", "Approved template")])
def test_where_he_may_not_be_written_to_a_template_is_offered(enter, olga, vera, late, language, words):
    Person.objects.filter(pk=olga.pk).update(language=language)
    page = enter(olga).get(f"/messages/{vera.pk}/")
    assert [one.by_template for one in page.context["ways"] if one.value == late] == [True]
    assert f"{words}</button>" in page.content.decode()


def test_while_he_may_be_written_to_none_is_offered(enter, olga, vera, number, chatting):
    chatting("Когда замер?", kind="whatsapp")
    page = enter(olga).get(f"/messages/{vera.pk}/")
    assert not any(one.by_template for one in page.context["ways"])
    assert "/templates/" not in page.content.decode()


def test_it_is_shown_as_it_goes_out_and_goes_out_so(enter, olga, vera, late, reminder, url):
    given = {"way": late, "template": reminder.pk, "values": ["{name}", " завтра "]}
    shown = enter(olga).get(url, given, headers=HTMX).context["preview"]
    assert shown == "Окна\n\nВера Павлова, ждём вас завтра.\n\nНе отвечайте"
    answer = enter(olga).post(url, given, headers=HTMX)
    assert (answer.status_code, json.loads(answer["HX-Trigger"])) == (204, {"thread:said": None, "dialog:close": None})
    said = Message.objects.get(is_ours=True)
    assert (said.state, messages_text(said)) == ("waiting", shown)
    assert said.more["template"] == {"name": "reminder", "language": "ru", "values": ["Вера Павлова", "завтра"]}
    assert Thread.objects.get().waits_since is None


def test_places_without_a_value_stand_open_in_the_preview(enter, olga, late, reminder, url):
    page = enter(olga).get(url, {"way": late}, headers=HTMX)
    assert (page.context["chosen"], "{{1}}, ждём вас {{2}}." in page.context["preview"]) == (reminder, True)
    assert '<option value="Вера Павлова">' in page.content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"values": ["Вера"]}, {"values": ["Вера", " "]}, {"values": ["Вера", "{visit}"]}, {"template": ""},
        {"template": "²"}, {"template": "9" * 30}, {"way": "x|y"}, {"way": ""}, {"values": ["\x00", "\x00"]},
    ],
)  # fmt: skip
def test_nonsense_is_refused_in_words_and_nothing_is_stored(enter, olga, late, reminder, url, wrong):
    given = {"way": late, "template": reminder.pk, "values": ["Вера", "завтра"], **wrong}
    assert enter(olga).post(url, given, headers=HTMX).status_code == 422
    assert not Message.objects.filter(is_ours=True).exists()


@pytest.mark.parametrize("change", [{"state": "rejected"}, {"is_unfit": True}, {"account": "whatsapp/other"}])
def test_what_cannot_be_sent_is_not_offered(enter, olga, late, reminder, url, change):
    ApprovedTemplate.objects.update(**change)
    assert enter(olga).get(url, {"way": late}, headers=HTMX).context["offered"] == []
    given = {"way": late, "template": reminder.pk, "values": ["Вера", "завтра"]}
    assert enter(olga).post(url, given, headers=HTMX).status_code == 422


def test_whoever_is_second_sees_what_the_first_said_and_decides(enter, olga, oksana, vera, late, reminder, url, chats):
    first = answering.answer(
        vera, "Звоним", account="sms/main", user_id="+79161234567", seen=None, by=oksana
    )  # fmt: skip
    given = {"way": late, "template": reminder.pk, "values": ["Вера", "завтра"]}
    told = enter(olga).post(url, given, headers=HTMX)
    assert (told.status_code, told.context["seen"], "Звоним" in told.content.decode()) == (
        409, first.interaction_id, True,
    )  # fmt: skip
    assert enter(olga).post(url, {**given, "seen": first.interaction_id}, headers=HTMX).status_code == 204


def test_as_many_questions_for_30_templates_as_for_one(enter, olga, late, reminder, url):
    browser, counted = enter(olga), []
    browser.get(url, {"way": late}, headers=HTMX)
    for wanted in (1, 30):
        for place in range(ApprovedTemplate.objects.count(), wanted):
            ApprovedTemplate.objects.create(
                account=reminder.account, name=f"t{place}", language="ru", state="approved", text="Ждём"
            )
        with CaptureQueriesContext(connection) as queries:
            page = browser.get(url, {"way": late}, headers=HTMX)
        assert len(page.context["offered"]) == wanted
        counted.append(len(queries))
    assert counted[0] == counted[1]


def test_a_controller_sends_none(enter, konstantin, late, reminder, url):
    assert enter(konstantin).get(url, {"way": late}).status_code == 403
