from __future__ import annotations

import json
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from svyazka.business.calls import commands
from svyazka.business.calls.conftest import ABLE_TO_DIAL
from svyazka.business.calls.dialling import do_not_call
from svyazka.business.calls.models import Call, DoNotCall, Pbx, PhoneCommand
from svyazka.business.calls.phone_system import CallEvent, Done, Kind
from svyazka.business.deals.opening import open_deal
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.take_call import take_call
from svyazka.kit import clock

NUMBER = "+79161234567"


@pytest.fixture(autouse=True)
def pbx(windows, settings, monkeypatch):
    for person in windows.values():
        person.language = "en"
        person.save(update_fields=["language"])
    at_noon(monkeypatch)
    settings.PHONE_SYSTEMS = {"asterisk": ABLE_TO_DIAL}
    return Pbx.objects.create(code="asterisk/lab1", driver="asterisk", host="127.0.0.1", port=5038)


def at_noon(monkeypatch, hour=12):
    """Of a working day; whole hours later, so that sessions go on."""
    real = clock.now().astimezone(ZoneInfo("Europe/Moscow"))
    fixed = datetime(real.year, 5, 12, hour, tzinfo=ZoneInfo("Europe/Moscow"))
    monkeypatch.setattr("svyazka.business.calls.dialling.dial.clock.now", lambda: fixed)


def ring(browser, number=NUMBER, **more):
    return browser.post(reverse("calls_out"), {"number": number, "click": "a", **more})


def triggers(answer):
    return json.loads(answer["HX-Trigger"])


def test_a_click_has_the_desk_phone_rung_and_shows_what_becomes_of_it(enter, olga, vera):
    deal = open_deal(vera, by=olga)
    browser = enter(olga)
    answer = ring(browser, deal=deal.pk)
    page, command = answer.content.decode(), PhoneCommand.objects.get()
    assert (answer.status_code, command.do, command.number, command.deal_id) == (200, "dial", NUMBER, deal.pk)
    assert "Ringing your phone: lift it" in page
    assert f"live:command-{command.pk} from:body" in page
    assert f'id="dial-{command.pk}"' in browser.get(reverse("calls_mine")).content.decode()
    commands.failed(f"svyazka{command.pk}x0", "not_lifted")
    page = browser.get(reverse("call_out", args=[command.pk])).content.decode()
    assert ("Your phone was not lifted." in page, "Ring again" in page) == (True, True)


def test_once_the_call_is_known_its_own_card_stands_there(enter, olga, oksana):
    browser = enter(olga)
    ring(browser)
    command = PhoneCommand.objects.get()
    commands.done(f"svyazka{command.pk}x0", Done(call_key="7"))
    assert "Ringing the client…" in browser.get(reverse("call_out", args=[command.pk])).content.decode()
    PhoneCommand.objects.update(call_id=5)
    assert browser.get(reverse("call_out", args=[command.pk])).content == b""
    PhoneCommand.objects.update(call_id=None)
    assert enter(oksana).get(reverse("call_out", args=[command.pk])).content == b""


def end(browser, command):
    return browser.post(reverse("call_out_end", args=[command.pk]))


def test_what_nobody_has_begun_is_called_off_and_never_begun(enter, olga, oksana):
    browser = enter(olga)
    assert "Hang up" in ring(browser).content.decode()
    command = PhoneCommand.objects.get()
    end(enter(oksana), command)
    assert len(commands.take(["asterisk/lab1"])) == 1
    PhoneCommand.objects.update(state="asked")
    browser = enter(olga)
    assert (end(browser, command).content, end(browser, command).content) == (b"", b"")
    assert commands.take(["asterisk/lab1"]) == []


def test_a_phone_that_rings_for_a_call_out_is_hung_up(enter, olga):
    browser = enter(olga)
    ring(browser)
    command = PhoneCommand.objects.get()
    commands.take(["asterisk/lab1"])
    assert "not ringing yet" in end(browser, command).content.decode()
    key, begun = f"lab1/svyazka{command.pk}x01234567", clock.now()
    arrival = Arrival(pk=1, received_at=begun, account="asterisk/lab1", connector="asterisk", conversation="k")
    take_call(
        [CallEvent("asterisk/lab1", key, kind, begun, key, "101") for kind in (Kind.START, Kind.RING)], arrival=arrival
    )
    page = end(browser, command).content.decode()
    asked = PhoneCommand.objects.latest("pk")
    assert (asked.do, asked.call_key, asked.extension) == ("hang_up", key, "101")
    assert ("Hanging up…" in page, "data-close" in page, f"live:command-{asked.pk} " in page) == (True, True, True)
    commands.failed(f"svyazka{asked.pk}x0", "refused")
    assert "Hang up" in browser.get(reverse("call_out", args=[command.pk])).content.decode()
    end(browser, command)
    commands.done(f"svyazka{PhoneCommand.objects.latest('pk').pk}x0", Done())
    commands.failed(f"svyazka{command.pk}x0", "not_lifted")
    assert browser.get(reverse("call_out", args=[command.pk])).content == b""
    assert PhoneCommand.objects.count() == 3


def test_why_the_phone_was_not_lifted_is_said_although_the_telephone_system_told_of_a_call(enter, olga):
    browser = enter(olga)
    ring(browser)
    command, now = PhoneCommand.objects.get(), clock.now()
    begun = Call.objects.create(pbx_code="asterisk/lab1", key="k", started_at=now, direction="out", state="ended")
    PhoneCommand.objects.update(call_id=begun.pk)
    commands.failed(f"svyazka{command.pk}x0", "not_lifted")
    assert "Your phone was not lifted." in browser.get(reverse("call_out", args=[command.pk])).content.decode()
    Call.objects.update(client_number=NUMBER)
    assert browser.get(reverse("call_out", args=[command.pk])).content == b""


