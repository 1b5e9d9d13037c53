from __future__ import annotations

from datetime import time, timedelta

import pytest

from svyazka.business.journal.models import Entry
from svyazka.business.visits import shifts
from svyazka.kit import clock
from svyazka.kit.refusals import Refused


def test_it_takes_the_place_of_what_the_day_had_and_stands_in_the_journal(of_egor, monday, anna):
    for _click in range(2):
        shifts.enter(of_egor, monday, [(time(10), time(14))], by=anna)
    shifts.enter(of_egor, monday, [], note="отгул", by=anna)
    (row,) = shifts.ahead_of(of_egor)
    assert (row.hours, row.note) == ([], "отгул")
    for _click in range(2):
        shifts.remove(row, by=anna)
    said = [entry.changes["shift"] for entry in Entry.objects.filter(verb="visits.shift_changed").order_by("id")]
    day = f"{monday:%d.%m.%Y}"
    assert said == [[None, f"{day} 10:00–14:00"], [f"{day} 10:00–14:00", f"{day} —"], [f"{day} —", None]]


BACKWARDS = [(time(18), time(9))]
OVERLAPPING = [(time(9), time(12)), (time(11), time(13))]


@pytest.mark.parametrize(("days", "stretches"), [(-1, []), (400, []), (3, BACKWARDS), (3, OVERLAPPING)])
def test_what_cannot_be_is_refused(of_egor, anna, days, stretches):
    with pytest.raises(Refused):
        shifts.enter(of_egor, clock.today() + timedelta(days=days), stretches, by=anna)
    assert shifts.ahead_of(of_egor) == []
