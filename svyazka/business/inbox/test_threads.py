from __future__ import annotations

from datetime import timedelta

import pytest

from svyazka.business.clients import history
from svyazka.business.clients.models import Client, Interaction
from svyazka.business.inbox import listing, threads
from svyazka.business.inbox.listing import Wish
from svyazka.business.inbox.models import Thread
from svyazka.business.journal.models import Entry
from svyazka.business.journal.record import Automaton
from svyazka.business.notices.models import Notice
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

HOUSE = Automaton("test")
BOT = "telegram/main"


def wrote(client: Client, text: str = "Здравствуйте", *, ago: int = 0) -> Interaction:
    """Minutes ago."""
    line = history.add(
        client.pk, kind="message", direction="in", channel=BOT, text=text, at=clock.now() - timedelta(minutes=ago),
        waiting=True, by=HOUSE,
    )  # fmt: skip
    threads.heard(line, account=BOT)
    return line


def answer(client: Client, *, by, text: str = "Добрый день", ago: int = 0) -> Thread:
    at = clock.now() - timedelta(minutes=ago)
    line = history.add(client.pk, kind="message", direction="out", channel=BOT, text=text, at=at, by=by)
    return threads.answered(line, by=by)


def test_he_waits_since_the_first_message_that_nobody_has_answered(vera):
    first = wrote(vera, "Когда замер?", ago=20)
    wrote(vera, "Ау", ago=5)
    thread = Thread.objects.get(client_id=vera.pk)
    assert (thread.waits_since, thread.last_text, thread.last_is_ours, thread.responsible) == (
        first.at, "Ау", False, None,
    )  # fmt: skip


def test_a_message_that_comes_late_makes_him_wait_longer_and_leaves_what_is_shown(vera):
    wrote(vera, "Второе", ago=5)
    late = wrote(vera, "Первое", ago=9)
    thread = Thread.objects.get(client_id=vera.pk)
    assert (thread.waits_since, thread.last_text) == (late.at, "Второе")


def test_whoever_answers_has_the_thread_and_nothing_waits_in_the_queue(vera, olga, oksana):
    line = wrote(vera, ago=3)
    thread = answer(vera, by=olga)
    assert (thread.responsible_id, thread.waits_since, thread.last_is_ours) == (olga.pk, None, True)
    stored = Interaction.objects.get(pk=line.pk)
    assert (stored.waiting, stored.taken_by_id) == (False, olga.pk)
    assert answer(vera, by=oksana).responsible_id == olga.pk


def test_a_missed_call_waits_on_when_a_message_is_answered(vera, olga):
    call = history.add(vera.pk, kind="call", direction="in", waiting=True, by=HOUSE)
    wrote(vera)
    answer(vera, by=olga)
    assert Interaction.objects.get(pk=call.pk).waiting


def test_whom_it_is_given_to_hears_of_it(vera, olga, oksana):
    wrote(vera, "Два окна")
    thread = threads.assign(Thread.objects.get(), oksana, by=olga)
    [notice] = Notice.objects.filter(kind="thread.assigned")
    assert (thread.responsible, notice.person_id, notice.data["text"]) == (oksana, oksana.pk, "Два окна")
    threads.assign(thread, None, by=olga)
    assert Thread.objects.get().responsible is None


def test_nobody_gets_a_thread_who_may_not_answer(vera, olga, egor):
    wrote(vera)
    with pytest.raises(Refused):
        threads.assign(Thread.objects.get(), egor, by=olga)


def test_only_one_of_two_takes_it(vera, olga, oksana):
    wrote(vera)
    seen = Thread.objects.get()
    threads.take(seen, by=olga)
    with pytest.raises(Refused):
        threads.take(seen, by=oksana)
    assert Thread.objects.get().responsible == olga


def test_whoever_takes_it_up_in_the_queue_has_the_thread_of_nobody(vera, olga, oksana):
    wrote(vera)
    threads.taken_up(vera.pk, by=olga)
    threads.taken_up(vera.pk, by=oksana)
    assert Thread.objects.get().responsible == olga


