from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import hypothesis.strategies as st
import pytest
from django.utils import translation
from hypothesis import given, settings

from svyazka.business.calls import fold
from svyazka.business.calls.phone_system import At, CallEvent, Kind
from svyazka.business.calls.summary import summarise
from svyazka.business.intake.connector import Ignore
from svyazka.connectors.asterisk.messages import END, parse
from svyazka.connectors.asterisk.read import call_key_of, extension_of, is_wanted, read
from svyazka.connectors.asterisk.replay import capture

NOW = datetime(2026, 11, 22, 1, tzinfo=UTC)
LATER = timedelta(milliseconds=1)


@dataclass
class Row:
    body: bytes
    account: str = "asterisk/lab1"
    headers: dict = field(default_factory=dict)
    received_at: datetime = NOW


def events_of(name):
    read = [event for step in capture(name) for event in read_if_any(step.block)]
    return [event for event in read if isinstance(event, CallEvent)]


def read_if_any(block):
    try:
        return read(Row(block + END))
    except Ignore:
        return []


def summary_of(events):
    key = next(event.call_key for event in events)
    return summarise(key, fold.fold(key, events))


@dataclass
class End:
    """Times in seconds since the call began, to a tenth."""

    client: str
    our: str
    by: str
    waiting: int
    talks: list = field(default_factory=list)
    direction: str = "in"
    result: str = "answered"
    queue: str = ""
    held: int = 0
    rang: tuple = ()
    recordings: list = field(default_factory=list)
    transfers: list = field(default_factory=list)


# What each captured call came to: who spoke when, to whom it was passed on and who took it.
ENDS = {
    "s01": End(
        "79161234567", "74951000101", "101", 1, [("101", 1.0, 5.1)], rang=("101",),
        recordings=["20261122-lab1-1795306494.0.wav"],
    ),
    "s01b": End(
        "79161234567", "74951000101", "101", 1, [("101", 1.0, 3.0)], rang=("101",),
        recordings=["20261121-lab1-1795305087.22.wav"],
    ),
    "s02": End("79165550001", "74951000200", "", 9, result="missed", queue="sales", rang=("101", "102")),
    "s02b": End("79165550002", "74951000101", "", 4, result="missed", rang=("101",)),
    "s03": End(
        "79165550003", "74951000200", "102", 8, [("102", 8.0, 12.0)], queue="sales", rang=("101", "102"),
        recordings=["20261121-lab1-1795305389.85.wav"],
    ),
    "s04": End(
        "79161234567", "74951000101", "101", 1, [("101", 1.1, 2.6), ("201", 3.6, 10.1)], rang=("101", "201"),
        recordings=["20261121-lab1-1795305171.39.wav"], transfers=[(2.6, "blind", "101", "201", "201", False)],
    ),
    "s04b": End(
        "79161234567", "74951000101", "101", 1, [("101", 1.0, 2.5), ("201", 3.6, 10.0)], rang=("101", "201"),
        recordings=["20261121-lab1-1795305184.44.wav"], transfers=[(2.5, "blind", "101", "201", "201", False)],
    ),
    "s04d": End(
        "79161234567", "74951000101", "101", 1, [("101", 1.0, 2.0)], result="left", rang=("101", "201"),
        recordings=["20261121-lab1-1795305212.54.wav"], transfers=[(2.0, "blind", "101", "201", "", True)],
    ),
    "s05": End(
        "79161234567", "74951000101", "101", 1, [("101", 1.1, 3.0), ("201", 6.2, 14.1)], rang=("101", "201"), held=3,
        recordings=["20261121-lab1-1795305404.90.wav"], transfers=[(6.1, "attended", "101", "201", "201", False)],
    ),
    "s06": End(
        "79031112233", "", "101", 2, [("101", 2.3, 5.1)], direction="out",
        recordings=["20261121-crm-1795305282927.wav"],
    ),
    "s06b": End(
        "79031112233", "", "101", 2, [("101", 2.2, 4.0)], direction="out",
        recordings=["20261121-crm-ari-1795305291427.wav"],
    ),
    "s06c": End("", "", "", 1, direction="out", result="missed"),
    "s07": End("79165550007", "74951000101", "", 1, result="busy", rang=("101",)),
    "s07b": End("79031112233", "", "", 1, direction="out", result="busy"),
    "s08": End(
        "79161234567", "74951000101", "101", 1, [("101", 1.0, 9.1)], rang=("101",), held=3,
        recordings=["20261121-lab1-1795305440.114.wav"],
    ),
    # A conference for a moment: both spoke with the client.
    "s11": End(
        "79165550011", "74951000300", "101", 1, [("101", 0.8, 6.2), ("201", 4.7, 14.8)], rang=("101", "201"),
    ),
    "s13": End(
        "79161234567", "74951000101", "101", 1, [("101", 1.0, 5.8)], rang=("101",),
        recordings=["20261121-lab1-1795305492.126.wav"],
    ),
    "w01": End(
        "79165550111", "74951000111", "111", 1, [("111", 1.2, 8.2)], rang=("111",),
        recordings=["20261122-lab1-1795305791.176.wav"],
    ),
    "w02": End(
        "79165550111", "74951000111", "111", 1, [("111", 0.9, 2.4), ("201", 3.2, 9.9)], rang=("111", "201"),
        recordings=["20261122-lab1-1795305801.179.wav"], transfers=[(2.4, "blind", "111", "201", "201", False)],
    ),
    "w04": End(
        "79031112233", "", "111", 1, [("111", 1.2, 4.3)], direction="out",
        recordings=["20261122-lab1-1795305833.191.wav"],
    ),
}  # fmt: skip


