from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svyazka.business.deals.known import facts
from svyazka.business.deals.opening import open_deal
from svyazka.business.inbox.models import Routed, RouteRule, Thread
from svyazka.business.inbox.routing import Asked, escalate_due, language_of, route, whom
from svyazka.business.inbox.spread import Candidate, due, pick
from svyazka.business.notices.models import Notice
from svyazka.business.staff import absences
from svyazka.business.staff.models import Department, Person, Role
from svyazka.kit import clock

PEOPLE = st.lists(
    st.builds(Candidate, st.integers(1, 50), st.booleans(), st.integers(0, 5)), unique_by=lambda one: one.person_id
)

# Others may need both processors meanwhile.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@unhurried
@given(PEOPLE)
def test_it_never_goes_to_somebody_who_is_away(people):
    chosen = pick(people)
    there = {one.person_id for one in people if one.is_there}
    assert chosen in there if there else chosen is None


@unhurried
@given(PEOPLE, st.integers(1, 40))
def test_the_spread_is_fair(people, number):
    """Whoever has least gets the next one: nobody gets two while a colleague who has no more gets none."""
    loads = {one.person_id: one.load for one in people if one.is_there}
    given_to = dict.fromkeys(loads, 0)
    for _minute in range(number if loads else 0):
        chosen = pick(Candidate(one, True, load + given_to[one]) for one, load in loads.items())
        before = loads[chosen] + given_to[chosen]
        assert before == min(load + given_to[one] for one, load in loads.items())
        given_to[chosen] += 1
    totals = [load + given_to[one] for one, load in loads.items() if given_to[one]]
    assert max(totals, default=0) - min(totals, default=0) <= 1


def test_minutes_count_while_somebody_works():
    week = {str(day): [["09:00", "18:00"]] for day in range(5)}
    friday = datetime(2026, 11, 27, 14, 50, tzinfo=UTC)  # 17:50 in Moscow
    assert due([week], friday, 15) == datetime(2026, 11, 30, 6, 5, tzinfo=UTC)
    late = {"4": [["17:00", "20:00"]]}
    assert due([week, late], friday, 15) == friday + timedelta(minutes=15)
    assert due([week, {}], friday, 15) == due([], friday, 15) == friday + timedelta(minutes=15)


@pytest.mark.parametrize(("text", "language"), [("Окна", "ru"), ("Windows", "en"), ("Да, ok", "ru"), ("👍 1", "")])
def test_in_which_language_he_writes(text, language):
    assert language_of(text) == language


@pytest.fixture
def waits(vera):
    def begin(**more):
        given = {"last_at": clock.now(), "waits_since": clock.now(), "last_text": "Когда окна?", **more}
        return Thread.objects.update_or_create(client_id=more.pop("client_id", vera.pk), defaults=given)[0]

    return begin


@pytest.fixture
def deal(vera, mikhail):
    made = open_deal(vera, by=mikhail)
    facts.appoint(made, mikhail, by=mikhail)
    return made


def away(person, by):
    now = clock.now()
    absences.enter(person, now - timedelta(hours=1), now + timedelta(days=3), by=by)


def again(thread):
    thread.refresh_from_db()
    return thread


def test_it_goes_to_whoever_looks_after_the_client(waits, deal, mikhail):
    thread = waits()
    route(thread)
    assert again(thread).responsible == mikhail
    assert (thread.routed.why, thread.escalates_at > clock.now()) == ("own", True)
    assert [one.kind for one in Notice.objects.filter(person=mikhail, kind="thread.routed")] == ["thread.routed"]


def test_if_he_is_away_a_colleague_of_his_has_it_and_if_nobody_is_there_the_department(waits, deal, mikhail, roza):
    stand_in = Person.objects.create(
        login="stand_in", full_name="Замена", role=Role.MANAGER, department=mikhail.department
    )
    for one in Person.objects.filter(department=mikhail.department).exclude(pk=stand_in.pk):
        away(one, roza)
    thread = waits()
    route(thread)
    assert (again(thread).responsible, thread.routed.why) == (stand_in, "colleague")
    away(stand_in, roza)
    route(thread)
    assert (again(thread).responsible, thread.department) == (None, mikhail.department)


