"""While both systems are in use: what was open there, moved over and is done there since, nobody has to do here."""

from __future__ import annotations

from collections.abc import Sequence

from svyazka.business.clients import history
from svyazka.business.deals import take_over
from svyazka.business.moving_in.models import MoveIn, MoveInEvent


def settle(given: MoveIn, known: Sequence[MoveInEvent]) -> None:
    """`known`: events that have moved over before. A task that somebody has touched here is his."""
    done = {one.outside_id: one for one in known if one.kind == "task" and one.said.get("is_done")}
    earlier = {one.task_id or 0: one for one in _earlier(given, list(done))}
    taken = take_over.take_away(list(earlier))
    for task_id, task in taken.items():
        done[earlier[task_id].outside_id].said = {"of": earlier[task_id].pk, "task": task.stored()}
    changed = [done[earlier[task_id].outside_id] for task_id in taken]
    MoveInEvent.objects.bulk_update(changed, ["said"])
    history.tick_off([earlier[task_id].interaction_id or 0 for task_id in taken])


def take_back(given: MoveIn) -> None:
    """They are open here again."""
    settled = list(given.events.filter(state=MoveInEvent.State.KNOWN, said__has_key="task").order_by("at", "id"))
    earlier = MoveInEvent.objects.in_bulk([one.said["of"] for one in settled])
    left = [(one, earlier[one.said["of"]]) for one in settled if one.said["of"] in earlier]
    numbers = take_over.plan_all([take_over.BroughtTask.read(one.said["task"]) for one, _before in left])
    for (one, before), number in zip(left, numbers, strict=True):
        before.task_id, one.said = number, {}
    MoveInEvent.objects.bulk_update([before for _one, before in left], ["task_id"])
    MoveInEvent.objects.bulk_update([one for one, _before in left], ["said"])
    history.tick_off([before.interaction_id or 0 for _one, before in left], is_done=False)


def _earlier(given: MoveIn, outside_ids: Sequence[str]) -> list[MoveInEvent]:
    if not outside_ids:
        return []
    moves = list(MoveIn.objects.filter(account=given.account_id).exclude(pk=given.pk).values_list("pk", flat=True))
    return list(MoveInEvent.objects.filter(of__in=moves, outside_id__in=outside_ids, task_id__isnull=False))