def end_of(summary):
    def since(moment):
        return round((moment - summary.started_at).total_seconds(), 1)

    return End(
        client=summary.client_number,
        our=summary.our_number,
        by=summary.answered_by,
        waiting=summary.waiting_seconds,
        talks=[(talk.extension, since(talk.begin), since(talk.end)) for talk in summary.talks],
        direction=summary.direction,
        result=summary.result,
        queue=summary.queue,
        held=summary.held_seconds,
        rang=summary.rang,
        recordings=[place.rpartition("/")[2] for place in summary.recordings],
        transfers=[(since(one.at), one.way, one.by, one.to, one.taken_by, one.is_missed) for one in summary.transfers],
    )


@pytest.mark.parametrize("name", ENDS)
def test_how_a_captured_call_ends(name):
    summary = summary_of(events_of(name))
    assert end_of(summary) == ENDS[name]
    assert (summary.state, summary.rings, summary.is_held) == ("ended", (), False)


@pytest.mark.parametrize("name", ENDS)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_the_end_is_the_same_in_any_order_and_with_anything_twice(name, data):
    events = [event for event in events_of(name) if event.kind != Kind.ONLY_THESE]
    again = data.draw(st.lists(st.sampled_from(events), max_size=20))
    mixed = data.draw(st.permutations(events + again))
    parts = data.draw(st.integers(0, len(mixed)))
    key = events[0].call_key
    first = [fold.from_json(fold.to_json(leg)) for leg in fold.fold(key, mixed[:parts])]
    assert fold.fold(key, mixed[parts:], first) == fold.fold(key, events)


def test_who_rings_at_each_moment_of_a_call_in_a_queue():
    events = events_of("s03")
    key = events[0].call_key
    seen = [summarise(key, fold.fold(key, events[: count + 1])) for count in range(len(events))]
    moments = [(summary.state, summary.rings) for summary in seen]
    assert list(dict.fromkeys(moments)) == [
        ("ringing", ()),
        ("ringing", ("101",)),
        ("ringing", ("102",)),
        ("talking", ()),
        ("ended", ()),
    ]


