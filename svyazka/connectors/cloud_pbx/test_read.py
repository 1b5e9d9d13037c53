"""One contract for all of them: the same call on each ends as the same call in the house."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from svyazka.business.calls.fold import fold, unite
from svyazka.business.calls.phone_system import Kind
from svyazka.business.calls.summary import summarise
from svyazka.business.intake.connector import Ignore, NotUnderstood
from svyazka.connectors.cloud_pbx.conftest import Row, events_of, moment, row_of, told
from svyazka.connectors.cloud_pbx.read import read
from svyazka.connectors.cloud_pbx.stand_ins import STAND_INS, StandIn

CLIENT, OURS = "79161234567", "74951000101"
# What is told of a transfer: nothing by Zadarma and UIS, beyond that another phone rings.
TELL_TRANSFERS = {"mango", "sipuni", "megafon"}


def answered(stand_in: StandIn, client: str = CLIENT) -> StandIn:
    talk = stand_in.rings_in(client, OURS, "101")
    stand_in.wait(5)
    stand_in.answers(talk, "101")
    stand_in.wait(30)
    stand_in.ends(talk)
    return stand_in


def test_a_call_that_is_answered(stand_in):
    summary = told(answered(stand_in))
    assert (summary.direction, summary.result, summary.state) == ("in", "answered", "ended")
    assert (summary.client_number, summary.our_number, summary.answered_by) == (CLIENT, OURS, "101")
    assert (summary.waiting_seconds, summary.talk_seconds, summary.rang) == (5, 30, ("101",))
    assert len(summary.recordings) == 1


def test_while_it_rings_the_phone_is_known(stand_in):
    stand_in.rings_in(CLIENT, OURS, "101", "102")
    summary = told(stand_in)
    assert (summary.state, summary.rings, summary.client_number) == ("ringing", ("101", "102"), CLIENT)


def test_while_they_talk_it_goes_on(stand_in):
    talk = stand_in.rings_in(CLIENT, OURS, "101", "102")
    stand_in.wait(3)
    stand_in.answers(talk, "101")
    summary = told(stand_in)
    assert (summary.state, summary.answered_by, summary.rings) == ("talking", "101", ())


def test_a_call_that_nobody_answers(stand_in):
    talk = stand_in.rings_in(CLIENT, OURS, "101")
    stand_in.wait(20)
    stand_in.ends(talk)
    summary = told(stand_in)
    assert (summary.result, summary.answered_by, summary.talk_seconds) == ("missed", "", 0)
    assert (summary.waiting_seconds, summary.recordings) == (20, ())


def test_a_phone_that_is_busy(stand_in):
    talk = stand_in.rings_in(CLIENT, OURS, "101")
    stand_in.ends(talk, why="busy")
    assert told(stand_in).result == ("missed" if stand_in.code == "uis" else "busy")  # UIS does not tell


def test_a_call_that_is_passed_on(stand_in):
    talk = stand_in.rings_in(CLIENT, OURS, "101")
    stand_in.wait(5)
    stand_in.answers(talk, "101")
    stand_in.wait(10)
    stand_in.passes_on(talk, "102")
    stand_in.wait(4)
    stand_in.answers(talk, "102")
    stand_in.wait(20)
    stand_in.ends(talk)
    summary = told(stand_in)
    assert (summary.result, summary.answered_by, summary.rang) == ("answered", "101", ("101", "102"))
    if stand_in.code in TELL_TRANSFERS:
        assert [(one.by, one.to, one.taken_by, one.is_missed) for one in summary.transfers] == [
            ("101", "102", "102", False)
        ]
        assert summary.talk_seconds == 30


def test_a_call_that_is_passed_on_to_nobody(stand_in):
    if stand_in.code not in TELL_TRANSFERS:
        return
    talk = stand_in.rings_in(CLIENT, OURS, "101")
    stand_in.answers(talk, "101")
    stand_in.wait(10)
    stand_in.passes_on(talk, "102")
    stand_in.wait(15)
    stand_in.ends(talk)
    summary = told(stand_in)
    assert (summary.result, [(one.to, one.is_missed) for one in summary.transfers]) == ("left", [("102", True)])


@pytest.mark.parametrize("why", ["answered", "missed", "busy"])
def test_a_call_out(stand_in, why):
    talk = stand_in.rings_out("101", CLIENT)
    stand_in.wait(8)
    if why == "answered":
        stand_in.answers(talk, "101")
    stand_in.wait(40)
    stand_in.ends(talk, why=why)
    summary = told(stand_in)
    assert (summary.direction, summary.client_number, summary.state) == ("out", CLIENT, "ended")
    assert summary.result == ("missed" if (stand_in.code, why) == ("uis", "busy") else why)
    assert (summary.answered_by, summary.talk_seconds) == (("101", 40) if why == "answered" else ("", 0))


@pytest.mark.parametrize("lost", ["the answer", "all but the report"])
def test_the_report_at_the_end_says_what_was_lost(stand_in, lost):
    answered(stand_in)
    rows = [row_of(stand_in, delivery) for delivery in stand_in.sent]
    kinds = [{event.kind for event in events_of(row)} for row in rows]
    if lost == "the answer":
        kept = [row for row, known in zip(rows, kinds, strict=True) if Kind.ANSWER not in known]
    else:
        kept = [row for row, known in zip(rows, kinds, strict=True) if Kind.OVER in known]
    assert len(kept) < len(rows)
    summary = told(stand_in, kept)
    assert (summary.direction, summary.result, summary.answered_by) == ("in", "answered", "101")
    assert (summary.client_number, summary.talk_seconds, summary.state) == (CLIENT, 30, "ended")


@pytest.mark.parametrize("hidden", ["", "anonymous", "Аноним", "sip:line7@vpbx.mangosip.ru"])
def test_a_hidden_number(stand_in, hidden):
    summary = told(answered(stand_in, hidden))
    assert (summary.client_number, summary.result, summary.answered_by) == ("", "answered", "101")


def test_a_number_in_any_spelling_is_handed_on(stand_in):
    assert told(answered(stand_in, "8 (916) 123-45-67")).client_number == "8 (916) 123-45-67"


@pytest.mark.parametrize("code", sorted(STAND_INS))
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_in_any_order_and_any_number_of_times(code, data):
    stand_in = STAND_INS[code]()
    talk = stand_in.rings_in(CLIENT, OURS, "101", "102")
    stand_in.wait(5)
    stand_in.answers(talk, "101")
    stand_in.wait(10)
    stand_in.passes_on(talk, "103")
    stand_in.wait(4)
    stand_in.answers(talk, "103")
    stand_in.wait(20)
    stand_in.ends(talk)
    rows = [row_of(stand_in, delivery) for delivery in stand_in.sent]
    expected = told(stand_in, rows)
    again = data.draw(st.lists(st.sampled_from(rows), max_size=5))
    assert told(stand_in, data.draw(st.permutations([*rows, *again]))) == expected


@pytest.mark.parametrize("code", sorted(STAND_INS))
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_delivered_late_it_is_the_same_call(code, data):
    """Where events bring no time of their own, a late one is taken for later: who and what stay the same."""
    stand_in = answered(STAND_INS[code]())
    expected = told(stand_in)
    late = data.draw(st.lists(st.integers(0, 600), min_size=len(stand_in.sent), max_size=len(stand_in.sent)))
    rows = [row_of(stand_in, delivery, late=wait) for delivery, wait in zip(stand_in.sent, late, strict=True)]
    summary = told(stand_in, rows)
    names = ("direction", "result", "state", "client_number", "our_number", "answered_by", "rang", "recordings")
    assert [getattr(summary, name) for name in names] == [getattr(expected, name) for name in names]


def test_a_transfer_into_a_call_of_its_own_is_one_call():
    """MegaFon: the call of whoever gets it has a key of its own."""
    stand_in = STAND_INS["megafon"]()
    talk = stand_in.rings_in(CLIENT, OURS, "101")
    stand_in.answers(talk, "101")
    stand_in.wait(10)
    other = stand_in.rings_in(CLIENT, OURS, "102")
    stand_in._event("TRANSFERRED", talk, "101", second_callid=other.key)
    stand_in.ends(talk)
    stand_in.wait(2)
    stand_in.answers(other, "102")
    stand_in.wait(20)
    stand_in.ends(other)
    events = [event for delivery in stand_in.sent for event in events_of(row_of(stand_in, delivery))]
    assert [(one.call_key, one.part) for one in events if one.kind == Kind.MERGE] == [(talk.key, other.key)]
    parts = [[one for one in events if one.call_key == key and one.kind != Kind.MERGE] for key in (talk.key, other.key)]
    legs = unite(fold(talk.key, parts[0]), fold(other.key, parts[1]))
    summary = summarise(talk.key, legs)
    assert [(one.by, one.to, one.taken_by) for one in summary.transfers] == [("101", "102", "102")]
    assert (summary.result, summary.talk_seconds, summary.state) == ("answered", 30, "ended")


@pytest.mark.parametrize("code", sorted(STAND_INS))
@pytest.mark.parametrize("body", [b"", b"{", b"[" * 9000, b"\xff\xfe", b"{}", b"a=1", b"--x\r\n", b'{"a": null}'])
def test_nonsense_is_refused_in_words(code, body):
    with pytest.raises((Ignore, NotUnderstood)):
        read(Row(f"{code}/main", code, {}, body, moment(1_790_000_000)))


@pytest.mark.parametrize("code", sorted(STAND_INS))
@given(body=st.binary(max_size=300) | st.text(max_size=100).map(lambda text: f"event={text}&call_id=1".encode()))
def test_no_body_breaks_it(code, body):
    row = Row(f"{code}/main", code, {"path": "events/call"}, body, moment(1_790_000_000))
    with suppress(Ignore, NotUnderstood):
        read(row)


STORIES = json.loads((Path(__file__).parent / "samples" / "stories.json").read_text())


@pytest.mark.parametrize("story", STORIES, ids=[story["name"] for story in STORIES])
def test_what_was_seen_or_is_described(story):
    code = story["provider"]
    rows = [
        Row(f"{code}/main", code, {"path": row.get("path", "")}, row["body"].encode(), moment(row["at"]))
        for row in story["rows"]
    ]
    if story["expect"] is None:
        assert [events_of(row) for row in rows] == [[]] * len(rows)
        return
    summary = told(STAND_INS[code](), rows)
    transfers = [(one.way, one.by, one.to, one.taken_by) for one in summary.transfers]
    found = {**asdict(summary), "transfers": transfers}
    assert {name: json.loads(json.dumps(found[name])) for name in story["expect"]} == story["expect"]
