"""The client's own page: nobody logs in, and nothing happens without a tap."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import transaction

from svyazka.business.deals.models import Task
from svyazka.business.deals.opening import open_deal
from svyazka.business.journal.models import Entry
from svyazka.business.notices.models import Notice
from svyazka.business.visits import booking, by_client, carry_out, client_rules, links, slots
from svyazka.business.visits.models import ClientRules, Resource, Visit, VisitLink
from svyazka.kit import clock


@pytest.fixture
def own(visit, mikhail):
    """The path of Vera's page; Mikhail is responsible for her deal."""
    visit.deal.responsible = mikhail
    visit.deal.save()
    return f"/v/{links.link_of(visit).split('/')[-2]}/"


@pytest.fixture
def only_egor(of_egor):
    """Nobody else measures."""
    Resource.objects.exclude(pk=of_egor.pk).filter(kind="engineer").update(is_active=False)


def _seen(visit):
    return {"starts_at": visit.starts_at.isoformat()}


def test_what_when_where_and_who(client, own, visit):
    answer = client.get(own)
    page = answer.content.decode()
    for said in ("Замер", "Понедельник", "10:00–12:00", "Лесная", "Егор", "Мне удобно", "Другое время", "Отменить"):
        assert said in page
    for hidden in ("Вера Павлова", "123-45-67", "№", "<script"):
        assert hidden not in page
    assert answer["Cache-Control"] == "no-store, private"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer["X-Robots-Tag"]
    assert not answer.cookies


def test_in_english_too(client, own):
    page = client.get(own, {"language": "en"}).content.decode()
    assert "It suits me" in page
    assert "Monday" in page
    assert 'lang="ru"' in page  # the way back


@pytest.mark.parametrize("part", ["", "confirmation/", "time/", "cancellation/"])
def test_whoever_only_looks_changes_nothing(client, own, visit, part):
    for method in (client.get, client.head):
        method(f"{own}{part}")
    current = Visit.objects.get(pk=visit.pk)
    assert (current.status, current.confirmed_at, current.version) == ("planned", None, visit.version)


def test_it_suits_him_with_one_tap(client, own, visit, mikhail):
    for _tap in range(2):
        answer = client.post(f"{own}confirmation/", _seen(visit))
        assert (answer.status_code, answer["Location"]) == (303, f"{own}?done=confirmed")
    assert Visit.objects.get(pk=visit.pk).confirmed_at
    assert Notice.objects.filter(person=mikhail, kind="visit.confirmed_by_client").count() == 1
    assert Entry.objects.get(verb="visits.confirmed").actor == "client"
    page = client.get(own).content.decode()
    assert "Спасибо" in page
    assert "Мне удобно" not in page


def test_a_tap_needs_no_cookie(own, visit):
    from django.test import Client

    Client(enforce_csrf_checks=True).post(f"{own}confirmation/", _seen(visit))
    assert Visit.objects.get(pk=visit.pk).confirmed_at


def test_what_he_has_not_seen_he_cannot_have_confirmed(client, own, visit, of_egor, hour, olga):
    """His page stood open while the office moved the visit."""
    seen = {"starts_at": visit.starts_at.isoformat()}
    booking.move(visit, hour(15), of_egor, reason="Егор болен", by=olga, asked="we")
    answer = client.post(f"{own}confirmation/", seen)
    assert answer["Location"] == f"{own}?done=changed"
    assert not Visit.objects.get(pk=visit.pk).confirmed_at
    page = client.get(answer["Location"]).content.decode()
    assert "14:00–16:00" in page
    assert "Теперь выезд в другое время" in page
    client.post(f"{own}confirmation/", {"starts_at": Visit.objects.get(pk=visit.pk).starts_at.isoformat()})
    assert Visit.objects.get(pk=visit.pk).confirmed_at


def _offered(client, own):
    return re.findall(r'name="starts_at" value="([^"]+)"', client.get(f"{own}time/").content.decode())


def test_he_moves_it_to_a_time_that_is_really_free(client, own, visit, mikhail, egor):
    offered = _offered(client, own)
    assert offered
    assert 0 < len({clock.local(datetime.fromisoformat(at)).date() for at in offered}) <= 15
    assert len(offered) <= 28
    assert not [
        at
        for at in offered
        if client_rules.span_of(datetime.fromisoformat(at)) == client_rules.span_of(visit.starts_at)
    ]
    answer = client.post(f"{own}time/", {"starts_at": offered[-1]})
    assert answer["Location"] == f"{own}?done=moved"
    moved = Visit.objects.get(pk=visit.pk)
    assert moved.starts_at.isoformat() == offered[-1]
    assert moved.moves == VisitLink.objects.get().moves == 1
    told = Notice.objects.filter(kind="visit.moved_by_client").values_list("person_id", flat=True)
    assert {mikhail.pk, egor.pk} <= set(told)
    assert not Notice.objects.filter(kind="visit.moved").exists()  # nobody hears of it twice
    assert "Новое время за вами" in client.get(answer["Location"]).content.decode()


def test_a_time_of_his_own_making_is_none(client, own, visit, hour):
    for typed in ("", "now", hour(3, days=1).isoformat(), visit.starts_at.replace(tzinfo=None).isoformat()):
        assert client.post(f"{own}time/", {"starts_at": typed}).status_code in (409, 422)
    assert Visit.objects.get(pk=visit.pk).starts_at == visit.starts_at


