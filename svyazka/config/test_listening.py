import asyncio
import os
import signal
import threading
from typing import ClassVar

import pytest
from django.utils import translation

from svyazka.business.calls import commands, links
from svyazka.business.calls.models import Call, Examination, Pbx, PhoneCommand
from svyazka.business.calls.phone_system import Do, Done, NotDone
from svyazka.business.calls.setting_up import examine
from svyazka.business.calls.setting_up.guide import Finding
from svyazka.business.clients.models import Interaction
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.work_off import work_off
from svyazka.business.journal.models import Entry
from svyazka.business.staff.models import Person
from svyazka.config import listening
from svyazka.connectors.asterisk.replay import StandIn, capture
from svyazka.connectors.asterisk.stand_in.small_pbx import SmallPbx
from svyazka.kit import secrets


@pytest.fixture
def pbx(transactional_db, windows):
    return Pbx.objects.create(
        code="asterisk/lab1",
        driver="asterisk",
        host="127.0.0.1",
        port=1,
        login="crm",
        secret=secrets.lock_away("crm-lab-secret"),
    )


def run(story, *, patience=20, **options):
    async def told():
        stop = asyncio.Event()
        task = asyncio.create_task(listening.listen(until=stop, look_every=0.1, **options))
        try:
            async with asyncio.timeout(patience):
                return await story()
        finally:
            stop.set()
            await task

    return asyncio.run(told())


async def until(holds):
    from asgiref.sync import sync_to_async

    while not await sync_to_async(holds)():
        await asyncio.sleep(0.02)


def state_of(pbx):
    pbx.refresh_from_db()
    return links.is_up(pbx), pbx.trouble


def test_a_pbx_is_listened_to_as_soon_as_its_address_is_right(pbx):
    async def story():
        stand_in = StandIn()
        await until(lambda: state_of(pbx) == (False, "unreachable"))
        async with stand_in.serving() as port:
            await Pbx.objects.aupdate(port=port)
            await stand_in.listened_to()
            await until(lambda: state_of(pbx) == (True, ""))
            await stand_in.play(capture("s07"))
        await until(lambda: state_of(pbx)[1] in ("cut", "unreachable"))

    run(story)
    rows = Arrival.objects.filter(account="asterisk/lab1")
    assert sum(bytes(row.body).count(b"Event:") for row in rows) > 8
    verbs = list(Entry.objects.filter(kind="pbx").order_by("id").values_list("verb", flat=True))
    assert verbs[:3] == ["calls.pbx_lost", "calls.pbx_connected", "calls.pbx_lost"]


def test_a_wrong_secret_is_said_in_words(pbx):
    async def story():
        async with StandIn(secret="another", refusal_after=0).serving() as port:
            await Pbx.objects.aupdate(port=port)
            await until(lambda: state_of(pbx) == (False, "wrong_secret"))

    run(story)
    with translation.override("en"):
        assert links.trouble_of(pbx).startswith("The PBX does not accept our login and secret.")


def test_a_pbx_that_is_switched_off_is_left(pbx):
    async def story():
        stand_in = StandIn()
        async with stand_in.serving() as port:
            await Pbx.objects.aupdate(port=port)
            await stand_in.listened_to()
            await Pbx.objects.aupdate(is_active=False)
            while stand_in.sessions:
                await asyncio.sleep(0.02)

    run(story)


def test_a_listener_that_is_given_a_code_leaves_the_others_alone(pbx):
    async def story():
        stand_in = StandIn()
        async with stand_in.serving() as port:
            await Pbx.objects.aupdate(port=port)
            await Pbx.objects.acreate(code="asterisk/lab2", driver="asterisk", host="127.0.0.1", port=1)
            await until(lambda: Pbx.objects.get(code="asterisk/lab2").trouble == "unreachable")
            assert not stand_in.sessions

    run(story, only=["asterisk/lab2"])


def test_it_ends_when_it_is_told_to(transactional_db):
    threading.Timer(0.3, os.kill, [os.getpid(), signal.SIGTERM]).start()
    asyncio.run(asyncio.wait_for(listening.main(), 5))


class Obeying:
    """A system that does what it is told at once, but for one number."""

    capabilities: ClassVar[frozenset[Do]] = frozenset({Do.DIAL})

    def __init__(self, access, ledger, noticed):
        pass

    async def run(self):
        await asyncio.Event().wait()

    async def carry_out(self, command):
        if command.number == "+79160000000":
            raise ValueError(command)
        if command.number == "+79161111111":
            raise NotDone("busy")
        return Done(call_key=f"{command.extension}-1")


