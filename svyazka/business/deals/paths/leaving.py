"""What becomes of running deals when their pipeline is changed: a stage is taken away, a limit is another one.

By few statements however many deals there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection

from svyazka.business.clients import history
from svyazka.business.clients.models import Interaction
from svyazka.business.deals.models import Deal, HandOff, Stage, Task
from svyazka.business.deals.opening import due_in
from svyazka.business.journal.record import Actor
from svyazka.kit import clock


def empty(stage: Stage, place: Stage, *, by: Actor) -> None:
    """All deals of the stage go to `place`, which is of the same kind; then the stage goes."""
    while deals := list(Deal.objects.filter(stage=stage).select_for_update().order_by("pk")[:_AT_ONCE]):
        _take_over(deals, stage, place, by=by)
    # Whoever is just moving a deal there holds the stage; behind him, it is looked once more.
    Stage.objects.select_for_update().get(pk=stage.pk)
    if late := list(Deal.objects.filter(stage=stage).select_for_update().order_by("pk")):
        _take_over(late, stage, place, by=by)
    HandOff.objects.filter(left_stage=stage).update(left_stage=place)
    stage.delete()


_AT_ONCE = 1000


def _take_over(deals: Sequence[Deal], stage: Stage, place: Stage, *, by: Actor) -> None:
    now = clock.now()
    for deal in deals:
        deal.stage, deal.stage_since = place, now
        deal.stage_due_at = due_in(place, now, deal.facts)
        deal.version += 1
    Deal.objects.bulk_update(deals, ["stage", "stage_since", "stage_due_at", "version"], batch_size=500)
    ids = [deal.pk for deal in deals]
    Task.objects.filter(deal_id__in=ids, done_at=None, of_stage=True).delete()
    if place.next_step and place.is_open:
        Task.objects.bulk_create([_step(deal, place, now) for deal in deals])
    show_steps(ids)
    moved = {"from": stage.words, "to": place.words, "reason": {}}
    pairs = [(deal.client_id, deal.pk) for deal in deals]
    history.add_to_many(pairs, kind=Interaction.Kind.STAGE, data=moved, by=by)


def _step(deal: Deal, place: Stage, now: datetime) -> Task:
    return Task(
        deal=deal,
        kind=place.next_step_kind,
        what=place.next_step,
        due_at=deal.stage_due_at or now + timedelta(days=1),
        person_id=deal.responsible_id,
        of_stage=True,
    )


def recount(stages: Sequence[Stage]) -> None:
    """Deals that stand there have the stage's limit as it is now, counted from when they came; and so has the step that
    the stage asks for."""
    ids = [stage.pk for stage in stages]
    hours = [stage.limit_hours for stage in stages]
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [ids, hours])
        touched = [pk for (pk,) in cursor.fetchall()]
        cursor.execute(_STEPS_DUE, [touched])
    show_steps(touched)


# A stage that is not for all deals keeps the limits that it gave to those it is for.
_DUE = """
update deals_deal d set stage_due_at = d.stage_since + s.hours * interval '1 hour', version = version + 1
from unnest(%s::bigint[], %s::int[]) as s (id, hours)
where d.stage_id = s.id and d.closed_at is null
returning d.id
"""
_STEPS_DUE = """
update deals_task t set due_at = d.stage_due_at from deals_deal d
where d.id = any(%s) and t.deal_id = d.id and t.of_stage and t.done_at is null and d.stage_due_at is not null
"""


def show_steps(deal_ids: Sequence[int]) -> None:
    """The next open task of each, as its deal shows it."""
    with connection.cursor() as cursor:
        cursor.execute(_SHOWN, [list(deal_ids)])


_SHOWN = """
update deals_deal d set next_step = coalesce(first.what, ''), next_step_at = first.due_at
from unnest(%s::bigint[]) as wanted (id)
left join lateral (
    select what, due_at from deals_task where deal_id = wanted.id and done_at is null order by due_at limit 1
) first on true
where d.id = wanted.id
"""
