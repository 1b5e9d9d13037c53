from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svyazka.business.visits.models import DurationTaken, Mark, Visit, VisitKind
from svyazka.business.visits.whereabouts import durations
from svyazka.business.visits.whereabouts.durations import ENOUGH, Learnt, Stay
from svyazka.kit.refusals import Refused


@pytest.fixture
def done(visit, egor, hour):
    """`done(75, 80)`: so many minutes Egor was at visits that are done by now."""

    def visits(*minutes, kind=None):
        for number, length in enumerate(minutes):
            begins = hour(10, days=number)
            given = {name: getattr(visit, name) for name in ("deal", "client", "resource", "address")}
            made = Visit.objects.create(
                **given,
                kind=kind or visit.kind,
                status="done",
                starts_at=begins,
                ends_at=begins + timedelta(hours=1),
                request_id=uuid4(),
            )
            for mark, at in (("came", begins), ("left", begins + timedelta(minutes=length))):
                Mark.objects.create(visit=made, person=egor, kind=mark, at=at, accuracy=10)

    return visits


@pytest.fixture
def plain(measurement):
    VisitKind.objects.filter(pk=measurement.pk).update(minutes=60, minutes_per_opening=0, steps=[])
    return VisitKind.objects.get(pk=measurement.pk)


def test_the_middle_of_what_was_seen_beside_what_is_planned(done, plain):
    done(80, 84, 300, 85, 91)
    assert durations.of_kind(plain) == [Learnt(None, 60, 85, 5, (("Егор Кузнецов", 85, 5),))]


def test_a_few_say_nothing(done, plain):
    done(80, 84)
    (one,) = durations.of_kind(plain)
    assert (one.count, one.is_enough, one.differs, one.people) == (2, False, False, ())
    with pytest.raises(Refused):
        durations.take_over(plain, None, minutes=80, by=None)


def test_a_phone_that_was_left_in_the_car_is_no_visit(done, plain):
    done(1, 60 * 20, 80)
    (one,) = durations.of_kind(plain)
    assert one.count == 1


def test_taken_over_by_a_click_and_set_back_by_one(done, plain, visit, anna):
    done(80, 84, 85, 85, 91)
    before = visit.ends_at
    changed = durations.take_over(plain, None, minutes=85, by=anna)
    assert changed.minutes == 85
    visit.refresh_from_db()
    assert visit.ends_at == before
    taken = durations.last_taken(changed)
    durations.undo(taken, by=anna)
    assert durations.undo(taken, by=anna).minutes == 60
    assert VisitKind.objects.get(pk=plain.pk).minutes == 60
    assert durations.last_taken(plain) is None


def test_what_was_changed_since_stays(done, plain, anna):
    done(80, 84, 85, 85, 91)
    durations.take_over(plain, None, minutes=85, by=anna)
    VisitKind.objects.filter(pk=plain.pk).update(minutes=90)
    assert durations.last_taken(VisitKind.objects.get(pk=plain.pk)) is None
    with pytest.raises(Refused):
        durations.undo(DurationTaken.objects.get(), by=anna)


def test_only_what_was_shown_is_taken(done, plain, anna):
    done(80, 84, 85, 85, 91)
    with pytest.raises(Refused):
        durations.take_over(plain, None, minutes=15, by=anna)
    assert VisitKind.objects.get(pk=plain.pk).minutes == 60


def test_by_size_each_line_by_itself(plain, anna):
    plain.steps = [[3, 120], [8, 240]]
    stays = [Stay(plain.pk, "Егор", 2, 150)] * 5 + [Stay(plain.pk, "Егор", 10, 300)] * 4
    plain.minutes_per_opening = 20
    assert durations.learn(plain, stays) == [
        Learnt(0, 120, 150, 5, (("Егор", 150, 5),)),
        Learnt(1, 240, 260, 4, ()),  # without the two openings more, 20 minutes each
    ]


def test_larger_work_never_becomes_shorter_than_smaller(done, plain, anna, visit):
    visit.deal.facts["openings"] = 2
    visit.deal.save(update_fields=["facts"])
    VisitKind.objects.filter(pk=plain.pk).update(steps=[[3, 60], [8, 120]])
    done(200, 200, 200, 200, 200)
    with pytest.raises(Refused):
        durations.take_over(plain, 0, minutes=200, by=anna)


@given(minutes=st.lists(st.floats(3, 900), min_size=1, max_size=40), planned=st.integers(5, 900))
def test_it_lies_within_what_was_seen(minutes, planned):
    kind = VisitKind(pk=1, minutes=planned, minutes_per_opening=0, steps=[])
    (one,) = durations.learn(kind, [Stay(1, "Егор", 0, one) for one in minutes])
    assert one.count == len(minutes)
    assert one.really % 5 == 0
    assert min(minutes) - 5 <= one.really <= max(minutes) + 5
    assert one.is_enough == (len(minutes) >= ENOUGH)