def test_what_a_page_asks_is_carried_out_or_said_to_be_not(pbx, olga, settings):
    settings.PHONE_SYSTEMS = {"asterisk": f"{__name__}.Obeying"}
    olga.extension = "101"
    olga.save(update_fields=["extension"])
    numbers = ["+79161234567", "+79160000000", "+79161111111"]
    asked = [commands.ask(Do.DIAL, by=olga, click=number, number=number) for number in numbers]

    async def story():
        await until(lambda: not PhoneCommand.objects.filter(state__in=["asked", "taken"]).exists())

    run(story)
    found = [PhoneCommand.objects.get(pk=one.pk) for one in asked]
    assert [(one.state, one.trouble, one.call_key) for one in found] == [
        ("done", "", "101-1"),
        ("failed", "broken", ""),
        ("failed", "busy", ""),
    ]


def test_a_click_dials_on_an_asterisk_and_the_call_bears_the_name_of_the_command(pbx, windows):
    olga = windows["olga"]
    small = SmallPbx(pace=0.02)
    asked = []

    def click():
        asked.append(commands.ask(Do.DIAL, by=olga, click="a", number="+79031112233"))
        return True

    async def story():
        async with small.serving() as port:
            await Pbx.objects.aupdate(port=port)
            await until(lambda: state_of(pbx) == (True, ""))
            await until(click)
            await until(lambda: not PhoneCommand.objects.filter(state__in=["asked", "taken"]).exists())
            while small.channels:
                await asyncio.sleep(0.02)
            await asyncio.sleep(0.2)

    run(story)
    while work_off():
        pass
    done, call = PhoneCommand.objects.get(), Call.objects.get()
    assert (done.state, done.trouble, done.call_key) == ("done", "", call.key)
    assert (call.direction, call.result, call.client_number) == ("out", "answered", "+79031112233")
    assert (call.answered_by_id, call.key.startswith(f"svyazka{asked[0].pk}x")) == (olga.pk, True)


def test_two_listeners_that_both_believe_they_lead_do_nothing_twice(pbx, windows):
    """One for all systems and one for this alone take no turns with each other: each hears, writes and obeys."""
    olga, small, asked = windows["olga"], SmallPbx(pace=0.02), []

    def click():
        asked.append(commands.ask(Do.DIAL, by=olga, click="a", number="+79031112233"))
        return True

    async def story():
        stop = asyncio.Event()
        other = asyncio.create_task(listening.listen(until=stop, look_every=0.1, only=[pbx.code]))
        async with small.serving() as port:
            await Pbx.objects.aupdate(port=port)
            await small.listened_to(by=2)
            await until(lambda: state_of(pbx) == (True, ""))
            await until(click)
            await until(lambda: not PhoneCommand.objects.filter(state__in=["asked", "taken"]).exists())
            await small.call("79161234567", to="101")
            while small.channels:
                await asyncio.sleep(0.02)
            await asyncio.sleep(0.3)
        stop.set()
        await other

    run(story)
    while work_off():
        pass
    assert PhoneCommand.objects.get().state == "done"
    calls = Call.objects.whole().order_by("started_at").values_list("direction", "state", "result", "client_number")
    assert list(calls) == [
        ("out", "ended", "answered", "+79031112233"),
        ("in", "ended", "answered", "+79161234567"),
    ]
    assert Interaction.objects.filter(kind="call").count() == 1  # whom we only dialled is nobody yet


class Examined(Obeying):
    """One that says what is wrong with it, and one that breaks over the question."""

    def __init__(self, access, ledger, noticed):
        self.code = access.code

    async def examine(self, extensions):
        if self.code.endswith("lab2"):
            raise ValueError(extensions)
        return [Finding("phones", {"phones": ", ".join(extensions)})]


def test_what_is_wrong_is_looked_into_at_a_pages_wish(pbx, windows, settings):
    settings.PHONE_SYSTEMS = {"asterisk": f"{__name__}.Examined"}
    anna = windows["anna"]
    Person.objects.exclude(pk=windows["olga"].pk).update(extension="")
    Person.objects.filter(pk=windows["olga"].pk).update(extension="101", pbx_code=pbx.code)
    broken = Pbx.objects.create(code="asterisk/lab2", driver="asterisk", host="127.0.0.1", port=1)
    asked = [examine.ask(one, by=anna) for one in (pbx, broken)]

    async def story():
        await until(lambda: not Examination.objects.filter(done_at=None).exists())

    run(story)
    found = [Examination.objects.get(pk=one.pk).findings for one in asked]
    assert found == [[{"what": "phones", "about": {"phones": "101"}}], []]
