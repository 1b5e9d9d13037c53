from datetime import timedelta
from uuid import uuid4

import pytest

from svyazka.business.calls.models import Call
from svyazka.business.calls.phone_system import CallEvent, Kind
from svyazka.business.clients import history
from svyazka.business.clients.identify import Contact, identify
from svyazka.business.clients.models import Client, ContactPoint, Interaction
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Deal
from svyazka.business.duplicates.models import Suspicion
from svyazka.business.intake.call_request import fill_in
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.take_call import take_call
from svyazka.business.journal.models import LiveEvent
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

CODE = "asterisk/lab1"


class Ringing:
    """A caller, told event by event."""

    def __init__(self, number="79165550001", line="74951000200", begun=None):
        self.key, self.number, self.line = uuid4().hex, number, line
        self.begun = begun or clock.now()
        self.arrival = Arrival(
            pk=7, received_at=self.begun, account=CODE, connector="asterisk", conversation=f"{CODE}/{self.key}"
        )

    def tell(self, second, kind, leg="", extension="", **facts):
        event = CallEvent(
            CODE, self.key, kind, self.begun + timedelta(seconds=second), leg or self.key, extension, **facts
        )
        return take_call([event], arrival=self.arrival)

    def starts(self):
        return self.tell(0, Kind.START, client_number=self.number, our_number=self.line)

    def rings(self, second, extension):
        return self.tell(second, Kind.RING, f"leg{extension}", extension)

    def answered(self, second, extension):
        self.tell(second, Kind.ANSWER, f"leg{extension}", extension)
        self.tell(second, Kind.JOIN, f"leg{extension}", extension, bridge="b")
        return self.tell(second, Kind.JOIN, bridge="b")

    def ends(self, second):
        return self.tell(second, Kind.HANGUP)


def heard():
    """What was announced of calls: to whom, and whether a card comes up."""
    rows = LiveEvent.objects.filter(topic="call").order_by("id")
    return [(tuple(row.people or ()), "to_me" in row.data) for row in rows]


def test_an_unknown_number_becomes_a_client_without_a_name_and_a_deal_of_its_line(windows):
    made = Ringing().starts()
    client = Client.objects.get()
    assert (client.name, client.contact_points.get().value) == ("", "+79165550001")
    deal = Deal.objects.get()
    assert (deal.source.code, deal.stage.code, deal.next_step) == ("phone_ads", "new", "Позвонить клиенту")
    assert deal.origin == {"call": made["call"], "line": "+74951000200"}
    happened = Interaction.objects.get()
    assert (happened.kind, happened.direction, happened.deal_id, happened.arrival_id) == ("call", "in", deal.pk, 7)
    assert made == {"call": Call.objects.get().pk, "client": client.pk, "deal": deal.pk, "interaction": happened.pk}


def test_a_known_clients_open_deal_takes_the_call(windows, vera):
    first = Ringing("79161234567").starts()
    second = Ringing("+7 916 123-45-67", "74951000101").starts()
    assert (first["client"], second["client"], second["deal"]) == (vera.pk, vera.pk, first["deal"])
    assert Interaction.objects.filter(client_id=vera.pk, kind="call").count() == 2


def test_the_card_comes_up_exactly_where_the_phone_rings(olga, oksana):
    call = Ringing()
    call.starts()
    assert heard() == [((), False)]
    call.rings(1, "101")
    call.rings(1, "101")
    call.tell(7, Kind.NO_ANSWER, "leg101", "101")
    call.rings(8, "102")
    assert heard()[1:] == [((), False), ((olga.pk,), True), ((), False), ((oksana.pk,), True)]
    call.answered(9, "102")
    call.ends(12)
    assert heard()[5:] == [((), False), ((), False)]


def test_w13_an_answered_call_stands_in_the_history_with_its_seconds(olga):
    call = Ringing()
    call.starts()
    call.rings(1, "101")
    call.answered(2, "101")
    made = call.ends(43)
    happened = Interaction.objects.get()
    assert happened.data == {"call": made["call"], "result": "answered", "seconds": 41, "by": olga.pk}
    assert happened.waiting is False


def test_a_missed_call_waits_until_somebody_takes_it_up(olga):
    call = Ringing()
    call.starts()
    call.rings(1, "101")
    call.ends(9)
    assert history.waiting()[0].data["result"] == "missed"
    history.take_up(history.waiting()[0], by=olga)
    call.tell(10, Kind.RECORDING, recording="late.wav")
    assert history.waiting() == []


def test_the_same_again_changes_nothing(windows):
    call = Ringing()
    for _time in range(2):
        call.starts()
        call.rings(1, "101")
        call.ends(9)
    counts = (Call, Client, Deal, Interaction)
    assert [model.objects.count() for model in counts] == [1, 1, 1, 1]
    assert [is_to_me for _people, is_to_me in heard()] == [False, False, True, False]


def test_a_hidden_number_is_only_a_call_until_the_caller_says_who_he_is(olga):
    call = Ringing(number="")
    made = call.starts()
    assert (list(made), Client.objects.count(), Deal.objects.count()) == (["call"], 0, 0)
    row = Call.objects.get()
    with pytest.raises(Refused) as refusal:
        fill_in(row, name="Пётр", by=olga)
    assert list(refusal.value.fields) == ["contact"]
    deal = fill_in(row, name="Пётр", contact="8 903 111-22-33", by=olga)
    row.refresh_from_db()
    assert (row.client_id, row.deal_id, deal.client.name, deal.source.code) == (
        deal.client_id,
        deal.pk,
        "Пётр",
        "phone_ads",
    )
    call.ends(9)
    assert Interaction.objects.get(kind="call").data["result"] == "missed"


