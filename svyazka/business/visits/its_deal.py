"""What becomes of the deal when a visit of it is booked, moved or called off: its stage, its next step, its date."""

from __future__ import annotations

import contextlib
from datetime import time, timedelta

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

from svyazka.business.deals import moves
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Deal, Stage, Task
from svyazka.business.deals.work import next_steps, staying, tasks
from svyazka.business.journal.record import Actor
from svyazka.business.visits import chain
from svyazka.business.visits.models import Visit
from svyazka.kit import clock

EVE = time(18)  # until then somebody confirms tomorrow's visits
NEW_DATE_WITHIN = timedelta(days=1)
RING_WITHIN = timedelta(hours=1)
LONGEST_REASON = 80  # in the words of a step


def waits_for(visit: Visit) -> list[str]:
    """What must still be known before the deal can go on to the stage of such a visit, in words."""
    stage = _stage(visit.deal, visit.kind.booked_stage)
    return [facts.name_of(code) for code in moves.missing_to_leave(visit.deal, to=stage)] if stage else []


def carry_on(deal: Deal, code: str, *, by: Actor) -> Deal:
    """Takes the deal forward to this stage of its pipeline. Where something is still missing it stays."""
    stage = _stage(deal, code)
    if stage is None or not deal.is_open or stage.position <= deal.stage.position:
        return deal
    try:
        return moves.move(deal, to=stage, by=by)
    except staying.CannotLeave:
        return deal


def take_on(visit: Visit, *, by: Actor) -> None:
    """To the stage that says “booked”; what it left is remembered, for a booking may have been a mistake."""
    left = visit.deal.stage
    visit.deal = carry_on(visit.deal, visit.kind.booked_stage, by=by)
    if visit.deal.stage_id != left.pk:
        # The very moment at which the deal got there says later whether somebody has moved it since.
        visit.left_stage, visit.status_since = left, visit.deal.stage_since
        visit.save(update_fields=["left_stage", "status_since"])


def is_where_booking_left_it(visit: Visit) -> bool:
    there = visit.deal.stage.code == visit.kind.booked_stage and visit.deal.stage_since == visit.status_since
    return there and visit.left_stage is not None and visit.deal.is_open and not has_another(visit)


def go_back(visit: Visit, *, by: Actor) -> None:
    """To the stage that it left when it was booked, unless a question holds it where it is."""
    if visit.left_stage:
        with contextlib.suppress(staying.CannotLeave):
            visit.deal = moves.put(visit.deal, to=visit.left_stage, by=by)


def ask_again(visit: Visit, *, by: Actor) -> None:
    """Whether the time suits: the step of a deal whose visit was confirmed takes its old place again."""
    if visit.deal.stage.code == visit.kind.booked_stage:
        next_steps.plan_for_stage(visit.deal, by=by)
        confirm_the_day_before(visit)


def confirm_the_day_before(visit: Visit) -> None:
    """What the stage asks for before such a visit is asked for on its eve; on the same day within the hour."""
    if visit.deal.stage.code != visit.kind.booked_stage:
        return
    eve = clock.at(clock.local(visit.starts_at).date() - timedelta(days=1), EVE)
    soon = min(clock.now() + timedelta(hours=1), visit.starts_at)
    next_steps.set_due(visit.deal, max(eve, soon))


def agree_on_a_new_date(visit: Visit, *, by: Actor, knows: bool) -> None:
    """What a deal with a booked visit asks for ("confirm the time") is void when there is none any more. `knows`: the
    client himself has called it off; otherwise he is rung at once."""
    what = _agree() if knows else _tell_him()
    deal = visit.deal
    due_at = clock.now() + (NEW_DATE_WITHIN if knows else RING_WITHIN)
    if deal.stage.code == visit.kind.booked_stage and not has_another(visit):
        next_steps.replace_stages(deal, what, due_at=due_at, by=by)
    else:
        tasks.plan(deal, what, due_at=due_at, by=by)


def is_still_to_be_told(visit: Visit) -> bool:
    """Nobody has rung him yet to say that we cannot come."""
    return Task.objects.filter(deal=visit.deal, what=_tell_him(), done_at=None).exists()


def stands_again(visit: Visit, *, by: Actor) -> None:
    """A visit that was called off is to be made after all: there is no date to agree on, nor a question about what
    waits for it."""
    void = [_tell_him(), *(_what_becomes_of(later, visit) for later in chain.ahead_of(visit))]
    for task in Task.objects.filter(deal=visit.deal, what__in=void, done_at=None, of_stage=False):
        tasks.fall_away(task, by=by)
    write_date(visit, by=by)
    if visit.deal.stage.code == visit.kind.booked_stage and not has_another(visit):
        next_steps.plan_for_stage(visit.deal, by=by)
    confirm_the_day_before(visit)


def agree_after(visit: Visit, said: str, *, by: Actor) -> Task | None:
    """The client was to be visited and nothing came of it: he is rung within the hour. → the task, where it does not
    stand in the place of the step that the stage asks for."""
    with translation.override(settings.LANGUAGE_CODE):
        words = gettext("“{kind}” could not be done ({reason}): agree on a new date with the client")
        what = words.format(kind=visit.kind.name, reason=said[:LONGEST_REASON])
    deal, due_at = visit.deal, clock.now() + RING_WITHIN
    if deal.stage.code == visit.kind.booked_stage and not has_another(visit):
        next_steps.replace_stages(deal, what, due_at=due_at, by=by)
        return None
    return tasks.plan(deal, what, due_at=due_at, kind=Task.Kind.CALL, by=by)


def ask_about_later(cancelled: Visit, *, by: Actor) -> list[Task]:
    """Whoever looks after the deal says what becomes of the visits that waited for this one."""
    planned = []
    for later in chain.ahead_of(cancelled):
        if chain.not_before(later.kind, cancelled.deal_id) is None:
            what = _what_becomes_of(later, cancelled)
            planned.append(tasks.plan(cancelled.deal, what, due_at=clock.now() + NEW_DATE_WITHIN, by=by))
    return planned


def write_date(visit: Visit, *, by: Actor) -> None:
    """The deal's field says when the last visit of this kind is, or nothing when there is none."""
    if not visit.kind.booked_fact:
        return
    last = Visit.objects.still_on().filter(deal=visit.deal, kind=visit.kind).order_by("-starts_at").first()
    day = clock.local(last.starts_at).date().isoformat() if last else ""
    visit.deal = facts.change(visit.deal, {visit.kind.booked_fact: day}, by=by)


def has_another(visit: Visit) -> bool:
    """Of the same kind, still to come."""
    rows = Visit.objects.filter(deal=visit.deal, kind=visit.kind, status__in=Visit.MOVABLE)
    return rows.exclude(pk=visit.pk).exists()


def _agree() -> str:
    with translation.override(settings.LANGUAGE_CODE):
        return gettext("Agree on a new date with the client")


def _tell_him() -> str:
    with translation.override(settings.LANGUAGE_CODE):
        return gettext("Tell the client that we cannot come, and agree on a new date")


def _what_becomes_of(later: Visit, first: Visit) -> str:
    with translation.override(settings.LANGUAGE_CODE):
        said = gettext("“{first}” is called off: what becomes of “{later}”?")
        return said.format(first=first.kind.name, later=later.kind.name)


def _stage(deal: Deal, code: str) -> Stage | None:
    return Stage.objects.filter(pipeline_id=deal.pipeline_id, code=code).first() if code else None
