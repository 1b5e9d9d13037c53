import hypothesis.strategies as st
import pytest
from hypothesis import given

from svyazka.connectors.asterisk.messages import LONGEST, NotAmi, Splitter, compose, parse
from svyazka.connectors.asterisk.replay import BANNER, SAMPLES

S01 = (SAMPLES / "s01_inbound_answered_recorded.ami.txt").read_bytes().removeprefix(BANNER)


@given(st.lists(st.integers(0, len(S01)), max_size=30))
def test_blocks_come_out_the_same_wherever_the_network_cuts(cuts):
    edges = [0, *sorted(cuts), len(S01)]
    splitter = Splitter()
    blocks = [block for a, b in zip(edges, edges[1:], strict=False) for block in splitter.feed(S01[a:b])]
    assert b"".join(block + b"\r\n\r\n" for block in blocks) == S01


def test_pairs_keep_their_order_and_come_twice():
    message = parse(b"Event: Cdr\r\nUserField: a\r\nEmpty: \r\nUserField: b")
    assert message.pairs == (("Event", "Cdr"), ("UserField", "a"), ("Empty", ""), ("UserField", "b"))
    assert (message.event, message.get("userfield"), message.get("Missing", "-")) == ("Cdr", "a", "-")


def test_an_event_that_holds_a_response_is_an_event():
    message = parse(b"Event: OriginateResponse\r\nActionID: 1\r\nResponse: Failure")
    assert (message.event, message.is_answer) == ("OriginateResponse", False)


def test_bytes_in_no_known_encoding_are_read():
    assert parse(b"Event: Newchannel\r\nCallerIDName: \xcf\xe5\xf2\xf0").get("CallerIDName") == "\ufffd" * 4


def test_nothing_gets_through_that_would_begin_a_new_header():
    assert compose([("Action", "Login"), ("Secret", "x\r\nAction: Originate")]) == (
        b"Action: Login\r\nSecret: x  Action: Originate\r\n\r\n"
    )


def test_a_block_without_an_end_is_refused():
    with pytest.raises(NotAmi):
        list(Splitter().feed(b"x" * (LONGEST + 1)))
