"""The page of a call and the player, as the browser asks for them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from svyazka.business.calls.models import Call, Listening, Recording
from svyazka.business.calls.recordings import keeping
from svyazka.business.calls.recordings.conftest import fetched, monitor, pbx  # noqa: F401
from svyazka.business.journal.models import Entry
from svyazka.kit import clock
from svyazka.workplaces.shared import sending

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recordings_root")]


@pytest.fixture(autouse=True)
def _english(windows):
    for person in windows.values():
        person.language = "en"
        person.save(update_fields=["language"])


@pytest.fixture
def call(windows, monitor, pbx) -> Call:  # noqa: F811
    return fetched(windows, monitor)


def sounds_of(browser, call) -> dict[str, str]:
    answer = browser.post(reverse("listenings", args=[call.pk]))
    assert answer.status_code == 200
    return answer.json()["sounds"]


def test_the_player_shows_the_whole_call(enter, olga, mikhail, call):
    one, other = Recording.objects.order_by("pk")
    page = enter(olga).get(reverse("recording", args=[call.pk]))
    text = page.content.decode()
    assert page.status_code == 200
    assert 'data-length="40000"' in text
    stretches = [[0, 4000, None, 0], [4000, 24000, one.pk, 0], [24000, 25000, None, 0], [25000, 40000, other.pk, 0]]
    assert page.context["ready"]["stretches"] == str(stretches).replace("None", "null")
    assert [row["who"] for row in page.context["ready"]["spoken"]] == [olga.full_name, mikhail.full_name]
    assert "Download" not in text
    assert Listening.objects.count() == 0


def test_a_listening_opens_the_sound_in_pieces(enter, olga, call, monkeypatch):
    browser = enter(olga)
    addresses = sounds_of(browser, call)
    sounds_of(browser, call)
    assert Listening.objects.count() == 1
    row = Recording.objects.order_by("pk").first()
    address = addresses[str(row.pk)]
    whole = browser.get(address, headers={"Range": "bytes=0-"})
    assert (whole.status_code, whole["Content-Range"]) == (206, f"bytes 0-{row.bytes - 1}/{row.bytes}")
    assert whole["Content-Type"] == "audio/mpeg"
    part = browser.get(address, headers={"Range": "bytes=100-199", "Accept-Encoding": "gzip"})
    assert (part.content, part["Content-Length"]) == (whole.content[100:200], "100")
    assert part["Content-Range"] == f"bytes 100-199/{row.bytes}"
    tail = browser.get(address, headers={"Range": "bytes=-10"})
    assert tail.content == whole.content[-10:]
    assert browser.get(address, headers={"Range": f"bytes={row.bytes}-"}).status_code == 416
    monkeypatch.setattr(sending, "PIECE", 1000)
    piece = browser.get(address, headers={"Range": "bytes=500-"})
    assert (len(piece.content), piece["Content-Range"]) == (1000, f"bytes 500-1499/{row.bytes}")


@pytest.mark.parametrize("asked", ["", "bytes=", "bytes=x-y", "bytes=5-1", "items=0-1", "bytes=" + "9" * 99 + "-"])
def test_nonsense_for_a_range_is_the_beginning(enter, olga, call, asked):
    browser = enter(olga)
    answer = browser.get(next(iter(sounds_of(browser, call).values())), headers={"Range": asked})
    assert answer.status_code == 206
    assert answer["Content-Range"].startswith(("bytes 0-", "bytes 5-"))


def test_the_address_of_a_sound_opens_nothing_for_others_nor_later(enter, olga, roza, oksana, call):
    address = next(iter(sounds_of(enter(olga), call).values()))
    assert enter(roza).get(address).status_code == 404
    assert enter(oksana).get(address).status_code == 404
    Listening.objects.update(at=clock.now() - timedelta(hours=3))
    assert enter(olga).get(address).status_code == 404


def test_whoever_may_not_listen_is_told_in_words(enter, oksana, call):
    answer = enter(oksana).get(reverse("recording", args=[call.pk]))
    assert answer.status_code == 404
    assert "your own calls" in answer.content.decode()
    assert enter(oksana).post(reverse("listenings", args=[call.pk])).status_code == 404
    assert not Listening.objects.exists()


def test_a_download_is_for_those_who_may_and_is_written_down(enter, konstantin, olga, call):
    row = Recording.objects.order_by("pk").first()
    address = reverse("recording_file", args=[call.pk, row.pk])
    assert enter(olga).get(address).status_code == 403
    answer = enter(konstantin).get(address)
    assert (answer.status_code, len(answer.content)) == (200, row.bytes)
    assert answer["Content-Disposition"].startswith("attachment;")
    assert Entry.objects.filter(verb="calls.downloaded", by_id=konstantin.pk).count() == 1
    player = enter(konstantin).get(reverse("recording", args=[call.pk])).content.decode()
    assert player.count("Download part") == 2


def test_a_long_one_goes_out_in_pieces_one_at_a_time_and_for_so_long_only(enter, konstantin, call, monkeypatch):
    monkeypatch.setattr(sending, "AT_ONCE", 1000)
    monkeypatch.setattr(sending, "PIECE", 4096)
    row = Recording.objects.order_by("pk").first()
    address, browser = reverse("recording_file", args=[call.pk, row.pk]), enter(konstantin)
    answer = browser.get(address)
    refused = browser.get(address)
    assert (refused.status_code, Entry.objects.filter(verb="calls.downloaded").count()) == (503, 1)
    pieces = list(answer.streaming_content)
    assert (max(map(len, pieces)), sum(map(len, pieces))) == (4096, row.bytes)
    assert int(answer["Content-Length"]) == row.bytes
    monkeypatch.setattr(sending, "PATIENCE", 0.0)
    assert browser.get(address).getvalue() == b""


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"state": "awaited", "trouble": ""}, "is being fetched"),
        ({"state": "awaited", "trouble": "unreachable"}, "tried again by itself"),
        ({"state": "failed", "trouble": "not_there"}, "no such file"),
        ({"state": "left", "trouble": "no_way"}, "Nobody has said yet"),
        ({"state": "empty"}, "Nothing was recorded"),
        ({"state": "removed", "file": ""}, "its time was over"),
    ],
)
def test_what_is_not_here_says_why_once(enter, olga, call, changes, words):
    Recording.objects.update(**changes)
    text = enter(olga).get(reverse("recording", args=[call.pk])).content.decode()
    assert text.count(words) == 1
    assert "data-stretches" not in text


def test_a_file_that_is_missing_from_the_store_breaks_no_page(enter, olga, call, recordings_root):
    browser = enter(olga)
    addresses = sounds_of(browser, call)
    for path in [path for path in recordings_root.rglob("*") if path.is_file()]:
        path.unlink()
    assert browser.get(reverse("recording", args=[call.pk])).status_code == 200
    assert browser.get(next(iter(addresses.values()))).status_code == 404


def test_the_page_of_a_call_tells_how_it_went(enter, konstantin, olga, mikhail, call):
    page = enter(konstantin).get(reverse("call", args=[call.pk]))
    phones = [(one.who, one.outcome, one.spoke) for one in page.context["phones"]]
    assert phones == [
        (f"{olga.full_name} (101)", "picked up", "20 s"),
        (f"{mikhail.full_name} (201)", "picked up", "15 s"),
    ]
    assert [one.words for one in page.context["passed"]] == [
        f"{olga.full_name} (101) → {mikhail.full_name} (201), at once"
    ]
    assert "<call-recording data-open" in page.content.decode()
    assert page.context["listeners"] == []


def test_the_time_on_hold_is_shown(enter, konstantin, call):
    legs = [{**leg, "held": [leg["joined"][0][1]]} if leg["extension"] == "101" else leg for leg in call.legs]
    Call.objects.filter(pk=call.pk).update(legs=legs)
    facts = dict(enter(konstantin).get(reverse("call", args=[call.pk])).context["facts"])
    assert facts["On hold"] == "20 s"


def test_who_listened_is_seen_by_those_who_watch_over_it(enter, konstantin, olga, call):
    sounds_of(enter(olga), call)
    page = enter(konstantin).get(reverse("call", args=[call.pk]))
    assert [(one["who"], one["took"]) for one in page.context["listeners"]] == [(olga.full_name, False)]
    assert enter(olga).get(reverse("call", args=[call.pk])).context["listeners"] is None


def test_a_part_of_a_call_leads_to_the_whole(enter, olga, call):
    part = Call.objects.create(started_at=call.started_at, pbx_code=call.pbx_code, key="p", merged_into_id=call.pk)
    answer = enter(olga).get(reverse("call", args=[part.pk]))
    assert (answer.status_code, answer["Location"]) == (302, reverse("call", args=[call.pk]))


def test_keeping_it_and_letting_it_go(enter, konstantin, olga, call):
    assert enter(olga).post(reverse("recording_keeping", args=[call.pk]), {"why": "x"}).status_code == 403
    browser = enter(konstantin)
    assert browser.post(reverse("recording_keeping", args=[call.pk]), {"why": " "}).status_code == 422
    browser.post(reverse("recording_keeping", args=[call.pk]), {"why": "Complaint\x00"})
    assert "Complaint" in browser.get(reverse("call", args=[call.pk])).content.decode()
    browser.post(reverse("recording_release", args=[call.pk]))
    assert not Recording.objects.exclude(kept_by_id=None).exists()


@pytest.mark.parametrize(
    ("state", "is_offered"),
    [("fetched", True), ("awaited", True), ("left", False), ("failed", False), ("empty", False)],
)
def test_only_what_is_here_or_comes_can_be_kept(enter, konstantin, call, state, is_offered):
    Recording.objects.update(state=state)
    page = enter(konstantin).get(reverse("call", args=[call.pk]))
    assert (page.context["can_be_kept"], reverse("recording_keeping", args=[call.pk]) in page.content.decode()) == (
        is_offered,
        is_offered,
    )


def test_while_the_call_goes_on_its_recording_is_still_to_come(enter, konstantin, call):
    Recording.objects.all().delete()
    Call.objects.update(state="talking")
    page = enter(konstantin).get(reverse("recording", args=[call.pk])).content.decode()
    assert ("comes when the call is over" in page, "There is no recording" in page) == (True, False)


def test_after_its_time_the_page_still_says_that_there_was_one(enter, konstantin, anna, call):
    keeping.change(1, by=anna)
    Call.objects.filter(pk=call.pk).update(started_at=call.started_at - timedelta(days=2))
    Recording.objects.update(call_started_at=call.started_at - timedelta(days=2))
    keeping.remove_old()
    player = enter(konstantin).get(reverse("recording", args=[call.pk])).content.decode()
    assert "its time was over" in player


def test_a_page_of_many_phones_costs_as_much_as_one_of_few(enter, konstantin, call):
    browser = enter(konstantin)

    def statements() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(reverse("call", args=[call.pk])).status_code == 200
        return len(asked)

    few = statements()
    legs = [{**call.legs[1], "key": f"x{number}", "extension": str(300 + number)} for number in range(30)]
    Call.objects.filter(pk=call.pk).update(legs=[*call.legs, *legs])
    Listening.objects.bulk_create(
        Listening(call_id=call.pk, call_started_at=call.started_at, person_id=konstantin.pk, at=clock.now())
        for _number in range(30)
    )
    # One for the names of those who were not recorded, one for the names of the listeners.
    assert statements() <= few + 2
