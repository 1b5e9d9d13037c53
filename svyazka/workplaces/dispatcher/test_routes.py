from __future__ import annotations

import json
from uuid import uuid4

import pytest

from svyazka.business.places import background, placing
from svyazka.business.visits import booking

ROOM = "/calendar/map/"


def routes_of(browser, day):
    return json.loads(browser.get(f"{ROOM}routes/", {"day": day.isoformat()}).content)


def test_the_stops_of_a_day_stand_in_their_order(enter, olga, anna, visit, deal, measurement, of_egor, hour, monday):
    placing.by_hand(visit.address, "55.80, 37.60", by=anna)
    booking.book(deal, measurement, of_egor, hour(9), request_id=uuid4(), by=olga, address="Москва, Тверская, 1")
    placing.by_hand("Москва, Тверская, 1", "55.76, 37.61", by=anna)
    (row,) = routes_of(enter(olga), monday)["rows"]
    assert [(one["n"], one["a"], one["at"]) for one in row["stops"]] == [
        (1, "09:00", [55.76, 37.61]),
        (2, "10:00", [55.80, 37.60]),
    ]
    assert row["home"] == [of_egor.lat, of_egor.lon]


def test_what_is_not_on_the_map_is_counted(enter, olga, visit, monday):
    found = routes_of(enter(olga), monday)
    assert (found["rows"][0]["stops"], found["unknown"]) == ([], 1)


@pytest.mark.parametrize(
    ("tiles", "host"), [("https://{s}.tiles.example/{z}/{x}/{y}.png", "https://*.tiles.example"), ("", "")]
)
def test_pictures_come_from_the_host_that_is_set_up_and_no_other(enter, anna, olga, windows, tiles, host):
    background.change(tiles=tiles, credit="", centre="", by=anna)
    page = enter(olga).get(ROOM)
    assert page["Content-Security-Policy"].split("img-src ")[1].split(";")[0].split() == [
        "'self'",
        "data:",
        "blob:",
        *([host] if host else []),
    ]
    assert ("data-tiles" in page.content.decode()) is bool(tiles)
    assert host not in enter(olga).get("/calendar/")["Content-Security-Policy"] or not host
