from __future__ import annotations

from datetime import timedelta

import pytest

from svyazka.business.calls import commands
from svyazka.business.calls.conftest import ABLE
from svyazka.business.calls.dialling import on_a_call
from svyazka.business.calls.follow import follow
from svyazka.business.calls.models import Call, Pbx, PhoneCommand
from svyazka.business.calls.phone_system import CallEvent, Do, Done, Kind
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

CODE = "asterisk/lab1"


@pytest.fixture(autouse=True)
def _pbx(windows, settings):
    settings.PHONE_SYSTEMS = {"asterisk": ABLE}
    Pbx.objects.create(code=CODE, driver="asterisk", host="127.0.0.1", port=5038, connected_at=clock.now())


def tell(kind, leg="k", extension="", *, second=0, **facts):
    at = clock.now() + timedelta(seconds=second)
    follow([CallEvent(CODE, "k", kind, at, leg, extension, **facts)])
    return Call.objects.get(key="k")


def talking():
    """Of Olga with the client."""
    tell(Kind.START, client_number="79161234567")
    tell(Kind.RING, "k-101", "101", second=1)
    return tell(Kind.ANSWER, "k-101", "101", second=2)


def did(command):
    PhoneCommand.objects.filter(pk=command.pk).update(state="taken")
    commands.done(f"svyazka{command.pk}x0", Done())


def test_whoever_has_the_call_passes_it_on_and_nobody_else_does(olga, mikhail, roza):
    call = talking()
    for person in (mikhail, roza):
        with pytest.raises(Refused, match="not on your phone|не на вашем"):
            on_a_call.command(call, Do.TRANSFER, colleague=mikhail, click="a", by=person)
    asked = on_a_call.command(call, Do.TRANSFER, colleague=mikhail, click="a", by=olga)
    assert (asked.do, asked.extension, asked.number, asked.call_id) == ("transfer", "101", "110", call.pk)
    over = tell(Kind.HANGUP, "k-101", "101", second=9)
    with pytest.raises(Refused):
        on_a_call.command(over, Do.HANG_UP, click="b", by=olga)


def test_a_phone_that_rings_beside_the_one_that_was_lifted_has_no_call(olga, oksana, mikhail):
    talking()
    tell(Kind.RING, "k-102", "102", second=1)
    call = tell(Kind.CANCEL, "k-102", "102", second=3)
    with pytest.raises(Refused):
        on_a_call.command(call, Do.TRANSFER, colleague=mikhail, click="a", by=oksana)


def test_who_clicks_twice_asks_once_also_when_the_card_was_drawn_anew_between(olga, mikhail):
    call = talking()
    first, second = (on_a_call.command(call, Do.TRANSFER, colleague=mikhail, click=one, by=olga) for one in "ab")
    assert (first, PhoneCommand.objects.count()) == (second, 1)


@pytest.mark.parametrize("login", ["olga", "egor", None])
def test_it_goes_only_to_a_colleague_with_a_phone(windows, olga, login):
    with pytest.raises(Refused):
        on_a_call.command(talking(), Do.CONSULT, colleague=windows.get(login), click="a", by=olga)


def test_other_things_are_not_done_with_a_call(olga):
    with pytest.raises(Refused):
        on_a_call.command(talking(), Do.DIAL, click="a", by=olga)


def test_a_colleague_is_being_asked_until_connected_back_or_his_phone_is_down(olga, mikhail):
    call = talking()
    consult = on_a_call.command(call, Do.CONSULT, colleague=mikhail, click="a", by=olga)
    assert on_a_call.standing(call, olga).is_under_way
    did(consult)
    standing = on_a_call.standing(call, olga)
    assert (standing.asks, standing.is_under_way, standing.has_link) == (standing.last, False, True)
    call = tell(Kind.RING, "k-110", "110", second=3)
    assert on_a_call.standing(call, olga).asks
    declined = tell(Kind.BUSY, "k-110", "110", second=5)
    assert on_a_call.standing(declined, olga).asks is None
    did(on_a_call.command(call, Do.CONSULT, colleague=mikhail, click="b", by=olga))
    did(on_a_call.command(call, Do.COME_BACK, click="c", by=olga))
    assert on_a_call.standing(call, olga).asks is None
