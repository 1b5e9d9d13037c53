from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.utils import translation

from svyazka.business.intake.connector import Ignore, NotUnderstood
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.ways_in import FileSent, MessageEdited, MessageReceived, ReachChanged
from svyazka.connectors.telegram.read import read

SAMPLES = Path(__file__).parent / "samples"
RECEIVED = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)


def arrived(body: object) -> Arrival:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Arrival(account="telegram/main", received_at=RECEIVED, body=raw)


def sample(name: str, **changes: object) -> dict:
    update = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    update["message"].update(changes)
    return update


def test_a_text():
    assert read(arrived(sample("text"))) == [
        MessageReceived(
            channel="telegram",
            user_id="5550101",
            outside_id="41",
            sent_at=datetime.fromtimestamp(1794992400, UTC),
            text="Сколько стоит остеклить балкон?",
            name="Вера Павлова",
            nick="@vera_p",
            address={"business": ""},
        )
    ]


def test_the_senders_own_contact_brings_his_phone():
    [message] = read(arrived(sample("own_contact")))
    assert message.phone == "+79161234567"


def test_somebody_elses_contact_says_nothing_of_the_sender():
    contact = {"phone_number": "79160000000", "user_id": 1}
    [message] = read(arrived(sample("own_contact", contact=contact)))
    assert message.phone == ""


def test_somebody_elses_contact_is_told_as_such():
    contact = {"phone_number": "79160000000", "first_name": "Пётр", "last_name": "Орлов"}
    [message] = read(arrived(sample("own_contact", contact=contact)))
    assert (message.phone, message.contact) == ("", ("Пётр Орлов", "79160000000"))


def test_of_a_photo_the_largest_is_its_file():
    [message] = read(arrived(sample("photo")))
    assert (message.text, message.files) == ("", (FileSent("photo", {"file_id": "large"}),))
    assert (message.name, message.nick) == ("Пётр", "")


def test_a_voice_message_says_how_long_it_is():
    voice = {"file_id": "v", "file_unique_id": "v", "duration": 7, "mime_type": "audio/ogg", "file_size": 2048}
    [message] = read(arrived(sample("text", text=None, voice=voice)))
    assert message.files == (FileSent("voice", {"file_id": "v"}, type="audio/ogg", size=2048, seconds=7),)


def test_a_document_with_words_under_it_in_an_album():
    document = {"file_id": "d", "file_name": "План.pdf", "mime_type": "application/pdf", "file_size": 9}
    [message] = read(arrived(sample("text", text=None, caption="Вот", document=document, media_group_id="77")))
    assert (message.text, message.album, message.files[0].name) == ("Вот", "77", "План.pdf")


def test_an_animation_is_one_file():
    file = {"file_id": "a", "file_name": "a.mp4"}
    [message] = read(arrived(sample("text", text=None, animation=file, document=file)))
    assert [(one.kind, one.ref) for one in message.files] == [("video", {"file_id": "a"})]


def test_which_message_it_answers():
    [message] = read(arrived(sample("text", reply_to_message={"message_id": 40})))
    assert message.answers == "40"


def test_what_we_cannot_show_is_named():
    with translation.override("en"):
        [poll] = read(arrived(sample("text", text=None, poll={"id": "1"})))
        [new] = read(arrived(sample("text", text=None, hologram={})))
    assert (poll.text, new.text) == ("[poll]", "[something that cannot be shown here]")


def test_an_edit_brings_the_message_as_it_stands_now():
    update = sample("text", text="Сколько стоит лоджия?", edit_date=1794992500)
    [edit] = read(arrived({"update_id": 1, "edited_message": update["message"]}))
    assert (edit.user_id, edit.outside_id, edit.text) == ("5550101", "41", "Сколько стоит лоджия?")
    assert (edit.at, edit.whole.text) == (datetime.fromtimestamp(1794992500, UTC), edit.text)


def test_a_pressed_button_is_told_in_its_words():
    buttons = [[{"text": "Да", "callback_data": "yes"}, {"text": "Нет", "callback_data": "no"}]]
    message = {"message_id": 50, "chat": {"id": 5, "type": "private"}, "reply_markup": {"inline_keyboard": buttons}}
    query = {"id": "9", "from": {"id": 5, "first_name": "Вера"}, "message": message, "data": "no"}
    [press] = read(arrived({"update_id": 1, "callback_query": query}))
    assert (press.text, press.pressed, press.answers, press.outside_id) == ("Нет", "no", "50", "press 9")
    [bare] = read(arrived({"update_id": 1, "callback_query": {**query, "message": {**message, "reply_markup": 7}}}))
    assert (bare.text, bare.pressed) == ("", "no")


