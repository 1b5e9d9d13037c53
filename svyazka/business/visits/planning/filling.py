"""Room that the plan leaves is for those who wait for a window: nobody who has a visit is sent elsewhere for that, and
nobody is told another time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from svyazka.business.visits.planning import taking
from svyazka.business.visits.planning.reading import Days
from svyazka.business.visits.planning.taking import Change, Gets
from svyazka.engines.routing.draft import Draft
from svyazka.engines.routing.evaluate import evaluate
from svyazka.engines.routing.placing import Policy, place
from svyazka.engines.routing.problem import Key, Plan, Stop, Travel


@dataclass(frozen=True)
class Made:
    """Visits that change only together, and who gets a time with that. `keys`: whose days."""

    saved: int
    changes: tuple[Change, ...]
    gets: tuple[Gets, ...] = ()
    keys: frozenset[Key] = frozenset()


def fill(days: Days, plan: Plan, made: Sequence[Made], travel: Travel) -> tuple[Plan, list[Made]]:
    """`plan`: with all of these groups. → the plan with those who get a time; whoever does so on a day that changes
    anyway is in the group of that day."""
    filled, found = _filled(days, plan, travel), list(made)
    for key in sorted(filled.routes):
        if filled.of(key) == plan.of(key):
            continue
        together = next((one for one in found if key in one.keys), None)
        groups = [_joined(days, together, filled, key)] if together else list(_of_their_own(days, plan, filled, key))
        accepted = [one for one in groups if taking.can_be_taken(one.changes, one.gets)]
        if together and accepted:
            found.remove(together)
        found += accepted
        plan = _with_those(plan, filled, key, accepted)
    return plan, found


def _filled(days: Days, plan: Plan, travel: Travel) -> Plan:
    """The most urgent first."""
    draft = Draft(replace(days.problem, travel=travel), plan.routes)
    for number in days.entries:
        draft, _stuck = place(draft, [days.problem.job[number]], Policy(ejections=0))
    return draft.plan


def _of_their_own(days: Days, plan: Plan, filled: Plan, key: Key) -> Iterator[Made]:
    gets, changes = _gets(days, filled, key), _shifted(days, plan, filled, key)
    ways = [evaluate(days.problem, Plan({key: one.of(key)})).costs.travel for one in (plan, filled)]
    saved, keys = ways[0] - ways[1], frozenset({key})
    if changes:
        yield Made(saved, changes, gets, keys)
    else:
        yield from (Made(saved // len(gets), (), (one,), keys) for one in gets)


def _joined(days: Days, together: Made, filled: Plan, key: Key) -> Made:
    """Its visits as they are beside those who come to it."""
    starts = {stop.job: stop.start for stop in filled.of(key)}
    changes = tuple(
        replace(one, starts_at=days.begins(one.visit.pk, starts[one.visit.pk])) if one.visit.pk in starts else one
        for one in together.changes
    )
    known = {one.visit.pk for one in changes}
    more = tuple(one for one in _shifted(days, days.problem.before, filled, key) if one.visit.pk not in known)
    return replace(together, changes=(*changes, *more), gets=(*together.gets, *_gets(days, filled, key)))


def _gets(days: Days, filled: Plan, key: Key) -> tuple[Gets, ...]:
    return tuple(
        Gets(days.entries[stop.job], key.worker, days.begins(stop.job, stop.start))
        for stop in filled.of(key)
        if stop.job in days.entries
    )


def _shifted(days: Days, plan: Plan, filled: Plan, key: Key) -> tuple[Change, ...]:
    """Visits of that day that begin at another time, within what their clients were told."""
    before = set(plan.of(key))
    return tuple(
        Change(days.visits[stop.job], key.worker, days.begins(stop.job, stop.start))
        for stop in filled.of(key)
        if stop.job not in days.entries and stop not in before
    )


def _with_those(plan: Plan, filled: Plan, key: Key, accepted: Sequence[Made]) -> Plan:
    """Whoever cannot be offered his time after all is not in it."""
    offered = {-one.entry.waiting_id for each in accepted for one in each.gets}
    if not offered:
        return plan
    route: tuple[Stop, ...] = tuple(stop for stop in filled.of(key) if stop.job > 0 or stop.job in offered)
    return Plan({**plan.routes, key: route})
