from __future__ import annotations

from datetime import UTC, time, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svyazka.business.clients import change as clients
from svyazka.business.notices import wishes
from svyazka.business.notices.models import Chat, Notice
from svyazka.business.visits import booking, by_client, change, confirming, crews, links
from svyazka.business.visits.models import Asked, Resource, RoadNews, Visit, VisitLink
from svyazka.business.visits.road import follow_up, phones, rules, tomorrow
from svyazka.business.visits.road import sending as road
from svyazka.kit import clock


@pytest.fixture
def later(at, hour):
    """`later()`: what was changed at eight has been gathered by now."""

    def it_is(minutes=3):
        at(hour(8) + timedelta(minutes=minutes))

    return it_is


def iso(moment):
    return moment.astimezone(UTC).isoformat()


def told(person, kind=None):
    found = Notice.objects.filter(person=person, kind__startswith="road.").order_by("pk")
    return list(found.filter(kind=kind) if kind else found)


def test_a_move_of_today_is_told_after_a_while_and_once(morning, of_egor, egor, olga, hour, later):
    booking.move(morning, hour(12), of_egor, reason="просят позже", by=olga)
    assert road.send_due() == 0
    later()
    assert (road.send_due(), road.send_due()) == (1, 0)
    (notice,) = told(egor)
    assert notice.kind == "road.changed"
    assert notice.data["changes"] == [["moved", iso(hour(10)), iso(hour(12))], ["asked"]]
    assert not Notice.objects.filter(kind="visit.moved").exists()


def test_several_changes_become_one_notice(morning, of_egor, egor, olga, hour, later):
    moved = booking.move(morning, hour(12), of_egor, reason="так надо", asked=Asked.WE, by=olga)
    moved = booking.move(moved, hour(16, 30), of_egor, reason="так надо", asked=Asked.WE, by=olga)
    change.change(moved, address="Москва, Тверская, 1", wishes="", by=olga)
    later()
    road.send_due()
    (notice,) = told(egor)
    assert notice.data["changes"] == [["moved", iso(hour(10)), iso(hour(16, 30))], ["address"]]
    assert notice.data["street"] == "Тверская"


def test_what_was_changed_back_is_no_news(morning, of_egor, egor, olga, hour, later):
    moved = booking.move(morning, hour(12), of_egor, reason="так надо", asked=Asked.WE, by=olga)
    booking.move(moved, hour(10), of_egor, reason="нет, как было", asked=Asked.WE, by=olga)
    later()
    road.send_due()
    assert told(egor) == []
    assert RoadNews.objects.get().state == "moot"


def test_nobody_hears_of_what_he_did_himself(morning, of_egor, of_ilya, egor, ilya, hour, later):
    booking.move(morning, hour(10), of_ilya, reason="не успеваю", by=egor)
    later()
    road.send_due()
    assert told(egor) == []
    assert [one.kind for one in told(ilya)] == ["road.new"]


def test_given_to_another(morning, of_ilya, egor, ilya, olga, hour, later):
    booking.move(morning, hour(10), of_ilya, reason="Егор не успевает", by=olga)
    later()
    road.send_due()
    assert [one.kind for one in told(egor)] == ["road.given"]
    assert [one.kind for one in told(ilya)] == ["road.new"]


def test_called_off(morning, egor, olga, later):
    booking.cancel(morning, reason="передумала", by=olga)
    later()
    road.send_due()
    assert [one.kind for one in told(egor)] == ["road.off"]
    assert not Notice.objects.filter(kind="visit.cancelled").exists()


def test_a_new_visit_of_today(morning, new_deal, measurement, of_egor, egor, olga, hour, later):
    booking.book(new_deal("Пётр"), measurement, of_egor, hour(15), request_id=uuid4(), by=olga)
    later()
    road.send_due()
    (notice,) = told(egor)
    assert (notice.kind, notice.data["visit_at"]) == ("road.new", iso(hour(15)))


def test_booked_and_called_off_before_it_was_told(morning, new_deal, measurement, of_egor, egor, olga, hour, later):
    made = booking.book(new_deal("Пётр"), measurement, of_egor, hour(15), request_id=uuid4(), by=olga)
    booking.cancel(made, reason="ошиблись", by=olga)
    later()
    road.send_due()
    assert told(egor) == []


def test_what_is_further_ahead_is_told_as_before(visit, of_egor, egor, olga, hour):
    booking.move(visit, hour(12, days=3), of_egor, reason="просят позже", by=olga)
    assert not RoadNews.objects.exists()
    assert Notice.objects.get(kind="visit.moved").person == egor


