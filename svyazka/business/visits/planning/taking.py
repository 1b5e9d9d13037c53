"""A proposal taken over, in part or whole, as a difference against what the days are now; and undone again.

Each group goes through the verbs of booking. What a person has changed meanwhile stays as he wants it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from svyazka.business.deals.held import held_all
from svyazka.business.journal.record import record
from svyazka.business.notices import tell as notices
from svyazka.business.staff.models import Person
from svyazka.business.visits import periods
from svyazka.business.visits.models import (
    Proposal,
    ProposalGets,
    ProposalGroup,
    ProposalMove,
    Resource,
    Visit,
    Waiting,
    WaitingOffer,
)
from svyazka.business.visits.moving_together import Move, hold, move_together
from svyazka.business.visits.planning import job, reading, windows
from svyazka.business.visits.planning.reading import Days
from svyazka.business.visits.road import news
from svyazka.business.visits.telling import people_of
from svyazka.business.visits.waiting import Unplaced
from svyazka.engines.routing.evaluate import Fault, evaluate
from svyazka.engines.routing.problem import Key, Plan, Stop
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

Wanted = Mapping[int, tuple[int, datetime]]  # job of the engine, mostly a visit → whose, and when
TOO_MUCH = 1 / 3  # of its visits that others have changed: then the plan is of other days


@dataclass(frozen=True)
class Change:
    """What a plan wants of a visit."""

    visit: Visit
    resource_id: int
    starts_at: datetime
    was_possible: bool = True


@dataclass(frozen=True)
class Gets:
    """A time for somebody who waits for a window."""

    entry: Unplaced
    resource_id: int
    starts_at: datetime


@dataclass
class Outcome:
    """What has been done, and what could not be, in words. `offered`: to those who wait."""

    visits: list[Visit] = field(default_factory=list)
    offered: list[WaitingOffer] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    people: dict[int, int] = field(default_factory=lambda: defaultdict(int))  # whose visits → how many


class _NotReally(Exception):
    pass


def can_be_taken(changes: Sequence[Change], gets: Sequence[Gets] = ()) -> bool:
    """Tried, and rolled back: nothing is proposed that would be refused."""
    moves = _moves_of({one.visit.pk: (one.resource_id, one.starts_at) for one in changes})
    try:
        with transaction.atomic():
            move_together(moves, reason="", by=job.HOUSE)
            for one in gets:
                windows.insist_free(one.entry.waiting_id, one.resource_id, one.starts_at)
            raise _NotReally
    except _NotReally:
        return True
    except Refused:
        return False


def take(proposal: Proposal, numbers: Collection[int] | None = None, *, by: Person) -> Outcome:
    """These groups, or all of them. In one transaction; a second click takes nothing twice."""
    periods.purge()
    return _take(proposal, numbers, by=by)


def undo(proposal: Proposal, *, by: Person) -> Outcome:
    """Back to how it was, as far as nobody has changed it since."""
    periods.purge()
    return _undo(proposal, by=by)


def changed_since(proposal: Proposal) -> set[int]:
    """Visits that are not any more as they were when the plan was made, or that must not be moved now."""
    moves = ProposalMove.objects.filter(group__proposal=proposal, group__state=ProposalGroup.State.OPEN)
    rows = moves.select_related("visit")
    return {one.visit_id for one in rows if not _may_be_taken(one, one.visit)}


def waits_no_more(proposal: Proposal) -> set[int]:
    """Who was to get a time, and has one by now, or wants none."""
    gets = ProposalGets.objects.filter(group__proposal=proposal, group__state=ProposalGroup.State.OPEN)
    return set(gets.exclude(waiting__state=Waiting.State.OPEN).values_list("waiting", flat=True))


def is_out_of_date(proposal: Proposal, changed: Collection[int]) -> bool:
    moves = ProposalMove.objects.filter(group__proposal=proposal, group__state=ProposalGroup.State.OPEN).count()
    return proposal.first_day <= clock.today() or len(changed) > moves * TOO_MUCH


@transaction.atomic
def _take(proposal: Proposal, numbers: Collection[int] | None, *, by: Person) -> Outcome:
    current = Proposal.objects.select_for_update().get(pk=proposal.pk)
    _refuse(current)
    groups = current.groups.filter(state=ProposalGroup.State.OPEN)
    chosen = _held(groups if numbers is None else groups.filter(number__in=numbers))
    if not chosen:
        raise Refused(_("Choose what is to be taken over."))
    days, outcome = _days_of(current, chosen), Outcome()
    for group in chosen:
        days = _take_group(group, days, outcome, by=by)
    if number := len(outcome.visits) + len(outcome.offered):
        changes = {"taken": (None, number)}
        record("visits.plan_taken", job.about(current), by=by, changes=changes, note=job.in_words(current))
        _tell_people(current, outcome, by=by)
    return outcome


def _days_of(proposal: Proposal, groups: Sequence[ProposalGroup]) -> Days:
    """With whoever is to get a time by these groups."""
    waiting_ids = {one.waiting_id for group in groups for one in group.gets.all()}
    return reading.read(proposal.first_day, proposal.last_day, waiting_ids=waiting_ids).with_those_who_wait


def _held(groups: QuerySet[ProposalGroup]) -> list[ProposalGroup]:
    """With their visits as they are now, which nobody else changes until the end of the transaction."""
    moves = ProposalMove.objects.filter(group__in=groups)
    gets = ProposalGets.objects.filter(group__in=groups)
    deals = moves.values_list("visit__deal", flat=True), gets.values_list("waiting__deal", flat=True)
    held_all({pk for each in deals for pk in each})
    pairs = moves.values_list("was_resource", "now_resource")
    whose = {pk for pair in pairs for pk in pair} | {*gets.values_list("resource", flat=True)}
    hold(set(moves.values_list("visit_id", flat=True)), whose)
    related = ("gets__waiting__client", "gets__waiting__deal", "gets__waiting__kind", "gets__resource", "gets__offer")
    return list(groups.prefetch_related("moves__visit__client", "moves__visit__resource", *related))


def _refuse(proposal: Proposal) -> None:
    if proposal.state != Proposal.State.READY:
        raise Refused(_("There is nothing to take over here."))
    if is_out_of_date(proposal, changed_since(proposal)):
        raise Refused(_("The days have changed too much since this plan was made. Ask for a new one."))


def _take_group(group: ProposalGroup, days: Days, outcome: Outcome, *, by: Person) -> Days:
    """→ the days with it. A group that does not go any more stays open, and says why."""
    moves, gets = list(group.moves.all()), list(group.gets.all())
    if changed := [one.visit for one in moves if not _may_be_taken(one, one.visit)]:
        return _left(group, _changed_in_words(changed), days, outcome)
    if gone := [one for one in gets if -one.waiting_id not in days.entries]:
        return _left(group, windows.wait_no_more(gone), days, outcome)
    wanted = {one.visit_id: (one.now_resource_id, one.now_at) for one in moves}
    after = with_changes(days, {**wanted, **{-one.waiting_id: (one.resource_id, one.starts_at) for one in gets}})
    if why := _why_not(days, after, wanted, outcome, gets=gets, by=by):
        return _left(group, why, days, outcome)
    group.mended = [[one.rule, one.job, one.key] for one in _faults(days) - _faults(after)]
    _mark(group, ProposalGroup.State.TAKEN, "", by=by)
    return after


@transaction.atomic
def _undo(proposal: Proposal, *, by: Person) -> Outcome:
    current = Proposal.objects.select_for_update().get(pk=proposal.pk)
    groups = _held(current.groups.filter(state=ProposalGroup.State.TAKEN))
    if not groups:
        raise Refused(_("Nothing of this plan has been taken over."))
    days, outcome = _days_of(current, ()), Outcome()
    for group in reversed(groups):
        days = _undo_group(group, days, outcome, by=by)
    changes = {"undone": (None, len(outcome.visits))}
    record("visits.plan_undone", job.about(current), by=by, changes=changes, note=job.in_words(current))
    _tell_people(current, outcome, by=by)
    return outcome


def _undo_group(group: ProposalGroup, days: Days, outcome: Outcome, *, by: Person) -> Days:
    """What has been changed since stays; so does what would not hold without it, or could not be before."""
    moves = list(group.moves.all())
    stay = [one.visit for one in moves if not (one.is_as_proposed(one.visit) and _is_free(one.visit))]
    back = [one for one in moves if one.was_possible and one.visit not in stay]
    said = [_changed_in_words(stay)] if stay else []
    said += [_nobody_came(one) for one in moves if not one.was_possible and one.visit not in stay]
    said += [words for one in group.gets.all() if (words := windows.take_back(one))]
    wanted = {one.visit_id: (one.was_resource_id, one.was_at) for one in back}
    after = with_changes(days, wanted)
    broken = {Fault(rule, pk, Key(*key) if key else None) for rule, pk, key in group.mended}
    if back and (why := _why_not(days, after, wanted, outcome, broken, undone=True, by=by)):
        after, said = days, [*said, why]
    outcome.left += said
    _mark(group, ProposalGroup.State.UNDONE, " ".join(said), by=by)
    return after


def _why_not(
    days: Days,
    after: Days,
    wanted: Wanted,
    outcome: Outcome,
    broken: Collection[Fault] = (),
    *,
    gets: Sequence[ProposalGets] = (),
    undone: bool = False,
    by: Person,
) -> str:
    """Empty: it is done. No rule may be broken that is kept now; those `broken` were not kept before, either."""
    if not _faults(after) <= _faults(days) | set(broken):
        return _("The days are fuller now: there would not be time enough for the way.")
    try:
        with transaction.atomic():
            visits, people = _move(wanted, _reason(undone=undone), by=by)
            offered = [windows.offer(one, by=by) for one in gets]
    except Refused as refusal:
        return str(refusal.message)
    outcome.visits += visits
    outcome.offered += offered
    for person in people:
        outcome.people[person] += 1
    return ""


def _reason(*, undone: bool) -> str:
    """In the company's language, whoever clicked."""
    with translation.override(settings.LANGUAGE_CODE):
        return _("The plan of the day was undone.") if undone else _("The plan of the day was improved.")


