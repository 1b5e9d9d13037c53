"""From messages to the house's events: the same call in whatever order and however often they come."""

import asyncio
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import hypothesis.strategies as st
import pytest
from django.utils import translation
from hypothesis import given, settings

from svyazka.business.calls import fold
from svyazka.business.calls.phone_system import Kind
from svyazka.business.calls.summary import summarise
from svyazka.business.intake.connector import Ignore, NotUnderstood
from svyazka.connectors.oktell import guesses
from svyazka.connectors.oktell.arrivals import Arrivals
from svyazka.connectors.oktell.conftest import CLIENT, CODE, MIKHAIL, OKSANA, OLGA
from svyazka.connectors.oktell.directory import Directory
from svyazka.connectors.oktell.floor import Floor
from svyazka.connectors.oktell.frames import Frame, compose, parse
from svyazka.connectors.oktell.peer_calls import Habits, Lines
from svyazka.connectors.oktell.read import read

NOW = datetime(2026, 11, 26, 10, tzinfo=UTC)
SAMPLES = Path(__file__).parent / "samples"


@dataclass
class Row:
    body: bytes
    headers: dict = field(default_factory=dict)
    account: str = CODE
    received_at: datetime = NOW


class Kept:
    """A ledger in memory: each arrival once."""

    def __init__(self):
        self.rows = {}

    async def put(self, arrival):
        self.rows.setdefault(arrival.outside_id, Row(arrival.body, arrival.headers))


async def answered(lines):
    chain = await lines.client_rings(CLIENT, "101", "102")
    await lines.lift("101")
    await lines.client_leaves(chain)


async def missed(lines):
    await lines.client_leaves(await lines.client_rings(CLIENT, "101"))


async def rung_twice(lines):
    chain = await lines.client_rings(CLIENT, "101")
    await lines.stop_ringing("101")
    await lines.ring(chain, OLGA)
    await lines.lift("101")
    await lines.client_leaves(chain)


async def passed_on(lines):
    chain = await lines.client_rings(CLIENT, "101")
    await lines.lift("101")
    await lines.give(OLGA, "102")
    await lines.lift("102")
    await lines.client_leaves(chain)


async def asked_first(lines):
    chain = await lines.client_rings(CLIENT, "101")
    await lines.lift("101")
    await lines.ask_colleague(OLGA, "102")
    await lines.lift("102")
    await lines.put_down(OLGA)
    await lines.client_leaves(chain)


async def taken_back(lines):
    chain = await lines.client_rings(CLIENT, "101")
    await lines.lift("101")
    await lines.ask_colleague(OLGA, "102")
    await lines.lift("102")
    await lines.take_back(OLGA)
    await lines.client_leaves(chain)


async def dialled(lines):
    await lines.dial_for(OLGA, CLIENT)
    (chain,) = lines.chains.values()
    await lines.lift("101")
    await lines.client_answers(chain)
    await lines.client_leaves(chain)


# direction, result, who answered, to whom it was passed on and how
ENDS = {
    answered: ("in", "answered", "101", []),
    missed: ("in", "missed", "", []),
    rung_twice: ("in", "answered", "101", []),
    passed_on: ("in", "answered", "101", [("blind", "101", "102", "102")]),
    asked_first: ("in", "answered", "101", [("attended", "101", "102", "102")]),
    taken_back: ("in", "answered", "101", []),
    dialled: ("out", "answered", "101", []),
}


def said(story, habits):
    """What Oktell sends while this happens."""
    frames = []

    async def tell(name, body):
        frames.append((name, body))

    asyncio.run(story(Lines([OLGA, OKSANA, MIKHAIL], tell, habits)))
    return frames


def rows_of(frames):
    """What the driver would write down of it, a second apart."""
    directory, kept, floor = Directory(), Kept(), Floor()
    directory.take_in({"users": [{"id": user.id, "main": user.number} for user in (OLGA, OKSANA, MIKHAIL)]})
    arrivals = Arrivals(CODE, kept, directory, "")

    async def write():
        at = NOW
        for name, body in frames:
            at += timedelta(seconds=1)
            frame = directory.named(Frame(name, body))
            if (notes := floor.hear(frame, at)) is not None:
                await arrivals.add(frame, compose(name, body), notes)
        for chain in floor.over(at + timedelta(minutes=1)):
            await arrivals.add_end(chain, chain.quiet_since)

    asyncio.run(write())
    return list(kept.rows.values())


def events_of(rows):
    found = []
    for row in rows:
        try:
            found += read(row)
        except Ignore:
            continue
    return found


def told(rows):
    events = events_of(rows)
    return summarise(events[0].call_key, fold.fold(events[0].call_key, events))


def end_of(call):
    transfers = [(one.way, one.by, one.to, one.taken_by) for one in call.transfers]
    return (call.direction, call.result, call.answered_by, transfers)


