from __future__ import annotations

import pytest

from svyazka.business.places.models import Background, Place, Service


@pytest.fixture
def anna_enters(anna, enter):
    return enter(anna)


def test_without_anything_the_page_says_that_nothing_is_needed(anna_enters):
    page = anna_enters.get("/office/maps/").content.decode()
    assert page.count("никого не спрашиваем") == 2
    assert "можно не заполнять" in page


def test_a_server_that_does_not_answer_is_refused_in_words_and_nothing_is_kept(anna_enters):
    answer = anna_enters.post("/office/maps/servers/travel/", {"kind": "osrm", "base": "http://127.0.0.1:9"})
    assert answer.status_code == 422
    assert "По этому адресу никто не отвечает" in answer.content.decode()
    assert Service.objects.get(what="travel").kind == ""


def test_a_server_is_stored_checked_and_switched_off(anna_enters, answering):
    works = [True]
    told = {"code": "Ok", "durations": [[300]], "sources": [{"distance": 1}], "destinations": [{"distance": 1}]}
    url = answering(lambda *_asked: (200, told) if works[0] else (503, {}))
    assert anna_enters.post("/office/maps/servers/travel/", {"kind": "osrm", "base": url}).status_code == 302
    assert "OSRM" in anna_enters.get("/office/maps/").content.decode()
    assert anna_enters.post("/office/maps/servers/travel/check/").status_code == 302
    works[0] = False
    assert anna_enters.post("/office/maps/servers/travel/check/").status_code == 422
    page = anna_enters.get("/office/maps/").content.decode()
    assert "OSRM: не отвечает" in page
    assert "никто не отвечает" in page
    anna_enters.post("/office/maps/servers/travel/state/", {"on": "0"})
    assert Service.objects.get(what="travel").is_on is False
    assert "OSRM: выключен" in anna_enters.get("/office/maps/").content.decode()


def test_there_are_two_servers_and_no_others(anna_enters):
    assert anna_enters.post("/office/maps/servers/weather/").status_code == 404
    assert anna_enters.post("/office/maps/servers/travel/check/").status_code == 422


def test_the_background(anna_enters):
    given = {"centre": "55,75 37,61", "tiles": "https://{s}.tiles.example.com/{z}/{x}/{y}.png", "credit": "© карта"}
    assert anna_enters.post("/office/maps/", given).status_code == 302
    known = Background.objects.get()
    assert (known.lat, known.lon, known.tiles, known.credit) == (55.75, 37.61, given["tiles"], "© карта")
    page = anna_enters.get("/places/pin/?address=Москва")
    assert " https://*.tiles.example.com;" in page["Content-Security-Policy"].partition("img-src")[2]
    for field, bad in (
        ("tiles", "https://tiles.example.com/"),
        ("tiles", "javascript:alert({x}{y}{z})"),
        ("tiles", "https://a.example; script-src *//{z}/{x}/{y}"),
        ("tiles", "https://[/{z}/{x}/{y}"),
        ("centre", "Москва"),
    ):
        assert anna_enters.post("/office/maps/", {**given, field: bad}).status_code == 422, bad
    assert Background.objects.get().tiles == given["tiles"]


def test_a_pin_is_set_and_taken_back(enter, olga, vera):
    browser, address = enter(olga), vera.address
    page = browser.get("/places/pin/", {"address": address}, headers={"HX-Request": "true"})
    assert "Ещё не на карте" in page.content.decode()
    assert "tiles" not in page["Content-Security-Policy"]
    refused = browser.post("/places/pin/", {"address": address, "point": "там"}, headers={"HX-Request": "true"})
    assert refused.status_code == 422
    assert "Точка записывается так" in refused.content.decode()
    version = Place.objects.get().version
    given = {"address": address, "point": "55.7781, 37.5893", "version": version}
    assert browser.post("/places/pin/", given, headers={"HX-Request": "true"}).status_code == 204
    assert "Поставлено вручную: " in browser.get("/places/pin/", {"address": address}).content.decode()
    assert browser.post("/places/pin/", {**given, "point": "55.0, 37.0"}).status_code == 422, "somebody was quicker"
    browser.post("/places/pin/removal/", {"address": address, "version": Place.objects.get().version})
    assert Place.objects.get().lat is None
    assert browser.get("/places/pin/").status_code == 200


def test_the_pin_stands_beside_addresses_for_those_who_may_set_it(enter, olga, konstantin, vera):
    assert "/places/pin/?address=" in enter(olga).get(f"/clients/{vera.pk}/").content.decode()
    assert "/places/pin/?address=" not in enter(konstantin).get(f"/clients/{vera.pk}/").content.decode()
