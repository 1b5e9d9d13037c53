"""What is wrong with an Asterisk is found by asking one: over a real socket, of a stand-in that answers like it."""

import asyncio
import contextlib
from string import Formatter

import pytest

from svyazka.business.calls.phone_system import Access
from svyazka.business.calls.setting_up.guide import Place
from svyazka.connectors.asterisk.driver import Asterisk
from svyazka.connectors.asterisk.guide import DIAGNOSES, GUIDE
from svyazka.connectors.asterisk.line import Times
from svyazka.connectors.asterisk.stand_in.itself import Itself
from svyazka.connectors.asterisk.stand_in.small_pbx import SmallPbx

GOOD = {"version", "named", "rights", "clock", "context", "phones", "nothing_heard", "prompts_unknown"}


class Ledger:
    async def put(self, _arrival):
        pass


async def noticed(_link):
    pass


async def _nothing(_pbx):
    pass


def examined(pbx, *, options=(), extensions=("101",), first=_nothing, answer=2.0):
    """By what: the findings of a driver that listens to this PBX, after `first` has happened."""

    async def told():
        async with asyncio.timeout(20), pbx.serving() as port:
            access = Access("asterisk/lab1", "127.0.0.1", port, "crm", "crm-lab-secret", options)
            driver = Asterisk(access, Ledger(), noticed, times=Times(answer=answer))
            assert await driver.examine(extensions) == []
            running = asyncio.create_task(driver.run())
            while driver.line is None:
                await asyncio.sleep(0.01)
            await first(pbx)
            try:
                return {one.what: dict(one.about) for one in await driver.examine(extensions)}
            finally:
                pbx.flow()
                running.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await running

    found = asyncio.run(told())
    for what, about in found.items():
        words = f"{DIAGNOSES[what].words}{DIAGNOSES[what].remedy}"
        assert {name for _text, name, _spec, _kind in Formatter().parse(words) if name} == set(about), what
    return found


def small(*, knows_filters=True, **itself):
    return SmallPbx(pace=0.01, itself=Itself(**itself), knows_filters=knows_filters)


def test_all_is_well_before_the_first_call():
    found = examined(small(), extensions=("101", "102"))
    assert set(found) == GOOD
    assert found["version"] == {"version": "22.10.1"}
    assert found["phones"] == {"phones": "101, 102"}


async def a_call(pbx):
    await pbx.call("79161234567", to="101", seconds=1)
    await asyncio.sleep(0.1)


def test_after_a_call_it_is_known_that_calls_and_recordings_are_told_of():
    assert set(examined(small(), first=a_call)) == GOOD - {"nothing_heard"} | {"heard", "recorded"}


class Unrecorded(SmallPbx):
    async def say(self, event, *pairs):
        if event not in ("VarSet", "Cdr"):
            await super().say(event, *pairs)


def test_what_a_call_should_have_brought_is_missed():
    found = set(examined(Unrecorded(pace=0.01), first=a_call))
    assert found == GOOD - {"nothing_heard"} | {"heard", "no_records", "not_recorded"}


class Hiding(SmallPbx):
    """A login without the right “call” under read."""

    async def say(self, *_said):
        pass


async def a_call_goes_on(pbx):
    calling = asyncio.create_task(pbx.call("79161234567", to="101", seconds=1000))
    pbx.doing.add(calling)
    while len(pbx.channels) < 2:
        await asyncio.sleep(0.01)


def test_calls_that_go_on_and_are_not_told_of_are_noticed():
    assert "calls_hidden" in examined(Hiding(pace=0.01), first=a_call_goes_on)


@pytest.mark.parametrize("right", ["call", "originate", "agent"])
def test_a_right_that_is_missing_is_named(right):
    rights = Itself().rights - {right}
    assert set(examined(small(rights=rights))) == GOOD - {"rights"} | {f"no_right_{right}"}


def test_without_the_right_system_no_filter_is_accepted():
    found = set(examined(small(rights=Itself().rights - {"system"})))
    assert found == GOOD - {"rights"} | {"no_right_system", "filters_refused"}


def test_an_old_one_knows_no_filters_and_a_very_old_one_was_never_tried():
    assert examined(small(version="18.9.0", knows_filters=False))["without_filters"] == {"version": "18.9.0"}
    assert examined(small(version="16.30.0", knows_filters=False))["too_old"] == {"version": "16.30.0"}


def test_a_pbx_without_a_name_and_with_a_clock_of_its_own():
    found = examined(small(name="", clock_off=-90))
    assert "without_name" in found
    assert found["clock_off"] == {"seconds": "-90"}


def test_a_context_that_is_not_there_is_named():
    options = (("context", "from-internal"), ("transfer_context", "nowhere"))
    found = examined(small(), options=options)
    assert (found["context"], found["context_missing"]) == ({"context": "from-internal"}, {"context": "nowhere"})


def test_without_the_right_to_see_it_a_context_is_not_known():
    assert "context_unknown" in examined(small(rights=Itself().rights - {"reporting"}))


def test_modules_that_are_not_loaded_are_named():
    found = set(examined(small(modules=frozenset())))
    assert found == GOOD | {"no_app_mixmonitor", "no_app_queue", "no_res_pjsip_transport_websocket"}


def test_phones_of_our_people_are_looked_for():
    pbx = small()
    pbx.phones["102"].is_connected = False
    found = examined(pbx, extensions=("101", "102", "777"))
    assert (found["phones"], found["phones_away"]) == ({"phones": "101"}, {"phones": "102"})
    assert found["phones_unknown"] == {"phones": "777"}


def test_one_that_says_nothing_is_given_up():
    async def falls_silent(pbx):
        pbx.stall()

    assert set(examined(small(), first=falls_silent, answer=0.2)) == {"silent", "prompts_unknown"}


def test_what_goes_into_the_files_holds_the_very_values():
    access = Access("asterisk/office", "10.0.0.5", 5038, "svyazka", "k3y", (("context", "from-crm"),))
    parts = GUIDE.parts(access, Place(address="10.0.0.9"))
    text = "".join(part.text for part in parts)
    for line in ("[svyazka]", "secret = k3y", "permit = 10.0.0.9/", "systemname = office", "[from-crm]"):
        assert line in text
    assert [part.where for part in parts][0] == "/etc/asterisk/manager.conf"
    assert all(part.run or part.then for part in parts)
