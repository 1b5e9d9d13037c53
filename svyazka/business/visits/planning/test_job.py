from __future__ import annotations

from datetime import timedelta

import pytest

from svyazka.business.deals.models import Deal, Stage
from svyazka.business.journal.models import Entry
from svyazka.business.notices.models import Notice
from svyazka.business.places.models import Place
from svyazka.business.visits import locking, shifts, unplaced, waiting, window_offers
from svyazka.business.visits.models import CrewMember, Proposal, ProposalGets, Resource, Visit
from svyazka.business.visits.offering import Wishes
from svyazka.business.visits.planning import job, making, reading, taking
from svyazka.business.visits.planning.conftest import NORTH, SOUTH
from svyazka.business.visits.planning.reading import read
from svyazka.kit import clock
from svyazka.kit.refusals import Refused


def moves_of(proposal):
    return sorted(
        (move.visit_id, move.was_resource.name, move.now_resource.name, group.saved > 0)
        for group in proposal.groups.all()
        for move in group.moves.select_related("was_resource", "now_resource")
    )


def test_whoever_lives_nearer_goes_there(crossed, plan, of_egor, of_ilya):
    made = plan()
    south, north = crossed
    assert (made.state, moves_of(made)) == (
        "ready",
        [
            (south.pk, of_egor.name, of_ilya.name, True),
            (north.pk, of_ilya.name, of_egor.name, True),
        ],
    )
    assert made.figures["after"]["travel"] < made.figures["before"]["travel"]
    assert made.figures["after"]["metres"] < made.figures["before"]["metres"]
    assert {one["resource"]: (one["was"][0], one["now"][0]) for one in made.figures["loads"]}[of_egor.pk] == (1, 1)


def test_nothing_has_changed_before_somebody_takes_it(crossed, plan, of_egor):
    entries = Entry.objects.filter(verb="visits.replanned").count()
    plan()
    assert Visit.objects.get(pk=crossed[0].pk).resource == of_egor
    assert Entry.objects.filter(verb="visits.replanned").count() == entries == 0


def test_whoever_asked_hears_of_it_once(crossed, plan, dina):
    made = plan()
    assert [(one.person_id, one.kind, one.data["plan"]) for one in Notice.objects.filter(kind__startswith="plan")] == [
        (dina.pk, "plan.ready", made.pk)
    ]


def test_days_that_are_as_good_as_they_can_be(visit_at, plan, of_egor):
    visit_at("Северная, 1", NORTH, of_egor, 12)
    assert plan().state == "nothing"


def test_a_locked_visit_stays(crossed, plan, dina):
    locking.lock(crossed[0], why="просила Егора", by=dina)
    made = plan()
    assert (made.state, made.stays) == ("nothing", {"locked": 1})


def test_a_visit_that_is_under_way_stays(crossed, plan):
    Visit.objects.filter(pk=crossed[0].pk).update(status="on_way")
    assert (plan().state, Proposal.objects.get().stays) == ("nothing", {"under_way": 1})


def test_somebody_comes_where_nobody_could(visit_at, plan, of_egor, of_ilya, monday, roza):
    visit = visit_at("Северная, 1", NORTH, of_egor, 12)
    shifts.enter(of_egor, monday, [], by=roza)
    made = plan()
    ((pk, was, now, _better),) = moves_of(made)
    assert (pk, was, now) == (visit.pk, of_egor.name, of_ilya.name)
    assert (made.figures["before"]["unserved"], made.figures["after"]["unserved"]) == (1, 0)
    assert made.groups.get().places == 1


def test_why_somebody_is_in_nobodys_day(visit_at, plan, of_egor, of_ilya, monday, roza):
    visit = visit_at("Северная, 1", NORTH, of_egor, 12)
    shifts.enter(of_egor, monday, [], by=roza)
    visit_at("Южная, 1", SOUTH, of_ilya, 12)
    made = plan()
    assert [(one["visit"], one["reason"]) for one in made.unplaced] == [(visit.pk, "room")]


