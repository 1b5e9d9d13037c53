from __future__ import annotations

import os
import stat
from datetime import timedelta

import pytest
import soundfile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svyazka.business.calls.follow import summary_of
from svyazka.business.calls.models import Pbx, Recording
from svyazka.business.calls.recordings import fetch, store
from svyazka.business.calls.recordings.conftest import CODE, MONITOR, make_due, passed_on, tone
from svyazka.business.calls.recordings.note import note
from svyazka.business.calls.recordings.of_call import list_recordings, recorded
from svyazka.business.journal.models import LiveEvent
from svyazka.kit import clock
from svyazka.kit.strongbox import Strongbox

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recordings_root")]


def fetched_from(monitor, *, seconds=(20.0, 15.0)):
    for name, length in zip(("a.wav", "b.wav"), seconds, strict=True):
        tone(monitor / name, length)
    call = passed_on()
    make_due()
    assert fetch.fetch_due() == 2
    return call


def only() -> Recording:
    return Recording.objects.order_by("pk").first()


def test_what_the_pbx_says_of_its_recordings_is_noted_once_when_the_call_is_over(olga, mikhail, pbx):
    olga.extension, mikhail.extension = "101", "201"
    olga.save(), mikhail.save()
    call = passed_on()
    rows = list_recordings(call)
    assert [(one.place, one.state, one.people) for one in rows] == [
        (f"{MONITOR}/a.wav", "awaited", {"101": olga.pk, "201": mikhail.pk}),
        (f"{MONITOR}/b.wav", "awaited", {"101": olga.pk, "201": mikhail.pk}),
    ]
    now = summary_of(call)
    note([(call, now, None)])
    assert Recording.objects.count() == 2
    with CaptureQueriesContext(connection) as asked:
        note([(call, now, now)])
    assert len(asked) == 0


def test_noting_costs_one_statement(pbx):
    call = passed_on()
    Recording.objects.all().delete()
    now = summary_of(call)
    with CaptureQueriesContext(connection) as asked:
        note([(call, now, None)])
    assert (len(asked), Recording.objects.count()) == (1, 2)


def test_a_recording_comes_here_becomes_small_and_is_nobodys_to_read_but_ours(monitor, pbx, recordings_root):
    call = fetched_from(monitor)
    row = only()
    assert (row.state, row.milliseconds, row.channels, row.trouble) == ("fetched", 20_000, 1, "")
    kept = recordings_root / row.file
    assert row.file == f"{call.started_at:%Y/%m/%d}/{call.pk}-{row.pk}.mp3"
    assert row.bytes == kept.stat().st_size < (monitor / "a.wav").stat().st_size / 6
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    assert soundfile.info(kept).format == "MP3"
    wave = store.read(store.wave_of(row.file))
    assert len(wave) == 600
    assert 90 < max(wave) < 97  # 12,000 of 32,768
    assert list((recordings_root / ".workshop").iterdir()) == []
    assert LiveEvent.objects.filter(topic="recording", object_id=call.pk).count() == 2


def test_two_files_are_one_line_of_time(monitor, pbx):
    call = fetched_from(monitor)
    one, other = list_recordings(call)
    found = recorded(call, [one, other])
    assert found.length == 40_000
    assert [(s.begin, s.end, s.of, s.offset) for s in found.stretches] == [
        (0, 4_000, None, 0),
        (4_000, 24_000, one.pk, 0),
        (24_000, 25_000, None, 0),
        (25_000, 40_000, other.pk, 0),
    ]
    assert [(talk.begin, talk.end, talk.who) for talk in found.spoken] == [
        (4_000, 24_000, "101"), (25_000, 40_000, "201"),
    ]  # fmt: skip
    assert found.passed_on == [24_000]
    (wave,) = found.waves
    assert (wave[0], wave[59], wave[60] > 90, wave[359] > 90, wave[365], wave[599] > 90) == (0, 0, True, True, 0, True)


def test_an_empty_file_is_no_recording_and_no_trouble(monitor, pbx):
    tone(monitor / "a.wav", 0)
    assert (monitor / "a.wav").stat().st_size == 44
    fetched_from(monitor, seconds=(0, 1))
    row = only()
    assert (row.state, row.try_at, row.trouble) == ("empty", None, "")


