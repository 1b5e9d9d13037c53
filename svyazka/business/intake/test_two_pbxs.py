"""Two branches, each with a telephone system of its own and a phone 101."""

from datetime import timedelta

import pytest

from svyazka.business.calls.conftest import ABLE, connected
from svyazka.business.calls.dialling import on_a_call
from svyazka.business.calls.floor import rules, switching
from svyazka.business.calls.floor.live_calls import list_live
from svyazka.business.calls.floor.states import Kind as Doing
from svyazka.business.calls.floor.states import states
from svyazka.business.calls.models import Call
from svyazka.business.calls.phone_system import CallEvent, Do, Kind, Way
from svyazka.business.calls.whose_phone import PhoneKey, colleagues_at
from svyazka.business.clients.models import Interaction
from svyazka.business.deals.models import RingBack
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.take_call import take_call
from svyazka.business.journal.models import LiveEvent
from svyazka.business.staff import hire
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

NORTH, SOUTH = "asterisk/north", "asterisk/south"


@pytest.fixture(autouse=True)
def branches(windows, settings, anna):
    """Olga in the north and Oksana in the south have a 101, Mikhail has 110 in the south alone."""
    settings.PHONE_SYSTEMS = {"asterisk": ABLE}
    windows["oksana"] = hire.change(windows["oksana"], by=anna, pbx_code=SOUTH)
    windows["olga"] = hire.change(windows["olga"], by=anna, pbx_code=NORTH)
    windows["oksana"] = hire.change(windows["oksana"], by=anna, extension="101")
    windows["mikhail"] = hire.change(windows["mikhail"], by=anna, pbx_code=SOUTH)
    return [connected(NORTH), connected(SOUTH)]


def tell(kind, leg="k", extension="", *, second=0, code=SOUTH, **facts):
    begun = clock.now() - timedelta(minutes=1)
    arrival = Arrival(pk=1, received_at=begun, account=code, connector="asterisk", conversation=f"{code}/k")
    event = CallEvent(code, "k", kind, begun + timedelta(seconds=second), leg, extension, **facts)
    return Call.objects.get(pk=take_call([event], arrival=arrival)["call"])


def ringing(code=SOUTH):
    tell(Kind.START, client_number="79161234567", our_number="74951000200", code=code)
    return tell(Kind.RING, "k-101", "101", second=1, code=code)


def talking(code=SOUTH):
    ringing(code)
    tell(Kind.ANSWER, "k-101", "101", second=2, code=code)
    tell(Kind.JOIN, "k-101", "101", second=2, code=code, bridge="x")
    return tell(Kind.JOIN, second=2, code=code, bridge="x")


@pytest.mark.parametrize(("code", "login"), [(NORTH, "olga"), (SOUTH, "oksana")])
def test_the_card_comes_up_in_the_branch_where_it_rings(windows, code, login):
    ringing(code)
    assert [row.people for row in LiveEvent.objects.filter(topic="call") if row.people] == [[windows[login].pk]]
    ((live),) = list_live()
    assert colleagues_at(live.rings) == {PhoneKey(code, "101"): windows[login].full_name}


@pytest.mark.parametrize(("code", "login"), [(NORTH, "olga"), (SOUTH, "oksana")])
def test_only_who_speaks_is_on_the_phone_and_has_answered(windows, code, login):
    call = talking(code)
    assert {number: state.kind for number, state in states().items()} == {windows[login].pk: Doing.BUSY}
    assert call.answered_by_id == windows[login].pk
    has_it = {one for one in ("olga", "oksana") if on_a_call.own_leg(call, windows[one])}
    assert has_it == {login}


def test_after_call_work_begins_for_who_has_spoken(windows, anna):
    olga, oksana = windows["olga"], windows["oksana"]
    rules.change(
        answer_within=7, answer_share=90, short_within=5, after_call_seconds=300, ring_back_minutes=15,
        ring_back_department=None, by=anna,
    )  # fmt: skip
    for person in (olga, oksana):
        switching.ready(person, by=person)
        person.floor_state.__class__.objects.filter(person=person).update(since=clock.now() - timedelta(hours=1))
    talking()
    tell(Kind.HANGUP, "k-101", "101", second=30)
    assert {number: state.kind for number, state in states().items()} == {
        olga.pk: Doing.READY,
        oksana.pk: Doing.AFTER_CALL,
    }


def test_a_client_is_passed_on_to_the_phone_that_is_meant_or_not_at_all(windows):
    call, olga = talking(NORTH), windows["olga"]
    asked = on_a_call.command(call, Do.TRANSFER, colleague=windows["mikhail"], click="a", by=olga)
    assert (asked.pbx_code, asked.number) == (NORTH, "110"), "nobody in the north has it: the two may be joined"
    with pytest.raises(Refused, match="another PBX|другой АТС"):
        on_a_call.command(call, Do.CONSULT, colleague=windows["oksana"], click="b", by=olga)


def test_whoever_was_passed_a_client_and_did_not_lift_rings_him_back(windows):
    type(windows["mikhail"]).objects.filter(pk=windows["mikhail"].pk).update(hours={})
    talking()
    passed = {"to": "110", "way": Way.BLIND}
    tell(Kind.TRANSFER, "k-101", "101", second=10, **passed)
    tell(Kind.HANGUP, "k-101", "101", second=10)
    tell(Kind.RING, "k-110", "110", second=11)
    tell(Kind.HANGUP, "k-110", "110", second=30)
    call = tell(Kind.HANGUP, second=30)
    assert call.result == Call.Result.LEFT
    (happened,) = Interaction.objects.filter(kind="call")
    assert happened.data["passed_on"] == [windows["mikhail"].full_name]
    assert RingBack.objects.get().task.person_id == windows["mikhail"].pk
