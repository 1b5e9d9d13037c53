from __future__ import annotations

import html
import json
import re

import pytest

from svyazka.business.visits import absences, booking, carry_out
from svyazka.business.visits.models import Visit

HTMX = {"HX-Request": "true"}


def links(said):
    return [html.unescape(one) for one in re.findall(r'hx-get="(/visits/\d+/placing/[^"]+)"', said)]


def test_a_tap_says_what_can_be_done(enter, olga, visit):
    said = enter(olga).get(f"/visits/{visit.pk}/at-hand/", headers=HTMX).content.decode()
    for words in ("Перенести выезд", "Закрепить", "Открыть выезд", "Отменить выезд"):
        assert words in said


def test_what_has_begun_is_only_opened(enter, olga, visit, egor):
    carry_out.set_status(carry_out.set_status(visit, "on_way", by=egor), "started", by=egor)
    browser = enter(olga)
    said = browser.get(f"/visits/{visit.pk}/at-hand/", headers=HTMX).content.decode()
    assert "Открыть выезд" in said
    assert "Перенести" not in said
    assert browser.get(f"/visits/{visit.pk}/where-to/", headers=HTMX).status_code == 422


def test_a_day_a_person_and_times_that_are_really_free(enter, olga, roza, visit, of_ilya, hour, monday):
    absences.absent(of_ilya, hour(9), hour(16), note="обучение", by=roza)
    browser, asked = enter(olga), {"day": monday.isoformat(), "resource": of_ilya.pk}
    said = browser.get(f"/visits/{visit.pk}/where-to/", asked, headers=HTMX).content.decode()
    hours = re.findall(r">(\d\d:\d\d)</a>", said)
    assert hours[0] == "16:00"
    for address in (links(said)[0], links(said)[-1]):
        assert "Перенести выезд?" in browser.get(address, headers=HTMX).content.decode()


def test_all_who_do_such_work_and_not_where_it_is_already(enter, olga, visit, of_egor, hour, monday):
    asked = {"day": monday.isoformat(), "resource": ""}
    said = enter(olga).get(f"/visits/{visit.pk}/where-to/", asked, headers=HTMX).content.decode()
    assert said.count("<h3>") >= 2
    assert not any(f"{of_egor.pk}@{visit.starts_at.isoformat()}" in one for one in links(said))


def test_a_day_without_room_says_so(enter, olga, roza, visit, of_egor, hour, monday):
    absences.absent(of_egor, hour(8, days=1), hour(20, days=1), note="обучение", by=roza)
    asked = {"day": hour(9, days=1).date().isoformat()}
    said = enter(olga).get(f"/visits/{visit.pk}/where-to/", asked, headers=HTMX).content.decode()
    assert "Выберите другой день" in said


@pytest.mark.parametrize("asked", [{"day": "0001-01-01"}, {"day": "x", "resource": "9" * 30}, {"resource": "\x00"}])
def test_nonsense_is_today_and_everybody(enter, olga, visit, asked):
    assert enter(olga).get(f"/visits/{visit.pk}/where-to/", asked, headers=HTMX).status_code == 200


def test_a_lock_with_a_word_why_and_off_again(enter, olga, visit):
    browser, address = enter(olga), f"/visits/{visit.pk}/lock/"
    assert "Закрепить выезд?" in browser.get(address, headers=HTMX).content.decode()
    done = browser.post(address, {"from": "board", "why": "ключи утром"}, headers=HTMX)
    assert {"dialog:close", "calm:visit", "toast"} == set(json.loads(done["HX-Trigger"]))
    visit.refresh_from_db()
    assert visit.locked_why == "ключи утром"
    assert "ключи утром" in browser.get(address, headers=HTMX).content.decode()
    browser.post(address, {"from": "board", "back": "1"}, headers=HTMX)
    visit.refresh_from_db()
    assert visit.locked_at is None


def test_called_off_it_goes_back_to_the_board(enter, olga, visit):
    browser, address = enter(olga), f"/visits/{visit.pk}/cancellation/"
    assert 'name="from" value="board"' in browser.get(address, {"from": "board"}, headers=HTMX).content.decode()
    typed = {"from": "board", "reason": "передумали", "version": visit.version}
    done = browser.post(address, typed, headers=HTMX)
    assert "dialog:close" in json.loads(done["HX-Trigger"])
    assert Visit.objects.get().status == "cancelled"


@pytest.mark.parametrize("what", ["at-hand", "where-to", "lock"])
def test_nothing_for_those_who_may_not(enter, konstantin, egor, visit, what):
    for person in (konstantin, egor):
        assert enter(person).get(f"/visits/{visit.pk}/{what}/").status_code == 403


def test_a_stale_time_is_refused(enter, olga, visit, of_ilya, hour, monday):
    browser = enter(olga)
    asked = {"day": monday.isoformat(), "resource": of_ilya.pk}
    (address, *_others) = links(browser.get(f"/visits/{visit.pk}/where-to/", asked, headers=HTMX).content.decode())
    booking.move(visit, hour(17), visit.resource, reason="позже", by=olga)
    assert browser.get(address, headers=HTMX).status_code == 409
