"""What is set for a kind of visits, in words: for the list of kinds, and for the parts of its form that are folded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from svyazka.business.visits.models import VisitKind

SIGN = " · "


def whole(kind: VisitKind, stages: Mapping[str, str], kinds: Mapping[str, str]) -> str:
    """`kinds`: their names by code."""
    minutes = ngettext("{number} minute", "{number} minutes", kind.minutes).format(number=kind.minutes)
    return SIGN.join([minutes, *_length(kind), *_team(kind), *_order(kind, kinds), *_deal(kind, stages)])


def parts(kind: VisitKind, stages: Mapping[str, str], kinds: Mapping[str, str]) -> dict[str, str]:
    """By part of the form; one in which nothing is set is empty."""
    return {
        "length": SIGN.join(_length(kind)),
        "team": SIGN.join(_team(kind)),
        "order": SIGN.join(_order(kind, kinds)),
        "deal": SIGN.join(_deal(kind, stages)),
    }


def _length(kind: VisitKind) -> Iterator[str]:
    if kind.steps:
        yield _("by size: {steps}").format(steps=", ".join(f"{size} → {number}" for size, number in kind.steps))
    if each := kind.minutes_per_opening:
        yield _("{number} more for each opening").format(number=each)
    if kind.before:
        yield _("{number} min before").format(number=kind.before)
    if kind.after:
        yield _("{number} min after").format(number=kind.after)
    if kind.most_days > 1:
        yield ngettext("up to {number} day", "up to {number} days", kind.most_days).format(number=kind.most_days)
    if kind.promised_days:
        yield _("promised within days: {number}").format(number=kind.promised_days)


def _team(kind: VisitKind) -> Iterator[str]:
    if kind.people > 1:
        yield _("{number} people").format(number=kind.people)
    if kind.vehicles:
        yield ngettext("{number} vehicle", "{number} vehicles", kind.vehicles).format(number=kind.vehicles)
    yield from kind.more_skills
    yield from kind.equipment
    if kind.bring:
        yield _("things to take along: {number}").format(number=len(kind.bring))


def _order(kind: VisitKind, kinds: Mapping[str, str]) -> Iterator[str]:
    if not kind.comes_after:
        return
    name = kinds.get(kind.comes_after, kind.comes_after)
    if not kind.gap_days:
        yield _("after “{kind}”").format(kind=name)
        return
    said = ngettext("{days} working day after “{kind}”", "{days} working days after “{kind}”", kind.gap_days)
    yield said.format(days=kind.gap_days, kind=name)


def _deal(kind: VisitKind, stages: Mapping[str, str]) -> Iterator[str]:
    if kind.booked_stage:
        yield _("booked → {stage}").format(stage=stages.get(kind.booked_stage, kind.booked_stage))
    if kind.done_stage:
        yield _("done → {stage}").format(stage=stages.get(kind.done_stage, kind.done_stage))