def test_a_browser_that_speaks_itself_is_told_to_dial(enter, olga):
    answer = ring(enter(olga), softphone="1")
    assert (answer.status_code, triggers(answer)["svyazka:dial"]) == (
        204,
        {"number": NUMBER, "deal": None, "allowed": True},
    )
    assert commands.take(["asterisk/lab1"]) == []


def test_who_has_no_phone_on_the_pbx_gets_the_plain_link(enter, anna):
    answer = ring(enter(anna))
    assert (answer.status_code, triggers(answer)["dial:plain"]) == (204, {"number": NUMBER})


@pytest.mark.parametrize("number", ["", "мама", "1" * 50])
def test_nonsense_is_refused(enter, olga, number):
    assert ring(enter(olga), number, deal="x").status_code == 422


def test_at_an_odd_hour_one_is_asked_and_rings_with_the_second_click(enter, olga, vera, monkeypatch):
    at_noon(monkeypatch, hour=2)
    vera.address = "Новосибирск, Ленина, 1"
    vera.save(update_fields=["address"])
    browser = enter(olga)
    answer = ring(browser)
    page = answer.content.decode()
    assert (answer.status_code, answer["HX-Retarget"], PhoneCommand.objects.count()) == (422, "#dialog", 0)
    assert "It is 06:00 there now (Novosibirsk)." in page
    assert ring(browser, anyway="1").status_code == 200


def test_what_is_not_to_be_rung_is_refused_and_the_head_is_asked_why(enter, olga, roza, vera):
    do_not_call.forbid([NUMBER], reason="complaint", by=olga)
    answer = ring(enter(olga))
    assert (answer.status_code, answer.headers.get("HX-Retarget")) == (422, None)
    assert "This number is not to be rung: a complaint." in answer.content.decode()
    answer = ring(enter(roza))
    assert (answer["HX-Retarget"], olga.full_name in answer.content.decode()) == ("#dialog", True)
    assert ring(enter(roza), reason="сама просила").status_code == 200
    assert PhoneCommand.objects.get().person_id == roza.pk


def test_a_clients_wish_is_entered_for_all_his_numbers_and_taken_back(enter, olga, vera):
    vera.contact_points.create(kind="phone", value="+79031112233")
    browser, address = enter(olga), reverse("do_not_call")
    page = browser.get(address, {"number": NUMBER, "client": vera.pk}).content.decode()
    assert ("+7 903 111-22-33" in page, page.count('name="reason"')) == (True, 4)
    given = {"number": NUMBER, "client": vera.pk, "all": "1", "reason": "wish", "note": "не звоните больше"}
    page = browser.post(address, given).content.decode()
    assert "2 numbers are not rung any more." in page
    assert set(DoNotCall.objects.values_list("number", "note")) == {
        (NUMBER, "не звоните больше"),
        ("+79031112233", "не звоните больше"),
    }
    answer = browser.post(reverse("do_not_call_removal"), {"numbers": [NUMBER, "+79031112233"], "client": vera.pk})
    assert (answer.status_code, DoNotCall.objects.count()) == (200, 0)


@pytest.mark.parametrize(
    "given",
    [
        {"number": "мама"},
        {"number": NUMBER, "reason": "whim"},
        {"number": NUMBER, "reason": "wish", "until": "2020-01-01"},
    ],
)
def test_a_wish_that_cannot_be_read_is_refused(enter, olga, given):
    assert (enter(olga).post(reverse("do_not_call"), given).status_code, DoNotCall.objects.count()) == (422, 0)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("do_not_call", {"number": NUMBER, "reason": "wish", "note": "a\x00b"}),
        ("do_not_call_removal", {"numbers": "a\x00b"}),
        ("calls_out", {"number": NUMBER, "click": "a\x00b", "softphone": "1", "anyway": "1"}),
        ("not_to_ring_removal", {"number": "a\x00b"}),
    ],
)
def test_signs_that_no_database_takes_break_no_page(enter, roza, name, given):
    assert enter(roza).post(reverse(name), given).status_code in (200, 204, 302)


def test_nor_where_something_is_looked_for(enter, roza, vera):
    browser, call = enter(roza), Call.objects.create(pbx_code="asterisk/lab1", key="k", started_at=clock.now())
    for address in (reverse("call_colleagues", args=[call.pk]), reverse("not_to_ring")):
        assert browser.get(address, {"q": "a\x00b"}).status_code == 200


def test_what_a_colleague_has_entered_offers_no_button_to_take_it_back(enter, olga, mikhail, roza, vera):
    do_not_call.forbid([NUMBER], reason="complaint", by=mikhail)
    said = {
        person: "may be rung" in enter(person).get(reverse("client", args=[vera.pk])).content.decode()
        for person in (olga, mikhail, roza)
    }
    assert said == {olga: False, mikhail: True, roza: True}


def test_what_a_colleague_has_entered_is_not_taken_back_by_another_one(enter, olga, mikhail, vera):
    do_not_call.forbid([NUMBER], reason="complaint", by=mikhail)
    answer = enter(olga).post(reverse("do_not_call_removal"), {"numbers": NUMBER, "client": vera.pk})
    assert (answer.status_code, DoNotCall.objects.count()) == (422, 1)
