from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svyazka.business.calls import fold, phones
from svyazka.business.calls.conftest import connected
from svyazka.business.calls.follow import follow
from svyazka.business.calls.models import Call
from svyazka.business.calls.on_the_phone import ON, phones_at
from svyazka.business.calls.phone_system import At, CallEvent, Kind, PhonesSeen
from svyazka.business.calls.whose_phone import PhoneKey
from svyazka.kit import clock

pytestmark = pytest.mark.django_db
CODE, OTHER = "asterisk/lab1", "asterisk/lab2"


def tell(kind, leg="k", extension="", *, second=0, **facts):
    follow([CallEvent(CODE, "k", kind, clock.now() + timedelta(seconds=second), leg, extension, **facts)])


def talking():
    """101 with the client."""
    tell(Kind.START, client_number="79161234567")
    tell(Kind.RING, "k-101", "101", second=1)
    tell(Kind.ANSWER, "k-101", "101", second=2)


def at(*extensions, code=CODE):
    found = phones_at([PhoneKey(code, extension) for extension in extensions])
    return {phone.extension: state for phone, state in found.items()}


def test_phones_in_use_are_those_that_ring_or_talk(django_assert_num_queries):
    talking()
    tell(Kind.RING, "k-102", "102", second=3)
    with django_assert_num_queries(2):
        assert at("101", "102", "110", "") == {"101": At.BUSY, "102": At.BUSY}
    tell(Kind.NO_ANSWER, "k-102", "102", second=9)
    assert set(at("101", "102")) == {"101"}
    tell(Kind.HANGUP, second=10)
    tell(Kind.HANGUP, "k-101", "101", second=10)
    assert (at("101", "102"), at()) == ({}, {})


def test_what_the_telephone_system_says_of_a_phone_counts(django_assert_num_queries):
    connected(CODE)
    talking()
    phones.notice(PhonesSeen(CODE, clock.now(), {"101": At.FREE, "102": At.AWAY}))
    with django_assert_num_queries(1):
        assert at("101", "102") == {"101": At.FREE, "102": At.AWAY}


def test_a_phone_of_another_pbx_is_not_in_the_call_and_one_without_a_pbx_is():
    talking()
    assert at("101", code=OTHER) == {}
    assert at("101", code="") == {"101": At.BUSY}


KINDS = [*(Kind(one) for one in ["start", "ring", "answer", "join", "part", "busy", "no_answer", "hangup", "vanished"])]
HEARD = st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from(["k", "a", "b", "c"])), min_size=1, max_size=14)


@given(heard=HEARD, order=st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_in_whatever_order_it_is_heard_the_statement_and_the_legs_say_the_same(heard, order):
    Call.objects.all().delete()
    begun = clock.now()
    events = [
        CallEvent(CODE, "k", kind, begun + timedelta(seconds=second), leg, "" if leg == "k" else f"10{leg}", bridge="x")
        for second, (kind, leg) in enumerate(heard)
    ]
    order.shuffle(events)
    follow(events)
    with connection.cursor() as cursor:
        cursor.execute(f"select on_phone.* from calls_call call, lateral ({ON}) on_phone where state <> 'ended'")
        said = {(extension, lifted_at is None) for extension, lifted_at in cursor.fetchall()}
    going_on = Call.objects.going_on()
    legs = [fold.from_json(leg) for call in going_on for leg in call.legs]
    assert said == {(leg.extension, leg.rings) for leg in legs if leg.extension and leg.is_on}
