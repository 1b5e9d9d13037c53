from __future__ import annotations

from datetime import timedelta

import pytest

from svyazka.business.clients.models import ContactPoint, Interaction
from svyazka.business.conversations import messages, reach
from svyazka.business.conversations.models import Message
from svyazka.business.deals.models import Task
from svyazka.business.inbox import fallback, health, rules
from svyazka.business.inbox.health import Light
from svyazka.business.inbox.models import FallenBack
from svyazka.business.notices.models import Notice, Outage
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

State = Message.State


@pytest.fixture
def order(chats, anna):
    """MAX, then SMS, at last somebody rings."""
    rules.change(enter_sends=True, ways=["max", "sms"], rings=True, down_minutes=10, by=anna)


@pytest.fixture
def say(vera, chats, chatting, olga, order):
    chatting("Здравствуйте")

    def write(text="Завтра в десять", *, kind="telegram"):
        user = {"sms": "+79161234567"}.get(kind, f"u{vera.pk}")
        return messages.say(vera.pk, text, account=chats[kind].code, user_id=user, by=olga)

    return write


def is_now(message: Message, state: str) -> None:
    Message.objects.filter(pk=message.pk).update(state=state, state_at=clock.now(), try_at=None)


def ours() -> list[tuple[str, str]]:
    found = Message.objects.filter(is_ours=True).order_by("pk")
    return [(one.account.partition("/")[0], one.state) for one in found]


def test_what_failed_goes_by_the_next_way_that_leads_to_him_and_once(say):
    is_now(say(), State.FAILED)
    assert (fallback.go_round(), fallback.go_round()) == (1, 0)
    assert ours() == [("telegram", "failed"), ("sms", "waiting")]
    texts = Interaction.objects.filter(direction="out").values_list("text", flat=True)
    assert set(texts) == {"Завтра в десять"}


def test_max_comes_before_sms_once_he_has_written_there(say, chatting):
    chatting("И тут я", kind="max")
    is_now(first := say(), State.FAILED)
    fallback.go_round()
    second = Message.objects.get(pk=FallenBack.objects.get(pk=first.pk).by_message_id)
    is_now(second, State.FAILED)
    fallback.go_round()
    is_now(Message.objects.order_by("-pk").first(), State.FAILED)
    fallback.go_round()
    assert [kind for kind, _state in ours()] == ["telegram", "max", "sms"]
    task = Task.objects.get(kind="call")
    assert (task.person.login, FallenBack.objects.filter(task_id=task.pk).count()) == ("olga", 1)


def test_at_last_somebody_rings_and_hears_of_it(say, olga):
    is_now(say("Слишком длинно для SMS. " * 9), State.FAILED)
    fallback.go_round()
    task = Task.objects.get(kind="call")
    assert (task.person, "Вера Павлова" in task.what) == (olga, True)
    assert Notice.objects.filter(person=olga, kind="thread.fell_back").count() == 1


def test_nobody_rings_where_there_is_no_number(say, vera, olga):
    ContactPoint.objects.filter(client=vera, kind="phone").delete()
    is_now(say(), State.FAILED)
    assert fallback.go_round() == 1
    assert not Task.objects.filter(kind="call").exists()
    assert Notice.objects.filter(person=olga, kind="thread.fell_back").exists()


@pytest.mark.parametrize("state", [State.UNSURE, State.SENDING, State.SENT, State.CALLED_OFF])
def test_nothing_is_said_twice_by_itself(say, state):
    is_now(say(), state)
    assert fallback.go_round() == 0
    assert ours() == [("telegram", state)]


@pytest.mark.parametrize("trouble", ["off", "closed", "down"])
def test_what_waits_for_a_channel_that_is_not_there_goes_another_way(say, vera, chats, trouble):
    said = say()
    account = chats["telegram"]
    if trouble == "off":
        account.is_active = False
        account.save()
    elif trouble == "closed":
        reach.closed(account.code, f"u{vera.pk}", at=clock.now())
    else:
        since = clock.now() - timedelta(minutes=11)
        Outage.objects.create(account=account.code, why="unreached", since=since, tries=3, until=clock.now())
    assert fallback.go_round() == 1
    assert ours() == [("telegram", "called_off"), ("sms", "waiting")]
    assert FallenBack.objects.get(pk=said.pk).why == trouble


def test_a_channel_that_has_just_stopped_is_waited_for(say, chats):
    say()
    Outage.objects.create(
        account=chats["telegram"].code, why="unreached", since=clock.now(), tries=1, until=clock.now()
    )
    assert fallback.go_round() == 0


def test_a_person_chooses_another_way_himself_and_nothing_follows_by_itself(say, olga):
    is_now(said := say(), State.UNSURE)
    fallback.by_other_way(said, account="sms/main", user_id="+79161234567", by=olga)
    assert ours() == [("telegram", "unsure"), ("sms", "waiting")]
    with pytest.raises(Refused):
        fallback.by_other_way(said, account="sms/main", user_id="+79161234567", by=olga)
    is_now(said, State.FAILED)
    assert fallback.go_round() == 0


def test_files_go_along_where_they_are_taken(say, chats, chatting, vera, olga, attachments_root):
    from svyazka.business.conversations.client_channel import Attached

    chatting("Я", kind="max")
    attached = [Attached("план.txt", "text/plain", "окно слева".encode())]
    way = {"account": chats["telegram"].code, "user_id": f"u{vera.pk}"}
    is_now(messages.say(vera.pk, "План", **way, files=attached, by=olga), State.FAILED)
    fallback.go_round()
    sent = Message.objects.order_by("-pk").first()
    assert (sent.account, sent.files.get().name) == ("max/main", "план.txt")


def test_lights_say_what_is_in_order_slow_down_and_off(say, chats):
    codes = list(chats.values())
    assert {one.light for one in health.of_accounts(codes).values()} == {Light.GOOD}
    Message.objects.filter(pk=say().pk).update(state_at=clock.now() - timedelta(minutes=3))
    Outage.objects.create(account="max/main", why="denied", since=clock.now(), tries=1, until=clock.now())
    chats["sms"].is_active = False
    lights = health.of_accounts(codes)
    assert {code: one.light for code, one in lights.items()} == {
        chats["telegram"].code: Light.SLOW, "max/main": Light.DOWN, "sms/main": Light.OFF,
    }  # fmt: skip
    assert (lights["max/main"].is_denied, lights[chats["telegram"].code].waiting) == (True, 1)


@pytest.mark.parametrize("given", [{"ways": ["pigeon"]}, {"down_minutes": 0}, {"down_minutes": 999}])
def test_rules_that_cannot_be_kept_are_refused(chats, anna, given):
    kept = {"enter_sends": True, "ways": ["max"], "rings": True, "down_minutes": 10}
    with pytest.raises(Refused):
        rules.change(**{**kept, **given}, by=anna)
    assert rules.ways() == ["max", "sms"]  # as every company begins, of the channels that there are


def test_whether_enter_sends_everybody_chooses_for_himself(chats, anna, olga, oksana):
    rules.choose(oksana, enter_sends=True)
    rules.change(enter_sends=False, ways=[], rings=False, down_minutes=10, by=anna)
    assert (rules.enter_sends(olga), rules.enter_sends(oksana)) == (False, True)
