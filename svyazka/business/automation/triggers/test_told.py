from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from svyazka.business.automation.trigger import Event, Happened, Trigger
from svyazka.business.automation.triggers import TRIGGERS
from svyazka.business.clients.models import Interaction
from svyazka.business.duplicates.suspicions import suspect
from svyazka.business.journal.models import Entry
from svyazka.business.visits import booking, confirming, delays
from svyazka.kit import clock
from svyazka.kit.refusals import Refused


def heard(code: str, **typed: Any) -> list[Event]:
    """What a rule with these options hears of all that stands in the journal and in the history."""
    trigger = TRIGGERS[code]
    options = trigger.read(_complete(trigger, typed))
    assert trigger.words(options)
    entries = [_entry(one) for one in Entry.objects.filter(verb__in=trigger.verbs).order_by("pk")]
    lines = [_line(one) for one in Interaction.objects.filter(kind__in=trigger.lines).order_by("pk")]
    return [event for row in (*entries, *lines) if (event := trigger.event(row, options))]


def _complete(trigger: Trigger, typed: Mapping[str, Any]) -> dict[str, Any]:
    return {**{ask.name: ask.initial for ask in trigger.form(typed)}, **typed}


def _entry(row: Entry) -> Happened:
    return Happened(
        row.pk, row.at, row.verb, row.kind, row.object_id, row.deal_id, row.client_id, row.by_id, row.changes, None
    )


def _line(row: Interaction) -> Happened:
    return Happened(
        row.pk, row.at, row.kind, row.kind, row.pk, row.deal_id, row.client_id, row.by_id, row.data, None,
        direction=row.direction, channel=row.channel,
    )  # fmt: skip


def move(visit, by):
    start = visit.starts_at + timedelta(days=7)
    return booking.move(visit, start, visit.resource, reason="Так удобнее", by=by)


def test_the_third_move_of_a_visit_is_told_from_the_first(visit, deal, olga):
    assert [one.deal_id for one in heard("visit_booked")] == [deal.pk]
    for _time in range(3):
        move(visit, olga)
        visit.refresh_from_db()
    (third,) = heard("visit_moved", times="3")
    assert (third.deal_id, third.person_id, dict(third.data)) == (
        deal.pk, olga.pk, {"visit": visit.pk, "visit_kind": "measurement", "number": 3},
    )  # fmt: skip
    assert len(heard("visit_moved")) == 3
    assert heard("visit_moved", kind="installation") == []
    assert len(heard("visit_moved", kind="measurement")) == 3


def test_confirmed_and_late_and_called_off(visit, olga):
    confirming.confirm(visit, by=olga)
    visit.refresh_from_db()
    delays.say(visit, 45, by=olga)
    assert [one.data["visit"] for one in heard("visit_confirmed")] == [visit.pk]
    assert len(heard("crew_late", minutes="45")) == 1
    assert heard("crew_late", minutes="46") == []
    visit.refresh_from_db()
    booking.cancel(visit, reason="Передумали", by=olga)
    assert len(heard("visit_cancelled")) == 1
    assert heard("visit_done") == heard("visit_not_done") == []


def test_the_same_row_has_the_same_key_whoever_reads_it(visit):
    assert [one.key for one in heard("visit_booked")] == [one.key for one in heard("visit_booked")]


def test_only_what_clients_write_and_by_the_channels_that_are_named(chatting, chats):
    chatting("Здравствуйте", kind="telegram")
    chatting("Ау", kind="max")
    assert len(heard("message_came")) == 2
    (by_max,) = heard("message_came", channels=["max/main"])
    assert by_max.data == {"channel": "max/main"}
    Interaction.objects.update(direction="out")
    assert heard("message_came") == []


def test_a_request_that_is_the_same_again_is_no_new_one(deal):
    for data in ({}, {"repeats": 1}):
        Interaction.objects.create(
            at=clock.now(), client_id=deal.client_id, deal_id=deal.pk, kind="form", direction="in", data=data
        )
    assert len(heard("form_came")) == 1


def test_payments_of_at_least_so_much(deal, mikhail):
    from svyazka.business.journal.record import About, record

    about = About("payment", 7, client_id=deal.client_id, deal_id=deal.pk)
    record("money.paid", about, by=mikhail, changes={"amount": (None, "50000.00")})
    (paid,) = heard("payment_in", least="50 000")
    assert (paid.deal_id, dict(paid.data)) == (deal.pk, {"payment": 7, "amount": "50000.00"})
    assert heard("payment_in", least="50 000,01") == []
    assert len(heard("payment_in")) == 1


def test_a_duplicate_is_heard_of_with_its_suspicion(deal, vera, olga):
    from svyazka.business.clients.models import Client, ContactPoint
    from svyazka.engines.matching.decide import decide
    from svyazka.engines.matching.record import Given, normalise

    phone = vera.contact_points.filter(kind="phone").values_list("value", flat=True)[0]
    other = Client.objects.create(name=f"{vera.name} вторая")
    ContactPoint.objects.create(client=other, kind="email", value="two@example.com")
    records = [normalise(Given(names=(one.name,), phones=(phone,))) for one in (other, vera)]
    decision = decide(records[0], [(vera.pk, records[1])])
    found = suspect(other, decision, deal=None, by=olga)
    assert [one.data["suspicion"] for one in heard("duplicate_found")] == [found[0].pk]


@pytest.mark.parametrize(
    ("code", "typed"),
    [
        ("visit_moved", {"times": "0"}), ("visit_moved", {"times": "раз"}), ("visit_booked", {"kind": "no-such"}),
        ("crew_late", {"minutes": ""}), ("payment_in", {"least": "-5"}), ("debt_above", {"sum": ""}),
        ("of_category", {"category": "no-such"}), ("invoice_overdue", {"days": "1000"}),
        ("call_missed", {"lines": ["+70000000000"]}), ("message_came", {"channels": ["no/such"]}),
    ],
)  # fmt: skip
def test_options_that_cannot_be_are_refused_at_their_input(windows, code, typed):
    with pytest.raises(Refused) as refusal:
        TRIGGERS[code].read(_complete(TRIGGERS[code], typed))
    assert set(refusal.value.fields) == set(typed)


@pytest.mark.parametrize("code", TRIGGERS)
def test_each_stands_in_one_stream_and_has_words(windows, code):
    trigger = TRIGGERS[code]
    assert bool(trigger.verbs) + bool(trigger.lines) + trigger.is_by_time == 1
    assert trigger.code == code
    assert str(trigger.title) and str(trigger.group)  # noqa: PT018