def test_moved_away_from_today_is_news(morning, of_egor, egor, olga, hour, later):
    booking.move(morning, hour(10, days=4), of_egor, reason="уехала", by=olga)
    later()
    road.send_due()
    assert [one.kind for one in told(egor)] == ["road.changed"]


def test_the_client_confirms_or_moves_by_himself(morning, egor, hour, at, later):
    at(hour(17, days=-1))
    confirming.confirm(morning, by=by_client.CLIENT)
    at(hour(17, 5, days=-1))
    road.send_due()
    assert [one.data["changes"] for one in told(egor)] == [[["confirmed"]]]


def test_a_client_who_moves_his_visit_is_told_once_to_whoever_goes(morning, egor, of_egor, hour, at):
    Resource.objects.filter(kind="engineer").exclude(pk=of_egor.pk).update(is_active=False)
    at(hour(8, days=-1))
    links.link_of(morning)
    link = VisitLink.objects.select_related("visit__kind").get()
    by_client.move(link, by_client.windows(link.visit)[0].starts_at)
    at(hour(8, 5, days=-1))
    road.send_due()
    (notice,) = told(egor)
    assert [code for code, *_given in notice.data["changes"]] == ["moved", "asked"]
    assert not Notice.objects.filter(kind="visit.moved_by_client", person=egor).exists()


def test_the_clients_new_phone(morning, vera, egor, olga, hour, at):
    phones.look()
    at(hour(8, 1))
    clients.add_contact(vera, "+7 916 000-11-22", by=olga)
    at(hour(8, 2))
    assert phones.look() == 1
    assert phones.look() == 0
    at(hour(8, 6))
    road.send_due()
    (notice,) = told(egor)
    assert notice.data["changes"] == [["phone"]]
    assert "916" not in str(notice.data) + str(RoadNews.objects.get().was)


def test_whoever_goes_with_the_crew_in_a_members_place(
    crew, installation, new_deal, boris, ilya, of_ilya, dina, hour, at
):
    made = booking.book(new_deal("Пётр"), installation, crew, hour(9), request_id=uuid4(), by=dina)
    at(hour(8, days=-1))
    away = next(one for one in crews.members_of(crew) if one.person_id != boris.pk)
    crews.substitute(crew, hour(9).date(), away, instead=of_ilya, by=dina)
    at(hour(8, 5, days=-1))
    road.send_due()
    assert [one.kind for one in told(ilya)] == ["road.new"]
    assert told(ilya)[0].data["visit"] == made.pk
    (heard,) = told(boris)
    assert ["came", ilya.full_name] in heard.data["changes"]


def test_many_changes_of_ones_day_are_one_notice(measurement, of_egor, egor, olga, new_deal, hour, at):
    visits = [
        booking.book(new_deal(name), measurement, of_egor, hour(when), request_id=uuid4(), by=olga)
        for name, when in (("Пётр", 10), ("Анна", 12), ("Олег", 14), ("Инна", 16))
    ]
    at(hour(8))
    for one in visits:
        booking.cancel(one, reason="снег", by=olga)
    at(hour(8, 3))
    assert road.send_due() == 4
    (notice,) = told(egor)
    assert (notice.kind, notice.data["count"]) == ("road.many", 4)


def test_the_same_statements_for_one_and_for_thirty(visit, of_egor, hour, at):
    at(hour(8))
    _gathered(of_egor, [visit])
    with CaptureQueriesContext(connection) as one:
        assert road.send_due() == 1
    others = [_another(visit, number) for number in range(30)]
    _gathered(of_egor, others)
    with CaptureQueriesContext(connection) as many:
        assert road.send_due() == 30
    assert len(many) == len(one)


def _another(visit, number):
    given = {name: getattr(visit, name) for name in ("kind", "deal", "client", "resource", "address")}
    begins = visit.starts_at + timedelta(minutes=number)
    return Visit.objects.create(**given, starts_at=begins, ends_at=begins + timedelta(hours=1), request_id=uuid4())


def _gathered(resource, visits):
    rows = [
        RoadNews(visit=one, person=resource.person, at=clock.now(), try_at=clock.now(), was=_was(one)) for one in visits
    ]
    RoadNews.objects.bulk_create(rows)


def _was(visit):
    return {"goes": True, "at": visit.starts_at.isoformat(), "team": [visit.resource.person_id], "phone": True}


