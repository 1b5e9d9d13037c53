from __future__ import annotations

from datetime import timedelta

import pytest

from svyazka.business.clients.identify import Contact, create
from svyazka.business.clients.matching import comparisons, in_force
from svyazka.business.clients.matching.recognise import recognise
from svyazka.business.clients.matching.traits import Known
from svyazka.business.clients.models import Client, Comparison
from svyazka.business.duplicates import deciding, sureness
from svyazka.business.duplicates.models import Suspicion
from svyazka.business.duplicates.suspicions import suspect
from svyazka.business.journal.record import Automaton
from svyazka.engines.matching.hindsight import tally
from svyazka.kit import clock

pytestmark = pytest.mark.django_db
HOUSE = Automaton("test")
PHONE = Contact("phone", "+79161234567")


@pytest.fixture
def ivanova(windows) -> Client:
    return create([PHONE], Known("Вера Иванова"), by=HOUSE)


def comes(name: str) -> Suspicion | None:
    found = recognise([PHONE], Known(name), by=HOUSE)
    return suspect(found.client, found.doubtful, deal=None, by=HOUSE)[0] if found.doubtful else None


def seen(certain: float = 0.9):
    return tally((one.seen for one in sureness.look(in_force.now())), certain)


def test_what_another_threshold_would_have_made_of_the_requests(ivanova):
    comes("Вера")
    comes("Вера Иванова")
    comes("Кузнецов Олег")
    assert (seen().attached, seen().asked, seen(0.99999).attached, seen(0.99999).asked) == (2, 1, 0, 3)


def test_what_people_said_since_is_counted(ivanova, olga, roza):
    comes("Вера")
    assert (seen().checked, seen().wrong) == (0, 0)
    comparisons.judge(Comparison.objects.latest("pk"), is_right=False, by=roza)
    assert (seen().checked, seen().wrong) == (1, 1)


@pytest.mark.parametrize(("decide", "right"), [(deciding.apart, False), (deciding.same, True)])
def test_a_decision_about_a_duplicate_says_whether_it_would_have_been_right(ivanova, olga, roza, decide, right):
    in_force.choose(0.99999, seen=0, by=roza)
    asked = comes("Вера")
    assert asked
    decide(asked, by=olga)
    (one,) = sureness.look(in_force.now())
    assert one.seen.right is right
    assert (seen(0.9).attached, seen(0.9).checked, seen(0.9).wrong) == (1, 1, not right)
    deciding.take_back(asked, by=olga)
    assert sureness.look(in_force.now())[0].seen.right is None


def test_whoever_was_one_with_another_client_was_not_the_likeliest(ivanova, olga, roza):
    in_force.choose(0.99999, seen=0, by=roza)
    asked = comes("Вера")
    third = Client.objects.create(name="Вера Зуева")
    assert asked
    Suspicion.objects.create(
        client=asked.client, other=third, probability=0.5, weights="1", state="same", decided_by=olga
    )
    assert sureness.look(in_force.now())[0].seen.right is False


def test_the_last_month_counts_while_it_says_enough(ivanova, monkeypatch):
    for _time in range(4):
        comes("Вера")
    old = Comparison.objects.order_by("pk")[:2].values("pk")
    Comparison.objects.filter(pk__in=old).update(at=clock.now() - timedelta(days=40))
    assert len(sureness.look(in_force.now())) == 4
    monkeypatch.setattr(sureness, "LEAST", 2)
    assert len(sureness.look(in_force.now())) == 2


def test_samples_are_those_whom_it_concerns(ivanova, roza):
    comes("Вера")
    comes("Кузнецов Олег")
    weights = in_force.now()
    looked = sureness.look(weights)
    (one,) = sureness.samples(looked, weights, certain=weights.certain)
    assert (one.client.name, one.was, one.would_be, one.other) == ("Вера Иванова", "certain", "certain", None)
    assert one.same == ["phone", "first"]
    (other,) = sureness.samples(looked, weights, certain=0.99999)
    assert (other.would_be, sureness.changing(looked, weights, certain=0.99999)) == ("doubtful", 1)
    assert sureness.samples(looked, weights, certain=0.8) == []


def test_samples_of_a_client_who_is_gone_are_left_out(ivanova):
    comes("Вера")
    Comparison.objects.update(client_id=10**9)
    weights = in_force.now()
    assert sureness.samples(sureness.look(weights), weights, certain=weights.certain) == []


@pytest.mark.parametrize("number", [1, 30])
def test_one_request_and_thirty_ask_as_much(ivanova, number, django_assert_num_queries):
    comes("Кузнецов Олег")
    for _time in range(number):
        comes("Вера")
    weights = in_force.now()
    with django_assert_num_queries(5):
        sureness.samples(sureness.look(weights), weights, certain=weights.certain)
