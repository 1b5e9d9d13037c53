"""What the company demands of its floor: the service level, the time after a call, the time for a call-back."""

from __future__ import annotations

from django.db import transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from svyazka.business.calls.models import CallQueue, FloorRules
from svyazka.business.journal.record import About, Actor, record
from svyazka.business.staff.models import Department
from svyazka.kit.refusals import Refused

LONGEST_WAIT = 120  # seconds; whoever waits longer is counted as one who waited that long
_FURTHEST = {
    "answer_within": (1, LONGEST_WAIT),
    "answer_share": (1, 100),
    "short_within": (0, LONGEST_WAIT),
    "after_call_seconds": (0, 3600),
    "ring_back_minutes": (1, 24 * 60),
}


def rules() -> FloorRules:
    return FloorRules.objects.filter(pk=1).first() or FloorRules(pk=1)


@transaction.atomic
def change(
    *,
    answer_within: int,
    answer_share: int,
    short_within: int,
    after_call_seconds: int,
    ring_back_minutes: int,
    ring_back_department: Department | None,
    by: Actor,
) -> None:
    wanted: dict[str, int] = {
        "answer_within": answer_within,
        "answer_share": answer_share,
        "short_within": short_within,
        "after_call_seconds": after_call_seconds,
        "ring_back_minutes": ring_back_minutes,
    }
    for name, value in wanted.items():
        _refuse_out_of_bounds(name, value)
    FloorRules.objects.get_or_create(pk=1)
    current = FloorRules.objects.select_for_update().get(pk=1)
    changes: dict[str, tuple[object, object]] = {
        name: (getattr(current, name), value) for name, value in wanted.items() if getattr(current, name) != value
    }
    if current.ring_back_department != ring_back_department:
        changes["ring_back_department"] = (str(current.ring_back_department or ""), str(ring_back_department or ""))
    if not changes:
        return
    for name, value in wanted.items():
        setattr(current, name, value)
    current.ring_back_department = ring_back_department
    current.save()
    record("calls.floor_rules_changed", About("floor", 0), by=by, changes=changes)


@transaction.atomic
def change_queue(
    queue: CallQueue, *, name: str, answer_within: int | None, department: Department | None, by: Actor
) -> None:
    if answer_within is not None:
        _refuse_out_of_bounds("answer_within", answer_within)
    current = CallQueue.objects.select_for_update().get(pk=queue.pk)
    wanted = {"name": " ".join(name.split()), "answer_within": answer_within, "department": department}
    changes = {
        key: (str(getattr(current, key) or ""), str(value or ""))
        for key, value in wanted.items()
        if getattr(current, key) != value
    }
    if changes:
        for key, value in wanted.items():
            setattr(current, key, value)
        current.save()
        record("calls.queue_changed", About("floor", current.pk), by=by, changes=changes, note=str(current))


def _refuse_out_of_bounds(name: str, value: int) -> None:
    least, most = _FURTHEST[name]
    if not least <= value <= most:
        words = format_lazy(_("From {least} to {most}."), least=least, most=most)
        raise Refused(words, fields={name: words})
