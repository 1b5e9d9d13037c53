from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from svyazka.business.deals import opening
from svyazka.business.visits import absences, booking, carry_out, slots
from svyazka.business.visits.models import Resource, Visit
from svyazka.workplaces.dispatcher import grid

ROOM = "/calendar/"


def test_a_day_shows_who_is_where_and_what_is_free(enter, olga, visit, monday):
    page = enter(olga).get(ROOM, {"day": monday.isoformat()})
    said = page.content.decode()
    assert page.status_code == 200
    assert "Вера Павлова" in said
    assert f'hx-get="/visits/{visit.pk}/"' in said
    assert "11:00–13:00" in said
    assert "Бригада Орлова" in said


def test_a_block_stands_where_its_hours_are(visit, monday):
    (of_egor, *_others) = grid.build([monday]).rows
    blocks = {f"{block.begins}–{block.ends}": block for block in of_egor.cells[0].blocks}
    # From 8 to 20 o'clock is the whole width.
    assert blocks["10:00–11:00"].place == "--from:0.16667;--span:0.08333"
    assert (blocks["10:00–11:00"].kind, blocks["10:00–11:00"].colour) == ("visit", "violet")
    assert [hours for hours, block in blocks.items() if block.kind == "free"] == [
        "09:00–10:00",
        "11:00–13:00",
        "14:00–19:00",
    ]


def test_a_week_shows_every_day_with_days_off_and_absences(enter, olga, visit, of_egor, hour, roza, monday):
    absences.absent(of_egor, hour(9, days=1), hour(18, days=1), note="обучение", by=roza)
    page = enter(olga).get(ROOM, {"day": (monday + timedelta(days=3)).isoformat(), "view": "week"})
    said = page.content.decode()
    assert said.count('scope="col"') == 8
    assert "обучение" in said
    assert "Вера Павлова" in said


def test_cancelled_visits_do_not_stand_there(enter, olga, visit, monday):
    booking.cancel(visit, reason="передумали", by=olga)
    assert "Вера Павлова" not in enter(olga).get(ROOM, {"day": monday.isoformat()}).content.decode()


def test_the_state_of_the_work_is_to_be_seen(visit, egor, monday):
    carry_out.set_status(visit, Visit.Status.ON_WAY, by=egor)
    block = next(block for block in grid.build([monday]).rows[0].cells[0].blocks if block.kind == "visit")
    assert (block.status, block.icon) == ("on_way", "route")


def test_one_who_left_stands_there_as_long_as_he_has_visits(visit, of_egor, monday):
    Resource.objects.filter(pk=of_egor.pk).update(is_active=False)
    assert "Егор Кузнецов" in [row.name for row in grid.build([monday]).rows]
    assert "Егор Кузнецов" not in [row.name for row in grid.build([monday + timedelta(days=1)]).rows]


@pytest.mark.parametrize("day", ["", "yesterday", "2026-13-40", "0001-01-01", "9999-12-31", "\x00"])
@pytest.mark.parametrize("view", ["day", "week", "year"])
def test_a_day_that_is_none_is_today(enter, olga, windows, day, view):
    assert enter(olga).get(ROOM, {"day": day, "view": view}).status_code == 200


def test_only_the_grid_is_sent_again_when_something_changes(enter, olga, visit, monday):
    again = enter(olga).get(
        ROOM, {"day": monday.isoformat()}, headers={"HX-Request": "true", "HX-Target": "calendar-grid"}
    )
    assert again.content.decode().lstrip().startswith('<section id="calendar-grid"')


@pytest.mark.parametrize("view", ["day", "week"])
def test_thirty_visits_cost_as_many_queries_as_one(
    enter, olga, visit, vera, measurement, of_ilya, monday, django_assert_num_queries, view
):
    address = f"{ROOM}?day={monday.isoformat()}&view={view}"
    came_in = enter(olga)
    with django_assert_num_queries(5):  # the session, bookings, resources, shifts, who waits
        came_in.get(address)
    other = opening.open_deal(vera, by=olga)
    for slot in slots.free_slots(measurement, from_day=monday, days=5)[::2][:60]:
        try:
            booking.book(other, measurement, slot.resource, slot.starts_at, request_id=uuid4(), by=olga)
        except booking.SlotTaken:
            continue
    assert Visit.objects.count() >= 30
    with django_assert_num_queries(5):
        came_in.get(address)


def test_the_calendar_is_the_offices(enter, egor, boris, konstantin, client):
    assert enter(egor).get(ROOM).status_code == 403
    assert enter(boris).get(ROOM).status_code == 403
    assert enter(konstantin).get(ROOM).status_code == 200
