"""Why deals are lost, in the company's own words: the list that is chosen from."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.db.models import Max

from svyazka.business.deals.models import LossReason
from svyazka.business.journal.record import About, Actor, record
from svyazka.kit import codes, order, words


def add(typed: Mapping[str, str], *, by: Actor) -> LossReason:
    known = {one.code: one.words.get("ru", "") for one in LossReason.objects.all()}
    name = words.chosen(typed, besides=known.values())
    last = LossReason.objects.aggregate(last=Max("position"))["last"]
    made = LossReason(
        code=codes.made_of(name, besides=known), words=name, position=0 if last is None else last + 1, is_active=True
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
            record("deals.loss_reason_added", _about(made), by=by, changes={"name": (None, words.to_store(name))})
    except IntegrityError as conflict:
        raise words.taken() from conflict
    return made


@transaction.atomic
def rename(reason: LossReason, typed: Mapping[str, str], *, by: Actor) -> LossReason:
    current = LossReason.objects.select_for_update().get(pk=reason.pk)
    others = LossReason.objects.exclude(pk=current.pk).values_list("words__ru", flat=True)
    before, current.words = current.words, words.chosen(typed, besides=list(others))
    if current.words != before:
        current.save(update_fields=["words"])
        changes = {"name": (words.to_store(before), words.to_store(current.words))}
        record("deals.loss_reason_changed", _about(current), by=by, changes=changes)
    return current


@transaction.atomic
def switch(reason: LossReason, *, on: bool, by: Actor) -> None:
    """Off, it is not offered any more; deals that were lost for it keep it."""
    current = LossReason.objects.select_for_update().get(pk=reason.pk)
    if current.is_active != on:
        current.is_active = on
        current.save(update_fields=["is_active"])
        changes = {"is_active": (not on, on)}
        record("deals.loss_reason_changed", _about(current), by=by, changes=changes, note=words.to_store(current.words))


@transaction.atomic
def move(reason: LossReason, *, up: bool, by: Actor) -> None:
    """A place further up or down."""
    before = list(LossReason.objects.select_for_update())
    after = order.shifted(before, reason, up=up)
    for position, one in enumerate(after):
        LossReason.objects.filter(pk=one.pk).update(position=position)
    changes = {"position": (before.index(reason) + 1, after.index(reason) + 1)}
    record("deals.loss_reason_changed", _about(reason), by=by, changes=changes, note=words.to_store(reason.words))


def _about(reason: LossReason) -> About:
    return About("loss_reason", reason.pk)