def test_a_lost_race_offers_the_others(client, own, visit, vera, olga, measurement, of_egor, hour, only_egor):
    wanted = hour(12, days=1)
    booking.book(open_deal(vera, by=olga), measurement, of_egor, wanted, request_id=uuid4(), by=olga)
    answer = client.post(f"{own}time/", {"starts_at": wanted.isoformat()})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "только что заняли" in page
    assert 'name="starts_at"' in page
    assert Visit.objects.get(pk=visit.pk).starts_at == visit.starts_at


def test_nobody_is_promised_where_the_way_leaves_no_time(
    client, own, visit, vera, olga, measurement, of_egor, hour, only_egor, monkeypatch
):
    """Egor is free at noon, but an hour's drive away until then."""
    far = "Зеленоград, Центральная площадь, 1"
    deal = open_deal(vera, by=olga)
    booking.book(deal, measurement, of_egor, hour(11, days=1), request_id=uuid4(), by=olga, address=far)
    free = {slot.starts_at for slot in slots.free_slots(visit.kind, moving=visit) if slot.resource == of_egor}
    assert hour(12, days=1) in free
    assert hour(12, days=1).isoformat() not in _offered(client, own)
    assert client.post(f"{own}time/", {"starts_at": hour(12, days=1).isoformat()}).status_code == 409
    assert Visit.objects.get(pk=visit.pk).starts_at == visit.starts_at


def test_every_window_that_is_shown_can_be_booked(own, visit, client):
    for at in _offered(client, own):
        with transaction.atomic():
            assert client.post(f"{own}time/", {"starts_at": at}).status_code == 303
            transaction.set_rollback(True)


def test_not_more_often_than_the_company_allows(client, own, visit):
    ClientRules.objects.create(pk=1, most_moves=1)
    client.post(f"{own}time/", {"starts_at": _offered(client, own)[0]})
    page = client.get(own).content.decode()
    assert "Другое время" not in page
    assert "позвоните нам" in page
    assert client.post(f"{own}time/", {"starts_at": visit.starts_at.isoformat()}).status_code == 422
    assert Visit.objects.get(pk=visit.pk).moves == 1


def test_so_late_he_has_to_ring(client, own, visit, anna, monkeypatch):
    ClientRules.objects.create(pk=1, phone="+74950000000")
    late = visit.starts_at - timedelta(hours=3)
    monkeypatch.setattr(clock, "now", lambda: late)
    page = client.get(own).content.decode()
    assert "tel:+74950000000" in page
    assert "Другое время" not in page
    assert client.post(f"{own}cancellation/", {"reason": "так"}).status_code == 422
    assert Visit.objects.get(pk=visit.pk).status == "planned"
    client.post(f"{own}confirmation/", _seen(visit))
    assert Visit.objects.get(pk=visit.pk).confirmed_at


def test_called_off_the_time_is_free_and_the_office_hears(client, own, visit, mikhail, egor, hour, monday):
    assert "Отменить выезд?" in client.get(f"{own}cancellation/").content.decode()
    for _tap in range(2):
        assert client.post(f"{own}cancellation/", {"reason": "Уехали"}).status_code == 303
    gone = Visit.objects.get(pk=visit.pk)
    assert (gone.status, gone.reason) == ("cancelled", "Клиент: Уехали")
    told = Notice.objects.filter(kind="visit.called_off_by_client").values_list("person_id", flat=True)
    assert sorted(told) == sorted([mikhail.pk, egor.pk])
    assert not Notice.objects.filter(kind="visit.cancelled").exists()
    assert Task.objects.filter(deal=visit.deal, done_at=None, what__startswith="Согласовать").count() == 1
    page = client.get(own).content.decode()
    assert "отменён" in page
    assert "Мне удобно" not in page


def test_on_the_way_the_page_says_when_and_keeps_itself_fresh(client, own, visit, egor, monkeypatch):
    morning = visit.starts_at - timedelta(minutes=30)
    monkeypatch.setattr(clock, "now", lambda: morning)
    carry_out.set_status(visit, Visit.Status.ON_WAY, by=egor)
    Visit.objects.update(arrives_at=visit.starts_at + timedelta(minutes=20))
    page = client.get(own).content.decode()
    assert "в пути" in page
    assert "около 10:20" in page
    assert 'http-equiv="refresh"' in page


def test_an_address_that_opens_nothing(client, own):
    for token in ("0123456789abcdefghijkl", "0123456789.", "ссылка", "a b"):
        assert client.get(f"/v/{token}/").status_code == 404
    answer = client.get("/v/0123456789abcdefghijkl/")
    assert answer.status_code == 404
    assert "больше не открывается" in answer.content.decode()
    assert answer["X-Robots-Tag"]


def test_whoever_guesses_waits(client, own):
    for number in range(links.MOST_MISSES):
        client.get(f"/v/guess{number}/")
    assert client.get(own).status_code == 429


def test_the_same_number_of_queries_with_few_and_many_windows(client, own, django_assert_max_num_queries):
    with django_assert_max_num_queries(45):
        client.get(f"{own}time/")


def test_what_is_refused_leads_back_to_his_page(client, own, visit, egor):
    carry_out.set_status(visit, Visit.Status.STARTED, by=egor)
    answer = client.post(f"{own}confirmation/?language=en", _seen(visit))
    assert answer.status_code == 422
    assert f'href="{own}?language=en"' in answer.content.decode()
    assert "work is under way" in client.get(f"{own}?language=en").content.decode()


def test_nobody_moves_by_himself_what_has_begun(own, visit, egor):
    carry_out.set_status(visit, Visit.Status.STARTED, by=egor)
    link = VisitLink.objects.select_related("visit").get()
    assert not by_client.may_move(link)
    assert not client_rules.may_still(link.visit, client_rules.rules(), now=clock.now())
