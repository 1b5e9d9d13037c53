from __future__ import annotations

from datetime import timedelta

import pytest

from svyazka.business.calls.models import Recording
from svyazka.business.calls.recordings import fetch, keeping
from svyazka.business.calls.recordings.conftest import make_due, passed_on, tone
from svyazka.business.calls.recordings.of_call import list_recordings
from svyazka.business.journal.models import Entry
from svyazka.kit.refusals import Refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recordings_root")]


@pytest.fixture
def old(monitor, pbx):
    """A call of 181 days ago whose recordings are here."""
    for name in ("a.wav", "b.wav"):
        tone(monitor / name, 2)
    call = passed_on(ago=timedelta(days=181))
    make_due()
    fetch.fetch_due()
    return call


def states(call) -> list[str]:
    return [one.state for one in list_recordings(call)]


def test_what_is_older_than_the_rule_goes_and_the_row_says_that_it_was_there(old, recordings_root):
    assert states(old) == ["fetched", "fetched"]
    keeping.tidy_up()
    assert states(old) == ["removed", "removed"]
    assert [path for path in recordings_root.rglob("*") if path.is_file()] == []
    assert keeping.remove_old() == 0


def test_for_ever_is_for_ever(old, anna):
    keeping.change(None, by=anna)
    assert keeping.remove_old() == 0
    assert states(old) == ["fetched", "fetched"]
    keeping.change(181 + 2, by=anna)
    assert keeping.remove_old() == 0
    keeping.change(30, by=anna)
    assert keeping.remove_old() == 2
    assert [one.changes for one in Entry.objects.filter(verb="calls.keeping_changed").order_by("pk")] == [
        {"days": [180, None]},
        {"days": [None, 183]},
        {"days": [183, 30]},
    ]


@pytest.mark.parametrize("days", [0, -1, 4000])
def test_a_rule_that_cannot_be_meant_is_refused(anna, days):
    with pytest.raises(Refused) as refusal:
        keeping.change(days, by=anna)
    assert list(refusal.value.fields) == ["days"]


def test_what_somebody_keeps_stays_until_it_is_released(old, konstantin):
    keeping.keep(old, "Жалоба клиента", by=konstantin)
    keeping.remove_old()
    assert states(old) == ["fetched", "fetched"]
    assert {(one.kept_by_id, one.kept_why) for one in list_recordings(old)} == {(konstantin.pk, "Жалоба клиента")}
    keeping.release(old, by=konstantin)
    keeping.remove_old()
    assert states(old) == ["removed", "removed"]
    assert [one.verb for one in Entry.objects.filter(verb__startswith="calls.recording_").order_by("pk")] == [
        "calls.recording_kept",
        "calls.recording_released",
    ]


def test_what_is_not_here_and_never_will_be_is_not_kept(old, konstantin):
    Recording.objects.update(state="left", file="")
    with pytest.raises(Refused):
        keeping.keep(old, "Жалоба клиента", by=konstantin)
    Recording.objects.filter(pk=list_recordings(old)[0].pk).update(state="awaited")
    keeping.keep(old, "Жалоба клиента", by=konstantin)
    assert {one.kept_by_id for one in list_recordings(old)} == {konstantin.pk}


def test_keeping_says_why_and_keeps_something(old, konstantin):
    with pytest.raises(Refused):
        keeping.keep(old, "  ", by=konstantin)
    keeping.remove_old()
    with pytest.raises(Refused):
        keeping.keep(old, "Жалоба", by=konstantin)


def test_what_was_given_up_is_tried_again(pbx, anna):
    passed_on()
    Recording.objects.update(state="failed", try_at=None, tries=24, trouble="unreachable")
    assert keeping.fetch_again(by=anna) == 2
    assert {(one.state, one.tries, one.trouble) for one in Recording.objects.all()} == {("awaited", 0, "")}
    assert keeping.fetch_again(by=anna) == 0


def test_what_a_killed_worker_left_behind_is_cleared_away(recordings_root, monkeypatch):
    left = recordings_root / ".workshop" / "left"
    left.mkdir(parents=True)
    (left / "came").write_bytes(b"RIFF")
    fetch.clear_workshops()
    assert left.exists()
    monkeypatch.setattr(fetch, "LEFT_BEHIND", timedelta())
    fetch.clear_workshops()
    assert not left.exists()
