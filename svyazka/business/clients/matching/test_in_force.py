from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.db import connection, connections

from svyazka.business.clients.identify import Contact, create
from svyazka.business.clients.matching import in_force
from svyazka.business.clients.matching.recognise import recognise
from svyazka.business.clients.matching.traits import Known
from svyazka.business.clients.matching.whose import whose
from svyazka.business.clients.models import WeightsVersion
from svyazka.business.journal.models import Entry
from svyazka.business.journal.record import Automaton
from svyazka.engines.matching import weights as engine
from svyazka.engines.matching.record import Given
from svyazka.kit.refusals import ChangedMeanwhile, Refused

pytestmark = pytest.mark.django_db
HOUSE = Automaton("test")
PHONE = Contact("phone", "+79161234567")
LIKE_HER = Given(phones=(PHONE.value,), names=("Вера",))


@pytest.fixture
def vera_known(windows):
    return create([PHONE], Known("Вера Иванова"), by=HOUSE)


def test_until_somebody_chooses_the_shipped_ones_are_in_force():
    assert in_force.now() is engine.start()


def test_what_is_chosen_decides_from_then_on(vera_known, roza):
    probability = whose(LIKE_HER).likely[0].score.probability
    assert whose(LIKE_HER).kind == "certain"
    made = in_force.choose(0.9999, seen=0, by=roza)
    decision = whose(LIKE_HER)
    assert probability < 0.9999
    assert (decision.kind, decision.doubts) == ("doubtful", ("unlikely",))
    assert (decision.version, decision.certain) == (f"{engine.start().version}.{made.pk}", 0.9999)
    entry = Entry.objects.get(verb="clients.weights_chosen")
    assert (entry.by_id, entry.changes) == (roza.pk, {"certain": [engine.start().certain, 0.9999]})


def test_requests_that_come_in_are_decided_by_it(vera_known, roza):
    assert not recognise([PHONE], Known("Вера"), by=HOUSE).is_new
    in_force.choose(0.9999, seen=0, by=roza)
    assert recognise([PHONE], Known("Вера"), by=HOUSE).doubtful


def test_an_earlier_one_comes_back_as_a_version_of_its_own(roza):
    first = in_force.choose(0.95, seen=0, by=roza)
    second = in_force.choose(0.99, seen=first.pk, by=roza)
    third = in_force.go_back(first, seen=second.pk, by=roza)
    assert (in_force.now().certain, third.back_to, third.why) == (0.95, first, "back")
    in_force.go_back(None, seen=third.pk, by=roza)
    assert in_force.now() == engine.start()
    assert WeightsVersion.objects.count() == 4


def test_a_decision_reads_the_text_only_when_it_has_changed(vera_known, roza, django_assert_num_queries):
    in_force.choose(0.95, seen=0, by=roza)
    whose(LIKE_HER)
    with django_assert_num_queries(3) as asked:
        whose(LIKE_HER)
    assert "clients_weightsversion" in asked[2]["sql"]
    first = in_force.now()
    assert in_force.now() is first


def test_another_process_hears_of_it_at_its_next_decision(roza):
    """Whatever this process has kept: another one has written since."""
    first = in_force.choose(0.95, seen=0, by=roza)
    assert in_force.now().certain == 0.95
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into clients_weightsversion (follows, text, certain, why, by_id, at)"
            " select id, replace(text, 'certain: 0.95', 'certain: 0.97'), 0.97, why, by_id, now()"
            " from clients_weightsversion where id = %s",
            [first.pk],
        )
    assert in_force.now().certain == 0.97


def test_whoever_has_looked_at_an_older_one_is_told(roza):
    first = in_force.choose(0.95, seen=0, by=roza)
    for change in (lambda: in_force.choose(0.99, seen=0, by=roza), lambda: in_force.go_back(None, seen=0, by=roza)):
        with pytest.raises(ChangedMeanwhile):
            change()
    with pytest.raises(ChangedMeanwhile):
        in_force.choose(0.99, seen=first.pk + 1, by=roza)
    assert WeightsVersion.objects.get() == first


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_is_told(windows, roza):
    def choose(certain: float) -> bool:
        try:
            in_force.choose(certain, seen=0, by=roza)
        except ChangedMeanwhile:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(4) as beside:
        done = list(beside.map(choose, (0.91, 0.92, 0.93, 0.94)))
    assert done.count(True) == 1
    assert in_force.now().certain == WeightsVersion.objects.get().certain


@pytest.mark.parametrize("certain", [engine.start().certain, 0.1, 0.5, 1.0, 2.0, float("nan")])
def test_no_threshold_that_makes_no_sense(roza, certain):
    with pytest.raises(Refused):
        in_force.choose(certain, seen=0, by=roza)
    assert not WeightsVersion.objects.exists()


def test_text_of_another_svyazka_is_read_as_far_as_it_is_known():
    start = engine.start()
    prior = f"  prior: {start.bits['prior']:.2f}"
    text = engine.written(replace(start, certain=0.95)).replace(prior, "  star_sign.same: 3")
    read = in_force.read(text, 7)
    assert (read.certain, read.version, dict(read.bits)) == (0.95, f"{start.version}.7", dict(start.bits))


def test_text_that_cannot_be_used_holds_no_request_up(vera_known, roza):
    WeightsVersion.objects.create(
        follows=0, text="certain: much", certain=0.9, why="chosen", by=roza, at="2026-01-01T00:00Z"
    )
    assert whose(LIKE_HER).kind == "certain"
    assert in_force.now() is engine.start()