HABITS = st.builds(Habits, st.booleans(), st.booleans(), st.just(True))


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(list(ENDS)), HABITS, st.randoms())
def test_arrivals_in_any_order_and_number_are_the_same_call(story, habits, chance):
    rows = rows_of(said(story, habits))
    before = told(rows)
    assert (end_of(before), before.state, before.client_number[-10:]) == (ENDS[story], "ended", CLIENT[-10:])
    mixed = rows + chance.choices(rows, k=len(rows))
    chance.shuffle(mixed)
    # That it is over is our own word, of a time when all the others have been written down.
    assert told([*mixed, rows[-1]]) == before


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(list(ENDS)), HABITS, st.data())
def test_messages_that_come_again_later_change_nothing(story, habits, data):
    frames = said(story, habits)
    again = list(frames)
    for place in data.draw(st.lists(st.integers(0, len(frames) - 1), max_size=5)):
        later = data.draw(st.integers(again.index(frames[place]) + 1, len(again)))
        again.insert(later, frames[place])
    assert {row.body for row in rows_of(again)} == {row.body for row in rows_of(frames)}
    assert end_of(told(rows_of(again))) == ENDS[story]


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(list(ENDS)), HABITS, st.data())
def test_neighbours_that_change_places_end_in_the_same_call(story, habits, data):
    """The end of a ring and the beginning of a talk are the two of which the order is not known."""
    frames = said(story, habits)
    names = [name for name, _body in frames]
    pair = {"phoneevent_ringstopped", "phoneevent_commstarted"}
    places = [place for place in range(len(names) - 1) if set(names[place : place + 2]) == pair]
    for place in places:
        if data.draw(st.booleans()):
            frames[place : place + 2] = frames[place + 1], frames[place]
    assert end_of(told(rows_of(frames))) == ENDS[story]


def own_ring():
    return parse((SAMPLES / "own_leg.jsonl").read_text())


def test_the_ring_of_ones_own_telephone_as_somebody_saw_it():
    """It does not pop up, and whom Oktell will dial is known from it."""
    frame = own_ring()
    rows = rows_of([(frame.name, frame.body)])
    events = events_of(rows)[:2]
    assert [(event.kind, event.client_number) for event in events] == [
        (Kind.START, ""),
        (Kind.START, "89031112233"),
    ]
    assert told(rows[:1]).rings == ()


@pytest.mark.parametrize(
    "change",
    [
        {"callerdirection": "ext_pbx"},
        {"callerlineid": "7a0f7a52-4f5f-4e8e-9a69-0c0de2f0a001"},
        {"callerlinenum": "00012"},
        {"isextline": True},
    ],
)
def test_what_is_only_like_it_pops_up(change):
    frame = own_ring()
    assert not guesses.own_leg(Frame(frame.name, {**frame.body, **change}))


@pytest.mark.parametrize("body", [b"", b"nonsense", b"[]", b'["x"]', b"\xff"])
def test_what_nobody_understands_is_said_in_our_words(body):
    with translation.override("ru"), pytest.raises(NotUnderstood) as refusal:
        read(Row(body))
    assert str(refusal.value.reason) == "Это не сообщение Oktell."


def test_what_says_nothing_of_a_call_is_put_aside():
    with translation.override("ru"), pytest.raises(Ignore) as refusal:
        read(Row(compose("faxstarted", {}).encode()))
    assert str(refusal.value.reason) == "О звонке здесь нет ничего нового."


def test_a_conference_is_no_transfer():
    frames = said(answered, Habits())
    chain = frames[0][1]["chainid"]
    body = {"qid": "x", "userid": OKSANA.id, "userlogin": "oksana", "chainid": chain, "commutationid": "C0"}
    begun = [name for name, _body in frames].index("phoneevent_commstarted")
    frames.insert(begun + 1, ("phoneevent_commstarted", {**body, "isextline": True, "isconference": True}))
    frames.insert(-1, ("phoneevent_commstopped", {**body, "qid": "y"}))
    call = told(rows_of(frames))
    assert (call.transfers, {talk.extension for talk in call.talks}) == ((), {"101", "102"})


def test_users_are_known_by_their_numbers():
    directory = Directory()
    directory.take_in({"users": [{"id": "A1", "main": "101", "nums": ["101", {"num": "151"}]}, {"id": "A2"}, 7]})
    assert (directory.user_at("151"), directory.user_at("102")) == ("a1", None)
    frame = directory.named(Frame("x", {"userlogin": "Olga", "userid": "A1"}))
    assert (frame.user, directory.extension_of(frame.user)) == ("a1", "101")
    assert directory.named(Frame("x", {"userlogin": "olga"})).user == "a1"
    assert directory.extension_of("stranger") == "stranger"


def test_a_message_is_one_array_of_a_name_and_a_body():
    assert json.loads(compose("a", {"ё": 1})) == ["a", {"ё": 1}]
    assert parse('["Ping",{"qid":"1"}]') == Frame("ping", {"qid": "1"})
