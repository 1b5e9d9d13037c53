from __future__ import annotations

import json

from svyazka.business.deals.known import facts
from svyazka.business.notices import reading
from svyazka.business.notices.models import Notice
from svyazka.business.visits import booking, carry_out, findings
from svyazka.business.visits.models import Visit
from svyazka.business.visits.road import sending as road

HTMX = {"HX-Request": "true"}


def test_a_visit_in_the_dialog_and_as_a_page(enter, olga, visit):
    fragment = enter(olga).get(f"/visits/{visit.pk}/", headers=HTMX).content.decode()
    assert fragment.lstrip().startswith("<article")
    assert "+7 916 123-45-67" in fragment
    assert "yandex.ru/maps/?text=" in fragment
    page = enter(olga).get(f"/visits/{visit.pk}/").content.decode()
    assert "<!doctype html>" in page
    assert "visit-panel" in page


def test_it_is_moved_to_a_time_that_is_offered(enter, olga, visit, of_ilya, hour):
    form = enter(olga).get(f"/visits/{visit.pk}/time/", headers=HTMX).content.decode()
    assert f"{of_ilya.pk}@" in form
    given = {"slot": f"{of_ilya.pk}@{hour(15).isoformat()}", "reason": "клиент просит позже", "version": "1"}
    page = enter(olga).post(f"/visits/{visit.pk}/time/", given, headers=HTMX)
    visit.refresh_from_db()
    assert page.status_code == 200
    assert (visit.resource_id, visit.starts_at, visit.reason) == (of_ilya.pk, hour(15), "клиент просит позже")


def test_without_a_reason_nothing_is_moved(enter, olga, visit, of_egor, hour):
    given = {"slot": f"{of_egor.pk}@{hour(15).isoformat()}", "reason": " "}
    page = enter(olga).post(f"/visits/{visit.pk}/time/", given, headers=HTMX)
    assert page.status_code == 422
    assert Visit.objects.get().starts_at == hour(10)


def test_two_who_move_the_same_visit(enter, olga, visit, of_egor, hour):
    booking.move(visit, hour(12), of_egor, reason="раньше", by=olga)
    given = {"slot": f"{of_egor.pk}@{hour(15).isoformat()}", "reason": "позже", "version": "1"}
    assert enter(olga).post(f"/visits/{visit.pk}/time/", given, headers=HTMX).status_code == 409
    assert Visit.objects.get().starts_at == hour(12)


def test_it_is_cancelled_with_a_reason(enter, olga, visit):
    address = f"/visits/{visit.pk}/cancellation/"
    assert enter(olga).post(address, {"reason": ""}, headers=HTMX).status_code == 422
    page = enter(olga).post(address, {"reason": "передумали", "version": "1"}, headers=HTMX)
    assert page.status_code == 200
    assert Visit.objects.get().status == "cancelled"
    assert "передумали" in page.content.decode()
    assert enter(olga).post(address, {"reason": "ещё раз"}).status_code == 302


def test_whose_visits_these_are(enter, konstantin, egor, visit):
    assert enter(konstantin).get(f"/visits/{visit.pk}/").status_code == 200
    assert "/cancellation/" not in enter(konstantin).get(f"/visits/{visit.pk}/").content.decode()
    assert enter(konstantin).post(f"/visits/{visit.pk}/cancellation/", {"reason": "так"}).status_code == 403
    assert enter(egor).get(f"/visits/{visit.pk}/").status_code == 403
    assert enter(konstantin).get("/visits/99999/").status_code == 404


def test_visits_of_another_departments_deal_are_seen_and_not_changed(enter, olga, mikhail, dina, visit, of_ilya, hour):
    facts.appoint(visit.deal, dina, by=olga)
    page = enter(mikhail)
    shown = page.get(f"/visits/{visit.pk}/", headers=HTMX)
    assert (shown.status_code, "/cancellation/" in shown.content.decode()) == (200, False)
    given = {"slot": f"{of_ilya.pk}@{hour(15).isoformat()}", "reason": "так надо", "kind": "measurement"}
    for noun in ("time", "details", "cancellation"):
        assert page.get(f"/visits/{visit.pk}/{noun}/").status_code == 403
        assert page.post(f"/visits/{visit.pk}/{noun}/", given).status_code == 403
    assert page.get(f"/deals/{visit.deal_id}/visits/new/").status_code == 403
    assert page.post(f"/deals/{visit.deal_id}/visits/", given).status_code == 403
    assert Visit.objects.get().status == Visit.Status.PLANNED
    assert "/visits/new/" not in page.get(f"/deals/{visit.deal_id}/").content.decode()


def test_address_and_wishes_are_corrected(enter, olga, visit):
    address = f"/visits/{visit.pk}/details/"
    assert f'value="{visit.address}"' in enter(olga).get(address, headers=HTMX).content.decode()
    given = {"address": "Москва, ул. Лесная, 7", "wishes": "домофон 7", "version": "1"}
    page = enter(olga).post(address, given, headers=HTMX)
    assert "домофон 7" in page.content.decode()
    assert "Исправлено" in json.loads(page["HX-Trigger"])["toast"]["message"]
    late = enter(olga).post(address, {**given, "wishes": "домофон 8"}, headers=HTMX)
    assert (late.status_code, 'value="домофон 8"' in late.content.decode()) == (409, True)
    assert enter(olga).post(address, {"address": ""}, headers=HTMX).status_code == 422
    assert Visit.objects.get().wishes == "домофон 7"


def test_the_office_takes_a_mistaken_tap_back(enter, olga, egor, konstantin, visit):
    carry_out.set_status(visit, Visit.Status.STARTED, by=egor)
    address = f"/visits/{visit.pk}/"
    assert "taking-back" in enter(olga).get(address, headers=HTMX).content.decode()
    page = enter(olga).post(f"{address}taking-back/", {"version": "2"}, headers=HTMX)
    assert (page.status_code, Visit.objects.get().status) == (200, "on_way")
    assert "taking-back" not in enter(konstantin).get(address, headers=HTMX).content.decode()
    assert enter(konstantin).post(f"{address}taking-back/").status_code == 403


def test_what_the_engineer_found_stands_in_the_deals_history(enter, olga, egor, visit):
    findings.report(visit, "Третий этаж, без лифта", by=egor)
    carry_out.take_back(carry_out.set_status(visit, Visit.Status.STARTED, by=egor), by=egor)
    said = enter(olga).get(f"/deals/{visit.deal_id}/").content.decode()
    assert "Замер: заметка, Егор Кузнецов" in said
    assert "Третий этаж, без лифта" in said
    assert "Замер: статус возвращён: «в пути», Егор Кузнецов" in said


def test_who_of_those_who_go_there_knows_of_the_change(enter, olga, visit, of_egor, hour, monkeypatch):
    monkeypatch.setattr("svyazka.kit.clock.now", lambda: hour(8))
    booking.move(visit, hour(15), of_egor, reason="просят позже", by=olga)
    assert "Егор Кузнецов: <span" in _panel(enter(olga), visit)
    assert "узнает сегодня 08:02" in _panel(enter(olga), visit)
    monkeypatch.setattr("svyazka.kit.clock.now", lambda: hour(8, 5))
    road.send_due()
    assert "увидит изменение только в приложении" in _panel(enter(olga), visit)
    reading.read(Notice.objects.get(kind="road.changed"))
    assert "изменение видел" in _panel(enter(olga), visit)


def _panel(browser, visit):
    return browser.get(f"/visits/{visit.pk}/", headers=HTMX).content.decode()