def test_a_rule_says_where_the_rest_goes(waits, olga, oksana, roza):
    calls = olga.department
    RouteRule.objects.create(name="Жалобы", categories=["complaint"], person=roza, position=0)
    RouteRule.objects.create(name="По-английски", language="en", skill="english", position=1)
    RouteRule.objects.create(name="Остальное", department=calls, minutes=40, position=2)
    Person.objects.filter(pk=oksana.pk).update(skills=["english"])
    asked = {"client_id": 10**9}
    now = clock.now()
    assert whom(Asked(category="complaint", **asked), now).person == roza
    assert whom(Asked(text="How much is it?", **asked), now).person == oksana
    rest = whom(Asked(text="Сколько стоит?", **asked), now)
    assert (rest.department_id, rest.minutes, rest.person.department_id) == (calls.pk, 40, calls.pk)


def test_without_a_rule_nobody_has_it_and_it_escalates_all_the_same(waits):
    thread = waits()
    route(thread)
    assert (again(thread).responsible, thread.routed.why, thread.escalates_at is not None) == (None, "nobody", True)


def test_a_rule_for_the_night(waits, olga, roza):
    Person.objects.filter(department=olga.department).update(hours={"0": [["03:00", "03:01"]]})
    RouteRule.objects.create(name="Ночь", department=olga.department, hours="closed", position=0)
    RouteRule.objects.create(name="День", person=roza, hours="closed", position=1)
    noon = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
    found = whom(Asked(10**9), noon)
    assert (found.rule.name, found.person) == ("Ночь", None)


def test_the_least_loaded_of_those_who_are_there_gets_it(waits, olga, oksana, roza, windows):
    RouteRule.objects.create(name="Все", department=olga.department)
    team = list(Person.objects.working().filter(department=olga.department, role=Role.OPERATOR))
    away(oksana, roza)
    for number in range(12):
        route(Thread.objects.create(client_id=10**6 + number, last_at=clock.now(), waits_since=clock.now()))
    got = [one.responsible for one in Thread.objects.all()]
    assert oksana not in got
    loads = [got.count(one) for one in team if one != oksana]
    assert max(loads) - min(loads) <= 1


def test_whoever_has_it_keeps_it_unless_he_is_on_leave(waits, deal, mikhail, olga, roza):
    thread = waits(responsible=olga)
    route(thread)
    assert (again(thread).responsible, thread.escalates_at is not None) == (olga, True)
    away(olga, roza)
    route(thread)
    assert again(thread).responsible == mikhail


def late(thread):
    Thread.objects.filter(pk=thread.pk).update(escalates_at=clock.now() - timedelta(seconds=1))


def test_it_escalates_once_for_each_step(waits, deal, mikhail, roza):
    thread = waits()
    route(thread)
    assert escalate_due() == 0
    late(thread)
    assert (escalate_due(), escalate_due()) == (1, 0)
    assert (again(thread).responsible, thread.department, thread.escalated) == (None, mikhail.department, 1)
    late(thread)
    assert (escalate_due(), escalate_due()) == (1, 0)
    assert (again(thread).responsible.role, thread.escalated, thread.escalates_at) == (Role.HEAD, 2, None)
    told = Notice.objects.filter(kind="thread.escalated").values_list("person_id", flat=True)
    assert roza.pk in told


def test_whoever_took_it_up_keeps_it_when_it_escalates(waits, deal, olga):
    thread = waits()
    route(thread)
    Thread.objects.filter(pk=thread.pk).update(responsible=olga)  # as `threads.assign` does
    for step in (1, 2):
        late(thread)
        escalate_due()
        assert (again(thread).responsible, thread.escalated) == (olga, step)


def test_what_was_answered_does_not_escalate(waits, deal):
    thread = waits()
    route(thread)
    late(thread)
    Thread.objects.filter(pk=thread.pk).update(waits_since=None)
    assert escalate_due() == 0
    assert Routed.objects.count() == 1
    assert Department.objects.exists()


@pytest.mark.parametrize("number", [1, 30])
def test_a_way_is_found_with_as_many_questions_for_thirty_people_as_for_one(
    waits, olga, number, django_assert_num_queries
):
    place = Department.objects.create(code="night", words={"ru": "Ночь"})
    for one in range(number):
        Person.objects.create(login=f"n{one}", full_name=f"Ночной {one}", role=Role.OPERATOR, department=place)
    RouteRule.objects.create(name="Все", department=place)
    with django_assert_num_queries(7):
        assert whom(Asked(10**9), clock.now()).person is not None
