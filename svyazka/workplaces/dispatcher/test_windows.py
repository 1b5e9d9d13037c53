"""Windows as whoever is on the phone sees them: named, wished for, held, lost to somebody else."""

from __future__ import annotations

import html
import re
from uuid import uuid4

from svyazka.business.deals import opening
from svyazka.business.visits.models import Booking, Resource, Visit

HTMX = {"HX-Request": "true"}


def value(resource, starts_at):
    return f"{resource.pk}@{starts_at.isoformat()}"


def given(resource, starts_at, **more):
    return {"kind": "measurement", "slot": value(resource, starts_at), "address": "Лесная, 5", **more}


def offered(page):
    return re.findall(r'value="([^"]+)" data-number', html.unescape(page.content.decode()))


def test_each_window_has_its_number_its_reason_and_what_the_client_is_told(enter, olga, deal):
    said = enter(olga).get(f"/deals/{deal.pk}/visits/new/?kind=measurement", headers=HTMX).content.decode()
    assert re.findall(r'data-number="(\d)"', said) == ["1", "2", "3", "4", "5"]
    assert said.count("клиенту: ") == 5
    assert "раньше всех" in said
    assert "Все окна на день" in said


def test_windows_follow_the_wishes(enter, olga, deal, monday):
    wished = f"part=evening&not_on=0&not_on=1&from_day={monday.isoformat()}"
    page = enter(olga).get(f"/deals/{deal.pk}/visits/new/?kind=measurement&{wished}", headers=HTMX)
    for one in page.context["offer"].windows:
        assert one.window.told_from.hour >= 16
        assert one.window.day.weekday() not in (0, 1)
    said = page.content.decode()
    assert 'value="evening" checked' in said
    assert f'name="from_day" value="{monday.isoformat()}"' in said


def test_a_window_is_held_shown_held_on_and_booked(enter, olga, deal, of_egor, hour):
    address = f"/deals/{deal.pk}/visits/hold/"
    held = enter(olga).post(
        address, given(of_egor, hour(10), request_id=str(uuid4()), wishes="домофон 5"), headers=HTMX
    )
    said = held.content.decode()
    assert ("Держим для клиента" in said, "домофон 5" in said) == (True, True)
    assert value(of_egor, hour(10)) not in offered(held)
    first = Booking.objects.get()
    enter(olga).post(address, given(of_egor, hour(10), request_id=str(uuid4())), headers=HTMX)
    again = Booking.objects.get()
    assert (again.during, again.expires_at > first.expires_at) == (first.during, True)
    more = {"hold": str(again.request_id), "request_id": str(uuid4())}
    assert (
        enter(olga).post(f"/deals/{deal.pk}/visits/", given(of_egor, hour(10), **more), headers=HTMX).status_code == 201
    )
    assert Booking.objects.get().kind == "visit"


def test_a_window_is_let_go(enter, olga, deal, of_egor, hour):
    enter(olga).post(f"/deals/{deal.pk}/visits/hold/", given(of_egor, hour(10)), headers=HTMX)
    for _click in range(2):
        page = enter(olga).post(f"/deals/{deal.pk}/visits/hold/release/", {"kind": "measurement"}, headers=HTMX)
        assert (page.status_code, "Держим для клиента" in page.content.decode()) == (200, False)
    assert not Booking.objects.exists()


def test_of_two_who_want_the_same_window_the_second_is_offered_others(enter, olga, mikhail, deal, vera, of_egor, hour):
    other = opening.open_deal(vera, responsible=mikhail, by=mikhail)
    enter(olga).post(f"/deals/{deal.pk}/visits/hold/", given(of_egor, hour(10)), headers=HTMX)
    for address in (f"/deals/{other.pk}/visits/hold/", f"/deals/{other.pk}/visits/"):
        late = enter(mikhail).post(address, given(of_egor, hour(10), wishes="после обеда"), headers=HTMX)
        assert late.status_code == 409
        assert ("только что заняли" in late.content.decode(), "после обеда" in late.content.decode()) == (True, True)
        assert len(offered(late)) == 5
        assert value(of_egor, hour(10)) not in offered(late)
    assert not Visit.objects.exists()


def test_none_fits_and_it_is_said_why(enter, olga, deal):
    Resource.objects.filter(kind="engineer").update(hours={})
    said = enter(olga).get(f"/deals/{deal.pk}/visits/new/?kind=measurement", headers=HTMX).content.decode()
    assert "Подходящего окна нет." in said
    assert "нет подходящей смены" in said


def test_a_visit_is_moved_into_one_of_the_windows(enter, olga, visit):
    address = f"/visits/{visit.pk}/time/"
    page = enter(olga).get(address, headers=HTMX)
    slot = offered(page)[0]
    moved = enter(olga).post(address, {"slot": slot, "reason": "просит позже", "version": visit.version}, headers=HTMX)
    assert moved.status_code == 200
    visit.refresh_from_db()
    assert f"{visit.resource_id}@{visit.starts_at.isoformat()}" == slot
