from __future__ import annotations

import pytest

from svyazka.business.clients.matching import in_force
from svyazka.business.clients.models import Client, Comparison, WeightsVersion
from svyazka.business.duplicates import refitting
from svyazka.business.duplicates.models import Refit, Suspicion
from svyazka.business.journal.models import Entry
from svyazka.engines.matching import weights as shipped
from svyazka.kit import clock
from svyazka.kit.refusals import ChangedMeanwhile, Refused

pytestmark = pytest.mark.django_db
START = shipped.start()
# Who has the phone and the first name in common is mostly somebody else on this base.
ALIKE = [["phone.same", 7.0, "", "", 1.0], ["first.same", 4.5, "", "", 1.0]]


@pytest.fixture
def decide(windows, olga):
    """So many decisions: the first of them `same`, the others apart."""

    def make(number: int, *, same: int = 0) -> None:
        clients = Client.objects.bulk_create([Client() for _one in range(2 * number)])
        Suspicion.objects.bulk_create(
            Suspicion(
                client=clients[2 * place],
                other=clients[2 * place + 1],
                probability=0.9,
                reasons=ALIKE,
                weights="1",
                state="same" if place < same else "apart",
                decided_by=olga,
                decided_at=clock.now(),
            )
            for place in range(number)
        )

    return make


def work() -> None:
    while refitting.go_on():
        pass


def test_few_decisions_teach_nothing(decide, roza):
    decide(29)
    with pytest.raises(Refused):
        refitting.begin(by=roza)
    refitting.propose_due()
    assert not Refit.objects.exists()


def test_worked_out_shown_and_taken_over(decide, roza):
    decide(60, same=6)
    made = refitting.begin(by=roza)
    assert refitting.go_on()
    assert not refitting.go_on()
    ready = refitting.at_hand()
    assert ready == made
    assert (ready.state, ready.decisions, ready.stands_on) == ("ready", 60, 0)
    before, after = (ready.figures["decisions"][name] for name in ("before", "after"))
    assert (before["attached"], before["wrong"]) == (60, 54)
    assert after["attached"] == 0, "who has not been learnt from is judged otherwise, too"
    assert in_force.now() == START, "nothing is in force before somebody says so"
    version = refitting.take(ready, by=roza)
    now = in_force.now()
    assert (version.why, now.certain, now.version) == ("learnt", START.certain, f"{START.version}.{version.pk}")
    assert now.bits["phone.same"] < START.bits["phone.same"]
    assert now.bits["email.same"] == START.bits["email.same"], "of which nobody has decided anything"
    assert Refit.objects.get().state == "taken"
    with pytest.raises(ChangedMeanwhile):
        refitting.take(ready, by=roza)
    in_force.go_back(None, seen=version.pk, by=roza)
    assert in_force.now() == START


def test_a_chosen_threshold_stays(decide, roza):
    decide(60)
    chosen = in_force.choose(0.95, seen=0, by=roza)
    refitting.begin(by=roza)
    work()
    ready = refitting.at_hand()
    assert ready
    assert ready.stands_on == chosen.pk
    refitting.take(ready, by=roza)
    assert in_force.now().certain == 0.95


def test_all_decisions_count_once_however_often_it_is_worked_out(decide, roza):
    decide(60, same=6)
    learnt = []
    for _time in range(2):
        refitting.begin(by=roza)
        work()
        refitting.take(refitting.at_hand(), by=roza)
        learnt.append(dict(in_force.now().bits))
    assert learnt[0] == learnt[1]


def test_what_stands_on_weights_that_are_gone_is_not_taken_over(decide, roza):
    decide(60)
    refitting.begin(by=roza)
    work()
    in_force.choose(0.95, seen=0, by=roza)
    with pytest.raises(ChangedMeanwhile):
        refitting.take(refitting.at_hand(), by=roza)
    assert (refitting.at_hand().state, WeightsVersion.objects.count()) == ("ready", 1)
    again = refitting.begin(by=roza)
    assert set(Refit.objects.exclude(pk=again.pk).values_list("state", flat=True)) == {"left"}


def test_one_at_a_time_and_left_as_it_is(decide, roza):
    decide(60)
    refitting.begin(by=roza)
    with pytest.raises(Refused):
        refitting.begin(by=roza)
    with pytest.raises(ChangedMeanwhile):
        refitting.leave(refitting.at_hand(), by=roza)
    work()
    refitting.leave(refitting.at_hand(), by=roza)
    assert refitting.at_hand() is None
    verbs = Entry.objects.filter(kind="refit").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["duplicates.refit_begun", "duplicates.refit_ready", "duplicates.refit_left"]


def test_the_house_proposes_it_after_many_new_decisions(decide, roza):
    decide(refitting.NEW)
    refitting.propose_due()
    refitting.propose_due()
    assert Refit.objects.get().by is None
    work()
    refitting.leave(refitting.at_hand(), by=roza)
    decide(refitting.NEW - 1)
    refitting.propose_due()
    assert refitting.at_hand() is None
    decide(1)
    refitting.propose_due()
    assert refitting.at_hand()


def test_attached_requests_of_which_somebody_said_something_count_too(decide, roza):
    decide(29)
    likely = [[1, {"phone.same": 1.0, "first.same": 1.0}, False]]
    Comparison.objects.create(
        at=clock.now(), client_id=1, kind="certain", likely=likely, weights="1", is_right=False, said_by=roza,
        said_at=clock.now(),
    )  # fmt: skip
    refitting.begin(by=roza)
    work()
    ready = refitting.at_hand()
    assert ready
    assert ready.decisions == 30
    assert ready.figures["arrivals"]["before"]["wrong"] == 1
