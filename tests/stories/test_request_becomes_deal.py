"""Vera asks for windows in every way there is, and stays one client with one deal and one history."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import uuid4

import pytest

from svyazka.business.clients import history
from svyazka.business.clients.models import Client, Interaction
from svyazka.business.deals.models import Deal, LossReason, Stage
from svyazka.business.deals.moves import move
from svyazka.business.intake.by_hand import take_down
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.work_off import work_off
from svyazka.kit import clock

FORM = {
    "name": "Вера Павлова",
    "phone": "8 (916) 123-45-67",
    "address": "Москва, ул. Лесная, 5",
    "openings": 3,
    "message": "Два окна и балкон",
    "page": "https://okna.example/?utm_source=yandex",
}


def arrive(account: str, body: object, *, conversation: str = "", minutes: int = 0) -> Arrival:
    now = clock.now() + timedelta(minutes=minutes)
    return Arrival.objects.create(
        received_at=now,
        account=account,
        connector=account.partition("/")[0],
        outside_id=str(uuid4()),
        conversation=conversation or f"{account}/{uuid4()}",
        headers={"content-type": "application/json"},
        body=body if isinstance(body, bytes) else json.dumps(body).encode(),
        next_try_at=now - timedelta(minutes=minutes),
    )


def form(**changes: object) -> Arrival:
    return arrive("web_form/okna", {**FORM, **changes})


def telegram(text: str = "", *, number: int = 1, contact: dict | None = None) -> Arrival:
    person = {"id": 5550101, "first_name": "Вера", "username": "vera_p"}
    message = {
        "message_id": number,
        "from": person,
        "chat": {"id": 5550101, "type": "private"},
        "date": int(clock.now().timestamp()) + number,
        **({"contact": contact} if contact else {"text": text}),
    }
    return arrive("telegram/main", {"update_id": number, "message": message}, conversation="telegram/main/5550101")


@pytest.mark.usefixtures("windows")
def test_w3_a_form_becomes_a_client_a_deal_and_a_line_in_the_history():
    arrival = form()
    work_off()
    arrival.refresh_from_db()
    assert (arrival.state, arrival.reason) == ("done", "")
    deal = Deal.objects.select_related("client", "stage", "source").get()
    assert (deal.client.name, deal.stage.code, deal.source.code) == ("Вера Павлова", "new", "site_windows")
    assert (deal.address, deal.facts) == ("Москва, ул. Лесная, 5", {"openings": 3})
    assert (deal.origin["utm"], deal.next_step) == ({"utm_source": "yandex"}, "Позвонить клиенту")
    [happened] = history.waiting()
    assert (happened.kind, happened.text, happened.deal_id) == ("form", "Два окна и балкон", deal.pk)
    assert arrival.made == {"client": deal.client_id, "deal": deal.pk, "interaction": happened.pk}


@pytest.mark.usefixtures("windows")
def test_the_second_request_goes_into_the_open_deal_and_takes_nothing_away():
    form()
    work_off()
    form(phone="+79161234567", message="Ещё дверь", address="Химки", openings=5, name="В. Павлова")
    work_off()
    deal = Deal.objects.select_related("client").get()
    assert (deal.client.name, deal.address, deal.facts) == ("Вера Павлова", "Москва, ул. Лесная, 5", {"openings": 3})
    assert [one.text for one in history.of_deals([deal.pk])] == ["Ещё дверь", "Два окна и балкон"]


@pytest.mark.usefixtures("windows")
def test_the_same_request_twice_waits_once():
    form()
    form()
    form(message="И ещё дверь")
    work_off()
    deal = Deal.objects.get()
    assert [one.text for one in history.waiting()] == ["Два окна и балкон", "И ещё дверь"]
    first, again, other = sorted(history.of_deals([deal.pk]), key=lambda one: one.pk)
    assert (again.data.get("repeats"), other.data.get("repeats")) == (first.pk, None)


@pytest.mark.usefixtures("windows")
def test_what_the_deal_did_not_know_yet_it_learns():
    form(address="", openings=None)
    work_off()
    form(message="Адрес забыла")
    work_off()
    deal = Deal.objects.get()
    assert (deal.address, deal.facts) == ("Москва, ул. Лесная, 5", {"openings": 3})


@pytest.mark.usefixtures("windows")
def test_w2_site_telegram_and_the_operator_make_one_deal(olga):
    form()
    telegram("Здравствуйте!", number=1)
    work_off()
    assert Client.objects.count() == 2  # a messenger shows no phone: who it is is not known yet

    form(phone="+79035550000", name="Пётр")  # somebody else meanwhile
    work_off()
    take_down(contact="+7 916 123-45-67", wish="Звонила сама", request_id=uuid4(), by=olga)
    vera = Client.objects.get(contact_points__value="+79161234567")
    assert Deal.objects.filter(client=vera).count() == 1
    assert [one.text for one in history.of_client(vera.pk)] == ["Звонила сама", "Два окна и балкон"]


@pytest.mark.usefixtures("windows")
def test_whoever_shares_the_own_contact_first_is_known_from_then_on():
    form()
    work_off()
    telegram(number=1, contact={"phone_number": "79161234567", "user_id": 5550101})
    telegram("Когда приедет замерщик?", number=2)
    work_off()
    deal = Deal.objects.get()
    assert Client.objects.count() == 1
    texts = [one.text for one in history.of_deals([deal.pk])]
    assert texts[0] == "Когда приедет замерщик?"
    assert texts[-1] == "Два окна и балкон"
    assert {one.channel for one in history.of_deals([deal.pk])} == {"telegram/main", "web_form/okna"}


@pytest.mark.usefixtures("windows")
def test_working_off_again_changes_nothing():
    form()
    work_off()
    before = (Client.objects.count(), Deal.objects.count(), Interaction.objects.count())
    assert work_off() == 0
    assert (Client.objects.count(), Deal.objects.count(), Interaction.objects.count()) == before


@pytest.mark.usefixtures("windows")
def test_a_lost_deal_does_not_come_back_a_new_one_opens(olga):
    form()
    work_off()
    first = Deal.objects.get()
    move(first, to=Stage.objects.get(code="lost"), loss_reason=LossReason.objects.first(), by=olga)
    form(message="Передумала, ставим")
    work_off()
    second = Deal.objects.exclude(pk=first.pk).get()
    assert second.client_id == first.client_id
    assert second.stage.code == "new"


@pytest.mark.usefixtures("windows")
def test_a_company_that_counts_no_openings_takes_the_form_nevertheless():
    from svyazka.business.deals.models import Field

    form(openings=None)
    work_off()
    Field.objects.filter(code="openings").delete()
    arrival = form()
    work_off()
    arrival.refresh_from_db()
    assert (arrival.state, arrival.reason) == ("done", "")


@pytest.mark.usefixtures("windows")
def test_what_a_form_asks_under_the_code_of_a_field_goes_into_the_deal():
    from svyazka.business.deals.models import Field

    choices = [{"code": "house", "words": {"ru": "Частный дом"}}]
    Field.objects.create(code="object", kind="choice", choices=choices, words={"ru": "Что за объект"})
    Field.objects.create(code="tax", of="client", kind="text", words={"ru": "ИНН"})
    asked = {"object": "частный дом", "ready_at": "завтра", "prepaid": "1 000", "tax": "7701", "colour": "белый"}
    arrival = form(**asked)
    work_off()
    arrival.refresh_from_db()
    deal = Deal.objects.get()
    assert (arrival.state, deal.facts) == ("done", {"openings": 3, "object": "house", "prepaid": "1000.00"})
    extra = Interaction.objects.get(kind="form").data["extra"]
    assert {code: extra[code] for code in asked} == asked
    form(object="", prepaid="2000", ready_at="2026-12-01")
    work_off()
    deal.refresh_from_db()
    assert deal.facts["prepaid"] == "1000.00"
    assert deal.facts["ready_at"] == "2026-12-01"


@pytest.mark.usefixtures("windows")
@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"{", b"[]", b'{"name": "Vera"}', b'{"phone": "12"}'])
def test_what_nobody_can_answer_stands_where_a_person_sees_it(body):
    arrival = arrive("web_form/okna", body)
    work_off()
    arrival.refresh_from_db()
    assert arrival.state == "stuck"
    assert arrival.reason
    assert (Client.objects.count(), Deal.objects.count()) == (0, 0)
