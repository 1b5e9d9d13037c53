from __future__ import annotations

import html
import json
import re
from uuid import uuid4

from svyazka.business.clients.models import Client
from svyazka.business.deals import opening
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Deal
from svyazka.business.visits import booking, its_deal, offering
from svyazka.business.visits.models import Visit, VisitKind
from svyazka.workplaces.dispatcher import typed

HTMX = {"HX-Request": "true"}


def value(resource, starts_at):
    return f"{resource.pk}@{starts_at.isoformat()}"


def test_the_panel_offers_five_windows_and_a_whole_day(enter, olga, deal, measurement):
    page = enter(olga).get(f"/deals/{deal.pk}/visits/new/?kind=measurement", headers=HTMX)
    said = page.content.decode()
    assert said.count("button window") == 5
    best = offering.offer(measurement, deal.address).windows
    assert f'value="{typed.written(best[0])}"' in said.replace("&#x2B;", "+").replace("&amp;", "&")
    assert "Москва, ул. Лесная, 5, кв. 12" in said


def test_the_kind_is_what_the_deal_comes_to_next(enter, olga, deal):
    said = enter(olga).get(f"/deals/{deal.pk}/visits/new/", headers=HTMX).content.decode()
    assert re.search(r'name="kind" value="(\w+)"', said).group(1) == "measurement"


def test_another_day_is_looked_at(enter, olga, deal, monday):
    said = enter(olga).get(f"/deals/{deal.pk}/visits/new/?day={monday.isoformat()}", headers=HTMX).content.decode()
    assert f'name="day" value="{monday.isoformat()}"' in said


def test_one_click_books(enter, olga, deal, measurement, of_egor, hour):
    request_id = str(uuid4())
    given = {
        "kind": "measurement",
        "slot": value(of_egor, hour(10)),
        "request_id": request_id,
        "address": deal.address,
        "wishes": "позвонить за час",
    }
    page = enter(olga).post(f"/deals/{deal.pk}/visits/", given, headers=HTMX)
    again = enter(olga).post(f"/deals/{deal.pk}/visits/", given, headers=HTMX)
    visit = Visit.objects.get()
    assert (page.status_code, again.status_code) == (201, 201)
    assert (visit.resource, visit.starts_at, visit.wishes) == (of_egor, hour(10), "позвонить за час")
    assert "Егор" in json.loads(page["HX-Trigger"])["toast"]["message"]
    assert Deal.objects.select_related("stage").get(pk=deal.pk).stage.code == "measurement_booked"


def test_a_time_that_was_just_taken_is_answered_with_others(enter, olga, visit, vera, of_egor, hour):
    other = opening.open_deal(vera, by=olga)
    given = {"kind": "measurement", "slot": value(of_egor, hour(10)), "address": "там же", "wishes": "домофон 5"}
    page = enter(olga).post(f"/deals/{other.pk}/visits/", given, headers=HTMX)
    said = page.content.decode()
    assert page.status_code == 409
    assert said.count("button window") == 5
    assert "домофон 5" in said
    assert "только что заняли" in said


def test_nonsense_is_answered_in_our_words(enter, olga, deal, of_egor, hour):
    wrong = [
        "",
        "@",
        f"{of_egor.pk}@",
        "99999@2026-03-02T10:00:00+00:00",
        value(of_egor, hour(3)),
        "1@2026-03-02T10:00",
    ]
    wrong += ["1@9999-12-31T23:59:59-23:00", "9" * 40 + "@2026-03-02T10:00:00+00:00", "x\x00@y"]
    for slot in wrong:
        given = {"kind": "measurement", "slot": slot, "address": "Лесная, 5", "request_id": "нет", "day": "завтра"}
        assert enter(olga).post(f"/deals/{deal.pk}/visits/", given, headers=HTMX).status_code == 422
    assert not Visit.objects.exists()


def test_what_is_missing_is_said_after_booking(enter, olga, windows, measurement, of_egor, hour):
    nameless = opening.open_deal(Client.objects.create(), by=olga)
    given = {"kind": "measurement", "slot": value(of_egor, hour(10)), "address": "Химки, Мира, 1"}
    page = enter(olga).post(f"/deals/{nameless.pk}/visits/", given, headers=HTMX)
    visit = Visit.objects.select_related("deal__client", "deal__stage", "kind").get()
    assert page.status_code == 201
    assert its_deal.waits_for(visit)[0] in html.unescape(page.content.decode())


def test_who_may_book(enter, olga, egor, konstantin, deal):
    address = f"/deals/{deal.pk}/visits/new/"
    assert [enter(person).get(address).status_code for person in (olga, egor, konstantin)] == [200, 403, 403]
    assert enter(olga).get("/deals/99999/visits/new/").status_code == 404


def test_a_visit_of_the_same_kind_that_is_ahead_is_named(enter, olga, visit):
    address = f"/deals/{visit.deal_id}/visits/new/?kind="
    same = enter(olga).get(f"{address}measurement", headers=HTMX).content.decode()
    assert "В сделке уже назначен такой выезд" in same
    assert f'hx-get="/visits/{visit.pk}/"' in same
    other = enter(olga).get(f"{address}installation", headers=HTMX).content.decode()
    assert "уже назначен" not in other
    # On the deal's page it opens in the dialog.
    assert f'hx-get="/visits/{visit.pk}/"' in enter(olga).get(f"/deals/{visit.deal_id}/").content.decode()


def test_a_visit_that_goes_on_for_days_says_so(enter, olga, deal, installation, boris, hour):
    facts.change(deal, {"openings": "15"}, by=olga)
    address = f"/deals/{deal.pk}/visits/new/?kind=installation"
    said = enter(olga).get(address, headers=HTMX).content.decode()
    assert ("18 ч работы на несколько дней" in said, "больше одного дня" in said) == (True, False)
    visit = booking.book(deal, installation, boris.resource, hour(8), request_id=uuid4(), by=olga)
    shown = enter(olga).get(f"/visits/{visit.pk}/", headers=HTMX).content.decode()
    assert "08:00 – вторник" in shown.lower()
    assert "Борис Орлов, Сергей Зайцев, Рустам Ахметов, Газель, А123ВС" in shown


def test_work_of_more_than_a_day_is_said_and_its_first_day_offered(enter, olga, deal, installation, boris, hour):
    VisitKind.objects.update(most_days=1)
    installation.refresh_from_db()
    facts.change(deal, {"openings": "15"}, by=olga)
    address = f"/deals/{deal.pk}/visits/new/?kind=installation"
    said = enter(olga).get(address, headers=HTMX).content.decode()
    assert "Работа займёт около 18 ч — больше одного дня" in said
    assert said.count("button window") == 5
    booking.book(deal, installation, boris.resource, hour(8), request_id=uuid4(), by=olga)
    said = enter(olga).get(address, headers=HTMX).content.decode()
    assert "около 18 ч, из них уже записано 12 ч" in said
    assert "по 360 минут" in said
