from __future__ import annotations

from dataclasses import replace

import pytest

from svyazka.engines.matching import made_up
from svyazka.engines.matching.packed import pack, unpack
from svyazka.engines.matching.record import Given, Record, normalise

RECORDS = list(made_up.world(11, clients=300, arrivals=0).clients.values())


FOREIGN = normalise(Given(("Bayden Lonergan",), born=("13.04.1985",), addresses=("127055, Москва, Лесная, 5",)))


@pytest.mark.parametrize("record", [Record(), FOREIGN, *RECORDS[:1]])
def test_nothing_and_one(record):
    assert unpack(pack(record)) == replace(record, unread=())


def test_what_comes_back_is_what_was_packed():
    assert [unpack(pack(record)) for record in RECORDS] == [replace(record, unread=()) for record in RECORDS]


def test_the_same_record_gives_the_same_text():
    again = list(made_up.world(11, clients=300, arrivals=0).clients.values())
    assert [pack(record) for record in RECORDS] == [pack(record) for record in again]
