from __future__ import annotations

import threading
import time
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svyazka.business.clients.models import Client, Interaction, Source
from svyazka.business.deals import moves
from svyazka.business.deals.handing import coming_back, distribution, taking
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Deal, DistributionRule, Pipeline, Stage, Task
from svyazka.business.deals.opening import open_deal
from svyazka.business.deals.work import tasks
from svyazka.business.journal.models import Entry, LiveEvent
from svyazka.business.journal.record import Automaton
from svyazka.business.notices.models import Notice
from svyazka.business.staff.models import Absence
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

SITE = Automaton("web_form/site")


@pytest.fixture
def timur(projects):
    return projects["timur"]


@pytest.fixture
def sofia(projects):
    return projects["sofia"]


@pytest.fixture
def rinat(projects):
    return projects["rinat"]


@pytest.fixture
def lidia(projects):
    return projects["lidia"]


@pytest.fixture
def lead(projects):
    """Opens one of an agency: the head hands those out by hand."""

    def opened(source="agency_media", **values):
        given = Source.objects.get(code=source) if source else None
        return open_deal(Client.objects.create(name="ООО Ромашка"), source=given, by=SITE, **values)

    return opened


def leads(number):
    """Many at once, as the table holds them."""
    stage = Stage.objects.filter(pipeline__code="sales").first()
    client, now = Client.objects.create(name="ООО Ромашка"), clock.now()
    made = Deal.objects.bulk_create(
        Deal(client=client, pipeline_id=stage.pipeline_id, stage=stage, opened_at=now, stage_since=now)
        for _one in range(number)
    )
    Task.objects.bulk_create(Task(deal=deal, what="Позвонить", due_at=now, of_stage=True) for deal in made)
    return [deal.pk for deal in made]


def absent(person, *, hours=1):
    now = clock.now()
    return Absence.objects.create(person=person, during=(now - timedelta(hours=1), now + timedelta(hours=hours)))


def late(deal):
    Deal.objects.filter(pk=deal.pk).update(take_due_at=clock.now() - timedelta(seconds=1))


def responsible(deal):
    return Deal.objects.select_related("responsible").get(pk=deal.pk).responsible


def test_a_lead_goes_to_whoever_is_next_as_soon_as_it_comes(lead, timur, sofia):
    first, second = lead(source=None), lead(source=None)
    assert {responsible(first), responsible(second)} == {timur, sofia}
    deal = Deal.objects.get(pk=first.pk)
    assert deal.department == deal.responsible.department
    assert deal.take_due_at - deal.assigned_at == timedelta(minutes=30)
    assert Task.objects.get(deal=first).person == deal.responsible
    notice = Notice.objects.get(deal_id=first.pk)
    assert (notice.person_id, notice.kind, notice.data) == (deal.responsible_id, "deals.given", {"count": 1})


def test_the_first_rule_that_fits_the_source_counts(lead):
    assert responsible(lead("agency_vector")) is None
    deal = lead("recommended")
    assert deal.take_due_at - deal.assigned_at == timedelta(minutes=60)


def test_a_rule_for_one_kind_of_project(lead, timur):
    pipeline = Pipeline.objects.get(code="sales")
    DistributionRule.objects.filter(pipeline=pipeline).delete()
    DistributionRule.objects.create(pipeline=pipeline, only_when={"project_kind": ["survey"]}, people=[timur.pk])
    assert responsible(lead(facts={"project_kind": "survey"})) == timur
    assert responsible(lead(facts={"project_kind": "inbound"})) is None
    # What is not known keeps nothing away.
    assert responsible(lead()) == timur


def test_whoever_is_named_stays_and_a_company_without_rules_is_asked_nothing(projects, lead, timur):
    assert lead(source=None, responsible=timur).take_due_at is None
    DistributionRule.objects.all().delete()
    deal = lead(source=None)
    assert (deal.responsible, deal.assigned_at, Notice.objects.count()) == (None, None, 0)


