"""Cloud PBXs at the door: the stand-ins post to a real edge; what it takes in is read by the worker."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from svyazka.business.calls.models import Call, Pbx
from svyazka.business.clients.models import Client
from svyazka.business.deals.models import Deal
from svyazka.business.deals.opening import open_deal
from svyazka.business.intake.rebuild_calls import Rebuilt, rebuild_calls
from svyazka.business.intake.work_off import work_off
from svyazka.business.journal.record import Automaton
from svyazka.connectors.cloud_pbx.conftest import pbx_of
from svyazka.connectors.cloud_pbx.stand_ins import STAND_INS, Delivery, StandIn
from svyazka.edge.conftest import House, open_house
from svyazka.kit import clock, secrets

pytestmark = pytest.mark.django_db(transaction=True)
CLIENT, OURS = "79161234567", "74951000101"


@pytest.fixture
def house(windows, settings) -> Iterator[House]:
    with open_house(settings.DATABASE_DIRECT_URL, secret_key=settings.SECRET_KEY) as house:
        yield house


@pytest.fixture(params=sorted(STAND_INS))
def stand_in(request, windows) -> StandIn:
    made = STAND_INS[request.param]()
    pbx_of(made)
    return made


def post(house: House, stand_in: StandIn, delivery: Delivery, **more: str):
    headers = {name.replace("-", "_"): value for name, value in {**delivery.headers, **more}.items()}
    address = f"/in/cloud_pbx/key-{stand_in.code}"
    return house.ask("POST", f"{address}/{delivery.path}" if delivery.path else address, delivery.body, **headers)


def connect(house: House, stand_in: StandIn) -> list[int]:
    answers: list[int] = []
    stand_in.deliver = lambda delivery: answers.append(post(house, stand_in, delivery).status)
    return answers


def test_a_call_comes_in_through_the_door(house, stand_in, olga, anna):
    answers = connect(house, stand_in)
    talk = stand_in.rings_in(CLIENT, OURS, "101")
    stand_in.wait(2)
    stand_in.answers(talk, "101")
    stand_in.wait(30)
    stand_in.ends(talk)
    assert set(answers) == {200}
    work_off()
    call = Call.objects.get()
    assert (call.pbx_code, call.client_number, call.our_number) == (f"{stand_in.code}/main", f"+{CLIENT}", f"+{OURS}")
    assert (call.state, call.result, call.answered_by_id) == ("ended", "answered", olga.pk)
    assert {state for (state,) in house.rows("select distinct state from intake_arrival")} <= {"done", "ignored"}
    day = timedelta(days=1)
    assert rebuild_calls(clock.now() - day, clock.now() + day, by=anna) == Rebuilt(same=1)


def test_what_is_sent_again_is_one(house, stand_in):
    stand_in.rings_in(CLIENT, OURS, "101")
    for delivery in stand_in.sent * 3:
        assert post(house, stand_in, delivery).status == 200
    assert len(house.arrivals()) == len(stand_in.sent)


@pytest.mark.parametrize("stand_in", ["mango", "zadarma", "megafon"], indirect=True)
def test_a_forged_event_leaves_nothing_behind(house, stand_in):
    forged = STAND_INS[stand_in.code](login=stand_in.login, secret="guessed")
    forged.rings_in(CLIENT, OURS, "101")
    assert {post(house, stand_in, delivery).status for delivery in forged.sent} <= {401, 403}
    assert house.arrivals() == []


@pytest.mark.parametrize("stand_in", ["mango", "megafon"], indirect=True)
def test_whoever_guesses_secrets_gets_on_slowly_and_only_he(house, stand_in):
    forged = STAND_INS[stand_in.code](login=stand_in.login, secret="guessed")
    forged.rings_in(CLIENT, OURS, "101")
    wrong, right = forged.sent[-1], stand_in
    right.rings_in(CLIENT, OURS, "101")
    statuses = [post(house, stand_in, wrong, x_forwarded_for="203.0.113.9").status for _time in range(30)]
    assert (set(statuses[:20]) <= {401, 403}, set(statuses[22:])) == (True, {429})
    answer = post(house, stand_in, right.sent[-1], x_forwarded_for="203.0.113.9")
    assert (answer.status, int(answer.headers["retry-after"]) <= 5) == (429, True)
    assert post(house, stand_in, right.sent[-1], x_forwarded_for="203.0.113.10").status == 200
    assert len(house.arrivals()) == 1


def test_without_the_key_of_the_house_no_signature_is_believed(settings, stand_in):
    stand_in.rings_in(CLIENT, OURS, "101")
    expected = {"mango": 403, "zadarma": 403, "megafon": 401}.get(stand_in.code, 200)
    for key in ("", "another key"):
        with open_house(settings.DATABASE_DIRECT_URL, secret_key=key) as house:
            assert {post(house, stand_in, delivery).status for delivery in stand_in.sent} == {expected}


def test_an_address_that_nobody_has_and_one_that_was_renewed(house, stand_in):
    stand_in.rings_in(CLIENT, OURS, "101")
    delivery = stand_in.sent[-1]
    assert house.ask("POST", "/in/cloud_pbx/guessed/", delivery.body).status == 404
    assert house.ask("POST", "/in/cloud_pbx//", delivery.body).status == 404
    Pbx.objects.update(public_key="new")
    assert post(house, stand_in, delivery).status == 404
    assert house.arrivals() == []


def test_a_system_that_is_listened_to_has_no_door(house):
    Pbx.objects.create(code="asterisk/lab1", driver="asterisk", host="127.0.0.1", port=5038)
    assert house.ask("POST", "/in/cloud_pbx//", b"x=1").status == 404
    Pbx.objects.update(public_key="by-mistake")
    assert house.ask("POST", "/in/cloud_pbx/by-mistake/", b"x=1").status == 404


def test_one_that_is_switched_off(house, stand_in):
    Pbx.objects.update(is_active=False)
    stand_in.rings_in(CLIENT, OURS, "101")
    assert post(house, stand_in, stand_in.sent[-1]).status == 410
    assert house.arrivals() == []


def test_too_much_is_refused(house, stand_in):
    assert post(house, stand_in, Delivery("", b"x" * 300_000, {}, 0)).status == 413
    assert house.arrivals() == []


def test_only_from_the_addresses_that_are_named(house, stand_in):
    Pbx.objects.update(options={"addresses": "81.88.80.132"})
    stand_in.rings_in(CLIENT, OURS, "101")
    delivery = stand_in.sent[-1]
    assert post(house, stand_in, delivery).status == 403
    assert post(house, stand_in, delivery, x_forwarded_for="81.88.80.132").status == 200


@pytest.mark.parametrize("stand_in", ["sipuni"], indirect=True)
def test_sipuni_by_get_gets_its_word(house, stand_in):
    stand_in.rings_in(CLIENT, OURS, "101")
    query = stand_in.sent[-1].body.decode()
    answer = house.ask("GET", f"/in/cloud_pbx/key-sipuni/?{query}")
    assert (answer.status, answer.json()) == (200, {"success": True})
    assert [body for *_, body in house.arrivals()] == [query.encode()]
    assert house.ask("PUT", "/in/cloud_pbx/key-sipuni/").headers["allow"] == "POST, GET"


@pytest.mark.parametrize("stand_in", ["zadarma"], indirect=True)
def test_zadarma_sees_that_somebody_is_there(house, stand_in):
    answer = house.ask("GET", "/in/cloud_pbx/key-zadarma?zd_echo=%3Cb%3E1")
    assert (answer.status, answer.body) == (200, b"<b>1")
    assert (answer.headers["content-type"], answer.headers["x-content-type-options"]) == (
        "text/plain; charset=utf-8",
        "nosniff",
    )
    assert house.arrivals() == []


@pytest.mark.parametrize("stand_in", ["megafon"], indirect=True)
def test_megafon_hears_who_rings_and_who_looks_after_him(house, stand_in, vera, mikhail):
    def ask(number: str):
        return house.ask("POST", "/in/cloud_pbx/key-megafon", stand_in.asks_who(number))

    assert ask(CLIENT).json() == {"contact_name": "Вера Павлова"}
    deal = open_deal(vera, by=Automaton("test"))
    Deal.objects.filter(pk=deal.pk).update(responsible=mikhail)
    assert ask("8 (916) 123-45-67").json() == {"contact_name": "Вера Павлова", "responsible": mikhail.extension}
    type(mikhail).objects.filter(pk=mikhail.pk).update(pbx_code="asterisk/lab1")
    assert ask(CLIENT).json() == {"contact_name": "Вера Павлова"}, "his phone is on another system"
    assert (ask("79160000000").json(), ask("anonymous").json()) == ({}, {})
    assert house.arrivals() == []
    assert house.ask("POST", "/in/cloud_pbx/key-megafon", b"cmd=contact&phone=79161234567").status == 401


@pytest.mark.parametrize("stand_in", ["megafon"], indirect=True)
def test_a_key_of_its_own_for_events_is_locked_away_too(house, stand_in):
    locked = {"crm_token": secrets.lock_away(stand_in.secret)}
    Pbx.objects.update(options=locked, secret=secrets.lock_away("of the PBX"))
    stand_in.rings_in(CLIENT, OURS, "101")
    delivery = stand_in.sent[-1]
    assert post(house, stand_in, delivery).status == 200
    shown = replace(delivery, body=delivery.body.replace(b"crm_token=token", b"crm_token=of+the+PBX"))
    assert post(house, stand_in, shown).status == 401


@pytest.mark.parametrize("stand_in", ["megafon"], indirect=True)
def test_of_a_merged_client_it_hears_the_one_who_is_left(house, stand_in, vera):
    left = Client.objects.create(name="Вера Павлова-Орлова")
    Client.objects.filter(pk=vera.pk).update(merged_into_id=left.pk)
    answer = house.ask("POST", "/in/cloud_pbx/key-megafon", stand_in.asks_who(CLIENT))
    assert answer.json() == {"contact_name": "Вера Павлова-Орлова"}


def test_a_hundred_at_once_are_answered_within_a_second(house, stand_in):
    """Written down, not worked off: also while the worker is away."""
    for _ in range(50):
        stand_in.rings_in(CLIENT, OURS, "101")
    took = []

    def send(delivery: Delivery) -> int:
        begun = time.monotonic()
        status = post(house, stand_in, delivery).status
        took.append(time.monotonic() - begun)
        return status

    with ThreadPoolExecutor(10) as senders:
        assert set(senders.map(send, stand_in.sent)) == {200}
    assert max(took) < 1
    assert len(house.arrivals()) == len(stand_in.sent)


@pytest.mark.parametrize("stand_in", ["mango"], indirect=True)
def test_fifty_megabytes_are_not_read(house, stand_in):
    """Neither where the length is said before, nor where they come in pieces without one."""
    whole = b"x" * 50_000_000
    begun = time.monotonic()
    for body in (whole, (whole[at : at + 65_536] for at in range(0, len(whole), 65_536))):
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # hung up on in the middle of it
            assert house.ask("POST", f"/in/cloud_pbx/key-{stand_in.code}/", body).status == 413
    assert time.monotonic() - begun < 10
    assert house.arrivals() == []


def test_nonsense_is_answered_in_words(house, stand_in):
    forms = [text.encode(code) for text in ("event=Имя&a=1", '{"event": "Имя"}') for code in ("cp1251", "utf-16")]
    for body in (b"", b"\xff", b"[" * 5000, b"{}", b'{"a": ', b"a" * 100_000, b'{"a": 1e999, "b": "\\u0000"}', *forms):
        answer = house.ask("POST", f"/in/cloud_pbx/key-{stand_in.code}/", body)
        assert answer.status in (200, 400, 401, 403)
        assert json.loads(answer.body)
    work_off()
    assert {state for (state,) in house.rows("select state from intake_arrival")} <= {"stuck", "ignored"}
