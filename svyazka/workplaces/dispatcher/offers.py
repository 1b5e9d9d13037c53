"""Free windows as buttons: a few good ones, and all of a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from svyazka.business.visits import rota, slots, teams, work
from svyazka.business.visits.models import Resource, Visit, VisitKind
from svyazka.business.visits.slots import Slot
from svyazka.kit import clock
from svyazka.workplaces.dispatcher import typed
from svyazka.workplaces.shared.timeline import duration


@dataclass(frozen=True)
class Button:
    value: str
    slot: Slot


@dataclass(frozen=True)
class Offer:
    best: list[Button]
    day: date
    before: date | None
    after: date
    of_day: list[tuple[Resource, list[Button]]]
    minutes: int
    over_days: str  # how long the work takes, where one visit goes on for days
    whole: str  # how long the work takes altogether, where that is more than a day
    booked: str  # and how much of it is booked already


def offer(
    kind: VisitKind,
    *,
    openings: int = 0,
    booked: timedelta = timedelta(),
    day: date | None = None,
    moving: Visit | None = None,
    resource: Resource | None = None,
) -> Offer:
    """The best of the next two weeks, and everything of `day` (the first day that has any, unless named). Of one
    `resource` the best ones begin with that day."""
    asked: dict[str, Any] = {"openings": openings, "booked": booked, "moving": moving, "resource": resource}
    coming = slots.free_slots(kind, from_day=day if resource else None, **asked)
    best = slots.best(coming)
    shown = max(day or (best[0].day if best else clock.today()), clock.today())
    of_day = slots.free_slots(kind, days=1, from_day=shown, **asked)
    by_resource: dict[int, tuple[Resource, list[Button]]] = {}
    for slot in of_day:
        by_resource.setdefault(slot.resource.pk, (slot.resource, []))[1].append(_button(slot))
    length, whole, is_long = _lengths(kind, shown, openings=openings, booked=booked, moving=moving)
    return Offer(
        best=[_button(slot) for slot in best],
        day=shown,
        before=shown - timedelta(days=1) if shown > clock.today() else None,
        after=shown + timedelta(days=1),
        of_day=sorted(by_resource.values(), key=lambda pair: (pair[0].position, pair[0].pk)),
        minutes=int(length.total_seconds() // 60),
        over_days=_in_words(length) if any(clock.local(one.ends_at).date() != one.day for one in of_day) else "",
        whole=_in_words(whole) if is_long else "",
        booked=_in_words(booked) if is_long and timedelta() < booked < whole else "",
    )


def _lengths(
    kind: VisitKind, day: date, *, openings: int, booked: timedelta, moving: Visit | None
) -> tuple[timedelta, timedelta, bool]:
    """Of the visit on that day, of the work altogether, and whether that takes more than one visit."""
    there = rota.read(day, day + timedelta(days=slots.DAYS))
    able, whole = teams.able_to(there, kind), work.length_of(kind, openings)
    if moving:
        return moving.work, whole, False
    length = work.length_on(there, day, able, kind, openings=openings, booked=booked)
    most = max(work.longest_day(there, able, day + timedelta(days=number)) for number in range(slots.DAYS))
    return length, whole, timedelta() < most * kind.most_days < whole


def _in_words(length: timedelta) -> str:
    hours = length / timedelta(hours=1)
    return _("{hours} h").format(hours=int(hours)) if hours == int(hours) else duration(int(length.total_seconds()))


def _button(slot: Slot) -> Button:
    return Button(typed.written(slot), slot)