def _move(wanted: Wanted, reason: str, *, by: Person) -> tuple[list[Visit], list[int]]:
    """→ the visits, and whom each of them concerns, as far as he does not hear of it as of any change (`road/`)."""
    rows = Visit.objects.select_related("resource").in_bulk(wanted)
    before = {pk: people_of(visit) for pk, visit in rows.items()}
    visits = move_together(_moves_of(wanted), reason=reason, by=by)
    by_plan = [visit for visit in visits if not news.covers(rows[visit.pk].starts_at, visit.starts_at)]
    return visits, [person for visit in by_plan for person in before[visit.pk] | people_of(visit)]


def _moves_of(wanted: Wanted) -> list[Move]:
    resources = Resource.objects.select_related("person").in_bulk({resource for resource, _at in wanted.values()})
    return [Move(visit, resources[resource], at) for visit, (resource, at) in wanted.items()]


def _may_be_taken(move: ProposalMove, visit: Visit) -> bool:
    return move.is_as_before(visit) and _is_free(visit)


def _is_free(visit: Visit) -> bool:
    return visit.status == Visit.Status.PLANNED and visit.locked_at is None and visit.starts_at > clock.now()


def with_changes(days: Days, wanted: Wanted) -> Days:
    """The days as they would be then, by the same rules."""
    routes: dict[Key, list[Stop]] = defaultdict(list)
    for key, route in days.problem.before.routes.items():
        routes[key] = [stop for stop in route if stop.job not in wanted]
    for pk, (resource, at) in wanted.items():
        if pk in days.problem.job:
            number = (clock.local(at).date() - days.first).days
            second = days.second(at - days.ahead(pk))
            routes[Key(resource, number)].append(Stop(pk, second))
    plan = Plan({key: tuple(sorted(route, key=lambda stop: stop.start)) for key, route in routes.items() if route})
    return replace(days, problem=replace(days.problem, before=plan))