def test_a_lead_at_night_waits_until_somebody_is_at_work(lead, timur, sofia):
    away = [absent(timur), absent(sofia)]
    deal = lead(source=None)
    coming_back.hand_out_waiting()
    assert responsible(deal) is None
    away[1].delete()
    assert coming_back.hand_out_waiting() == 1
    assert responsible(deal) == sofia


def test_what_is_for_the_head_is_not_handed_out_by_the_round(lead):
    deal = lead("agency_vector")
    coming_back.go_round()
    assert responsible(deal) is None


def test_what_is_not_taken_up_goes_to_the_next(lead, timur, sofia):
    deal = lead(source=None)
    first = responsible(deal)
    late(deal)
    assert coming_back.bring_back() == 1
    assert {first, responsible(deal)} == {timur, sofia}
    assert Entry.objects.get(verb="deals.came_back").changes == {
        "responsible": [first.full_name, responsible(deal).full_name]
    }
    line = Interaction.objects.get(kind="appointed")
    assert line.data == {"event": "came_back", "from": first.full_name, "to": responsible(deal).full_name}
    assert Deal.objects.get(pk=deal.pk).take_due_at > clock.now()


def test_where_there_is_no_other_it_comes_back_to_who_distributes_and_stays_there(lead, sofia, rinat, lidia):
    absent(sofia)
    deal = lead(source=None)
    late(deal)
    coming_back.go_round()
    now = Deal.objects.get(pk=deal.pk)
    assert (now.responsible, now.take_due_at) == (None, None)
    told = Notice.objects.filter(kind="deals.came_back").values_list("person_id", flat=True)
    assert sorted(told) == sorted([rinat.pk, lidia.pk])


@pytest.mark.parametrize("act", ["take", "move", "change", "tick"])
def test_what_its_person_works_on_does_not_come_back(lead, act):
    deal = lead(source=None)
    person = responsible(deal)
    if act == "take":
        assert taking.take(deal.pk, by=person)
    elif act == "move":
        stage = Stage.objects.get(pipeline__code="sales", code="needs")
        moves.move(deal, to=stage, learnt={"client_name": "ООО Лютик"}, by=person)
    elif act == "change":
        facts.change(deal, {"amount": "100"}, by=person)
    else:
        tasks.done(Task.objects.get(deal=deal), by=person)
    assert Deal.objects.get(pk=deal.pk).take_due_at is None
    assert coming_back.bring_back() == 0


def test_what_somebody_else_does_takes_nothing_up(lead, rinat):
    deal = lead(source=None)
    facts.change(deal, {"amount": "100"}, by=rinat)
    assert not taking.take(deal.pk, by=rinat)
    assert Deal.objects.get(pk=deal.pk).take_due_at


def test_c3_the_head_gives_many_to_one_who_hears_of_it_once(lead, timur, rinat):
    many = leads(3)
    shared = distribution.hand_out(many, to=timur, by=rinat)
    assert (shared.given, shared.gone, shared.left) == ({timur.pk: many}, [], [])
    assert Notice.objects.get().data == {"count": 3, "batch": shared.batch}
    assert set(Task.objects.filter(deal_id__in=many).values_list("person", flat=True)) == {timur.pk}
    assert Entry.objects.filter(verb="deals.given", by_id=rinat.pk, note=shared.batch).count() == 3
    assert LiveEvent.objects.filter(topic="deal", object_id__in=many).count() == 3
    assert Interaction.objects.filter(deal_id__in=many, kind="appointed").count() == 3


def test_of_two_heads_the_second_is_told_what_was_gone(projects, timur, sofia, rinat):
    many = leads(4)
    distribution.hand_out(many[:2], to=timur, by=rinat)
    shared = distribution.hand_out(many, to=sofia, by=projects["anna"])
    assert (shared.given, shared.gone) == ({sofia.pk: many[2:]}, many[:2])


