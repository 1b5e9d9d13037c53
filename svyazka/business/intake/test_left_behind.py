from datetime import timedelta

import pytest
from django.conf import settings

from svyazka.business.calls import commands, systems
from svyazka.business.calls.floor.live_calls import list_live
from svyazka.business.calls.models import Call, Pbx, PhoneCommand
from svyazka.business.calls.phone_system import Do, Kind
from svyazka.business.intake import left_behind
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.rebuild_calls import Rebuilt, rebuild_calls
from svyazka.business.intake.test_take_call import CODE, Ringing
from svyazka.business.intake.work_off import work_off
from svyazka.kit import clock

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pbx(windows):
    return Pbx.objects.create(code=CODE, driver="asterisk", host="127.0.0.1", port=5038)


@pytest.fixture
def talking(pbx):
    """Olga has spoken for a minute."""
    ringing = Ringing(begun=clock.now() - timedelta(minutes=1))
    for step in (ringing.starts, lambda: ringing.rings(1, "101"), lambda: ringing.answered(3, "101")):
        step()
    return ringing


def end_calls() -> str:
    left_behind.end_calls()
    work_off()
    return Call.objects.get().state


def test_calls_of_a_system_that_is_switched_off_end(talking, pbx, anna):
    assert end_calls() == "talking"
    systems.change(pbx, is_active=False, by=anna)
    assert end_calls() == "ended"
    assert list_live() == []
    left_behind.end_calls()
    assert Arrival.objects.count() == 1


def test_or_of_one_that_is_gone_and_so_they_are_when_they_are_made_anew(talking, pbx, anna):
    pbx.delete()
    assert end_calls() == "ended"
    day = timedelta(days=1)
    assert rebuild_calls(clock.now() - day, clock.now() + day, by=anna) == Rebuilt()


def test_what_is_heard_of_a_call_after_that_counts(talking, pbx, anna):
    systems.change(pbx, is_active=False, by=anna)
    assert end_calls() == "ended"
    systems.change(pbx, is_active=True, by=anna)
    for leg in ("leg101", talking.key):
        talking.tell(70, Kind.START, leg, "101" if leg == "leg101" else "")
    assert Call.objects.get().state == "talking"


def test_what_was_asked_of_it_is_said_to_be_late(talking, pbx, olga, anna, monkeypatch):
    asked = commands.ask(Do.HANG_UP, by=olga, click="a", call=Call.objects.get())
    systems.change(pbx, is_active=False, by=anna)
    now = clock.now() + timedelta(seconds=30)
    monkeypatch.setattr(clock, "now", lambda: now)
    commands.give_up_late()
    assert PhoneCommand.objects.get(pk=asked.pk).trouble == "late"


def test_every_driver_can_say_it(windows):
    started = clock.now() - timedelta(minutes=2)
    for driver in settings.PHONE_SYSTEMS:
        Call.objects.create(pbx_code=f"{driver}/main", key="1", started_at=started, legs=[_leg(started)])
    left_behind.end_calls()
    while work_off():
        pass
    assert not Call.objects.going_on().exists()
    assert Call.objects.count() == len(settings.PHONE_SYSTEMS)


def _leg(at):
    moment = at.isoformat()
    return {"key": "1", "extension": "", "first_at": moment, "last_at": moment, "number": [moment, "79165550001"]}
