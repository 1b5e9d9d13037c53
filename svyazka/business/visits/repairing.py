"""A way out is taken: all that was shown of it, in one transaction; what somebody has changed meanwhile is left and
said. Undone by one click as far as nothing has changed since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.deals.models import Task
from svyazka.business.deals.work import tasks
from svyazka.business.journal.record import Actor
from svyazka.business.notices import tell as notices
from svyazka.business.visits import (
    as_before,
    booking,
    chain,
    crews,
    frozen,
    orphans,
    periods,
    promises,
    to_client,
    waiting,
)
from svyazka.business.visits.models import Asked, Booking, Repair, Resource, Visit, Waiting
from svyazka.business.visits.periods import NotFree, Overlaps, Taken
from svyazka.business.visits.rescheduled import Why
from svyazka.business.visits.road import news
from svyazka.business.visits.settling import Wish, settle
from svyazka.business.visits.telling import people_of, tell
from svyazka.business.visits.ways_out import Step
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

RING_WITHIN = timedelta(hours=1)
UNDONE_WITHIN = timedelta(days=1)


@dataclass
class Outcome:
    """`left`: visits that stayed as they are, and why; `waiting`: called off, and their clients wait for a window."""

    repair: Repair | None = None
    done: list[Visit] = field(default_factory=list)
    waiting: list[Visit] = field(default_factory=list)
    left: list[tuple[Visit, str]] = field(default_factory=list)


@transaction.atomic
def take(steps: Sequence[Step], *, to_wait: bool = False, by: Actor) -> Outcome:
    """As it was shown: a visit whose version is another one now is left. `to_wait`: to whom nobody can come, he goes on
    the waiting list; otherwise his visit stays as it is. Rung he is in any case."""
    now = {visit.pk: visit for visit in orphans.hold([one.visit.pk for one in steps])}
    outcome, able, lost = Outcome(), list[Step](), list[Visit]()
    for step in steps:
        visit = now.get(step.visit.pk)
        if visit is None or visit.version != step.visit.version or frozen.stays(visit):
            outcome.left.append((visit or step.visit, str(_("somebody has changed it meanwhile"))))
        elif step.starts_at:
            able.append(step)
        else:
            lost.append(visit)
    _stand_in_line(now.values(), [step.resource for step in able])
    before = {pk: as_before.remembered(visit) for pk, visit in now.items()}
    people = {pk: people_of(visit) for pk, visit in now.items()}
    done, failed = _as_many_as_go({step.visit.pk: _putter(step, by) for step in able}, now)
    outcome.done = [now[pk] for pk in done]
    outcome.left += [(now[pk], why) for pk, why in failed.items()]
    changes: list[dict[str, Any]] = [{"visit": pk, "version": now[pk].version, "was": before[pk]} for pk in done]
    if done:
        _tell(outcome.done, before, people, by=by)
    for visit in lost:
        if entry := _nobody_comes(visit, outcome, to_wait=to_wait, by=by):
            off = outcome.waiting[-1]
            changes.append({"visit": off.pk, "version": off.version, "was": before[off.pk], "waits": entry.pk})
    if changes:
        outcome.repair = Repair.objects.create(at=clock.now(), by_id=by.actor_id, changes=changes)
    return outcome


@transaction.atomic
def undo(repair: Repair, *, by: Actor) -> Outcome:
    """Each visit that nobody has touched since is as it was before, also one that was called off and whose client still
    waits. A second click changes nothing."""
    current = Repair.objects.select_for_update().get(pk=repair.pk)
    if current.undone_at:
        return Outcome(current)
    if current.at < clock.now() - UNDONE_WITHIN:
        raise Refused(_("This can no longer be undone: more than a day has gone by."))
    known = {one["visit"]: one for one in current.changes}
    now = {visit.pk: visit for visit in orphans.hold(known)}
    waits = as_before.who_waits([one["waits"] for one in current.changes if "waits" in one])
    why = {pk: _why_left(visit, known[pk], waits) for pk, visit in now.items()}
    able = {pk for pk in now if not why[pk]}
    outcome = Outcome(current, left=[(now[pk], why[pk]) for pk in now if why[pk]])
    was = {pk: known[pk]["was"] for pk in able}
    resources = Resource.objects.in_bulk({row[0] for one in was.values() for row in one["rows"]})
    _stand_in_line(now.values(), resources.values())
    before, people = {pk: as_before.remembered(now[pk]) for pk in able}, {pk: people_of(now[pk]) for pk in able}
    done, failed = _as_many_as_go({pk: _restorer(known[pk], waits, people[pk], by) for pk in able}, now)
    outcome.done = [now[pk] for pk in done]
    outcome.left += [(now[pk], why) for pk, why in failed.items()]
    current.undone_at = clock.now()
    current.save(update_fields=["undone_at"])
    _tell(outcome.done, before, people, by=by)
    return outcome


def _why_left(visit: Visit, change: Mapping[str, Any], waits: Mapping[int, Waiting]) -> str:
    if "waits" in change:
        return as_before.why_stays_off(visit, change["version"], waits.get(change["waits"]))
    is_as_left = visit.version == change["version"] and not frozen.stays(visit)
    return "" if is_as_left else str(_("it has changed since"))


def last_of() -> Repair | None:
    """The one that can still be undone."""
    rows = Repair.objects.filter(undone_at=None, at__gt=clock.now() - UNDONE_WITHIN).select_related("by")
    return rows.order_by("-at", "-pk").first()


Putter = Callable[[Visit, list[Taken]], None]  # given what the visit took before all gave theirs back


def _as_many_as_go(putters: Mapping[int, Putter], now: dict[int, Visit]) -> tuple[list[int], dict[int, str]]:
    """All at once, since they change places with each other. Where one does not go, all are tried again without it."""
    left, failed = dict(putters), dict[int, str]()
    while left:
        fresh = {visit.pk: visit for visit in orphans.hold(left)}
        try:
            with transaction.atomic():
                found = _try(left, fresh)
                if found:
                    raise _NotAll(found)
        except _NotAll as refusal:
            failed |= refusal.failed
            left = {pk: put for pk, put in left.items() if pk not in failed}
            continue
        now |= fresh
        return list(left), failed
    return [], failed


def _try(putters: Mapping[int, Putter], visits: Mapping[int, Visit]) -> dict[int, str]:
    """→ those that do not go, and why."""
    rows = {pk: periods.of_visit(visits[pk]) for pk in putters}
    for pk in putters:
        periods.give_back(visits[pk])
    failed = {}
    for pk, put in sorted(putters.items(), key=lambda one: (visits[one[0]].kind.position, one[0])):
        try:
            with transaction.atomic():
                put(visits[pk], rows[pk])
        except NotFree as refusal:
            failed[pk] = refusal.words or str(_("the time has been taken meanwhile"))
        except Overlaps:
            failed[pk] = str(_("the time has been taken meanwhile"))
        except Refused as refusal:
            failed[pk] = str(refusal.message)
    return failed


class _NotAll(Exception):
    def __init__(self, failed: dict[int, str]) -> None:
        super().__init__()
        self.failed = failed


def _putter(step: Step, by: Actor) -> Putter:
    return lambda visit, rows: (_substitute if step.without else _put)(visit, step, rows, by=by)


def _put(visit: Visit, step: Step, rows: list[Taken], *, by: Actor) -> None:
    start = (step.starts_at or visit.starts_at).astimezone(UTC)
    settled = settle(Wish(visit.kind, step.resource, start, visit.deal, visit=visit), so_far=rows)
    if broken := chain.broken_by(visit, settled.fit.ends_at):
        raise Refused(_("“{later}” of this deal would come too early then.").format(later=broken[0].kind.name))
    why = Why(_why(visit, step), asked=Asked.WE)
    told = not promises.holds(visit.starts_at, settled.fit.starts_at)
    booking.put(visit, step.resource, settled, why, said=why.said, also=set(), by=by, is_another_time=told)


def _substitute(visit: Visit, step: Step, rows: list[Taken], *, by: Actor) -> None:
    """The crew goes as it is, somebody else or nobody in the place of whoever is missing."""
    away = step.without
    if away is None:
        return
    periods.take(rows, kind=Booking.Kind.VISIT, visit=visit)
    of_crew = {clock.local(one.start).date() for one in rows if one.resource_id == visit.resource_id}
    there = {clock.local(one.start).date() for one in rows if one.resource_id == away.pk}
    for day in sorted(of_crew - there):
        crews.substitute(visit.resource, day, away, instead=step.instead, by=by)
    visit.lacks = visit.lacks_since = None
    visit.version += 1
    visit.save(update_fields=["lacks", "lacks_since", "version"])
    tell(visit, "found", by=by, changes={"lacks": (away.name, None)}, data={"lacks": away.name})


def _restorer(change: Mapping[str, Any], waits: Mapping[int, Waiting], went: set[int], by: Actor) -> Putter:
    was = change["was"]
    if entry := waits.get(change.get("waits", 0)):
        return lambda visit, _rows: as_before.bring_back(visit, was, entry, by=by)
    return lambda visit, _rows: as_before.restore(visit, was, went=went, by=by)


def _stand_in_line(visits: Iterable[Visit], resources: Iterable[Resource]) -> None:
    """For all that is given back and taken, at once. Whoever needs a van is in line for any of them."""
    visits = list(visits)
    concerned = {one.pk for one in resources} | {visit.resource_id for visit in visits}
    concerned |= {row.resource_id for visit in visits for row in periods.of_visit(visit)}
    if any(visit.kind.takes_others for visit in visits):
        concerned |= set(Resource.objects.filter(is_active=True).values_list("pk", flat=True))
    periods.stand_in_line(concerned, alone=concerned)


def _tell(
    done: Sequence[Visit], before: Mapping[int, Mapping[str, Any]], people: Mapping[int, set[int]], *, by: Actor
) -> None:
    """Of the staff everybody once, however many of his visits changed; clients only where they were told otherwise."""
    counted: Counter[int] = Counter()
    for visit in done:
        was = datetime.fromisoformat(before[visit.pk]["starts_at"])
        if not news.covers(was, visit.starts_at):
            counted.update({*people[visit.pk], *people_of(visit)})
        if not promises.holds(was, visit.starts_at):
            to_client.tell(visit, "moved", by=by)
    first = min((clock.local(visit.starts_at).date() for visit in done), default=clock.today())
    for person, number in counted.items():
        notices.tell([person], "visit.day_changed", by=by, data={"count": number, "day": first.isoformat()})


def _nobody_comes(visit: Visit, outcome: Outcome, *, to_wait: bool, by: Actor) -> Waiting | None:
    """→ the entry of whoever waits from now on."""
    try:
        if to_wait:
            return _let_wait(visit, outcome, by=by)
        outcome.left.append((visit, str(_("nobody can come"))))
    except Refused as refusal:
        outcome.left.append((visit, str(refusal.message)))
    _ask_to_ring(visit, by=by)
    return None


@transaction.atomic
def _let_wait(visit: Visit, outcome: Outcome, *, by: Actor) -> Waiting:
    """He is written to that it is called off, and whoever looks after the deal rings him; he is the first to be offered
    what becomes free."""
    with translation.override(settings.LANGUAGE_CODE):
        reason = gettext("Nobody can come; the client is on the waiting list")
    called_off = booking.cancel(visit, reason=reason, asked=Asked.WE, by=by, tells_client=False)
    entry = waiting.wait(
        called_off.deal,
        called_off.kind,
        address=called_off.address,
        note=called_off.wishes,
        urgency=Waiting.Urgency.URGENT,
        by=by,
    )
    booking.say_called_off(called_off, by=by)
    outcome.waiting.append(called_off)
    return entry


def _ask_to_ring(visit: Visit, *, by: Actor) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        what = gettext("Nobody can come to “{kind}”: agree on another time").format(kind=visit.kind.name)
    if Task.objects.filter(deal=visit.deal, what=what, done_at=None).exists():
        return
    tasks.plan(visit.deal, what, due_at=clock.now() + RING_WITHIN, kind=Task.Kind.CALL, by=by)


def _why(visit: Visit, step: Step) -> str:
    with translation.override(settings.LANGUAGE_CODE):
        if visit.lacks:
            return gettext("{name} cannot come").format(name=visit.lacks.name)
        if step.resource.pk == visit.resource_id:
            return gettext("{name} runs late").format(name=visit.resource.name)
        return gettext("To keep what others were promised")