def test_a_call_whose_answer_was_lost_is_answered_by_who_talks():
    events = [event for event in events_of("s01") if event.kind != Kind.ANSWER]
    summary = summary_of(events)
    assert (summary.result, summary.answered_by, summary.talk_seconds) == ("answered", "101", 4)


def test_a_call_that_vanished_ends_then_and_goes_on_if_it_is_heard_of_again():
    events = events_of("s01")
    joined = max(place for place, event in enumerate(events) if event.kind == Kind.JOIN)
    begun, rest = events[: joined + 1], events[joined + 1 :]
    key, at = begun[0].call_key, begun[-1].at
    gone = [fold.CallEvent("asterisk/lab1", key, Kind.VANISHED, at + 3 * LATER)]
    legs = fold.fold(key, gone, fold.fold(key, begun))
    summary = summarise(key, legs)
    assert (summary.state, summary.result, summary.ended_at) == ("ended", "answered", at + 3 * LATER)
    assert summarise(key, fold.fold(key, rest, legs)).talk_seconds == 4


def test_a_click_on_a_number_pops_up_nowhere_and_counts_as_outgoing():
    block = (
        b"Event: Newchannel\r\nTimestamp: 1795305325.1\r\nChannel: PJSIP/101-0000002b\r\nCallerIDNum: 101\r\n"
        b"Uniqueid: lab1-1.73\r\nLinkedid: lab1-1.73\r\n\r\n"
        b"Event: DialBegin\r\nTimestamp: 1795305325.2\r\nDestChannel: PJSIP/101-0000002b\r\n"
        b"DestUniqueid: lab1-1.73\r\nDestLinkedid: lab1-1.73\r\n\r\n"
        b"Event: DialBegin\r\nTimestamp: 1795305326.2\r\nChannel: PJSIP/101-0000002b\r\nExten: 79031112233\r\n"
        b"Uniqueid: lab1-1.73\r\nLinkedid: lab1-1.73\r\n"
        b"DestChannel: PJSIP/trunk-0000002c\r\nDestUniqueid: lab1-1.74\r\n\r\n"
        b"Event: DialEnd\r\nTimestamp: 1795305326.5\r\nChannel: PJSIP/101-0000002b\r\nDialStatus: BUSY\r\n"
        b"Uniqueid: lab1-1.73\r\nLinkedid: lab1-1.73\r\nDestChannel: PJSIP/trunk-0000002c\r\n"
        b"DestUniqueid: lab1-1.74\r\n\r\n"
        b"Event: Hangup\r\nTimestamp: 1795305326.6\r\nChannel: PJSIP/trunk-0000002c\r\nUniqueid: lab1-1.74\r\n"
        b"Linkedid: lab1-1.73\r\nCause: 17\r\n\r\n"
    )
    summary = summary_of(read(Row(block)))
    assert (summary.direction, summary.client_number, summary.rings) == ("out", "79031112233", ())
    assert (summary.state, summary.result) == ("ended", "busy")


def test_the_list_of_what_goes_on_is_as_of_the_question():
    block = b"Event: CoreShowChannel\r\nLinkedid: a-1.1\r\n\r\nEvent: CoreShowChannelsComplete\r\nListItems: 1\r\n\r\n"
    asked = NOW - LATER
    (event,) = read(Row(block, headers={"asked_at": asked.isoformat()}))
    assert (event.kind, event.going_on, event.at) == (Kind.ONLY_THESE, {"a-1.1"}, asked)


def test_channels_that_are_there_already_say_who_talks():
    shown = [
        b"Event: CoreShowChannel\r\nChannel: PJSIP/trunk-1\r\nChannelStateDesc: Up\r\nCallerIDNum: 79161234567\r\n"
        b"Exten: 74951000101\r\nUniqueid: lab1-1.126\r\nLinkedid: lab1-1.126\r\nBridgeId: b",
        b"Event: CoreShowChannel\r\nChannel: PJSIP/101-2\r\nChannelStateDesc: Up\r\nCallerIDNum: 101\r\n"
        b"Uniqueid: lab1-1.127\r\nLinkedid: lab1-1.126\r\nBridgeId: b",
    ]
    summary = summary_of([event for block in shown for event in read(Row(block))])
    assert (summary.state, summary.answered_by, summary.client_number) == ("talking", "101", "79161234567")