def _faults(days: Days) -> set[Fault]:
    return set(evaluate(days.problem, days.problem.before).faults)


def _left(group: ProposalGroup, why: str, days: Days, outcome: Outcome) -> Days:
    group.note = why
    group.save(update_fields=["note"])
    outcome.left.append(why)
    return days


def _mark(group: ProposalGroup, state: ProposalGroup.State, note: str, *, by: Person) -> None:
    group.state, group.note, group.by, group.at = state, note, by, clock.now()
    group.save(update_fields=["state", "note", "mended", "by", "at"])


def _changed_in_words(visits: Iterable[Visit]) -> str:
    """Who has what by now: that stays."""
    said = ", ".join(f"{one.client.name} ({one.resource.name}, {clock.local(one.starts_at):%H:%M})" for one in visits)
    return _("Changed meanwhile, and stays so: {visits}.").format(visits=said)


def _nobody_came(move: ProposalMove) -> str:
    words = _("{client}: nobody could have come before, so {resource} still does.")
    return words.format(client=move.visit.client.name, resource=move.visit.resource.name)


def _tell_people(proposal: Proposal, outcome: Outcome, *, by: Person) -> None:
    """Each once, however many of his visits have changed."""
    for person, number in outcome.people.items():
        data = {"count": number, "days": job.in_words(proposal)}
        notices.tell([person], "plan.changed", by=by, data=data)
