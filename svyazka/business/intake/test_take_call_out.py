"""Calls out: they stand in the deal in which somebody clicked on the number, whatever is heard first."""

from datetime import timedelta

import pytest

from svyazka.business.calls import commands
from svyazka.business.calls.models import Call, PhoneCommand
from svyazka.business.calls.phone_system import CallEvent, Done, Kind
from svyazka.business.clients.models import Client, Interaction
from svyazka.business.deals.models import Deal
from svyazka.business.deals.opening import open_deal
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.take_call import take_call
from svyazka.kit import clock

CODE = "asterisk/lab1"


def tell(key, second, kind, leg, extension="", **facts):
    begun = clock.now()
    arrival = Arrival(pk=7, received_at=begun, account=CODE, connector="asterisk", conversation=f"{CODE}/{key}")
    take_call([CallEvent(CODE, key, kind, begun + timedelta(seconds=second), leg, extension, **facts)], arrival=arrival)


@pytest.mark.parametrize("order", ["known before", "named after it", "known afterwards", "the browser's"])
def test_a_call_out_belongs_to_the_deal_in_which_the_number_was_clicked(olga, mikhail, vera, order):
    other = open_deal(vera, by=olga)
    clicked = open_deal(vera, by=olga)
    Deal.objects.filter(pk=other.pk).update(stage_since=clock.now() + timedelta(hours=1))  # the one that moved last
    command = PhoneCommand.objects.create(
        pbx_code="" if order == "the browser's" else CODE, do="dial", person_id=olga.pk, extension="101",
        number="+79161234567", deal_id=clicked.pk, click="1/a", asked_at=clock.now(), until=clock.now(),
        state="done" if order == "the browser's" else "taken",
    )  # fmt: skip
    key = f"lab1-svyazka{command.pk}x0123abcd" if order == "named after it" else "lab1-7.1"
    if order == "known before":
        PhoneCommand.objects.update(call_key=key)
    tell(key, 0, Kind.START, key, "101")
    tell(key, 1, Kind.RING, "trunk", client_number="79161234567")
    if order == "known afterwards":
        assert Call.objects.get().deal_id == other.pk
        commands.done(f"svyazka{command.pk}x0123abcd", Done(call_key=key))
    tell(key, 4, Kind.HANGUP, "trunk")
    tell(key, 5, Kind.HANGUP, key)
    row, happened = Call.objects.get(), Interaction.objects.get(kind="call")
    assert (row.deal_id, happened.deal_id, row.client_id) == (clicked.pk, clicked.pk, vera.pk)
    assert PhoneCommand.objects.get().call_id == row.pk


def test_a_number_that_nobody_had_belongs_to_the_deal_in_which_it_was_clicked(olga, vera):
    deal = open_deal(vera, by=olga)
    command = PhoneCommand.objects.create(
        pbx_code=CODE, do="dial", person_id=olga.pk, extension="101", number="+79031112233", deal_id=deal.pk,
        click="1/a", asked_at=clock.now(), until=clock.now(),
    )  # fmt: skip
    key = f"svyazka{command.pk}x0123abcd"
    tell(key, 0, Kind.START, key, "101")
    tell(key, 1, Kind.RING, "trunk", client_number="79031112233")
    assert (Call.objects.get().deal_id, Client.objects.count()) == (deal.pk, 1)