@pytest.mark.parametrize(
    "block",
    [
        b"Event: PeerStatus\r\nPeer: PJSIP/101",
        b"Event: Newchannel\r\nChannel: Local/201@transfer-1;1\r\nUniqueid: a\r\nLinkedid: a",
        b"Event: Newchannel\r\nChannel: PJSIP/101-1",
        b"\xff\xfe\x00",
        b"",
    ],
)
def test_what_concerns_no_call_is_ignored_with_a_reason(block):
    with pytest.raises(Ignore, match="nothing of a call"), translation.override("en"):
        read(Row(block))


def test_a_time_that_is_none_is_the_time_of_arrival():
    block = b"Event: Hangup\r\nTimestamp: soon\r\nChannel: PJSIP/101-1\r\nUniqueid: a\r\nLinkedid: a\r\nCause: x"
    (event,) = read(Row(block))
    assert (event.at, event.cause) == (NOW, None)


def test_a_hidden_number_is_none():
    for hidden in (b"anonymous", b"<unknown>", b""):
        block = (
            b"Event: Newchannel\r\nChannel: PJSIP/trunk-1\r\nUniqueid: a\r\nLinkedid: a\r\nExten: s\r\nCallerIDNum: "
        )
        (event,) = read(Row(block + hidden))
        assert (event.client_number, event.our_number) == ("", "")


@pytest.mark.parametrize(
    ("channel", "extension"),
    [("PJSIP/101-0000002e", "101"), ("SIP/trunk-main-0a", ""), ("PJSIP/74951000101-0a", ""), ("", "")],
)
def test_a_short_number_is_a_phone_of_ours(channel, extension):
    assert extension_of(channel) == extension


def test_most_of_the_stream_is_left_to_the_pbx():
    messages = [parse(step.block) for step in capture("s01")]
    wanted = [message for message in messages if is_wanted(message) and call_key_of(message)]
    assert (len(messages), len(wanted)) == (102, 12)


def test_what_phones_are_at():
    """The answer to DeviceStateList, of a capture: trunks and queues are in it, and are no phones."""
    blocks = [step.block for step in capture("s09")]
    names = [parse(block).event for block in blocks]
    end = names.index("DeviceStateListComplete")
    (seen,) = read(Row(b"".join(block + END for block in blocks[end - 14 : end + 1]), headers={"at": NOW.isoformat()}))
    away, free = ["111", "112"], ["101", "102", "103", "201"]
    assert (seen.at, seen.are_all) == (NOW, True)
    assert seen.phones == dict.fromkeys(away, At.AWAY) | dict.fromkeys(free, At.FREE)


@pytest.mark.parametrize(
    ("device", "state", "phones"),
    [
        (b"PJSIP/101", b"RINGING", {"101": At.BUSY}),
        (b"PJSIP/101", b"ONHOLD", {"101": At.BUSY}),
        (b"PJSIP/101", b"UNKNOWN", {}),
        (b"Queue:sales_pause_PJSIP/101", b"INUSE", {}),
        (b"Custom:DND101", b"INUSE", {}),
        (b"Local/101@from-queue", b"INUSE", {}),
    ],
)
def test_what_a_device_says_of_a_phone(device, state, phones):
    (seen,) = read(Row(b"Event: DeviceStateChange\r\nDevice: " + device + b"\r\nState: " + state + END))
    assert (seen.phones, seen.are_all) == (phones, False)


def test_after_a_break_a_pbx_without_phones_says_so():
    (seen,) = read(Row(b"Event: DeviceStateListComplete\r\nEventList: Complete\r\nListItems: 0" + END))
    assert (seen.phones, seen.are_all) == ({}, True)
