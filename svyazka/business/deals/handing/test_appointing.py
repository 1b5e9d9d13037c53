from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from svyazka.business.clients.models import Client
from svyazka.business.deals.handing.appointing import COUNTED_ANEW, Wanting, choose, choose_many
from svyazka.business.deals.models import Deal, DistributionRule, Load, Pipeline, Turn
from svyazka.business.deals.opening import open_deal
from svyazka.business.staff.hire import let_go
from svyazka.business.staff.models import Absence, Person
from svyazka.kit import clock


def rule(how="round_robin", **values):
    return DistributionRule(pipeline=Pipeline.objects.first(), how=how, **values)


def chosen(given, number=1, *, client_id=None, besides=(), key="distribution/1"):
    wanting = [Wanting(client_id, besides)] * number
    return choose_many(given, key=key, wanting=wanting, at=clock.now())


@pytest.fixture
def team(mikhail, dina, olga):
    return sorted([mikhail.pk, dina.pk, olga.pk])


@pytest.fixture
def three(team):
    return rule(people=team)


def test_in_turn_goes_on_where_it_stopped(three, team):
    with transaction.atomic():
        first = [chosen(three)[0] for _one in range(4)]
    assert first == [*team, team[0]]
    assert chosen(three, 2) == team[1:]
    assert Turn.objects.count() == 3


def test_every_rule_has_turns_of_its_own(three, team):
    chosen(three)
    assert chosen(three, key="hand_off/7") == team[:1]


def test_the_fewest_open_deals(vera, olga, mikhail, dina):
    for _one in range(2):
        open_deal(vera, responsible=mikhail, by=olga)
    closed = open_deal(vera, responsible=dina, by=olga)
    Deal.objects.filter(pk=closed.pk).update(closed_at=clock.now())
    given = rule("least_loaded", people=[mikhail.pk, dina.pk])
    assert Counter(chosen(given, 4)) == {dina.pk: 3, mikhail.pk: 1}


def test_what_people_have_closed_since_counts_after_some_seconds(vera, olga, mikhail, dina, monkeypatch):
    """What the rule itself gives counts at once."""
    deals = [open_deal(vera, responsible=mikhail, by=olga) for _one in range(3)]
    given = rule("least_loaded", people=[mikhail.pk, dina.pk])
    assert chosen(given, 2) == [dina.pk, dina.pk]
    Deal.objects.filter(pk__in=[one.pk for one in deals]).update(closed_at=clock.now())
    assert chosen(given) == [dina.pk]
    really = clock.now
    monkeypatch.setattr(clock, "now", lambda: really() + COUNTED_ANEW)
    assert Counter(chosen(given, 2)) == {mikhail.pk: 1, dina.pk: 1}


def test_a_rule_that_goes_by_turns_counts_nothing(three):
    chosen(three)
    assert not Load.objects.exists()


def test_a_client_goes_to_whoever_looked_after_him_before(vera, olga, mikhail, dina):
    open_deal(vera, responsible=mikhail, by=olga)
    given = rule("former", people=[mikhail.pk, dina.pk])
    assert chosen(given, client_id=vera.pk) == [mikhail.pk]
    stranger = Client.objects.create()
    assert chosen(given, client_id=stranger.pk) == [dina.pk]
    assert chosen(given, client_id=None) == [dina.pk]


def test_nobody_means_nobody(team):
    assert chosen(rule("nobody", people=team), 2) == [None, None]


def test_out_of_a_department_a_role_and_a_skill(windows, mikhail, dina, roza):
    Person.objects.filter(pk=dina.pk).update(skills=["english"])
    assert chosen(rule(department=dina.department, skill="english")) == [dina.pk]
    assert chosen(rule(role="head")) == [roza.pk]
    managers = set(Person.objects.filter(role="manager").values_list("pk", flat=True))
    assert set(chosen(rule(role="manager"), len(managers))) == managers


def test_who_may_not_change_deals_is_never_responsible(konstantin, egor):
    assert chosen(rule(people=[konstantin.pk, egor.pk])) == [None]


def test_absent_off_shift_and_dismissed_people_are_passed_over(three, mikhail, dina, olga, anna):
    now = clock.now()
    Absence.objects.create(person=mikhail, during=(now - timedelta(days=1), now + timedelta(days=1)))
    let_go(dina, by=anna)
    yesterday = str((clock.local(now).weekday() - 1) % 7)
    assert set(chosen(three, 3)) == {olga.pk}
    Person.objects.filter(pk=olga.pk).update(hours={yesterday: [["00:00", "24:00"]]})
    assert chosen(three) == [None]


def test_whoever_let_it_go_does_not_get_it_again_at_once(three, team):
    assert set(chosen(three, 6, besides=team[:1])) == set(team[1:])
    assert choose(three, key="x", client_id=None, at=clock.now(), besides=team) is None


def test_a_thousand_cost_as_many_statements_as_one(three):
    counts = []
    for number in (1, 1000):
        with CaptureQueriesContext(connection) as asked:
            chosen(three, number)
        counts.append(len(asked))
    assert counts == [4, 4]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["round_robin", "least_loaded"])
def test_many_at_once_are_shared_out_evenly(windows, how):
    """Each in a transaction and a connection of its own, as workers do."""
    people = list(Person.objects.filter(login__in=["mikhail", "dina", "olga"]).values_list("pk", flat=True))
    given = rule(how, people=people)
    client, by = Client.objects.create(), Person.objects.get(login="anna")

    def open_some():
        for _one in range(4):
            with transaction.atomic():
                person = choose(given, key="distribution/1", client_id=None, at=clock.now())
                open_deal(client, responsible=person, by=by)
        connections.close_all()

    threads = [threading.Thread(target=open_some) for _one in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    loads = Counter(Deal.objects.values_list("responsible_id", flat=True))
    assert loads == dict.fromkeys(people, 8)