@pytest.mark.parametrize(
    ("content", "trouble"),
    [
        (b"<!doctype html><title>Log in</title>" + b" " * 1000, "not_audio"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt " + b"\0" * 500, "not_final"),  # Asterisk writes its length at the end
        (b"RIFF\xff\xff\x0f\x00WAVEfmt " + b"\0" * 500, "not_final"),  # a copy that broke off
        (b"ID3\x04" + b"\0" * 500, "not_audio"),
        (b"\0" * 500, "not_audio"),
    ],
)
def test_what_is_no_sound_is_tried_again_later(monitor, pbx, content, trouble):
    (monitor / "a.wav").write_bytes(content)
    os.utime(monitor / "a.wav", (1, 1))
    passed_on()
    make_due()
    fetch.fetch_due()
    row = only()
    assert (row.state, row.trouble, row.tries) == ("awaited", trouble, 1)
    assert timedelta(seconds=20) < row.try_at - clock.now() < timedelta(seconds=40)


def test_a_file_that_is_still_being_written_is_left_to_the_next_time(monitor, pbx):
    tone(monitor / "a.wav", 2)
    os.utime(monitor / "a.wav")
    tone(monitor / "b.wav", 2)
    passed_on()
    make_due()
    fetch.fetch_due()
    assert [row.state for row in Recording.objects.order_by("pk")] == ["awaited", "fetched"]
    assert only().trouble == "not_final"


def test_after_two_days_it_is_given_up_in_words(pbx):
    passed_on()
    Recording.objects.update(tries=fetch.MOST_TRIES - 1)
    make_due()
    fetch.fetch_due()
    assert (only().state, only().trouble, only().try_at) == ("failed", "not_there", None)


@pytest.mark.parametrize("place", ["/etc/passwd", f"{MONITOR}/../../../etc/passwd", f"{MONITOR}/link.wav", MONITOR])
def test_nothing_outside_of_the_folder_is_fetched(monitor, pbx, tmp_path, place):
    secret = tone(tmp_path / "secret.wav", 1)
    (monitor / "link.wav").symlink_to(secret)
    passed_on()
    Recording.objects.update(place=place)
    make_due()
    fetch.fetch_due()
    assert (only().state, only().trouble) == ("failed", "not_allowed")


def test_a_pipe_of_that_name_holds_nobody_up(monitor, pbx):
    os.mkfifo(monitor / "a.wav")
    passed_on()
    make_due()
    fetch.fetch_due()
    assert only().trouble == "not_allowed"


def test_a_recording_of_a_pbx_that_nobody_has_told_of_stays_there(pbx):
    pbx.options = {}
    pbx.save()
    passed_on()
    make_due()
    fetch.fetch_due()
    assert (only().state, only().trouble) == ("left", "no_way")


def test_a_mistake_of_ours_is_not_the_end_of_the_others(monitor, pbx, monkeypatch):
    tone(monitor / "b.wav", 2)
    real = fetch.source

    def breaks(driver, access):
        found = real(driver, access)
        fetch_it = found.fetch

        def fetch_or_break(place, to):
            if place.endswith("a.wav"):
                raise RuntimeError
            fetch_it(place, to)

        found.fetch = fetch_or_break
        return found

    monkeypatch.setattr(fetch, "source", breaks)
    passed_on()
    make_due()
    fetch.fetch_due()
    assert [(row.state, row.trouble) for row in Recording.objects.order_by("pk")] == [
        ("awaited", "broken"), ("fetched", ""),
    ]  # fmt: skip


def test_a_full_disk_is_said_in_words(monitor, pbx, monkeypatch):
    monkeypatch.setattr(fetch, "LEAST_ROOM", 2**60)
    fetched_from(monitor)
    assert (only().state, only().trouble) == ("awaited", "no_room")


def test_a_claimed_recording_is_not_claimed_twice_and_comes_back_if_its_worker_dies(pbx):
    passed_on()
    make_due()
    assert len(fetch._claim()) == 2
    assert fetch._claim() == []
    make_due()
    assert [one.tries for one in fetch._claim()] == [2, 2]


def test_two_channels_are_drawn_apart(monitor, pbx):
    tone(monitor / "a.wav", 3, channels=2)
    tone(monitor / "b.wav", 3)
    call = passed_on()
    make_due()
    fetch.fetch_due()
    assert [one.channels for one in list_recordings(call)] == [2, 1]
    assert len(recorded(call, list_recordings(call)).waves) == 2


def test_what_was_noted_of_a_call_that_is_a_part_of_another_is_the_whole_ones(pbx):
    from svyazka.business.calls.follow import follow
    from svyazka.business.calls.phone_system import CallEvent, Kind

    whole = passed_on()
    part = follow([CallEvent(CODE, "part", Kind.START, whole.started_at, "part", "101")])[0].call
    Recording.objects.filter(pk=only().pk).update(call_id=part.pk)
    follow([CallEvent(CODE, whole.key, Kind.MERGE, whole.started_at + timedelta(seconds=9), part="part")])
    assert set(Recording.objects.values_list("call_id", flat=True)) == {whole.pk}


def test_a_pbx_whose_secrets_do_not_open_keeps_no_other_from_being_fetched(monitor, pbx):
    tone(monitor / "a.wav", 2)
    passed_on()
    locked = Strongbox("another key").lock_away("hush")
    Pbx.objects.create(code="asterisk/old", driver="asterisk", host="127.0.0.1", port=5038, secret=locked)
    Recording.objects.filter(place__endswith="b.wav").update(pbx_code="asterisk/old")
    make_due()
    fetch.fetch_due()
    assert [(row.state, row.trouble) for row in Recording.objects.order_by("pk")] == [
        ("fetched", ""), ("awaited", "locked"),
    ]  # fmt: skip
