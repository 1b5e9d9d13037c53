"""The drivers before their stand-ins, over real sockets; what these tell goes through the ledger into the house."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from itertools import count

import psycopg
import pytest
import structlog
from django.conf import settings
from django.utils.module_loading import import_string

from svyazka.business.calls.models import Call
from svyazka.business.calls.phone_system import Access, Command, Do, Link, NotDone
from svyazka.business.calls.setting_up.guide import Place
from svyazka.business.intake.work_off import work_off
from svyazka.business.intake.write_down import write_down_now
from svyazka.connectors.cloud_pbx.api import Line, TooOften
from svyazka.connectors.cloud_pbx.conftest import pbx_of
from svyazka.connectors.cloud_pbx.driver import Times
from svyazka.connectors.cloud_pbx.provider import Limit, Request
from svyazka.kit import clock

CLIENT = "+79161234567"
CAN = {
    "mango": {Do.DIAL, Do.TRANSFER, Do.CONSULT, Do.CONNECT, Do.COME_BACK, Do.HANG_UP},
    "uis": {Do.DIAL, Do.TRANSFER, Do.CONSULT, Do.CONNECT, Do.COME_BACK, Do.HANG_UP},
    "zadarma": {Do.DIAL},
    "sipuni": {Do.DIAL},
    "megafon": {Do.DIAL},
}
numbers = count(1)


class House:
    """What a driver is given: it writes down, and notices."""

    def __init__(self) -> None:
        self.links: list[Link] = []
        self.arrivals: list = []

    async def put(self, arrival) -> None:
        self.arrivals.append(arrival)

    async def notice(self, link: Link) -> None:
        self.links.append(link)


def driver_of(stand_in, house: House | None = None, **more):
    house = house or House()
    options = (("employees", "101=2345, 102=2346"), ("hold_media", "2034"))
    given = {"login": stand_in.login, "secret": stand_in.secret, "port": stand_in.port, "options": options, **more}
    access = Access(f"{stand_in.code}/main", "127.0.0.1", **given)
    times = Times(check=0.05, look=0.02)
    return import_string(settings.PHONE_SYSTEMS[stand_in.code])(access, house, house.notice, times=times)


def command(do: Do, *, within: float = 5, **more) -> Command:
    given = {"extension": "101", "until": clock.now() + timedelta(seconds=within), **more}
    return Command(f"svyazka{next(numbers)}x", do, **given)


def carry_out(driver, *commands: Command):
    async def all_of_them():
        try:
            return [await driver.carry_out(one) for one in commands][-1]
        finally:
            await driver.line.close()

    return asyncio.run(all_of_them())


def trouble_of(driver, *commands: Command) -> str:
    with pytest.raises(NotDone) as refusal:
        carry_out(driver, *commands)
    return refusal.value.trouble


def links_of(driver, house: House) -> set[Link]:
    run_until(driver, lambda: house.links)
    return set(house.links)


def run_until(driver, holds) -> None:
    async def a_while():
        running = asyncio.create_task(driver.run())
        async with asyncio.timeout(20):
            while not holds():
                await asyncio.sleep(0.01)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(a_while())


def talking(stand_in):
    """The client and phone 101."""
    talk = stand_in.rings_in(CLIENT.lstrip("+"), "74951000101", "101")
    stand_in.answers(talk, "101")
    stand_in.wait(3)
    return talk


def test_it_can_what_its_api_can(stand_in):
    driver = import_string(settings.PHONE_SYSTEMS[stand_in.code])
    assert (driver.capabilities, driver.way_in) == (CAN[stand_in.code], "cloud_pbx")
    assert [option.name for option in driver.options][-1] == "addresses"


def test_where_the_link_stands(connected):
    house = House()
    assert links_of(driver_of(connected, house), house) == {Link(is_up=True)}


def test_a_wrong_key_is_said(connected):
    house = House()
    said = links_of(driver_of(connected, house, secret="wrong"), house)
    # Sipuni has nothing cheap to ask: that it is there is all that is known.
    assert said == ({Link(True)} if connected.code == "sipuni" else {Link(False, "wrong_secret")})


def test_nobody_is_there(stand_in, windows, transactional_db):
    house = House()
    assert links_of(driver_of(stand_in, house, port=1), house) == {Link(False, "unreachable")}
    assert trouble_of(driver_of(stand_in, port=1), command(Do.DIAL, number=CLIENT)) == "no_link"


def test_a_call_out(connected, olga):
    done = carry_out(driver_of(connected), command(Do.DIAL, number=CLIENT))
    call = Call.objects.get()
    assert (done.call_key, call.direction, call.client_number) == (call.key, "out", CLIENT)
    assert call.answered_by_id == (olga.pk if call.result else None)


def test_a_phone_that_it_does_not_know(connected):
    expected = {"uis": "no_such_phone", "sipuni": "no_effect"}.get(connected.code, "refused")
    dial = command(Do.DIAL, number=CLIENT, extension="999", within=0.5)
    assert trouble_of(driver_of(connected), dial) == expected


def test_yes_alone_is_not_enough(connected):
    connected.is_deaf = True
    assert trouble_of(driver_of(connected), command(Do.DIAL, number=CLIENT, within=0.4)) == "no_effect"


def test_a_wrong_key_is_refused_and_no_secret_is_logged(connected):
    with structlog.testing.capture_logs() as logs:
        trouble = trouble_of(driver_of(connected, secret="s3cr3t"), command(Do.DIAL, number=CLIENT))
    assert trouble == "refused"
    assert logs
    assert not any(word in str(logs) for word in ("s3cr3t", CLIENT[1:], connected.login + ":"))


def test_what_it_cannot_is_refused_at_once(connected):
    for do in set(Do) - CAN[connected.code]:
        assert trouble_of(driver_of(connected), command(do, call_key="1")) == "refused"
    assert not connected.asked


@pytest.mark.parametrize(("stand_in", "known"), [("mango", (10, 4, 4)), ("zadarma", (100,))], indirect=["stand_in"])
def test_its_limits_are_kept(connected, known):
    driver = driver_of(connected)
    assert tuple(limit.times for limit in driver.api.limits) == known

    async def too_often(limit: Limit) -> int:
        line = Line(driver.access, [limit])
        for number in range(limit.times + 1):
            try:
                await line.ask(Request(limit.path or "/", "GET"))
            except TooOften:
                await line.close()
                return number
        return 0

    for limit in driver.api.limits:
        assert asyncio.run(too_often(replace(limit, seconds=60))) == limit.times


@pytest.mark.parametrize("stand_in", ["mango"], indirect=True)
@pytest.mark.parametrize(
    ("later", "trouble"), [(2240, "no_money"), (2300, "refused"), (4200, "nobody_answered"), (4100, "refused")]
)
def test_what_mango_says_later_is_heard(connected, later, trouble):
    connected.later = later
    assert trouble_of(driver_of(connected), command(Do.DIAL, number=CLIENT, within=30)) == trouble


@pytest.mark.parametrize("stand_in", ["zadarma"], indirect=True)
def test_its_own_word_for_too_often(connected):
    connected.most_a_minute = 0
    assert trouble_of(driver_of(connected), command(Do.DIAL, number=CLIENT)) == "too_often"


of_those_that_can = pytest.mark.parametrize("stand_in", ["mango", "uis"], indirect=True)


def about(talk, do: Do, **more) -> Command:
    return command(do, call_key=talk.key, **more)


@of_those_that_can
def test_passed_on_at_once(connected):
    talk = talking(connected)
    carry_out(driver_of(connected), about(talk, Do.TRANSFER, number="102"))
    assert talk.speaker == "102" or "102" in talk.phones


@of_those_that_can
def test_consulted_and_connected(connected):
    talk = talking(connected)
    driver = driver_of(connected)
    carry_out(driver, about(talk, Do.CONSULT, number="102"))
    assert (talk.speaker, talk.asked) == ("101", "102")
    carry_out(driver_of(connected), about(talk, Do.CONNECT))
    assert (talk.speaker, talk.asked) == ("102", "")
    connected.wait(20)
    connected.ends(talk)
    call = Call.objects.get()
    assert (call.state, call.result) == ("ended", "answered")


@of_those_that_can
def test_nobody_was_asked(connected):
    talk = talking(connected)
    expected = {"mango": "nobody_asked", "uis": "not_talking"}[connected.code]
    assert trouble_of(driver_of(connected), about(talk, Do.CONNECT)) == expected


@of_those_that_can
def test_consulted_and_back(connected):
    talk = talking(connected)
    carry_out(driver_of(connected), about(talk, Do.CONSULT, number="102"))
    connected.wait(2)
    carry_out(driver_of(connected), about(talk, Do.COME_BACK))
    assert (talk.speaker, talk.asked) == ("101", "")


@of_those_that_can
def test_hung_up(connected):
    talk = talking(connected)
    carry_out(driver_of(connected), about(talk, Do.HANG_UP))
    assert Call.objects.get().state == "ended"
    assert trouble_of(driver_of(connected), about(talk, Do.HANG_UP)) == "no_such_call"


@of_those_that_can
def test_a_call_of_somebody_else(connected):
    talk = talking(connected)
    assert trouble_of(driver_of(connected), about(talk, Do.TRANSFER, extension="102", number="103")) == "not_yours"
    assert trouble_of(driver_of(connected), command(Do.TRANSFER, call_key="77", number="102")) == "no_such_call"
    assert not connected.asked


@of_those_that_can
def test_accepted_and_nothing_happened(connected):
    talk = talking(connected)
    connected.is_deaf = True
    assert trouble_of(driver_of(connected), about(talk, Do.TRANSFER, number="102", within=0.4)) == "no_effect"


@pytest.mark.parametrize("stand_in", ["uis"], indirect=True)
def test_a_client_is_not_left_with_the_music(connected):
    """UIS holds first; where the next step is refused, the client gets his operator back."""
    talk = talking(connected)
    assert trouble_of(driver_of(connected), about(talk, Do.TRANSFER, number="999")) == "no_such_phone"
    assert [method for method, _params in connected.asked] == ["hold.call", "make.call", "unhold.call"]
    assert talk.asked == ""


def test_a_call_whose_end_was_lost_ends(connected):
    pbx_of(connected)
    talk = talking(connected)
    Call.objects.update(started_at=clock.now() - timedelta(hours=5))
    fresh = talking(connected)
    house = House()
    run_until(driver_of(connected, house), lambda: house.arrivals)
    with psycopg.connect(settings.DATABASE_DIRECT_URL, autocommit=True) as ledger:
        write_down_now(ledger, [replace(one) for one in house.arrivals])
    work_off()
    states = dict(Call.objects.values_list("key", "state"))
    assert states == {talk.key: "ended", fresh.key: "talking"}


def examined(stand_in, **more) -> list[str]:
    async def told():
        driver = driver_of(stand_in, **more)
        try:
            return [one.what for one in await driver.examine(())]
        finally:
            await driver.line.close()

    return asyncio.run(told())


def test_an_examination_says_whether_the_key_is_right(connected):
    is_told = connected.code != "sipuni"
    assert examined(connected) == ["key_right" if is_told else "key_unknown", "address_unknown"]
    assert examined(connected, secret="wrong")[0] == ("key_wrong" if is_told else "key_unknown")
    if is_told:
        assert examined(connected, port=1)[0] == "no_answer"


def test_what_may_be_found_has_words_and_our_address_has_its_place(stand_in):
    guide = import_string(settings.PHONE_SYSTEMS[stand_in.code]).guide
    assert {"key_right", "key_wrong", "key_unknown", "no_answer", "address_unknown"} == set(guide.diagnoses)
    parts = guide.parts(Access("x/y", "h", 443, "", ""), Place(events="https://crm.example/in/cloud_pbx/1"))
    assert [part.text for part in parts][:2] == ["", "https://crm.example/in/cloud_pbx/1"]
