from __future__ import annotations

from datetime import datetime, timedelta

from svyazka.business.clients import history
from svyazka.business.clients.models import Client
from svyazka.business.duplicates import merging
from svyazka.business.inbox import threads
from svyazka.business.inbox.models import Thread
from svyazka.business.journal.record import Automaton
from svyazka.kit import clock

BOT = "telegram/main"


def wrote(client: Client, text: str, *, ago: int) -> datetime:
    """Minutes ago."""
    at = clock.now() - timedelta(minutes=ago)
    by = Automaton("test")
    line = history.add(client.pk, kind="message", direction="in", channel=BOT, text=text, at=at, by=by)
    threads.heard(line, account=BOT)
    return at


def test_who_becomes_one_with_another_waits_since_the_earlier(vera, olga):
    petr = Client.objects.create(name="Пётр")
    first = wrote(petr, "Пишу с другого", ago=30)
    wrote(vera, "Я", ago=10)
    threads.assign(Thread.objects.get(client_id=petr.pk), olga, by=olga)
    done = merging.merge(vera, petr, by=olga)
    thread = Thread.objects.get()
    assert (thread.client_id, thread.waits_since, thread.last_text) == (vera.pk, first, "Я")
    assert thread.responsible == olga
    merging.undo(done, by=olga)
    assert {one.client_id: one.last_text for one in Thread.objects.all()} == {vera.pk: "Я", petr.pk: "Пишу с другого"}


def test_a_thread_follows_whoever_had_none(vera, olga):
    petr = Client.objects.create(name="Пётр")
    wrote(petr, "Здравствуйте", ago=3)
    merging.merge(vera, petr, by=olga)
    assert Thread.objects.get().client_id == vera.pk
