from __future__ import annotations

import pytest

from svyazka.business.clients import take_over
from svyazka.business.clients.matching import filing
from svyazka.business.clients.matching.one_by_one import decide_one_by_one, made_by, renamed
from svyazka.business.clients.matching.whose import decide_on, records_of
from svyazka.engines.matching import made_up
from svyazka.engines.matching.record import Given, normalise, together

PHONE, OTHER = "+79167654321", "+79261112233"


def who(name, *phones):
    return normalise(Given((name,), phones))


@pytest.fixture
def filed(db):
    def make(name, *phones):
        (number,) = take_over.make([take_over.Brought(name=name, contacts=[("phone", phone) for phone in phones])])
        filing.file([number])
        return number

    return make


def test_the_second_line_of_a_client_finds_the_first(db):
    first, second, other = decide_one_by_one(
        [who("Вера Павлова", PHONE), who("Павлова Вера", PHONE), who("Ян Ли", OTHER)]
    )
    assert (first.kind, second.client, other.kind) == ("new", made_by(0), "new")
    assert renamed(second, [70, 71, 72]).client == 70


def test_what_a_line_brings_leads_the_next_one_to_the_client(filed):
    vera = filed("Вера Павлова", PHONE)
    first, second = decide_one_by_one([who("Вера Павлова", PHONE, OTHER), who("Павлова Вера", OTHER)])
    assert (first.client, second.client) == (vera, vera)


def test_somebody_doubtful_is_a_client_of_his_own_for_those_behind_him(filed):
    filed("Вера Павлова", PHONE)
    doubtful, again = decide_one_by_one([who("Олег Павлов", PHONE, OTHER), who("Павлов Олег", OTHER)])
    assert (doubtful.kind, again.client) == ("doubtful", made_by(0))


def test_it_takes_one_question_however_many_there_are(db, django_assert_num_queries):
    few, many = ([normalise(one) for one in made_up.sheet(7, rows=rows)] for rows in (1, 30))
    decide_one_by_one(few)
    with django_assert_num_queries(3):
        decide_one_by_one(few)
    with django_assert_num_queries(3):
        decide_one_by_one(many)


def test_it_decides_as_if_each_had_been_filed_before_the_next(db):
    """On a list of households: the decision of each, and whose it is."""
    records = [normalise(one) for one in made_up.sheet(3, rows=120)]
    at_once = decide_one_by_one(records)
    numbers: list[int] = []
    for record, decision in zip(records, at_once, strict=True):
        told = decide_on(record)
        meant = decision.client if decision.client is None else numbers[made_by(decision.client)]
        assert (told.kind, told.client) == (decision.kind, meant)
        numbers.append(told.client or _stored(record))
        if told.client:
            _learnt(told.client, record)


def _brought(record):
    handles = [("handle", handle) for handle in sorted(record.handles)]
    return take_over.Brought(
        contacts=[("phone", one) for one in record.phones] + [("email", box.at) for box in record.mailboxes],
        traits=[("inn", one) for one in sorted(record.inns)] + handles,
    )


def _stored(record):
    (number,) = take_over.make([_brought(record)])
    _put(number, record)
    return number


def _learnt(number, record):
    _put(number, together([records_of([number])[number], record]))


def _put(number, record):
    filing._write({number: filing._Filed(record, record.seen)}, gone=[])
