from __future__ import annotations

from datetime import timedelta

from svyazka.business.visits import absences
from svyazka.business.visits.models import Booking
from svyazka.kit import clock

ROOM = "/calendar/absences/"


def typed(of_egor, monday, **more):
    return {
        "resource": of_egor.pk,
        "starts_at": f"{monday}T09:00",
        "ends_at": f"{monday}T18:00",
        "note": "обучение",
        **more,
    }


def test_it_is_entered_in_the_company_s_time_and_stands_in_the_calendar(enter, dina, of_egor, monday, hour):
    browser = enter(dina)
    asked = browser.get(ROOM, {"day": monday.isoformat()}).content.decode()
    assert f'value="{monday}T09:00"' in asked
    answer = browser.post(ROOM, typed(of_egor, monday), headers={"HX-Request": "true"})
    assert "обучение" in answer.content.decode()
    assert "calm:resource" in answer["HX-Trigger"]
    away = Booking.objects.get()
    assert (away.during.lower, away.during.upper) == (hour(9), hour(18))
    assert "обучение" in browser.get("/calendar/", {"day": monday.isoformat()}).content.decode()


def test_what_is_wrong_stands_beside_the_input_and_what_was_typed_stays(enter, dina, of_egor, monday, visit):
    browser = enter(dina)
    backwards = browser.post(ROOM, typed(of_egor, monday, ends_at=f"{monday}T08:00"))
    assert backwards.status_code == 422
    assert "обучение" in backwards.content.decode()
    assert f'value="{monday}T08:00"' in backwards.content.decode()
    assert browser.post(ROOM, typed(of_egor, monday, resource="99999", starts_at="когда-нибудь")).status_code == 422
    in_the_way = browser.post(ROOM, typed(of_egor, monday))
    assert "Сначала перенесите" in in_the_way.content.decode()
    assert f'href="/visits/{visit.pk}/"' in in_the_way.content.decode()
    assert "Вера Павлова" in in_the_way.content.decode()


def test_it_is_taken_back(enter, dina, of_egor, hour, visit):
    away = absences.absent(of_egor, hour(14), hour(18), by=dina)
    browser = enter(dina)
    for _click in range(2):
        assert browser.post(f"{ROOM}{away.pk}/removal/", headers={"HX-Request": "true"}).status_code == 200
    assert not Booking.objects.filter(kind=Booking.Kind.ABSENCE).exists()
    # A visit is no absence.
    browser.post(f"{ROOM}{Booking.objects.get().pk}/removal/")
    assert Booking.objects.count() == 1


def test_a_long_list_costs_as_many_questions(enter, dina, of_egor, django_assert_num_queries):
    browser = enter(dina)
    tomorrow = clock.now() + timedelta(days=1)
    for number in range(30):
        absences.absent(of_egor, tomorrow + timedelta(days=number), tomorrow + timedelta(days=number, hours=2), by=dina)
    browser.get(ROOM)
    with django_assert_num_queries(4):
        browser.get(ROOM)