@pytest.mark.parametrize("case", ["no_visits", "no_shift", "no_place", "all_stay"])
def test_what_cannot_be_planned_ends_in_words(case, request, plan, of_egor, dina):
    if case != "no_visits":
        visit = request.getfixturevalue("visit_at")("Северная, 1", NORTH, of_egor, 12)
    if case == "no_shift":
        Resource.objects.update(hours={})
    elif case == "no_place":
        Place.objects.update(lat=None, lon=None, precision="")
    elif case == "all_stay":
        locking.lock(visit, by=dina)
    made = plan()
    assert (made.state, made.trouble) == ("failed", case)


def test_a_fault_of_the_program_leaves_no_plan_at_work(crossed, plan, monkeypatch):
    monkeypatch.setattr(making, "propose", None)
    made = plan()
    assert (made.state, made.trouble, made.groups.count()) == ("failed", "broken_off", 0)


def test_a_day_that_does_not_hold_keeps_no_other_from_becoming_better(crossed, visit_at, plan, of_egor, hour):
    far = (56.8, 40.0)
    first = visit_at("Дальняя, 1", far, of_egor, 14, days=1)
    visit_at("Северная, 7", NORTH, of_egor, 15, days=1)
    made = plan(days=2)
    assert {one[0] for one in moves_of(made)} >= {visit.pk for visit in crossed}
    assert made.figures["before"]["late"] > 0
    assert first.pk not in {one["visit"] for one in made.unplaced}


def test_two_at_once(crossed, monday, dina, roza):
    asked = job.ask(monday, 1, by=dina)
    with pytest.raises(Refused, match=dina.full_name):
        job.ask(monday, 1, by=roza)
    job.stop(asked, by=roza)
    asked.refresh_from_db()
    assert (asked.state, job.is_waited_for()) == ("stopped", False)
    job.ask(monday, 1, by=roza)
    assert job.is_waited_for()


def test_what_a_dead_process_left_behind(crossed, monday, dina):
    job.ask(monday, 1, by=dina)
    Proposal.objects.update(state="working")
    assert job.is_waited_for()
    assert not job.work_off()
    assert list(Proposal.objects.values_list("state", "trouble")) == [("failed", "broken_off")]


def test_a_plan_that_is_stopped_while_it_is_made(crossed, monday, dina, monkeypatch):
    monkeypatch.setattr(job, "SECONDS_A_DAY", 600)
    monkeypatch.setattr(job, "TELL_EVERY", 0)
    asked = job.ask(monday, 1, by=dina)
    Proposal.objects.update(stop_asked=True)
    job.work_off()
    asked.refresh_from_db()
    assert (asked.state, asked.share) == ("stopped", 1.0)


@pytest.mark.parametrize(("first", "days"), [(0, 1), (-3, 1), (61, 1), (1, 0), (1, 15)])
def test_days_that_cannot_be_asked_for(windows, dina, first, days):
    with pytest.raises(Refused):
        job.ask(clock.today() + timedelta(days=first), days, by=dina)


def test_a_crew_with_members_and_their_own_visits(visit_at, crew, installation, named, monday):
    work = visit_at("Южная, 3", SOUTH, crew, 9, kind=installation)
    days = read(monday, monday)
    assert days.stays == {work.pk: "team"}
    assert named("Сергей Зайцев").pk not in {day.worker for day in days.problem.days}
    assert [stop.job for route in days.problem.before.routes.values() for stop in route] == [work.pk]


@pytest.fixture
def other_crew(windows, crew):
    """Another crew with people of its own, in the north; that of Boris is at home in the south."""
    people = [Resource.objects.create(kind="engineer", name=name, hours=crew.hours) for name in ("Лев", "Олег")]
    made = Resource.objects.create(
        kind="crew", name="Бригада Севера", skills=["installation"], hours=crew.hours, lat=NORTH[0], lon=NORTH[1]
    )
    CrewMember.objects.bulk_create(CrewMember(crew=made, member=one) for one in people)
    return made


