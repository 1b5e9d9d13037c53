from __future__ import annotations

import html
import json

import pytest

from svyazka.business.conversations.models import MailServer
from svyazka.business.visits import booking, seeking, waiting_round, waiting_rules
from svyazka.business.visits.models import Visit, Waiting, WaitingOffer

HTMX = {"HX-Request": "true"}
ROOM = "/calendar/waiting/"


@pytest.fixture
def offer(full_monday, another_waits, of_egor, olga, by_day):
    """Monday at ten with Egor has become free for Anna Belova."""
    booking.cancel(full_monday[of_egor.pk, 10], reason="заболел", by=olga)
    waiting_round.go_round()
    return WaitingOffer.objects.get()


@pytest.fixture
def letters(settings):
    """Clients can be written to."""
    settings.ADDRESS = "https://okna.example.ru"
    return MailServer.objects.create(pk=1, host="127.0.0.1", sender="o@example.ru")


def test_out_of_the_windows_of_a_deal_onto_the_list(enter, olga, deal, of_egor, monday, letters):
    browser = enter(olga)
    address = f"/deals/{deal.pk}/waiting/"
    windows = html.unescape(browser.get(f"/deals/{deal.pk}/visits/new/", headers=HTMX).content.decode())
    assert f'hx-get="{address}?kind=measurement"' in windows
    form = browser.get(f"{address}?kind=measurement", headers=HTMX).content.decode()
    assert deal.address in html.unescape(form)
    given = {
        "kind": "measurement",
        "address": deal.address,
        "weekdays": ["1", "3"],
        "parts": ["morning"],
        "not_from": monday.isoformat(),
        "until": monday.isoformat(),
        "knows": of_egor.pk,
        "urgency": "2",
        "told_by": "message",
        "note": "домофон 5",
    }
    answer = browser.post(address, given, headers=HTMX)
    assert answer.status_code == 204
    assert "Замер" in json.loads(answer["HX-Trigger"])["toast"]["message"]
    entry = Waiting.objects.get()
    assert entry.wishes == {
        "parts": ["morning"],
        "not_days": [monday.isoformat()],
        "not_weekdays": [0, 2, 4, 5, 6],
        "knows": of_egor.pk,
    }
    listed = html.unescape(browser.get(ROOM).content.decode())
    for said in ("Вера Павлова", "срочно", "вт, чт", "утром", "лучше Егор Кузнецов", "домофон 5", "сообщением"):
        assert said in listed.lower() or said in listed, said
    assert "ждёт окна" in html.unescape(browser.get(f"/deals/{deal.pk}/").content.decode())
    again = browser.get(f"{ROOM}{entry.pk}/", headers=HTMX).content.decode()
    assert again.count(" checked") == 3


def test_a_message_is_a_choice_only_where_clients_can_be_written_to(enter, olga, wait, deal, letters):
    vera_waits = wait(deal)
    address = f"{ROOM}{vera_waits.pk}/"
    assert 'name="told_by"' in enter(olga).get(address, headers=HTMX).content.decode()
    MailServer.objects.update(is_on=False)
    assert 'name="told_by"' not in enter(olga).get(address, headers=HTMX).content.decode()
    given = {"address": "Лесная, 5", "until": vera_waits.until.isoformat(), "urgency": "1", "told_by": "message"}
    assert enter(olga).post(address, {**given, "version": vera_waits.version}, headers=HTMX).status_code == 204
    assert Waiting.objects.get().told_by == "call"


def test_on_a_page_of_its_own_it_goes_on_to_the_deal(enter, olga, deal, monday):
    given = {"address": "Лесная, 5", "until": monday.isoformat(), "urgency": "0"}
    for page in (f"/deals/{deal.pk}/visits/new/", f"/deals/{deal.pk}/waiting/"):
        headers = {**HTMX, "HX-Current-URL": f"http://testserver{page}?kind=measurement"}
        answer = enter(olga).post(f"/deals/{deal.pk}/waiting/", given, headers=headers)
        assert answer["HX-Redirect"] == f"/deals/{deal.pk}/"


def test_what_cannot_be_is_said_beside_the_input(enter, olga, deal, monday, letters):
    given = {"kind": "measurement", "address": "", "until": "2000-01-01", "urgency": "0", "told_by": "call"}
    answer = enter(olga).post(f"/deals/{deal.pk}/waiting/", given, headers=HTMX)
    assert answer.status_code == 422
    given |= {"address": "Лесная, 5", "until": monday.isoformat(), "not_from": "2026-01-01", "not_to": "2027-01-01"}
    for wrong in ({}, {"weekdays": "9"}, {"urgency": "x"}, {"told_by": "post"}, {"until": "2000-01-01", "not_to": ""}):
        assert enter(olga).post(f"/deals/{deal.pk}/waiting/", {**given, **wrong}, headers=HTMX).status_code == 422
    assert not Waiting.objects.exists()


