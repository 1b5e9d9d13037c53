from __future__ import annotations

import json
from datetime import timedelta
from uuid import uuid4

import pytest

from svyazka.business.deals import opening
from svyazka.business.visits import absences, booking, carry_out, locking, slots
from svyazka.business.visits.models import Resource, Visit

ROOM = "/calendar/"
BOARD = "/calendar/board/"


def of_day(browser, day, name, view="day"):
    """The row of this name, as the board gets it."""
    found = json.loads(browser.get(BOARD, {"day": day.isoformat(), "view": view}).content)
    return next(row for row in found["rows"] if row["name"] == name)


def visits_of(row):
    return [one for cell in row["cells"] for one in cell["all"] if "v" in one]


def test_a_day_shows_who_is_where(enter, olga, visit, monday):
    page = enter(olga).get(ROOM, {"day": monday.isoformat()})
    said = page.content.decode()
    assert page.status_code == 200
    for words in ("Вера Павлова", "Бригада Орлова", "data-book", f'"v":{visit.pk}'):
        assert words in said


def test_a_visit_stands_where_its_hours_are(enter, olga, visit, monday):
    row = of_day(enter(olga), monday, "Егор Кузнецов")
    (cell,) = row["cells"]
    (one,) = cell["all"]
    assert (one["a"], one["b"], one["t"], one["s"]) == (600, 660, "Вера Павлова", "ул. Лесная, 5, кв. 12")
    assert (one["c"], one["st"], one["x"], one["n"]) == ("violet", "planned", 1, visit.version)
    assert cell["open"] == [[540, 780], [840, 1140]]
    assert "ok" not in one


def test_a_week_shows_every_day_with_days_off_and_absences(enter, olga, visit, of_egor, hour, roza, monday):
    absences.absent(of_egor, hour(9, days=1), hour(18, days=1), note="обучение", by=roza)
    row = of_day(enter(olga), monday + timedelta(days=3), "Егор Кузнецов", "week")
    assert [len(cell["all"]) for cell in row["cells"]] == [1, 1, 0, 0, 0, 0, 0]
    assert (row["cells"][1]["all"][0]["s"], row["cells"][1]["all"][0]["e"]) == ("обучение", "absence")
    assert row["cells"][6]["open"] == []


def test_a_month_says_how_full_the_days_are(enter, olga, visit, monday):
    row = of_day(enter(olga), monday, "Егор Кузнецов", "month")
    assert row["cells"][monday.day - 1] == {"n": 1, "load": 11, "away": False}


def test_cancelled_visits_do_not_stand_there(enter, olga, visit, monday):
    booking.cancel(visit, reason="передумали", by=olga)
    assert visits_of(of_day(enter(olga), monday, "Егор Кузнецов")) == []


def test_what_is_under_way_is_seen_and_what_has_begun_does_not_move(enter, olga, visit, egor, monday):
    for status, movable in ((Visit.Status.ON_WAY, True), (Visit.Status.STARTED, False)):
        visit = carry_out.set_status(visit, status, by=egor)
        (one,) = visits_of(of_day(enter(olga), monday, "Егор Кузнецов"))
        assert (one["st"], "x" in one) == (status, movable)


def test_one_who_left_stands_there_as_long_as_he_has_visits(enter, olga, visit, of_egor, monday):
    Resource.objects.filter(pk=of_egor.pk).update(is_active=False)
    row = of_day(enter(olga), monday, "Егор Кузнецов")
    assert visits_of(row)[0]["p"] == ["Егор Кузнецов больше не работает в компании."]
    assert row["out"] is False
    assert "Егор Кузнецов" not in enter(olga).get(BOARD, {"day": monday + timedelta(days=1)}).content.decode()


def test_a_lock_and_its_reason_stand_on_the_board(enter, olga, visit, monday):
    browser = enter(olga)
    assert "l" not in visits_of(of_day(browser, monday, "Егор Кузнецов"))[0]
    locking.lock(visit, by=olga)
    assert visits_of(of_day(browser, monday, "Егор Кузнецов"))[0]["l"] == 1
    locking.unlock(visit, by=olga)
    locking.lock(visit, why="ключи только утром", by=olga)
    assert visits_of(of_day(browser, monday, "Егор Кузнецов"))[0]["l"] == "ключи только утром"


def test_one_row_is_read_where_a_day_of_a_month_is_opened(enter, olga, visit, of_egor, monday):
    asked = {"day": monday.isoformat(), "view": "day", "resource": of_egor.pk}
    (row,) = json.loads(enter(olga).get(BOARD, asked).content)["rows"]
    assert (row["name"], [one["v"] for one in visits_of(row)]) == ("Егор Кузнецов", [visit.pk])


def test_a_table_needs_no_script(enter, olga, visit, monday):
    page = enter(olga)
    plain = f"{ROOM}?day={monday}&amp;view=table"
    assert (
        f'<noscript><meta http-equiv="refresh" content="0;url={plain}">'
        in page.get(f"{ROOM}?day={monday}").content.decode()
    )
    said = page.get(ROOM, {"day": monday.isoformat(), "view": "table"}).content.decode()
    for words in (f'href="/visits/{visit.pk}/"', "10:00–11:00", "Замер", "запланирован", "Бригада Орлова"):
        assert words in said


def test_no_name_ends_the_script(enter, olga, vera, visit, monday):
    vera.name = "</script><script>alert(1)</script>"
    vera.save()
    said = enter(olga).get(ROOM, {"day": monday.isoformat()}).content.decode()
    assert "alert(1)" in said
    assert "<script>alert(1)" not in said


@pytest.mark.parametrize("day", ["", "yesterday", "2026-13-40", "0001-01-01", "9999-12-31", "\x00"])
@pytest.mark.parametrize("view", ["day", "week", "month", "table", "year"])
def test_a_day_that_is_none_is_today(enter, olga, windows, day, view):
    for address in (ROOM, BOARD):
        assert enter(olga).get(address, {"day": day, "view": view}).status_code == 200


@pytest.mark.parametrize(("view", "queries"), [("day", 9), ("week", 9), ("month", 5), ("table", 8)])
def test_thirty_visits_cost_as_many_queries_as_one(
    enter, olga, visit, vera, measurement, monday, django_assert_num_queries, view, queries
):
    address = f"{ROOM}?day={monday.isoformat()}&view={view}"
    came_in = enter(olga)
    came_in.get(address)  # the geocoder's list knows the address from now on
    with django_assert_num_queries(queries):
        came_in.get(address)
    other = opening.open_deal(vera, by=olga)
    for slot in slots.free_slots(measurement, from_day=monday, days=5)[::2][:60]:
        try:
            booking.book(other, measurement, slot.resource, slot.starts_at, request_id=uuid4(), by=olga)
        except booking.SlotTaken:
            continue
    assert Visit.objects.count() >= 30
    with django_assert_num_queries(queries):
        came_in.get(address)


def test_the_board_is_the_offices(enter, egor, boris, konstantin):
    for address in (ROOM, BOARD, "/calendar/map/", "/calendar/map/routes/", "/calendar/unplaced/"):
        assert enter(egor).get(address).status_code == 403
        assert enter(boris).get(address).status_code == 403
        assert enter(konstantin).get(address).status_code == 200
    assert "data-book" not in enter(konstantin).get(ROOM).content.decode()
