from __future__ import annotations

import html
import json
import re
from uuid import uuid4

import pytest

from svyazka.business.visits import absences, booking, confirming, locking, waiting
from svyazka.business.visits.models import Visit, VisitMove
from svyazka.business.visits.offering import Wishes

HTMX = {"HX-Request": "true"}


@pytest.fixture
def at(of_ilya, hour):
    """A place on the board: `at(12)` is Ilya at noon."""
    return lambda hours, resource=of_ilya: f"{resource.pk}@{hour(hours).isoformat()}"


def seen(visit):
    again = Visit.objects.get(pk=visit.pk)
    return again.resource_id, again.starts_at, again.moves


def test_a_drop_says_what_it_would_do_and_changes_nothing(enter, olga, visit, at):
    confirming.confirm(visit, by=olga)
    before = seen(visit)
    said = enter(olga).get(f"/visits/{visit.pk}/placing/", {"slot": at(12)}, headers=HTMX).content.decode()
    for words in ("Илья Фомин", "Сразу узнают: Егор Кузнецов, Илья Фомин", "его спросят ещё раз", "Причина"):
        assert words in said
    assert seen(visit) == before


def test_it_is_moved_with_a_reason_and_can_be_moved_back(enter, olga, visit, at, of_ilya, of_egor, hour):
    browser, address = enter(olga), f"/visits/{visit.pk}/placing/"
    typed = {"slot": at(12), "version": visit.version, "reason": "короче дорога"}
    done = browser.post(address, typed, headers=HTMX)
    assert json.loads(done["HX-Trigger"]) == {"dialog:close": {}, "calm:visit": {}}
    assert seen(visit) == (of_ilya.pk, hour(12), 1)
    said = done.content.decode()
    assert at(10, of_egor).replace("+03:00", "")[:20] in said or "data-undo" in said
    undo = {"slot": f"{of_egor.pk}@{visit.starts_at.isoformat()}", "version": visit.version + 1}
    browser.post(f"{address}undoing/", undo, headers=HTMX)
    assert seen(visit) == (of_egor.pk, hour(10), 0)


def test_without_a_reason_it_stays_and_asks(enter, olga, visit, at):
    typed = {"slot": at(12), "version": visit.version, "reason": " "}
    answer = enter(olga).post(f"/visits/{visit.pk}/placing/", typed, headers=HTMX)
    assert answer.status_code == 422
    assert 'id="placing"' in answer.content.decode()
    assert seen(visit)[2] == 0


@pytest.mark.parametrize(("hours", "words"), [(14, "нерабочее время"), (22, "нерабочее время")])
def test_what_does_not_go_is_refused_in_words(enter, olga, visit, at, hours, words):
    answer = enter(olga).get(f"/visits/{visit.pk}/placing/", {"slot": at(hours)}, headers=HTMX)
    assert answer.status_code == 422
    assert "Туда не поставить" in answer.content.decode()
    assert words in answer.content.decode().lower()


def test_a_refusal_names_the_next_best_and_each_of_them_goes(enter, olga, visit, at):
    browser, day = enter(olga), at(14).partition("@")[2][:10]
    said = browser.get(f"/visits/{visit.pk}/placing/", {"slot": at(14)}, headers=HTMX).content.decode()
    assert "Илья Фомин" in said
    assert f"/visits/{visit.pk}/time/?day={day}" in said
    addresses = {html.unescape(one) for one in re.findall(r'hx-get="(/visits/\d+/placing/[^"]+)"', said)}
    assert len(addresses) >= 3
    for address in addresses:
        assert "Перенести выезд?" in browser.get(address, headers=HTMX).content.decode()


def test_work_that_does_not_go_there_is_refused_in_the_same_way(enter, olga, deal, at):
    browser = enter(olga)
    asked = {"slot": at(14), "kind": "measurement"}
    answer = browser.get(f"/deals/{deal.pk}/placing/", asked, headers=HTMX)
    said = answer.content.decode()
    assert answer.status_code == 422
    assert "Туда не поставить" in said
    address = html.unescape(re.search(r'hx-get="(/deals/\d+/placing/[^"]+)"', said)[1])
    assert "Записать сюда?" in browser.get(address, headers=HTMX).content.decode()