def test_the_short_form_goes_to_the_client_and_his_deal(olga):
    call = Ringing()
    call.starts()
    deal = fill_in(
        Call.objects.get(), name="Нина Сидорова", address="Лесная, 5", openings=3, wish="Звонить после шести", by=olga
    )
    deal.client.refresh_from_db()
    assert (deal.client.name, deal.client.address, deal.address) == ("Нина Сидорова", "Лесная, 5", "Лесная, 5")
    assert (deal.facts, deal.responsible) == ({"openings": 3}, olga)
    assert Interaction.objects.get(kind="note").text == "Звонить после шести"
    assert Deal.objects.count() == ContactPoint.objects.count() == 1


def test_a_hidden_number_writes_over_nothing_that_is_known(olga, vera):
    Ringing(number="").starts()
    deal = fill_in(Call.objects.get(), name="Вера", address="Новая, 1", contact="+79161234567", by=olga)
    vera.refresh_from_db()
    assert (deal.client_id, vera.name, deal.address) == (vera.pk, "Вера Павлова", "Новая, 1")


def test_who_rings_from_a_new_number_and_says_his_name_may_be_known(olga, vera):
    Ringing(number="79031112233").starts()
    fill_in(Call.objects.get(), name="Вера Павлова", address="Москва, Лесная 5, кв. 12", by=olga)
    suspicion = Suspicion.objects.get()
    assert (suspicion.other, suspicion.client.name) == (vera, "Вера Павлова")
    fill_in(Call.objects.get(), name="Вера Павлова", by=olga)
    assert Suspicion.objects.count() == 1


def test_another_departments_deal_only_learns_what_it_did_not_know(mikhail, dina):
    Ringing().starts()
    deal = facts.appoint(Deal.objects.get(), dina, by=dina)
    facts.change(deal, {"address": "Лесная, 5"}, by=dina)
    told = fill_in(Call.objects.get(), name="Нина", address="Чужая, 1", openings=3, by=mikhail)
    assert (told.address, told.facts, told.responsible) == ("Лесная, 5", {"openings": 3}, dina)


def test_an_outgoing_call_to_nobody_we_know_opens_nothing_and_shows_its_card_to_who_dials(olga):
    call = Ringing()
    call.tell(0, Kind.START, call.key, "101")
    call.tell(1, Kind.RING, "trunk", client_number="79031112233")
    assert (Call.objects.get().direction, Client.objects.count()) == ("out", 0)
    assert heard() == [((), False), ((), False), ((olga.pk,), True)]


def test_an_outgoing_call_stands_in_the_history_of_its_client(olga, vera):
    call = Ringing()
    call.tell(0, Kind.START, call.key, "101")
    call.tell(1, Kind.RING, "trunk", client_number="79161234567")
    call.tell(3, Kind.BUSY, "trunk")
    call.tell(4, Kind.HANGUP, "trunk")
    happened = Interaction.objects.get()
    assert (happened.client_id, happened.direction, happened.data["result"], happened.waiting) == (
        vera.pk,
        "out",
        "busy",
        False,
    )


def test_a_hang_up_before_the_beginning_ends_in_the_same_state(windows):
    call = Ringing()
    assert list(call.ends(9)) == ["call"]
    call.rings(1, "101")
    call.starts()
    row = Call.objects.get()
    assert (row.state, row.result, row.waiting_seconds, row.started_at) == ("ended", "missed", 9, call.begun)
    assert history.waiting()[0].client_id == row.client_id


def test_whoever_speaks_with_the_client_has_dealt_with_the_calls_missed_before(olga, oksana):
    for second_call, ago in (("in", 20), ("out", 10)):
        missed = Ringing(begun=clock.now() - timedelta(minutes=ago))
        missed.starts()
        missed.ends(9)
        assert len(history.waiting()) == 1
        call = Ringing(begun=clock.now() - timedelta(minutes=ago - 1))
        if second_call == "in":
            call.starts()
            call.rings(1, "102")
            call.answered(3, "102")
        else:
            call.tell(0, Kind.START, call.key, "102")
            call.tell(1, Kind.RING, "trunk", client_number="79165550001")
            call.tell(3, Kind.ANSWER, "trunk")
        assert history.waiting() == []
    taken = Interaction.objects.exclude(taken_at=None).values_list("taken_by_id", flat=True)
    assert list(taken) == [oksana.pk, oksana.pk]


def test_a_colleague_who_rings_from_his_own_phone_becomes_no_client(egor):
    call = Ringing(number=egor.phone.lstrip("+"))
    assert set(call.starts()) == {"call"}
    call.rings(1, "101")
    call.ends(9)
    assert (Client.objects.count(), Deal.objects.count(), Interaction.objects.count()) == (0, 0, 0)


def test_a_colleague_who_is_a_client_too_has_his_call_in_his_history(egor, mikhail):
    client, _new = identify([Contact("phone", egor.phone)], name="Егор", by=mikhail)
    Ringing(number=egor.phone.lstrip("+")).starts()
    assert Interaction.objects.get().client_id == client.pk
    assert not Deal.objects.exists()