def test_a_window_that_is_free_is_booked_in_one_click(enter, olga, offer, another_waits):
    browser = enter(olga)
    for page in (ROOM, f"/deals/{another_waits.deal_id}/"):
        assert f"{ROOM}offers/{offer.pk}/booking/" in browser.get(page).content.decode()
    answers = [browser.post(f"{ROOM}offers/{offer.pk}/booking/", headers=HTMX) for _click in range(2)]
    assert [answer.status_code for answer in answers] == [204, 204]
    visit = Visit.objects.get(deal=another_waits.deal_id)
    assert visit.starts_at == offer.starts_at
    assert "Никто не ждёт" in browser.get(ROOM).content.decode()


def test_held_while_the_client_is_rung_or_not_for_him(enter, olga, mikhail, offer):
    answer = enter(olga).post(f"{ROOM}offers/{offer.pk}/hold/", headers=HTMX)
    assert "Придержано до" in json.loads(answer["HX-Trigger"])["toast"]["message"]
    assert "держит окно и звонит" in enter(mikhail).get(ROOM).content.decode()
    assert enter(olga).post(f"{ROOM}offers/{offer.pk}/removal/", headers=HTMX).status_code == 204
    gone = enter(mikhail).post(f"{ROOM}offers/{offer.pk}/booking/", headers=HTMX)
    assert gone.status_code == 409
    assert Waiting.objects.get().state == "open"


def test_taken_off_with_a_reason(enter, olga, another_waits):
    address = f"{ROOM}{another_waits.pk}/removal/"
    assert enter(olga).get(address, headers=HTMX).status_code == 200
    assert enter(olga).post(address, {"reason": ""}, headers=HTMX).status_code == 422
    given = {"reason": "нашла других", "version": another_waits.version}
    assert enter(olga).post(address, given, headers=HTMX).status_code == 204
    assert Waiting.objects.get().reason == "нашла других"


def test_windows_for_all_with_progress(enter, olga, another_waits, wait, new_deal):
    wait(new_deal("Пётр"))
    browser = enter(olga)
    assert browser.post(f"{ROOM}search/", headers=HTMX).status_code == 204
    assert "Ищем окна: 0 из 2" in browser.get(ROOM).content.decode()
    while seeking.go_on():
        pass
    assert "Поиск нашёл 2 окна" in browser.get(ROOM).content.decode()
    answer = browser.post(f"{ROOM}search/booking/", headers=HTMX)
    assert json.loads(answer["HX-Trigger"])["toast"]["message"] == "Записано: 2"
    assert browser.post(f"{ROOM}search/booking/", headers=HTMX).status_code == 422


def test_the_rules_are_the_administrators(enter, olga, anna):
    given = {"days": "3", "offers_a_day": "1", "held_minutes": "20"}
    assert enter(olga).post(f"{ROOM}rules/", given, headers=HTMX).status_code == 403
    assert enter(anna).get(f"{ROOM}rules/").status_code == 200
    assert enter(anna).post(f"{ROOM}rules/", {**given, "days": "0"}, headers=HTMX).status_code == 422
    assert enter(anna).post(f"{ROOM}rules/", given, headers=HTMX).status_code == 204
    assert waiting_rules.rules().days == 3


@pytest.mark.parametrize("others", [1, 30])
def test_thirty_who_wait_cost_as_many_queries_as_one(
    enter, olga, offer, wait, new_deal, django_assert_num_queries, others
):
    for number in range(others):
        wait(new_deal(f"Клиент {number}"))
    came_in = enter(olga)
    # The session, who waits, their windows, the rules, the numbers, the kinds, the search.
    with django_assert_num_queries(7):
        came_in.get(ROOM)


def test_filters_and_nonsense(enter, olga, konstantin, egor, another_waits):
    browser = enter(olga)
    for asked in ("?q=белова", "?sort=urgent&urgent=1", "?state=long", "?kind=9999999999999999999", "?after=x~y"):
        assert browser.get(f"{ROOM}{asked}").status_code == 200
    assert "Анна Белова" in browser.get(f"{ROOM}?q=белова").content.decode()
    assert "Ничего не найдено" in browser.get(f"{ROOM}?urgent=1").content.decode()
    assert (enter(konstantin).get(ROOM).status_code, enter(egor).get(ROOM).status_code) == (200, 403)
    assert "removal" not in enter(konstantin).get(ROOM).content.decode()
