from __future__ import annotations

from uuid import uuid4

import pytest

from svyazka.business.journal.models import Entry
from svyazka.business.notices.models import Notice
from svyazka.business.visits import booking, carry_out, handing_over
from svyazka.business.visits.models import Booking, HandOver, Visit, VisitMove
from svyazka.kit.refusals import Refused


@pytest.fixture
def asked(visit, of_ilya, egor):
    return handing_over.ask(visit, of_ilya, "сломалась машина", by=egor)


def told(kind):
    return {one.person.login for one in Notice.objects.filter(kind=kind)}


def test_who_is_able_and_free(visit, of_ilya, measurement, new_deal, hour, olga):
    assert handing_over.able_and_free(visit) == [of_ilya]
    booking.book(new_deal("Пётр"), measurement, of_ilya, hour(10, 30), request_id=uuid4(), by=olga)
    assert handing_over.able_and_free(visit) == []


def test_he_agrees_and_it_is_his(asked, visit, of_ilya, ilya, egor, dina):
    assert (told("visit.asked_to_take"), told("visit.is_handed_over")) == ({"ilya"}, {"dina"})
    assert list(handing_over.waiting_for(ilya)) == [asked]
    for _twice in range(2):
        handing_over.take(asked, by=ilya)
    now = Visit.objects.get()
    assert (now.resource, now.starts_at, now.moves) == (of_ilya, visit.starts_at, 0)
    assert list(Booking.objects.filter(visit=now).values_list("resource", flat=True)) == [of_ilya.pk]
    assert VisitMove.objects.get().asked == "engineer"
    assert HandOver.objects.get().state == "taken"
    assert told("visit.hand_over_taken") == {"egor", "dina"}
    assert Entry.objects.filter(verb="visits.hand_over_taken").count() == 1
    assert not handing_over.waiting_for(ilya).exists()


def test_he_cannot_and_it_stays_where_it_is(asked, visit, of_egor, ilya):
    handing_over.decline(asked, by=ilya)
    handing_over.decline(asked, by=ilya)
    assert (Visit.objects.get().resource, handing_over.of_visit(visit)) == (of_egor, None)
    assert told("visit.hand_over_declined") == {"egor", "dina"}


def test_whoever_asked_takes_it_back(asked, visit, ilya, egor, olga):
    with pytest.raises(Refused):
        handing_over.withdraw(asked, by=ilya)
    handing_over.withdraw(asked, by=egor)
    with pytest.raises(Refused):
        handing_over.take(asked, by=ilya)
    assert handing_over.of_visit(visit) is None


def test_one_is_asked_at_a_time(asked, visit, of_ilya, egor):
    with pytest.raises(Refused, match="уже спросили"):
        handing_over.ask(visit, of_ilya, "ещё раз", by=egor)


def test_a_visit_that_was_moved_meanwhile_is_not_taken_but_asked_anew(
    asked, visit, of_egor, of_ilya, ilya, egor, hour, olga
):
    booking.move(visit, hour(15), of_egor, reason="позже", by=olga)
    assert not handing_over.waiting_for(ilya).exists()
    with pytest.raises(Refused, match="изменился"):
        handing_over.take(asked, by=ilya)
    handing_over.ask(Visit.objects.get(), of_ilya, "всё ещё", by=egor)
    assert sorted(HandOver.objects.values_list("state", flat=True)) == ["asked", "withdrawn"]


def test_whoever_has_something_else_to_do_by_now_cannot_take_it(
    asked, measurement, of_ilya, new_deal, hour, ilya, olga
):
    booking.book(new_deal("Пётр"), measurement, of_ilya, hour(10, 30), request_id=uuid4(), by=olga)
    with pytest.raises(Refused, match="другой выезд"):
        handing_over.take(asked, by=ilya)
    assert HandOver.objects.get().state == "asked"


def test_what_is_refused(visit, of_ilya, crew, egor, ilya):
    for taker, why, by in ((of_ilya, " ", egor), (of_ilya, "так", ilya), (crew, "так", egor)):
        with pytest.raises(Refused):
            handing_over.ask(visit, taker, why, by=by)
    started = carry_out.set_status(visit, Visit.Status.STARTED, by=egor)
    with pytest.raises(Refused):
        handing_over.ask(started, of_ilya, "так", by=egor)
    assert not HandOver.objects.exists()


def test_a_colleague_who_was_not_asked_answers_nothing(asked, egor):
    with pytest.raises(Refused):
        handing_over.take(asked, by=egor)
