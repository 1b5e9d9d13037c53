"""What becomes of what a channel tells: a line in the history, and beside it what the channel knows of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from svyazka.business.clients.models import Client, ContactPoint, Interaction
from svyazka.business.conversations import messages
from svyazka.business.conversations.models import Attachment, EarlyState, Message, Reach
from svyazka.business.deals.models import Deal
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.take import take
from svyazka.business.intake.ways_in import FileSent, MessageEdited, MessageReceived, MessageState, ReachChanged

pytestmark = pytest.mark.django_db

ACCOUNT = "telegram/main"
NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
HELLO = MessageReceived(
    channel="telegram", user_id="5", outside_id="41", sent_at=NOW, text="Сколько стоит балкон?", name="Вера Павлова",
    nick="@vera",
)  # fmt: skip


@pytest.fixture(autouse=True)
def company(windows, attachments_root):
    return windows


def came(*things, account=ACCOUNT):
    return take(things, arrival=Arrival(pk=7, account=account, received_at=NOW))


def lines():
    return list(Interaction.objects.filter(kind="message").order_by("pk"))


def ours(**given):
    """A message that the worker has taken up."""
    line = Interaction.objects.create(
        at=NOW, client_id=Client.objects.create(name="Пётр").pk, kind="message", direction="out", text="Добрый день"
    )
    values = {"outside_id": "", "state": Message.State.SENDING, "key": "k1", **given}
    return Message.objects.create(
        interaction_id=line.pk, at=NOW, account=ACCOUNT, user_id="5", is_ours=True, state_at=NOW, try_at=NOW, **values
    )


def told(state, *, at=NOW, **given):
    came(MessageState(**{"outside_id": "77", "state": state, "at": at, **given}))


def test_a_message_is_a_line_and_what_its_channel_knows_of_it():
    made = came(HELLO)
    [line], [message] = lines(), Message.objects.all()
    assert (line.text, line.direction, line.waiting, line.deal_id) == (HELLO.text, "in", True, made["deal"])
    assert (message.interaction_id, message.at, message.outside_id, message.state) == (line.pk, NOW, "41", "received")
    assert Reach.objects.get().heard_at == NOW
    assert messages.of_lines([line.pk]) == {line.pk: message}


def test_the_same_message_a_second_time_changes_nothing():
    first = came(HELLO)
    assert came(HELLO) == {"interaction": first["interaction"]}
    assert came(replace(HELLO, user_id="6"))["interaction"] != first["interaction"]
    assert (len(lines()), Message.objects.count()) == (2, 2)


def test_whose_client_was_merged_writes_to_whom_is_left(vera):
    gone = Client.objects.get(pk=came(HELLO)["client"])
    Client.objects.filter(pk=gone.pk).update(merged_into=vera)
    assert came(replace(HELLO, outside_id="42"))["client"] == vera.pk


def test_somebody_elses_contact_is_a_note_and_no_phone_of_his():
    client = came(replace(HELLO, text="", contact=("Пётр", "+79160000000")))["client"]
    assert lines()[0].text.endswith("Пётр, +79160000000")
    assert [point.kind for point in ContactPoint.objects.filter(client_id=client)] == ["telegram"]


def test_a_pressed_button_is_shown_in_the_words_that_stand_on_it():
    ours(outside_id="77", state="sent", more={"buttons": [[{"text": "Подтверждаю", "code": "yes"}]]})
    came(replace(HELLO, text="", pressed="yes", answers="77"))
    line = lines()[-1]
    assert (line.text, line.data["pressed"]) == ("Подтверждаю", "yes")
    assert Message.objects.latest("pk").answers_id == Message.objects.earliest("pk").pk


def test_an_edit_changes_the_words_and_keeps_what_they_were():
    came(HELLO)
    came(MessageEdited("5", "41", NOW + timedelta(seconds=5), "Сколько стоит лоджия?"))
    came(MessageEdited("5", "41", NOW + timedelta(seconds=2), "Older, late"))
    came(MessageEdited("5", "41", NOW + timedelta(seconds=5), "Сколько стоит лоджия?"))
    [line] = lines()
    assert (line.text, line.waiting) == ("Сколько стоит лоджия?", True)
    assert [one["text"] for one in line.data["edits"]] == ["Сколько стоит балкон?"]


def test_what_was_taken_back_says_so():
    came(HELLO)
    came(MessageEdited("5", "41", NOW, None))
    [line] = lines()
    assert (line.text, line.data["taken_back"]) == (HELLO.text, NOW.isoformat())


def test_an_edit_before_its_message_is_taken_in_its_place():
    newer = replace(HELLO, text="Сколько стоит лоджия?")
    came(MessageEdited("5", "41", NOW, newer.text, newer))
    came(HELLO)
    assert [line.text for line in lines()] == ["Сколько стоит лоджия?"]
    assert came(MessageEdited("5", "99", NOW, "of nothing")) == {}


def test_pictures_that_were_sent_as_one_are_one_message():
    one = replace(HELLO, text="", album="a", files=(FileSent("photo", {"file_id": "1"}),))
    first = came(one)
    second = replace(one, outside_id="42", text="Вот балкон", files=(FileSent("photo", {"file_id": "2"}),))
    assert came(second) == came(second) == {"interaction": first["interaction"]}
    [line] = lines()
    assert (line.text, line.data["files"]) == ("Вот балкон", ["photo", "photo"])
    assert [file.ref for file in Attachment.objects.order_by("number")] == [{"file_id": "1"}, {"file_id": "2"}]
    came(MessageEdited("5", "42", NOW, "Вот лоджия"))
    assert lines()[0].text == "Вот лоджия"


def test_a_file_that_came_whole_is_kept_and_a_program_is_not():
    files = (FileSent("document", content=b"%PDF-1.7 plan", name="План.pdf"), FileSent("document", content=b"MZ\x90"))
    came(replace(HELLO, files=files))
    kept, refused = Attachment.objects.order_by("number")
    assert (kept.state, kept.type, kept.size, kept.try_at) == ("kept", "application/pdf", 13, None)
    assert (refused.state, refused.stored) == ("refused", "")


def test_what_one_of_us_wrote_elsewhere_is_ours_and_no_request():
    made = came(replace(HELLO, is_ours=True, text="Перезвоню завтра"))
    [line] = lines()
    assert (line.direction, line.waiting, line.deal_id, "deal" in made) == ("out", False, None, False)
    assert Deal.objects.filter(client_id=made["client"]).count() == 0
    assert Reach.objects.count() == 0
    assert Message.objects.get().state == "sent"


def test_the_echo_of_what_we_are_sending_stands_there_once():
    sending = ours()
    came(replace(HELLO, is_ours=True, outside_id="77", text="Добрый день"))
    sending.refresh_from_db()
    assert (len(lines()), sending.state, sending.outside_id, sending.try_at) == (1, "sent", "77", None)
    messages.answered(sending, ("77",))
    assert Message.objects.count() == 1


def test_an_echo_in_other_words_goes_when_the_answer_names_it():
    sending = ours()
    came(replace(HELLO, is_ours=True, outside_id="77", text="<b>Добрый день</b>"))
    assert len(lines()) == 2
    messages.answered(sending, ("77",))
    assert [(line.text, line.pk) for line in lines()] == [("Добрый день", sending.interaction_id)]
    assert Message.objects.get().outside_id == "77"


@pytest.mark.parametrize(
    ("states", "end"),
    [
        (["delivered", "sent"], "delivered"),
        (["read", "delivered", "sent"], "read"),
        (["sent", "delivered", "read"], "read"),
        (["delivered", "failed"], "delivered"),
        (["sent", "failed", "delivered"], "failed"),
        (["failed", "sent", "read"], "failed"),
        (["nonsense"], "sent"),
    ],
)
def test_a_state_only_goes_forward(states, end):
    message = ours(outside_id="77", state="sent")
    for state in states:
        told(state, reason="131026")
    message.refresh_from_db()
    assert (message.state, message.reason) == (end, "131026" if end == "failed" else "")


def test_a_state_is_known_by_our_key_too():
    message = ours()
    told("delivered", key="k1")
    message.refresh_from_db()
    assert (message.state, message.outside_id, message.try_at) == ("delivered", "77", None)


def test_states_before_the_answer_are_kept_until_it_comes():
    message = ours()
    told("read", at=NOW + timedelta(seconds=2))
    told("delivered", at=NOW + timedelta(seconds=1))
    assert EarlyState.objects.count() == 2
    messages.answered(message, ("77",))
    message.refresh_from_db()
    assert (message.state, EarlyState.objects.count()) == ("read", 0)


def test_a_failure_before_the_answer_is_no_success():
    message = ours()
    told("failed", reason="470")
    messages.answered(message, ("77",))
    message.refresh_from_db()
    assert (message.state, message.reason) == ("failed", "470")


def test_who_blocks_us_is_not_reached_and_who_writes_again_is():
    came(HELLO)
    came(ReachChanged("5", NOW - timedelta(hours=1), is_open=False))
    assert Reach.objects.get().closed_at is None
    came(ReachChanged("5", NOW + timedelta(hours=1), is_open=False))
    assert Reach.objects.get().closed_why == "blocked"
    came(replace(HELLO, outside_id="42", sent_at=NOW + timedelta(hours=2)))
    assert (Reach.objects.get().closed_at, Reach.objects.get().closed_why) == (None, "")
    came(ReachChanged("5", NOW + timedelta(hours=3), is_open=False))
    came(ReachChanged("5", NOW + timedelta(hours=4), is_open=True))
    assert Reach.objects.get().closed_at is None


def test_an_answers_address_is_kept_until_there_is_another():
    came(replace(HELLO, address={"channelId": "c"}))
    came(replace(HELLO, outside_id="42"))
    assert Reach.objects.get().address == {"channelId": "c"}


def test_of_lines_asks_as_often_for_thirty_as_for_one(django_assert_num_queries):
    numbers = [came(replace(HELLO, outside_id=str(n), files=(FileSent("photo"),)))["interaction"] for n in range(30)]
    for some in (numbers[:1], numbers):
        with django_assert_num_queries(2):
            assert [len(one.files.all()) for one in messages.of_lines(some).values()] == [1] * len(some)