def test_whoever_was_too_late_is_offered_the_next_best_at_once(enter, olga, oksana, visit, new_deal, at, of_ilya, hour):
    other = new_deal("Пётр")
    booking.book(other, visit.kind, of_ilya, hour(12), request_id=uuid4(), by=oksana)
    typed = {"slot": at(12), "version": visit.version, "reason": "короче дорога"}
    answer = enter(olga).post(f"/visits/{visit.pk}/placing/", typed, headers=HTMX)
    assert answer.status_code == 409
    assert f"/visits/{visit.pk}/placing/?version={visit.version}&amp;slot=" in answer.content.decode()
    assert seen(visit)[2] == 0


def test_who_is_taken_and_by_what(enter, olga, roza, visit, at, of_ilya, hour):
    absences.absent(of_ilya, hour(12), hour(13), note="обучение", by=roza)
    answer = enter(olga).get(f"/visits/{visit.pk}/placing/", {"slot": at(12)}, headers=HTMX)
    assert answer.status_code == 422
    assert "Илья Фомин: это время занято — 12:00–13:00 обучение" in answer.content.decode()


def test_what_others_changed_meanwhile_is_not_overwritten(enter, olga, visit, at, of_egor, hour):
    booking.move(visit, hour(16), of_egor, reason="просят позже", by=olga)
    typed = {"slot": at(12), "version": visit.version, "reason": "короче дорога"}
    for answer in (
        enter(olga).get(f"/visits/{visit.pk}/placing/", typed, headers=HTMX),
        enter(olga).post(f"/visits/{visit.pk}/placing/", typed, headers=HTMX),
    ):
        assert answer.status_code in (409, 422)
    assert seen(visit)[:2] == (of_egor.pk, hour(16))


def test_only_the_last_move_and_only_ones_own_is_taken_back(enter, olga, oksana, visit, of_egor, of_ilya, hour):
    moved = booking.move(visit, hour(16), of_egor, reason="просят позже", by=oksana)
    typed = {"slot": f"{of_egor.pk}@{hour(10).isoformat()}", "version": moved.version}
    assert enter(olga).post(f"/visits/{visit.pk}/placing/undoing/", typed, headers=HTMX).status_code == 422
    elsewhere = {**typed, "slot": f"{of_ilya.pk}@{hour(10).isoformat()}"}
    assert enter(oksana).post(f"/visits/{visit.pk}/placing/undoing/", elsewhere, headers=HTMX).status_code == 422
    assert seen(visit) == (of_egor.pk, hour(16), 1)


def test_another_person_at_the_same_time_is_no_move_that_counts(enter, olga, visit, at, of_ilya, of_egor, hour):
    browser, address = enter(olga), f"/visits/{visit.pk}/placing/"
    typed = {"slot": at(10), "version": visit.version, "reason": "короче дорога", "asked": "we"}
    browser.post(address, typed, headers=HTMX)
    assert seen(visit) == (of_ilya.pk, hour(10), 0)
    back = {"slot": at(10, of_egor), "version": visit.version + 1}
    assert browser.post(f"{address}undoing/", back, headers=HTMX).status_code == 200
    assert seen(visit) == (of_egor.pk, hour(10), 0)
    assert not VisitMove.objects.exists()


def test_what_waits_for_it_is_shown_and_goes_along(enter, olga, visit, installation, named, of_egor, hour):
    crew = named("Бригада Орлова")
    later = booking.book(visit.deal, installation, crew, hour(9, days=7), request_id=uuid4(), by=olga)
    browser, address = enter(olga), f"/visits/{visit.pk}/placing/"
    slot = f"{of_egor.pk}@{hour(10, days=1).isoformat()}"
    shown = browser.get(address, {"slot": slot}, headers=HTMX).content.decode()
    assert "«Монтаж»" in shown
    typed = {"slot": slot, "version": visit.version, "reason": "просит позже"}
    asked = browser.post(address, typed, headers=HTMX)
    assert "«Монтаж»" in asked.content.decode()
    assert seen(visit)[:2] == (of_egor.pk, hour(10))
    token = re.search(r'name="seen" value="(\w+)"', shown)[1]
    assert browser.post(address, {**typed, "seen": token}, headers=HTMX).status_code == 200
    later.refresh_from_db()
    assert (seen(visit)[1], later.starts_at) == (hour(10, days=1), hour(9, days=8))