def test_nobody_who_may_not_change_deals_gets_any(projects, rinat):
    with pytest.raises(Refused):
        distribution.hand_out(leads(1), to=projects["konstantin"], by=rinat)


def test_by_rule_says_for_what_there_is_nobody(lead, timur, sofia, rinat):
    agency = lead("agency_vector").pk
    shared = distribution.hand_out_by_rule([agency, *leads(2)], by=rinat)
    assert shared.left == [agency]
    assert sorted(map(len, shared.given.values())) == [1, 1]


def test_within_a_minute_it_is_taken_back_but_not_what_was_touched(projects, timur, rinat):
    many = leads(3)
    batch = distribution.hand_out(many, to=timur, by=rinat).batch
    facts.change(Deal.objects.get(pk=many[0]), {"amount": "5"}, by=timur)
    assert distribution.take_back(batch, by=projects["anna"]) == 0
    assert distribution.take_back(batch, by=rinat) == 2
    assert list(Deal.objects.filter(responsible=timur).values_list("pk", flat=True)) == many[:1]
    assert not Notice.objects.exists()
    assert distribution.take_back(batch, by=rinat) == 0


def test_after_a_minute_it_stays(projects, timur, rinat, monkeypatch):
    batch = distribution.hand_out(leads(1), to=timur, by=rinat).batch
    monkeypatch.setattr(distribution, "TAKEN_BACK_WITHIN", timedelta())
    assert distribution.take_back(batch, by=rinat) == 0


def test_a_thousand_at_once_in_two_seconds_and_evenly(projects, timur, sofia, rinat):
    many = leads(1000)
    began = time.process_time()  # by the clock on the wall, it would be measured what else the machine does
    with CaptureQueriesContext(connection) as asked:
        distribution.hand_out_by_rule(many, by=rinat)
    assert time.process_time() - began < 2
    assert len(asked) < 30
    assert Counter(Deal.objects.values_list("responsible_id", flat=True)) == {timur.pk: 500, sofia.pk: 500}
    assert sorted(Notice.objects.values_list("data__count", flat=True)) == [500, 500]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.sampled_from(["comes", "late", "round", "timur_away", "sofia_away", "by_rule"]), max_size=10))
def test_whatever_happens_nobody_absent_gets_anything(lead, timur, sofia, rinat, acts):
    Absence.objects.all().delete()
    away: set[int] = set()
    for act in acts:
        before = dict(Deal.objects.values_list("pk", "responsible_id"))
        if act == "comes":
            lead(source=None)
        elif act == "late":
            Deal.objects.filter(take_due_at__isnull=False).update(take_due_at=clock.now() - timedelta(seconds=1))
        elif act == "round":
            coming_back.go_round()
        elif act == "by_rule":
            distribution.hand_out_by_rule(list(before), by=rinat)
        else:
            person = timur if act == "timur_away" else sofia
            if person.pk not in away:
                absent(person)
            away.add(person.pk)
        for pk, person_id in Deal.objects.values_list("pk", "responsible_id"):
            assert person_id is None or person_id == before.get(pk) or person_id not in away


@pytest.mark.django_db(transaction=True)
def test_two_heads_and_the_rounds_at_once_lose_no_lead(projects):
    """Each lead is given once; what its person takes up in that moment stays his."""
    many, timur, anna = leads(60), projects["timur"], projects["anna"]
    acts = [
        lambda: distribution.hand_out(many, to=timur, by=projects["rinat"]),
        lambda: distribution.hand_out_by_rule(many, by=anna),
        coming_back.hand_out_waiting,
        coming_back.bring_back,
    ]
    failures: list[BaseException] = []

    def run(act):
        try:
            act()
        except BaseException as failure:
            failures.append(failure)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[act]) for act in acts * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert not Deal.objects.filter(responsible=None).exists()
    assert Entry.objects.filter(verb="deals.given").count() == 60
    assert Deal.objects.exclude(version=2).count() == 0
