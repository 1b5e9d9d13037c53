# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
"""Visits in calendars of others: read back by a parser that is not the one they are written with."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import vobject
from icalendar import Calendar

from svyazka.business.calendars import feeds
from svyazka.business.calendars.models import Feed
from svyazka.business.clients.models import ContactPoint
from svyazka.business.journal.models import Entry
from svyazka.business.places import placing
from svyazka.business.staff import hire
from svyazka.business.visits import absences, booking, confirming
from svyazka.business.visits.conftest import deal, hour, measurement, monday, of_egor, of_ilya, visit  # noqa: F401
from svyazka.business.visits.models import Visit
from svyazka.kit import clock


@pytest.fixture
def token(visit, of_egor, egor):
    return feeds.give(of_egor, by=egor)


@pytest.fixture
def read(client):
    """What a calendar program gets: its events by UID."""

    def of(token):
        answer = client.get(f"/ical/{token}.ics")
        assert answer.status_code == 200, answer.content
        return {event.uid.value: event for event in vobject.readOne(answer.content.decode()).vevent_list}

    return of


def uid(visit) -> str:
    return f"{visit.request_id}@svyazka"


def test_a_visit_stands_in_the_calendar(token, visit, read, client):
    event = read(token)[uid(visit)]
    assert event.summary.value == "Замер: Вера Павлова"
    assert event.dtstart.value == visit.starts_at
    assert event.dtend.value == visit.ends_at
    assert (event.status.value, event.sequence.value) == ("CONFIRMED", str(visit.version))
    assert event.location.value == visit.address
    assert "geo" not in event.contents, "nobody has placed it yet"
    answer = client.get(f"/ical/{token}.ics")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    whole = Calendar.from_ical(answer.content)
    assert (str(whole["METHOD"]), str(whole["VERSION"])) == ("PUBLISH", "2.0")
    assert (str(whole["X-PUBLISHED-TTL"]), str(whole["X-WR-CALNAME"])) == ("PT15M", "Выезды: Егор Кузнецов")
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT15M" in answer.content
    assert b"\n\n" not in answer.content
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))


def test_where_it_is_once_somebody_has_placed_it(token, visit, read, olga):
    placing.by_hand(visit.address, "55.7781, 37.5893", by=olga)
    assert read(token)[uid(visit)].geo.value == "55.7781;37.5893"


def test_a_move_is_the_same_event_with_a_higher_number(token, visit, of_egor, read, hour, olga):
    before = read(token)[uid(visit)]
    booking.move(visit, hour(15), of_egor, reason="Просит позже", by=olga)
    after = read(token)[uid(visit)]
    assert int(after.sequence.value) > int(before.sequence.value)
    assert after.dtstart.value == hour(15)


def test_a_cancelled_one_stays_as_cancelled_for_thirty_days(token, visit, read, olga, monkeypatch):
    booking.cancel(visit, reason="Передумала", by=olga)
    event = read(token)[uid(visit)]
    assert event.status.value == "CANCELLED"
    assert "Передумала" in event.description.value
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: visit.starts_at + timedelta(days=29))
    assert uid(visit) in read(token)
    monkeypatch.setattr(clock, "now", lambda: visit.starts_at + timedelta(days=31))
    assert Visit.objects.filter(pk=visit.pk, starts_at__gt=now).exists()
    with pytest.raises(AttributeError):
        read(token)


def test_it_goes_from_one_calendar_to_the_other(token, visit, of_ilya, ilya, hour, read, client, olga):
    other = feeds.give(of_ilya, by=ilya)
    booking.move(visit, hour(15), of_ilya, reason="Егор занят", by=olga)
    assert uid(visit) in read(other)
    assert b"VEVENT" not in client.get(f"/ical/{token}.ics").content


def test_an_absence_is_time_that_is_taken_and_nobody_learns_why(token, of_egor, hour, read, olga, client):
    away = absences.absent(of_egor, hour(9, days=2), hour(18, days=2), note="Больница", by=olga)
    event = read(token)[f"absence-{away.pk}@svyazka"]
    assert (event.summary.value, event.transp.value) == ("Нет на месте", "OPAQUE")
    assert event.dtstart.value == hour(9, days=2)
    assert "Больница" not in client.get(f"/ical/{token}.ics").content.decode()


def test_phones_stay_here_unless_the_company_says_otherwise(token, visit, client, read, anna):
    ContactPoint.objects.create(client=visit.client, kind="email", value="vera@example.com")
    whole = client.get(f"/ical/{token}.ics").content.decode()
    assert "123-45-67" not in whole
    assert "9161234567" not in whole
    feeds.let_phones_out(True, by=anna)
    assert "+7 916 123-45-67" in read(token)[uid(visit)].description.value
    assert "vera@" not in client.get(f"/ical/{token}.ics").content.decode()


def test_a_client_without_a_name_is_not_told_by_the_phone(token, visit, read):
    visit.client.name = ""
    visit.client.save()
    event = read(token)[uid(visit)]
    assert event.summary.value == f"Замер: Клиент {visit.client_id}"
    assert "description" not in event.contents


def test_what_has_not_changed_is_not_made_anew(
    token, visit, of_egor, client, hour, olga, anna, django_assert_num_queries
):
    first = client.get(f"/ical/{token}.ics")
    mark = first["ETag"]
    with django_assert_num_queries(1):
        again = client.get(f"/ical/{token}.ics", headers={"If-None-Match": mark})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", mark)
    assert client.get(f"/ical/{token}.ics", headers={"If-None-Match": f'"x", W/{mark}'}).status_code == 304

    def changes(what):
        nonlocal mark
        what()
        answer = client.get(f"/ical/{token}.ics", headers={"If-None-Match": mark})
        assert answer.status_code == 200
        mark = answer["ETag"]

    changes(lambda: booking.move(visit, hour(15), of_egor, reason="Просит позже", by=olga))
    changes(lambda: confirming.confirm(visit, by=olga))
    changes(lambda: absences.absent(of_egor, hour(9, days=2), hour(18, days=2), by=olga))
    changes(lambda: feeds.let_phones_out(True, by=anna))
    changes(lambda: booking.cancel(visit, reason="Передумала", by=olga))


def test_as_many_statements_for_one_visit_as_for_thirty(token, visit, client, hour, measurement, deal, of_egor, olga):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def statements():
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(f"/ical/{token}.ics").status_code == 200
        return len(asked)

    client.get(f"/ical/{token}.ics")
    one = statements()
    alike = {"kind": measurement, "deal": deal, "client": deal.client, "resource": of_egor, "address": visit.address}
    Visit.objects.bulk_create(
        Visit(**alike, starts_at=hour(9, days=day), ends_at=hour(10, days=day), request_id=f"{day:032x}")
        for day in range(30)
    )
    assert statements() == one


def test_a_revoked_address_opens_nothing(token, of_egor, egor, client):
    assert client.get(f"/ical/{token}.ics").status_code == 200
    renewed = feeds.give(of_egor, by=egor)
    assert client.get(f"/ical/{token}.ics").status_code == 404
    assert client.get(f"/ical/{renewed}.ics").status_code == 200
    feeds.revoke(of_egor, by=egor)
    assert client.get(f"/ical/{renewed}.ics").status_code == 404
    assert client.post(f"/ical/{renewed}.ics").status_code == 405
    assert [entry.verb for entry in Entry.objects.filter(verb__startswith="calendars.").order_by("id")] == [
        "calendars.given", "calendars.given", "calendars.revoked",
    ]  # fmt: skip


def test_whoever_is_let_go_reads_nothing_any_more(token, visit, client, egor, anna, olga):
    booking.cancel(visit, reason="Передумала", by=olga)
    hire.let_go(egor, by=anna)
    assert client.get(f"/ical/{token}.ics").status_code == 404


def test_a_reader_of_the_database_cannot_use_it(token):
    assert len(token) == 22
    assert token not in str(list(Feed.objects.values())) + str(list(Entry.objects.values()))


def test_nobody_guesses(client, db):
    for nonsense in ("x", "0" * 22, "-_" * 11):
        assert client.get(f"/ical/{nonsense}.ics").status_code == 404


# The pages.


def test_everybody_makes_the_address_of_his_own(visit, egor, enter, client):
    enter(egor)
    assert "Выезды в вашем календаре" in client.get("/account/").content.decode()
    page = client.post("/account/calendar/", headers={"HX-Request": "true"}).content.decode()
    address = page.partition('data-copy="')[2].partition('"')[0]
    client.cookies.clear()
    assert client.get(urlsplit(address).path).status_code == 200
    enter(egor)
    assert address not in client.get("/account/").content.decode()
    client.post("/account/calendar/removal/", headers={"HX-Request": "true"})
    assert client.get(urlsplit(address).path).status_code == 404


def test_whoever_goes_nowhere_has_none(olga, enter, client):
    enter(olga)
    assert "Выезды в вашем календаре" not in client.get("/account/").content.decode()
    assert client.post("/account/calendar/").status_code == 422


def test_a_dispatcher_gives_them_and_has_one_of_the_whole_team(visit, of_egor, dina, enter, client, read):
    enter(dina)
    page = client.post("/calendar/feeds/team/").content.decode()
    token = page.partition("/ical/")[2].partition(".ics")[0]
    assert read(token)[uid(visit)].summary.value == "Егор Кузнецов. Замер: Вера Павлова"
    page = client.post(f"/calendar/feeds/resources/{of_egor.pk}/").content.decode()
    of_one = page.partition("/ical/")[2].partition(".ics")[0]
    assert read(of_one)[uid(visit)].summary.value == "Замер: Вера Павлова"
    client.post(f"/calendar/feeds/resources/{of_egor.pk}/removal/")
    assert client.get(f"/ical/{of_one}.ics").status_code == 404
    assert client.post("/calendar/feeds/rules/", {"tells_phone": "1"}).status_code == 403


def test_the_team_is_for_whoever_may_have_it(visit, dina, client):
    token = feeds.give(None, by=dina)
    assert client.get(f"/ical/{token}.ics").status_code == 200
    dina.role = "engineer"
    dina.save()
    assert client.get(f"/ical/{token}.ics").status_code == 404


def test_the_page_asks_as_much_for_one_as_for_thirty(of_egor, dina, enter, client):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from svyazka.business.visits.models import Resource

    def statements():
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/calendar/feeds/").status_code == 200
        return len(asked)

    enter(dina)
    feeds.give(of_egor, by=dina)
    client.get("/calendar/feeds/")
    one = statements()
    for number in range(30):
        feeds.give(Resource.objects.create(kind="engineer", name=f"Инженер {number}"), by=dina)
    assert statements() == one
