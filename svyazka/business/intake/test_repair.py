from __future__ import annotations

import pytest

from svyazka.business.intake import repair
from svyazka.business.intake.models import Arrival
from svyazka.business.journal.models import Entry
from svyazka.kit import clock
from svyazka.kit.refusals import Refused


def arrival(state: str) -> Arrival:
    now = clock.now()
    return Arrival.objects.create(
        received_at=now, account="web_form/okna", connector="web_form", outside_id="1", conversation="1",
        body=b"?", state=state, attempts=3, reason="because", next_try_at=now,
        done_at=now if state != "new" else None,
    )  # fmt: skip


@pytest.mark.parametrize("state", ["stuck", "ignored", "again"])
def test_what_is_run_again_waits_as_if_it_had_just_come(roza, state):
    row = arrival(state)
    repair.run_again(row, roza)
    row.refresh_from_db()
    assert (row.state, row.attempts, row.reason, row.done_at) == ("new", 0, "", None)
    entry = Entry.objects.get(verb="intake.run_again")
    assert (entry.by_id, entry.object_id, entry.changes) == (roza.pk, row.pk, {"state": [state, "new"]})


def test_what_is_done_is_not_done_twice(roza):
    row = arrival("done")
    with pytest.raises(Refused):
        repair.run_again(row, roza)
    with pytest.raises(Refused):
        repair.set_aside(row, "спам", roza)
    assert not Entry.objects.filter(kind="arrival").exists()


def test_what_is_set_aside_says_why(roza):
    row = arrival("stuck")
    repair.set_aside(row, " Спам ", roza)
    row.refresh_from_db()
    assert (row.state, row.reason) == ("ignored", "Спам")
    assert Entry.objects.get(verb="intake.set_aside").note == "Спам"


def test_a_reason_that_cannot_be_stored_is_cleaned_and_shortened(roza):
    row = arrival("stuck")
    repair.set_aside(row, "Спам\0" + "!" * 10_000, roza)
    row.refresh_from_db()
    assert row.reason == "Спам" + "!" * 496


def test_without_a_reason_nothing_is_set_aside(roza):
    row = arrival("stuck")
    with pytest.raises(Refused) as refusal:
        repair.set_aside(row, " \0 ", roza)
    assert list(refusal.value.fields) == ["reason"]