def test_work_beside_the_board_is_booked_where_it_is_dropped(enter, olga, deal, at, of_ilya, hour):
    browser = enter(olga)
    deal.address = "Москва, Лесная, 5"
    deal.save()
    address = f"/deals/{deal.pk}/placing/"
    said = browser.get(address, {"slot": at(12), "kind": "measurement"}, headers=HTMX).content.decode()
    assert "Записать сюда?" in said
    typed = {"slot": at(12), "kind": "measurement", "address": deal.address, "wishes": "позвонить"}
    done = browser.post(address, typed, headers=HTMX)
    assert done.status_code == 200
    booked = Visit.objects.get()
    assert (booked.resource_id, booked.starts_at, booked.wishes) == (of_ilya.pk, hour(12), "позвонить")
    assert f"/visits/{booked.pk}/placing/removal/" in done.content.decode()
    assert browser.get(address, {"slot": at(12), "kind": "nonsense"}, headers=HTMX).status_code == 422


def test_what_was_booked_by_mistake_is_taken_out_again(enter, olga, oksana, visit):
    address, typed = f"/visits/{visit.pk}/placing/removal/", {"version": visit.version}
    assert enter(oksana).post(address, typed, headers=HTMX).status_code == 422
    assert enter(olga).post(address, {"version": 99}, headers=HTMX).status_code == 409
    done = enter(olga).post(address, typed, headers=HTMX)
    assert json.loads(done["HX-Trigger"]) == {"dialog:close": {}, "calm:visit": {}}
    visit.refresh_from_db()
    assert (visit.status, visit.reason, visit.bookings.count()) == ("cancelled", "Записано по ошибке.", 0)


def test_what_was_moved_since_is_not_taken_out(enter, olga, visit, of_egor, hour):
    moved = booking.move(visit, hour(16), of_egor, reason="просят позже", by=olga)
    typed = {"version": moved.version}
    assert enter(olga).post(f"/visits/{visit.pk}/placing/removal/", typed, headers=HTMX).status_code == 422
    assert seen(visit) == (of_egor.pk, hour(16), 1)


def test_a_locked_visit_says_so_before_it_is_moved(enter, olga, roza, visit, at):
    locking.lock(visit, why="ключи только у неё", by=roza)
    said = enter(olga).get(f"/visits/{visit.pk}/placing/", {"slot": at(12)}, headers=HTMX).content.decode()
    assert "ключи только у неё" in said


def test_whoever_waits_is_booked_where_he_is_dropped_and_waits_no_more(enter, olga, vera_waits, deal, at, by_day):
    waiting.change(vera_waits, address="Москва, Лесная, 9", note="домофон 5", by=olga)
    browser, address = enter(olga), f"/deals/{deal.pk}/placing/"
    tray = browser.get("/calendar/unplaced/").content.decode()
    assert "ждёт с сегодняшнего дня" in tray
    assert f"&quot;deal&quot;: {deal.pk}" in tray
    said = browser.get(address, {"slot": at(12), "kind": "measurement"}, headers=HTMX).content.decode()
    assert 'value="Москва, Лесная, 9"' in said
    assert 'value="домофон 5"' in said
    assert "Клиент просил другое время" not in said
    waiting.change(vera_waits, wishes=Wishes(parts=frozenset({"evening"})), by=olga)
    said = browser.get(address, {"slot": at(12), "kind": "measurement"}, headers=HTMX).content.decode()
    assert "Клиент просил другое время" in said
    typed = {"slot": at(12), "kind": "measurement", "address": "Москва, Лесная, 9", "wishes": "домофон 5"}
    browser.post(address, typed, headers=HTMX)
    vera_waits.refresh_from_db()
    assert (vera_waits.state, Visit.objects.get().address) == ("served", "Москва, Лесная, 9")
    assert "Вера" not in browser.get("/calendar/unplaced/").content.decode()


def test_for_a_visit_to_which_nobody_can_come_we_ask_for_another_time(enter, olga, roza, visit, of_egor, at, hour):
    assert 'value="we" selected' not in enter(olga).get(f"/visits/{visit.pk}/time/", headers=HTMX).content.decode()
    absences.absent(of_egor, hour(0), hour(0, days=1), note="болеет", by=roza, leaving=True)
    for address in (f"/visits/{visit.pk}/time/", f"/visits/{visit.pk}/placing/", f"/visits/{visit.pk}/cancellation/"):
        said = enter(olga).get(address, {"slot": at(12)}, headers=HTMX).content.decode()
        assert 'value="we" selected' in said


def test_a_drop_is_nothing_for_those_who_may_not(enter, konstantin, egor, visit, deal, at):
    for person in (konstantin, egor):
        for address in (f"/visits/{visit.pk}/placing/", f"/deals/{deal.pk}/placing/"):
            assert enter(person).get(address, {"slot": at(12)}).status_code == 403
