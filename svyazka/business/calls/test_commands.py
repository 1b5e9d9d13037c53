from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

import pytest

from svyazka.business.calls import commands
from svyazka.business.calls.models import Pbx, PhoneCommand
from svyazka.business.calls.phone_system import Do, Done
from svyazka.business.journal.models import Entry, LiveEvent
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

CODE = "asterisk/lab1"


class Willing:
    """Only says what it can."""

    capabilities: ClassVar[frozenset[Do]] = frozenset({Do.DIAL, Do.TRANSFER})


@pytest.fixture(autouse=True)
def pbx(db, settings):
    settings.PHONE_SYSTEMS = {"asterisk": f"{__name__}.Willing"}
    return Pbx.objects.create(code=CODE, driver="asterisk", host="127.0.0.1", port=5038)


@pytest.fixture
def at_phone(olga):
    olga.extension = "101"
    olga.save(update_fields=["extension"])
    return olga


def dial(by, click="a"):
    return commands.ask(Do.DIAL, by=by, click=click, number="+79161234567")


def test_what_is_asked_is_taken_once_done_and_told_to_who_asked(at_phone):
    asked = dial(at_phone)
    ((code, command),) = commands.take([CODE])
    assert (code, command.do, command.extension, command.number) == (CODE, Do.DIAL, "101", "+79161234567")
    assert commands.take([CODE]) == []
    commands.done(command.id, Done(call_key="lab1-1.1"))
    commands.failed(command.id, "busy")  # too late: it is done
    asked.refresh_from_db()
    assert (asked.state, asked.trouble, asked.call_key) == ("done", "", "lab1-1.1")
    told = LiveEvent.objects.filter(topic="command").last()
    assert (told.object_id, told.people, told.data) == (asked.pk, [at_phone.pk], {"done": 1})
    assert Entry.objects.get(verb="calls.asked_to_dial").by_id == at_phone.pk


def test_a_click_sent_twice_is_one(at_phone):
    assert dial(at_phone) == dial(at_phone)
    assert dial(at_phone, click="b").pk
    assert len(commands.take([CODE])) == 2
    assert Entry.objects.filter(verb="calls.asked_to_dial").count() == 2


def test_what_nobody_did_in_time_is_said_so(at_phone, monkeypatch):
    asked, taken = dial(at_phone), dial(at_phone, click="b")
    PhoneCommand.objects.filter(pk=taken.pk).update(state="taken")
    now = clock.now() + timedelta(minutes=5)
    monkeypatch.setattr(clock, "now", lambda: now)
    assert commands.take([CODE]) == []
    commands.give_up_late()
    for command in (asked, taken):
        command.refresh_from_db()
        assert (command.state, command.trouble) == ("failed", "late")


def test_what_was_asked_before_the_clock_was_set_back_is_not_done_an_hour_later(at_phone, monkeypatch):
    asked, taken = dial(at_phone), dial(at_phone, click="b")
    PhoneCommand.objects.filter(pk=taken.pk).update(state="taken")
    now = clock.now() - timedelta(hours=1)
    monkeypatch.setattr(clock, "now", lambda: now)
    assert commands.take([CODE]) == []
    commands.give_up_late()
    for command in (asked, taken):
        command.refresh_from_db()
        assert (command.state, command.trouble) == ("failed", "late")
    dial(at_phone, click="c")
    ((_code, command),) = commands.take([CODE])
    assert command.until == now + commands.PATIENCE[Do.DIAL]


def test_another_system_is_not_asked(at_phone):
    dial(at_phone)
    assert commands.take(["asterisk/lab2"]) == []


@pytest.mark.parametrize("fault", ["no phone", "which system", "cannot", "switched off"])
def test_what_cannot_be_asked_is_refused(at_phone, pbx, fault):
    do = Do.DIAL
    if fault == "no phone":
        at_phone.extension = ""
    elif fault == "which system":
        Pbx.objects.create(code="asterisk/lab2", driver="asterisk", host="127.0.0.1", port=5038)
    elif fault == "cannot":
        do = Do.PAUSE
    else:
        Pbx.objects.update(is_active=False)
    with pytest.raises(Refused):
        commands.ask(do, by=at_phone, click="a")
    assert not PhoneCommand.objects.exists()


def test_a_person_with_a_system_of_his_own_is_dialled_there(at_phone):
    Pbx.objects.create(code="asterisk/lab2", driver="asterisk", host="127.0.0.1", port=5038)
    at_phone.pbx_code = "asterisk/lab2"
    assert dial(at_phone).pbx_code == "asterisk/lab2"


def test_every_trouble_has_words(at_phone):
    asked = dial(at_phone)
    for trouble in commands.TROUBLES:
        asked.trouble = trouble
        assert commands.trouble_of(asked).endswith(".")


def test_a_command_is_named_as_it_may_be_on_the_other_side(at_phone):
    dial(at_phone)
    ((_code, command),) = commands.take([CODE])
    assert command.id.isalnum()
