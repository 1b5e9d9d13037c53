from __future__ import annotations

import pytest

from svyazka.business.clients.models import Client
from svyazka.business.deals import moves
from svyazka.business.deals.known import client_facts, facts
from svyazka.business.deals.models import Field, Stage
from svyazka.business.deals.opening import open_deal
from svyazka.business.journal.models import Entry
from svyazka.kit.refusals import ChangedMeanwhile, Refused


@pytest.fixture
def tax(windows):
    return Field.objects.create(code="tax", of="client", kind="number", words={"ru": "ИНН"})


def test_a_fact_of_a_client_is_stored_with_his_version_and_journal(vera, tax, olga):
    changed = client_facts.change(vera, {"name": "Вера"}, {"tax": "7701"}, by=olga, version=vera.version)
    assert (changed.name, changed.facts, changed.version) == ("Вера", {"tax": 7701}, vera.version + 1)
    assert Entry.objects.get(verb="clients.changed").changes == {"name": ["Вера Павлова", "Вера"], "tax": [None, 7701]}
    with pytest.raises(ChangedMeanwhile):
        client_facts.change(vera, {}, {"tax": "1"}, by=olga, version=vera.version)


@pytest.mark.parametrize("typed", [{"tax": "много"}, {"openings": "3"}, {"nothing": "1"}])
def test_what_cannot_be_is_named_and_nothing_is_stored(vera, tax, olga, typed):
    with pytest.raises(Refused) as refusal:
        client_facts.change(vera, {"name": "Другая"}, typed, by=olga)
    assert list(refusal.value.fields) == list(typed)
    assert Client.objects.get(pk=vera.pk).name == "Вера Павлова"


def test_a_stage_may_ask_for_what_is_known_of_the_client(vera, tax, olga):
    deal = open_deal(vera, by=olga)
    Stage.objects.filter(code="new").update(required=["tax"])
    to = Stage.objects.get(code="contacted")
    with pytest.raises(moves.StillMissing) as refusal:
        moves.move(deal, to=to, by=olga)
    assert refusal.value.codes == ["tax"]
    assert moves.move(deal, to=to, by=olga, learnt={"tax": "7701"}).stage == to
    assert Client.objects.get(pk=vera.pk).facts == {"tax": 7701}
    assert facts.value_of(facts.held(deal.pk), "tax") == 7701