@pytest.mark.parametrize(("status", "is_open"), [("kicked", False), ("member", True)])
def test_who_blocks_the_bot_and_who_lets_it_write_again(status, is_open):
    told = {"chat": {"id": 5, "type": "private"}, "from": {"id": 5}, "date": 1794992400}
    [change] = read(arrived({"update_id": 1, "my_chat_member": {**told, "new_chat_member": {"status": status}}}))
    assert change == ReachChanged("5", datetime.fromtimestamp(1794992400, UTC), is_open=is_open)


def test_a_business_account_is_written_to_by_clients_and_from_by_us():
    update = sample("text", business_connection_id="bc")
    [his] = read(arrived({"update_id": 1, "business_message": update["message"]}))
    assert (his.user_id, his.is_ours, his.address) == ("5550101", False, {"business": "bc"})
    update = sample("text", business_connection_id="bc", **{"from": {"id": 7, "first_name": "Олег"}})
    [ours] = read(arrived({"update_id": 1, "business_message": update["message"]}))
    assert (ours.user_id, ours.is_ours, ours.name) == ("5550101", True, "Вера Павлова")


def test_what_was_deleted_in_a_business_account():
    told = {"business_connection_id": "bc", "chat": {"id": 5, "type": "private"}, "message_ids": [1, 2]}
    assert read(arrived({"update_id": 1, "deleted_business_messages": told})) == [
        MessageEdited("5", "1", RECEIVED, None),
        MessageEdited("5", "2", RECEIVED, None),
    ]


def test_a_place_on_the_map():
    [message] = read(arrived(sample("text", text="", location={"latitude": 55.75, "longitude": 37.61})))
    assert (message.text, message.place) == ("", (55.75, 37.61))


@pytest.mark.parametrize("place", [{}, {"latitude": 55.75}, "there", None])
def test_half_a_place_is_a_message_nevertheless(place):
    assert len(read(arrived(sample("text", text="", location=place)))) == 1


@pytest.mark.parametrize(
    "update",
    [
        {"update_id": 1, "message_reaction": {}},
        {"update_id": 1, "my_chat_member": {"chat": {"id": 1}}},
        {"update_id": 1, "edited_message": sample("text", location={"latitude": 1, "longitude": 2})["message"]},
        {"update_id": 1, "callback_query": {"id": "1", "from": {"id": 5}, "inline_message_id": "7"}},
        sample("text", text=None, pinned_message={}),
        {"update_id": 1},
        sample("text", chat={"id": -1, "type": "group"}),
    ],
)
def test_what_does_not_concern_us(update):
    with pytest.raises(Ignore):
        read(arrived(update))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"nonsense",
        b"[" * 100_000,
        {"message": {}},
        {"update_id": "1", "message": {}},
        {"update_id": True, "message": {}},
        {"update_id": 1, "message": "text"},
        {"update_id": 1, "message": []},
        {"update_id": 1, "edited_message": {}},
        {"update_id": 1, "deleted_business_messages": {"chat": {"id": 5}}},
        {"update_id": 1, "callback_query": {"id": "1", "message": {"chat": {"type": "private"}}}},
        {"update_id": 1, "message": {"from": {"id": "me"}}},
        sample("text", **{"from": None}),
        sample("text", chat="private"),
    ],
)
def test_what_is_no_update_stands_where_a_person_sees_it(body):
    with pytest.raises(NotUnderstood):
        read(arrived(body))


@pytest.mark.parametrize("date", [None, "now", -5, 2**40, True, 2**33 - 1, int(RECEIVED.timestamp()) + 301])
def test_a_time_that_is_none_or_in_the_future_is_that_of_the_arrival(date):
    [message] = read(arrived(sample("text", date=date)))
    assert message.sent_at == RECEIVED


def test_names_of_wrong_types_are_left_out():
    sender = {"id": 5, "first_name": 7, "last_name": None, "username": ["x"]}
    [message] = read(arrived(sample("text", **{"from": sender}, text={"a": 1}, message_id=None)))
    assert (message.name, message.nick, message.outside_id) == ("", "", "")


def test_a_clock_that_is_a_little_ahead_is_believed():
    ahead = int(RECEIVED.timestamp()) + 240
    [message] = read(arrived(sample("text", date=ahead)))
    assert message.sent_at == datetime.fromtimestamp(ahead, UTC)
