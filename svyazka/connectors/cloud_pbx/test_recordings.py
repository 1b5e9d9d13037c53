"""Recordings that are named by a number, from the stand-ins over a real socket."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from svyazka.business.calls.models import Recording
from svyazka.business.calls.phone_system import Access
from svyazka.business.calls.recordings import fetch as fetching
from svyazka.business.calls.recordings.conftest import make_due, tone
from svyazka.business.calls.recordings.source import NotFetched, source
from svyazka.connectors.cloud_pbx import recordings
from svyazka.connectors.cloud_pbx.conftest import pbx_of, taking_in
from svyazka.connectors.cloud_pbx.recordings import Pace
from svyazka.connectors.cloud_pbx.stand_ins import STAND_INS, StandIn, on_a_socket

SOUND = b"ID3" + bytes(range(256)) * 40


@pytest.fixture(params=["mango", "zadarma"])
def stand_in(request) -> StandIn:
    return STAND_INS[request.param](sound=SOUND)


@pytest.fixture
def there(stand_in, monkeypatch) -> Iterator[StandIn]:
    monkeypatch.setattr(recordings, "_PACES", {})
    with on_a_socket(stand_in):
        yield stand_in


def recorded(there: StandIn) -> str:
    talk = there.rings_in("79161234567", "74951000101", "101")
    there.answers(talk, "101")
    there.wait(30)
    there.ends(talk)
    return f"rec{talk.key}"


def access_of(there: StandIn, **more) -> Access:
    return replace(Access(f"{there.code}/main", "127.0.0.1", there.port, there.login, there.secret), **more)


def fetch(there: StandIn, place: str, to: Path, **more) -> bytes:
    source(there.code, access_of(there, **more)).fetch(place, to)
    return to.read_bytes()


def refused(there: StandIn, place: str, to: Path, **more) -> str:
    with pytest.raises(NotFetched) as refusal:
        fetch(there, place, to, **more)
    return refusal.value.trouble


def test_a_recording_comes_by_a_signed_request(there, tmp_path):
    assert fetch(there, recorded(there), tmp_path / "came") == SOUND


def test_a_wrong_key_is_told_and_not_tried_again_at_once(there, tmp_path):
    place = recorded(there)
    assert refused(there, place, tmp_path / "came", secret="other") == "wrong_secret"
    assert there.asked == []
    assert refused(there, place, tmp_path / "came", secret="other") == "wrong_secret"
    assert len(getattr(there, "wrong", [1])) == 1  # the second time it was not asked
    # Whoever corrects the key does not wait.
    assert fetch(there, place, tmp_path / "came") == SOUND


def test_what_is_not_ready_comes_later(there, tmp_path):
    there.ready_after = 60
    place = recorded(there)
    assert refused(there, place, tmp_path / "came") == "not_there"
    there.wait(60)
    recordings._PACES.clear()
    assert fetch(there, place, tmp_path / "came") == SOUND


@pytest.mark.parametrize("way", [(204, ""), (200, {"result": 3300}), (200, {})])
def test_mango_may_say_so_in_several_ways(tmp_path, way, monkeypatch):
    monkeypatch.setattr(recordings, "_PACES", {})
    with on_a_socket(STAND_INS["mango"](sound=SOUND, ready_after=60, not_ready=way)) as there:
        assert refused(there, recorded(there), tmp_path / "came") == "not_ready"


def test_what_was_removed_there_does_not_come(there, tmp_path):
    place = recorded(there)
    there.records[place].is_removed = True
    assert refused(there, place, tmp_path / "came") == "not_there"
    assert refused(there, "nothing", tmp_path / "came") == "not_there"


def test_where_recordings_are_not_given_out_it_is_said(there, tmp_path):
    there.gives_out = False
    trouble = {"mango": "no_right", "zadarma": "wrong_secret"}[there.code]
    assert refused(there, recorded(there), tmp_path / "came") == trouble


def test_above_its_limits_it_is_left_in_peace(there, tmp_path):
    place = recorded(there)
    there.is_busy = True
    assert refused(there, place, tmp_path / "came") == "too_often"
    there.is_busy, before = False, len(there.asked)
    assert refused(there, place, tmp_path / "came") == "too_often"
    assert len(there.asked) == before


def test_a_link_that_was_used_up_is_asked_for_anew(there, tmp_path):
    place = recorded(there)
    for _again in range(2):
        recordings._PACES.clear()
        assert fetch(there, place, tmp_path / "came") == SOUND
    there.wait(3600)
    recordings._PACES.clear()
    assert fetch(there, place, tmp_path / "came") == SOUND


def test_a_link_into_our_own_network_is_not_followed(tmp_path, monkeypatch):
    monkeypatch.setattr(recordings, "_PACES", {})
    with on_a_socket(STAND_INS["zadarma"](sound=SOUND)) as there:
        monkeypatch.setattr(there, "link_to", lambda *_asked, **_more: "http://127.0.0.2:1/inside")
        assert refused(there, recorded(there), tmp_path / "came") == "not_allowed"


def test_requests_keep_a_distance():
    pace, begun = Pace(0.1), time.monotonic()
    for _request in range(3):
        pace.wait()
    assert 0.2 <= time.monotonic() - begun < 1


@pytest.mark.parametrize("code", ["mango", "zadarma"])
def test_from_the_ring_to_the_sound_that_is_kept(
    windows, code, tmp_path, recordings_root, monkeypatch, transactional_db, settings
):
    monkeypatch.setattr(recordings, "_PACES", {})
    there = STAND_INS[code](sound=tone(tmp_path / "a.wav", 3).read_bytes())
    there.deliver = taking_in(there, settings)
    with on_a_socket(there):
        pbx_of(there)
        place = recorded(there)
        make_due()
        assert fetching.fetch_due() == 1
    row = Recording.objects.get()
    assert (row.place, row.state, row.milliseconds, row.trouble) == (place, "fetched", 3000, "")
