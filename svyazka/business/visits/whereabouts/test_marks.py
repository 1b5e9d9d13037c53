from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from svyazka.business.places import placing
from svyazka.business.visits import booking, carry_out, dismissal
from svyazka.business.visits.models import Action, Consent, Mark, Visit
from svyazka.business.visits.on_site import in_hand, take
from svyazka.business.visits.on_site.sent import Sent
from svyazka.business.visits.road import rules
from svyazka.business.visits.whereabouts import consent, marks
from svyazka.kit import clock
from svyazka.kit.refusals import Refused


@pytest.fixture
def send(visit, egor):
    """What Egor's phone noticed, sent twice: both times it hears the same."""
    phone, numbers = uuid4(), iter(range(1, 100))

    def put(kind, when, accuracy=20):
        seen = in_hand.seen(Visit.objects.get(pk=visit.pk), egor)
        given = {"person": egor.pk, "visit": visit.pk, "phone": phone, "number": next(numbers), "seen": seen}
        one = Sent(id=uuid4(), kind=kind, at=when, data={"accuracy": accuracy}, **given)
        first, again = (take.take_all([one], by=egor, clock_of_phone=clock.now())[0] for _twice in range(2))
        assert first == again
        return first["outcome"], first["answer"].get("kept")

    return put


def test_coming_and_leaving_is_kept_and_no_status_changes(agreed, send, visit, hour, at):
    at(hour(12))
    assert send("came", hour(10, 5)) == ("done", True)
    assert send("left", hour(11, 10)) == ("done", True)
    assert list(Mark.objects.values_list("kind", "at", "accuracy")) == [
        ("came", hour(10, 5), 20),
        ("left", hour(11, 10), 20),
    ]
    assert Visit.objects.get().status == "planned"


def test_without_consent_nothing_is_kept(noted, send, hour, at):
    at(hour(12))
    assert send("came", hour(10))[0] == "refused"
    assert not Mark.objects.exists()


def test_nor_where_the_company_does_not_want_it(agreed, send, anna, hour, at):
    given = {name: getattr(rules.rules(), name) for name in rules.BOUNDS}
    rules.change(**given, is_on=True, tomorrow_at=None, notes_arrivals=False, by=anna)
    at(hour(12))
    assert send("came", hour(10))[0] == "refused"


@pytest.mark.parametrize("accuracy", [201, 0, -1, "20", None, True, 1.5])
def test_what_is_not_exact_enough_or_no_number(agreed, send, hour, at, accuracy):
    at(hour(12))
    assert send("came", hour(10), accuracy)[0] == "refused"
    assert not Mark.objects.exists()


def test_outside_the_working_time_nothing_is_kept(agreed, send, hour, at):
    at(hour(23, 30))
    assert send("came", hour(23)) == ("done", False)
    assert not Mark.objects.exists()


def test_leaving_comes_after_coming(agreed, send, hour, at):
    at(hour(12))
    assert send("left", hour(10)) == ("done", False)
    assert send("came", hour(10, 5)) == ("done", True)
    assert send("came", hour(10, 10)) == ("done", False)
    assert Mark.objects.count() == 1


def test_of_a_visit_that_was_called_off_it_is_let_go(agreed, send, visit, olga, hour, at):
    """Nobody in the office has to decide anything."""
    booking.cancel(visit, reason="передумала", by=olga)
    at(hour(12))
    assert send("came", hour(10)) == ("done", False)
    assert not Action.objects.filter(outcome="beside").exists()


def test_taking_it_back_takes_all_along(agreed, send, egor, hour, at):
    at(hour(12))
    send("came", hour(10))
    consent.withdraw(egor, by=egor)
    assert not Mark.objects.exists()
    assert not Consent.objects.exists()
    assert not Action.objects.exists()
    assert send("left", hour(11))[0] == "refused"


def test_whoever_leaves_the_company_leaves_nothing_of_it(agreed, send, egor, anna, hour, at):
    at(hour(12))
    send("came", hour(10))
    dismissal.let_go(egor, by=anna)
    assert not Mark.objects.exists()
    assert not Consent.objects.exists()


def test_after_so_many_days_it_is_deleted(agreed, send, hour, at):
    at(hour(12))
    send("came", hour(10))
    at(hour(12) + timedelta(days=89))
    marks.forget_old()
    assert Mark.objects.exists()
    at(hour(12) + timedelta(days=90))
    marks.forget_old()
    assert not Mark.objects.exists()


def test_nobody_agrees_to_what_the_company_does_not_do(egor):
    with pytest.raises(Refused):
        consent.give(egor)


def test_whoever_is_there_is_expected_no_later(agreed, send, visit, egor, hour, at):
    at(hour(9, 30))
    carry_out.set_status(visit, Visit.Status.ON_WAY, by=egor)
    at(hour(10))
    send("came", hour(9, 50))
    assert Visit.objects.get().arrives_at == hour(9, 50)


def test_whoever_leaves_late_is_expected_later_at_the_next(
    agreed, send, visit, egor, olga, measurement, of_egor, new_deal, hour, at
):
    """By the way from the place that he has left, though he tapped nothing there."""
    placing.by_hand(visit.address, "55.7781, 37.5893", by=olga)
    placing.by_hand("Москва, Тверская, 1", "55.9000, 37.6150", by=olga)
    given = {"address": "Москва, Тверская, 1", "request_id": uuid4(), "by": olga}
    following = booking.book(new_deal("Пётр"), measurement, of_egor, hour(14), **given)
    at(hour(11))
    send("came", hour(10))
    carry_out.set_status(following, Visit.Status.ON_WAY, by=egor)
    following.refresh_from_db()
    before = following.arrives_at
    at(hour(11, 40))
    send("left", hour(11, 39))
    following.refresh_from_db()
    assert before + timedelta(minutes=35) <= following.arrives_at <= before + timedelta(minutes=45)