def test_in_quiet_hours_it_waits_until_they_end(visit, of_egor, egor, olga, hour, at):
    wishes.change(egor, heard=wishes.GROUPS, quiet=(time(21), time(8)), names=False)
    at(hour(22, days=-1))
    booking.move(visit, hour(12), of_egor, reason="просят позже", by=olga)
    at(hour(22, 5, days=-1))
    road.send_due()
    assert told(egor) == []
    assert RoadNews.objects.get().try_at == hour(8)
    at(hour(23, days=-1))
    change.change(Visit.objects.get(), address="Москва, Тверская, 1", wishes="", by=olga)
    at(hour(8, 1))
    road.send_due()
    (notice,) = told(egor)
    assert [code for code, *_given in notice.data["changes"]] == ["moved", "asked", "address"]


def test_unless_the_visit_begins_before(visit, of_egor, egor, olga, hour, at):
    """He would go to the old time, in his quiet hours."""
    wishes.change(egor, heard=wishes.GROUPS, quiet=(time(21), time(11)), names=False)
    at(hour(22, days=-1))
    booking.move(visit, hour(15), of_egor, reason="просят позже", by=olga)
    at(hour(22, 5, days=-1))
    road.send_due()
    assert len(told(egor)) == 1


def test_the_companys_quiet_hours_by_the_clock_of_the_person(visit, of_egor, egor, anna, olga, hour, at):
    """On Kamchatka it is nine hours later than in Moscow."""
    wishes.change_of_company((time(22), time(7)), by=anna)
    wishes.change(egor, heard=wishes.GROUPS, names=False, as_company=True, zone="Asia/Kamchatka")
    at(hour(14, days=-1))  # 23:00 there
    booking.move(visit, hour(12), of_egor, reason="просят позже", by=olga)
    at(hour(14, 5, days=-1))
    road.send_due()
    assert told(egor) == []
    assert RoadNews.objects.get().try_at == hour(22, days=-1)


def test_without_phone_and_messenger_somebody_rings_only_when_it_begins_soon(
    morning, of_egor, egor, olga, hour, at, later
):
    move_and_tell(morning, of_egor, olga, hour, later, to=16)
    booking.move(Visit.objects.get(), hour(16, 30), of_egor, reason="ещё", by=olga)
    row = RoadNews.objects.filter(state="told").get()
    assert row.way == "page"
    # He knows of ten o'clock: that is soon.
    later(4)
    follow_up.follow_up()
    assert RoadNews.objects.get(pk=row.pk).way == "call"


def test_of_tomorrow_nobody_need_be_rung_yet(visit, of_egor, egor, olga, hour, at):
    at(hour(9, days=-1))
    booking.move(visit, hour(12), of_egor, reason="просят позже", by=olga)
    at(hour(9, 5, days=-1))
    road.send_due()
    at(hour(9, 10, days=-1))
    follow_up.follow_up()
    row = RoadNews.objects.get()
    assert (row.way, row.task, row.try_at) == ("page", None, hour(6))
    at(hour(6, 1))
    follow_up.follow_up()
    assert RoadNews.objects.get().way == "call"


def test_the_plan_of_the_next_day_in_the_evening_and_once(visit, egor, hour, at):
    at(hour(17, 59, days=-1))
    assert tomorrow.tell_due() == 0
    at(hour(18, 1, days=-1))
    assert (tomorrow.tell_due(), tomorrow.tell_due()) == (1, 0)
    (notice,) = told(egor, "road.tomorrow")
    assert notice.data == {"count": 1, "first_at": iso(hour(10)), "day": hour(10).date().isoformat()}


def test_a_company_that_does_not_want_it(visit, of_egor, egor, anna, olga, hour, at):
    kept = rules.rules()
    given = {name: getattr(kept, name) for name in rules.BOUNDS}
    rules.change(**given, is_on=False, notes_arrivals=False, tomorrow_at=None, by=anna)
    at(hour(8))
    booking.move(visit, hour(12), of_egor, reason="просят позже", by=olga)
    assert not RoadNews.objects.exists()
    assert Notice.objects.filter(kind="visit.moved", person=egor).exists()


def chat(person):
    return Chat.objects.create(person=person, account="telegram/main", user_id="5", linked_at=person.created_at)


def move_and_tell(visit, resource, by, hour, later, *, to=12):
    booking.move(visit, hour(to), resource, reason="просят позже", asked=Asked.WE, by=by)
    later()
    road.send_due()
