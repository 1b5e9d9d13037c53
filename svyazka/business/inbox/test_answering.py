from __future__ import annotations

import pytest

from svyazka.business.clients.models import Interaction
from svyazka.business.conversations.models import Message
from svyazka.business.deals import opening
from svyazka.business.inbox import answering, replies, threads
from svyazka.business.inbox.answering import AnsweredMeanwhile
from svyazka.business.inbox.models import Thread
from svyazka.kit.refusals import Refused


@pytest.fixture
def answer(vera, chats, chatting):
    line = chatting("Когда замер?")

    def say(text="Завтра в десять", *, by, seen=line.pk, **more):
        way = {"account": chats["telegram"].code, "user_id": f"u{vera.pk}"}
        return answering.answer(vera, text, **way, seen=seen, by=by, **more)

    return say


def test_an_answer_waits_to_be_sent_stands_in_the_history_and_the_client_waits_no_longer(vera, olga, answer):
    deal = opening.open_deal(vera, by=olga)
    said = answer(by=olga)
    line = Interaction.objects.get(pk=said.interaction_id)
    assert (said.state, line.text, line.direction, line.by_id, line.deal_id) == (
        "waiting", "Завтра в десять", "out", olga.pk, deal.pk,
    )  # fmt: skip
    thread = Thread.objects.get()
    assert (thread.waits_since, thread.responsible_id, thread.last_text) == (None, olga.pk, "Завтра в десять")
    assert not Interaction.objects.filter(waiting=True).exists()


def test_sent_twice_within_seconds_it_is_said_once(olga, answer):
    assert answer(by=olga).pk == answer(by=olga).pk
    assert Message.objects.filter(is_ours=True).count() == 1


def test_the_second_of_two_is_told_before_anything_is_sent_and_may_all_the_same(olga, oksana, answer):
    first = answer(by=olga)
    with pytest.raises(AnsweredMeanwhile) as refusal:
        answer("Послезавтра", by=oksana)
    assert (refusal.value.name, refusal.value.theirs.pk) == (olga.full_name, first.interaction_id)
    assert Message.objects.filter(is_ours=True).count() == 1
    answer("Послезавтра", by=oksana, seen=refusal.value.theirs.pk)
    assert Message.objects.filter(is_ours=True).count() == 2


def test_ones_own_answer_is_no_surprise(olga, answer):
    answer(by=olga)
    answer("И ещё", by=olga)
    assert Message.objects.filter(is_ours=True).count() == 2


def test_a_field_that_nobody_has_filled_in_does_not_go_out(olga, answer):
    with pytest.raises(Refused) as refusal:
        answer("Ваш выезд: {visit}", by=olga)
    assert "{visit}" in str(refusal.value)
    answer("Цена {примерно} такая", by=olga)
    assert Message.objects.filter(is_ours=True).count() == 1


def test_what_is_empty_or_goes_nowhere_leaves_nothing_behind(vera, olga, answer):
    before = threads.of_client(vera.pk)
    for text, more in (("  ", {}), ("Да", {"user_id": "somebody"})):
        way = {"account": "telegram/main", "user_id": f"u{vera.pk}", **more}
        with pytest.raises(Refused):
            answering.answer(vera, text, **way, seen=None, by=olga)
    assert not Message.objects.filter(is_ours=True).exists()
    assert threads.of_client(vera.pk).waits_since == before.waits_since


def test_a_reply_is_filled_in_with_what_is_known():
    text, unknown = replies.filled("{name}, номер {deal}: {visit}. {что}", {"name": "Вера", "deal": "7", "visit": ""})
    assert (text, unknown) == ("Вера, номер 7: {visit}. {что}", ["visit"])


def test_replies_are_kept_in_order_and_each_name_once(olga):
    first = replies.add("Привет", "Здравствуйте, {name}!", by=olga)
    second = replies.add("Пока", "До свидания", by=olga)
    with pytest.raises(Refused):
        replies.add(" Привет ", "Другое", by=olga)
    replies.move(second, up=True, by=olga)
    assert [one.title for one in replies.list_all()] == ["Пока", "Привет"]
    replies.change(first, "Приветствие", "Добрый день", version=1, by=olga)
    replies.remove(second, by=olga)
    assert [(one.title, one.text) for one in replies.list_all()] == [("Приветствие", "Добрый день")]


@pytest.mark.parametrize("text", ["", " \x00 ", "{phone}", "я" * 4001])
def test_a_reply_that_cannot_go_out_is_refused(olga, text):
    with pytest.raises(Refused):
        replies.add("Привет", text, by=olga)