def test_the_nearer_crew_goes_to_longer_work(visit_at, plan, crew, other_crew, installation, dina):
    installation.minutes = 900
    installation.save()
    north = visit_at("Северная, 9", NORTH, crew, 8, kind=installation)
    south = visit_at("Южная, 9", SOUTH, other_crew, 8, kind=installation)
    made = plan(days=3)
    assert moves_of(made) == [
        (north.pk, crew.name, other_crew.name, True),
        (south.pk, other_crew.name, crew.name, True),
    ]
    taking.take(made, by=dina)
    north.refresh_from_db()
    assert (north.resource, north.goes_on) == (other_crew, True)
    assert set(north.bookings.values_list("resource__name", flat=True)) >= {"Лев", "Олег", other_crew.name}


@pytest.mark.parametrize("limit", [None, "most_minutes", "most_visits"])
def test_nobody_gets_more_than_his_day_may_hold(visit_at, plan, of_egor, of_ilya, limit):
    """Otherwise a group would be made that nobody could take over."""
    first = visit_at("Южная, 1", SOUTH, of_egor, 11)
    visit_at("Южная, 2", SOUTH, of_egor, 15)
    if limit:
        most = {"most_visits": 1, "most_minutes": int(first.work.total_seconds()) // 60}[limit]
        Resource.objects.filter(pk=of_ilya.pk).update(**{limit: most})
    moved = moves_of(plan())
    assert len(moved) <= 1 if limit else len(moved) == 2


def test_an_address_in_several_districts_is_served_by_whoever_goes_to_any_of_them(visit_at, of_egor, of_ilya, monday):
    Resource.objects.filter(pk=of_egor.pk).update(territory=["Москва"])
    Resource.objects.filter(pk=of_ilya.pk).update(territory=["Северная", "Тула"])
    visit_at("Северная, 1", NORTH, of_egor, 12)
    visit_at("Южная, 1", SOUTH, of_egor, 15)
    problem = read(monday, monday).problem
    north, south = sorted(problem.jobs, key=lambda job: job.at, reverse=True)
    day = {one.worker: one for one in problem.days}
    assert [day[who.pk].goes_to(north.district) for who in (of_egor, of_ilya)] == [True, True]
    assert [day[who.pk].goes_to(south.district) for who in (of_egor, of_ilya)] == [True, False]


def test_whoever_waits_gets_a_time_where_there_is_room(waits_at, visit_at, plan, of_egor, dina, hour):
    visit = visit_at("Северная, 1", NORTH, of_egor, 12)
    entry = waits_at("Северная, 5", NORTH, wishes=Wishes(parts=frozenset({"morning"})))
    made = plan()
    gets = ProposalGets.objects.get(group__proposal=made)
    assert (made.state, gets.waiting, gets.starts_at < hour(12)) == ("ready", entry, True)
    assert (made.figures["before"]["waiting"], made.figures["after"]["waiting"]) == (1, 0)
    assert made.figures["before"]["unserved"] == 0
    outcome = taking.take(made, by=dina)
    (offer,) = outcome.offered
    assert (offer.waiting, offer.starts_at, offer.state) == (entry, gets.starts_at, "open")
    assert offer.task.kind == "call"
    assert list(Visit.objects.all()) == [visit]
    taking.undo(made, by=dina)
    offer.refresh_from_db()
    assert (offer.state, entry.offers.count()) == ("gone", 1)
    assert offer.task.done_at is not None


def test_what_the_client_has_taken_meanwhile_stays(waits_at, plan, dina, olga):
    waits_at("Северная, 5", NORTH)
    made = plan()
    (offer,) = taking.take(made, by=dina).offered
    booked = window_offers.take(offer, by=olga)
    outcome = taking.undo(made, by=dina)
    assert Visit.objects.get().pk == booked.pk
    assert outcome.left == ["Северная, 5: клиент уже согласился, выезд остаётся."]


def test_whoever_waits_no_more_is_left_and_said(waits_at, plan, dina, olga):
    entry = waits_at("Северная, 5", NORTH)
    made = plan()
    waiting.remove(entry, reason="нашли других", by=olga)
    outcome = taking.take(made, by=dina)
    assert (outcome.offered, outcome.left) == ([], ["Больше не ждёт окна: Северная, 5."])


def test_he_is_not_visited_when_it_does_not_suit_him(waits_at, plan, monday):
    entry = waits_at("Северная, 5", NORTH, wishes=Wishes(not_weekdays=frozenset({0})))
    assert (plan().trouble, ProposalGets.objects.count()) == ("no_visits", 0)
    waiting_gets = plan(days=2)
    assert [one.waiting for one in ProposalGets.objects.filter(group__proposal=waiting_gets)] == [entry]
    assert clock.local(ProposalGets.objects.get().starts_at).date() == monday + timedelta(days=1)


def test_nobody_who_has_a_visit_gives_way_to_him(visit_at, waits_at, plan, of_egor, of_ilya):
    visits = [visit_at(f"Северная, {at}", NORTH, who, at) for who in (of_egor, of_ilya) for at in (11, 15)]
    Resource.objects.filter(pk__in=(of_egor.pk, of_ilya.pk)).update(most_visits=2)
    entry = waits_at("Северная, 50", NORTH, urgency=2)
    made = plan()
    assert [(one["waiting"], one["reason"]) for one in made.unplaced] == [(entry.pk, "room")]
    assert not ProposalGets.objects.exists()
    assert [Visit.objects.get(pk=one.pk).starts_at for one in visits] == [one.starts_at for one in visits]


def test_work_of_several_days_counts_in_before_and_after(visit_at, plan, crew, other_crew, installation):
    installation.minutes = 900
    installation.save()
    visit_at("Северная, 9", NORTH, crew, 8, kind=installation)
    visit_at("Южная, 9", SOUTH, other_crew, 8, kind=installation)
    figures = plan(days=3).figures
    assert figures["before"]["travel"] > figures["after"]["travel"] >= 0
    assert figures["before"]["metres"] > figures["after"]["metres"]
    load = next(one for one in figures["loads"] if one["resource"] == crew.pk)
    assert (load["was"][:2], load["now"][:2]) == ([1, 900 * 60], [1, 900 * 60])
    assert load["was"][2] > load["now"][2]


def test_what_stands_beside_the_board_and_is_not_taken_along_is_said(
    crossed, waits_at, new_deal, known_place, plan, wait, olga
):
    nowhere = wait(new_deal("Неведомая"), address="Москва, Неведомая, 1")
    deal = new_deal("Тихая")
    Deal.objects.filter(pk=deal.pk).update(stage=Stage.objects.get(code="contacted"))
    made = plan()
    said = {(one.get("waiting"), one.get("deal"), one["reason"]) for one in made.unplaced}
    assert said == {(nowhere.pk, None, "nowhere"), (None, deal.pk, "not_asked")}
    beside = {(one.waits.waiting_id if one.waits else None, one.deal_id) for one in unplaced.read().found}
    assert beside == {(nowhere.pk, nowhere.deal_id), (None, deal.pk)}


def test_of_more_than_a_plan_has_times_for_the_rest_is_said(waits_at, plan, monkeypatch):
    monkeypatch.setattr(reading, "MOST_WAITING", 1)
    first, second = waits_at("Северная, 5", NORTH), waits_at("Северная, 7", NORTH)
    made = plan()
    assert [one.waiting_id for one in ProposalGets.objects.all()] == [first.pk]
    assert [(one["waiting"], one["reason"]) for one in made.unplaced] == [(second.pk, "too_many")]


def test_longer_work_is_said_even_where_no_plan_comes_about(plan, quickly, new_deal, installation, olga):
    long = waiting.wait(new_deal("Южная"), installation, by=olga)
    made = plan()
    assert (made.trouble, [(one["waiting"], one["reason"]) for one in made.unplaced]) == (
        "no_visits",
        [(long.pk, "together")],
    )