def test_snoozed_it_comes_back_at_its_time_and_his_person_hears_of_it(vera, olga):
    wrote(vera)
    answer(vera, by=olga)
    thread = threads.snooze(Thread.objects.get(), clock.now() + timedelta(hours=1), by=olga)
    assert (thread.state, threads.wake_due()) == ("snoozed", 0)
    Thread.objects.update(snoozed_until=clock.now() - timedelta(seconds=1))
    assert (threads.wake_due(), threads.wake_due(), Thread.objects.get().state) == (1, 0, "open")
    assert Notice.objects.filter(kind="thread.woken", person=olga).count() == 1


@pytest.mark.parametrize("off", [timedelta(minutes=-1), timedelta(days=400)])
def test_nothing_is_put_off_into_the_past_or_for_years(vera, olga, off):
    wrote(vera)
    with pytest.raises(Refused):
        threads.snooze(Thread.objects.get(), clock.now() + off, by=olga)


def snooze(thread: Thread, *, by) -> Thread:
    return threads.snooze(thread, clock.now() + timedelta(hours=1), by=by)


@pytest.mark.parametrize("away", [threads.close, snooze])
def test_who_writes_again_is_open_again(vera, olga, away):
    wrote(vera, ago=5)
    away(Thread.objects.get(), by=olga)
    wrote(vera, "И ещё")
    thread = Thread.objects.get()
    assert (thread.state, thread.snoozed_until, thread.waits_since is None) == ("open", None, False)


def test_done_can_be_taken_back_and_he_waits_as_before(vera, olga):
    answer(vera, by=olga, ago=30)
    line = wrote(vera, "Когда?", ago=10)
    wrote(vera, "Ау", ago=2)
    closed = threads.close(Thread.objects.get(), by=olga)
    assert (closed.state, closed.waits_since) == ("done", None)
    assert threads.open_again(closed, by=olga).waits_since == line.at
    assert list(Entry.objects.filter(kind="thread").order_by("pk").values_list("verb", flat=True)) == [
        "inbox.closed",
        "inbox.opened",
    ]


@pytest.mark.parametrize("is_taken", [False, True])
def test_done_and_taken_back_what_nobody_has_is_in_the_queue_again(vera, olga, is_taken):
    wrote(vera, "Спам", ago=20)
    answer(vera, by=HOUSE, ago=15)
    wrote(vera, "Когда?", ago=10)
    wrote(vera, "Ау", ago=2)
    if is_taken:
        threads.take(Thread.objects.get(), by=olga)
    closed = threads.close(Thread.objects.get(), by=olga)
    assert not Interaction.objects.filter(waiting=True).exists()
    threads.open_again(closed, by=olga)
    waits = Interaction.objects.filter(waiting=True, taken_by_id=None, taken_at=None).order_by("at")
    assert [one.text for one in waits] == ([] if is_taken else ["Когда?", "Ау"])


def test_a_second_click_changes_nothing(vera, olga):
    wrote(vera)
    threads.close(Thread.objects.get(), by=olga)
    threads.close(Thread.objects.get(), by=olga)
    assert Entry.objects.filter(verb="inbox.closed").count() == 1


def test_the_list_shows_who_waits_longest_and_then_the_newest(vera, olga):
    names = {}
    for name, ago in (("Анна", 5), ("Борис", 50), ("Вадим", 20), ("Глеб", 90)):
        client = Client.objects.create(name=name)
        names[client.pk] = name
        wrote(client, ago=ago)
        if name in ("Анна", "Глеб"):
            answer(client, by=olga, ago=ago - 1)
    order = [names[one.client_id] for one in listing.list_threads(Wish("all"), olga, most=10)]
    assert order == ["Борис", "Вадим", "Анна", "Глеб"]
    newest = [names[one.client_id] for one in listing.list_threads(Wish("all", newest=True), olga, most=2)]
    assert newest == ["Анна", "Вадим"]
    assert listing.count_waiting(olga) == {"mine": 0, "nobody": 2, "all": 2}
    assert [names[one.client_id] for one in listing.list_threads(Wish(), olga, most=10)] == ["Анна", "Глеб"]


def test_it_is_filtered_by_channel_and_client(vera, olga):
    wrote(vera)
    assert len(listing.list_threads(Wish("all", channel="telegram"), olga, most=9)) == 1
    assert listing.list_threads(Wish("all", channel="tele"), olga, most=9) == []
    assert listing.list_threads(Wish("all", clients=[]), olga, most=9) == []
    assert listing.list_threads(Wish("nobody", state="done"), olga, most=9) == []
