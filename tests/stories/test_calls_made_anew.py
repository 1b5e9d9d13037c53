"""Calls made anew from what a real Asterisk had said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.forms.models import model_to_dict

from svyazka.business.calls.models import Call
from svyazka.business.clients.models import Interaction
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.rebuild_calls import Rebuilt, rebuild_calls
from svyazka.business.intake.work_off import work_off
from svyazka.business.journal.models import Entry
from svyazka.business.journal.record import Automaton
from svyazka.config import cli
from svyazka.connectors.asterisk.messages import END
from svyazka.connectors.asterisk.read import call_key_of, is_wanted
from svyazka.connectors.asterisk.replay import capture
from svyazka.kit import clock

CODE = "asterisk/lab1"
BY = Automaton("test")
NAMES = ("s01", "s02", "s04", "s04d", "s05", "s06", "s08")
BEGINNING = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def worked_off(windows):
    """The ledger holds what was captured, and calls are made of it."""
    for name in NAMES:
        arrive(said(name), name)
    work_off()
    assert Call.objects.count() == len(NAMES)


def arrive(bodies, name, **headers):
    now = clock.now()
    Arrival.objects.bulk_create(
        Arrival(
            received_at=now + timedelta(microseconds=number),
            account=CODE,
            connector="asterisk",
            outside_id=f"{name}-{number}",
            conversation=f"{CODE}/{name}",
            headers=headers,
            body=body,
            next_try_at=now,
        )
        for number, body in enumerate(bodies)
    )


def said(name):
    steps = capture(name)
    return [step.block + END for step in steps if is_wanted(step.message) and call_key_of(step.message)]


def rebuilt(**asked):
    return rebuild_calls(asked.pop("since", BEGINNING), clock.now(), by=BY, **asked)


def calls():
    return {call.key: model_to_dict(call, exclude=["id"]) for call in Call.objects.all()}


def test_what_was_made_right_stays_as_it_is():
    before = calls()
    assert rebuilt() == Rebuilt(same=len(NAMES))
    assert calls() == before
    assert not Entry.objects.filter(verb="calls.made_anew").exists()


def test_what_was_read_wrongly_is_put_right_here_and_in_the_history():
    before = calls()
    wrong = Call.objects.filter(result="answered", interaction_id__isnull=False).order_by("pk").first()
    history = Interaction.objects.get(pk=wrong.interaction_id).data
    Call.objects.filter(pk=wrong.pk).update(result="missed", talk_seconds=0, legs=wrong.legs[:1])
    Interaction.objects.filter(pk=wrong.interaction_id).update(data={**history, "result": "missed"})
    assert rebuilt() == Rebuilt(same=len(NAMES) - 1, changed=1)
    assert calls() == before
    assert Interaction.objects.get(pk=wrong.interaction_id).data == history
    entry = Entry.objects.get(verb="calls.made_anew")
    assert entry.changes == {"result": ["missed", "answered"], "talk_seconds": [0, wrong.talk_seconds]}


def test_a_call_that_is_not_there_is_made_with_its_client():
    before = calls()
    Call.objects.filter(key__in=list(before)[:2]).delete()
    assert rebuilt() == Rebuilt(same=len(NAMES) - 2, made=2)
    assert {key: one["talk_seconds"] for key, one in calls().items()} == {
        key: one["talk_seconds"] for key, one in before.items()
    }


def test_whose_phone_it_was_then_is_not_asked_now(olga, oksana):
    """The phone stands before somebody else by now."""
    call = Call.objects.get(key__endswith="1795306494.0")
    assert call.answered_by_id == olga.pk
    olga.extension, oksana.extension = "199", olga.extension
    olga.save()
    oksana.save()
    Call.objects.filter(pk=call.pk).update(talk_seconds=99)
    assert rebuilt().changed == 1
    assert Call.objects.get(pk=call.pk).answered_by_id == olga.pk


def test_a_call_that_began_before_the_ledger_does_is_left_alone():
    Call.objects.filter(key__endswith="1795306494.0").update(talk_seconds=99)
    Arrival.objects.filter(outside_id__in=["s01-0", "s01-1", "s01-2"]).delete()
    assert rebuilt() == Rebuilt(same=len(NAMES) - 1, cut=1)
    assert Call.objects.get(key__endswith="1795306494.0").talk_seconds == 99


def test_what_began_on_another_day_is_not_asked_about():
    begun = sorted(Call.objects.values_list("started_at", flat=True))
    done = rebuilt(since=begun[2])
    assert (done.same, done.cut) == (len(NAMES) - 2, 0)


def test_a_call_that_vanished_has_vanished_again():
    bodies = said("s01")
    Arrival.objects.all().delete()
    Call.objects.all().delete()
    arrive(bodies[: len(bodies) // 2], "half")
    work_off()
    asked = (Call.objects.get().started_at + timedelta(minutes=1)).isoformat()
    body = b"Event: CoreShowChannelsComplete\r\nListItems: 0\r\n\r\n"
    arrive([body], "going_on", asked_at=asked)
    work_off()
    before = calls()
    assert [one["state"] for one in before.values()] == ["ended"]
    assert rebuilt() == Rebuilt(same=1)
    Call.objects.update(state="talking", talk_seconds=7)
    assert rebuilt() == Rebuilt(changed=1)
    assert calls() == before


def test_only_one_pbx():
    assert rebuilt(pbx="asterisk/elsewhere") == Rebuilt()


def test_the_command_says_how_many_differ(capsys):
    from svyazka.config import rebuilding

    Call.objects.filter(result="busy").delete()
    Call.objects.filter(key__endswith="1795306494.0").update(talk_seconds=99)
    assert rebuilding.main(BEGINNING.date(), None) == 0
    assert capsys.readouterr().out == f"the same: {len(NAMES) - 1}, different: 1, not there before: 0\n"
    chosen = cli._parser().parse_args(["calls", "rebuild", "--since", "2026-11-20", "--pbx", CODE])
    assert (chosen.since.isoformat(), chosen.until, chosen.pbx) == ("2026-11-20", None, CODE)
