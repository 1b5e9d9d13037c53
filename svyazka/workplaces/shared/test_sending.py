import pytest
from django.core.signals import request_finished
from django.db import close_old_connections

from svyazka.workplaces.shared import sending
from svyazka.workplaces.shared.sending import Busy, sent


@pytest.fixture(autouse=True)
def without_a_database():
    """Of which an answer that is closed would let go."""
    request_finished.disconnect(close_old_connections)
    yield
    request_finished.connect(close_old_connections)


def test_what_is_at_hand_whole_holds_no_thread():
    answer = sent(iter([b"one", b"two"]))
    assert (answer.streaming, answer.content) == (False, b"onetwo")


def test_of_what_is_too_much_one_at_a_time_goes_out_also_after_one_that_nobody_has_read(monkeypatch):
    monkeypatch.setattr(sending, "AT_ONCE", 5)

    def pieces():
        return (b"123" for _number in range(4))

    first = sent(pieces())
    with pytest.raises(Busy):
        sent(pieces())
    first.close()
    second = sent(pieces())
    assert b"".join(second) == b"123" * 4
    second.close()
    second.close()
    sent(pieces()).close()


def test_what_takes_long_to_be_made_begins_before_whoever_waits_gives_up(monkeypatch):
    monkeypatch.setattr(sending, "AT_HAND_WITHIN", -1.0)
    answer = sent(iter([b"one", b"two"]))
    assert (answer.streaming, b"".join(answer)) == (True, b"onetwo")
    answer.close()
