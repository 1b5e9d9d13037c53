"""Windows as buttons: the few that are named on the phone, and all of a day for whoever asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from svyazka.business.visits import offering, rota, slots, teams, work
from svyazka.business.visits.holding import Hold
from svyazka.business.visits.models import Resource, Visit, VisitKind
from svyazka.business.visits.offering import NO_WISHES, Offered, Wishes
from svyazka.business.visits.slots import Slot
from svyazka.kit import clock
from svyazka.workplaces.dispatcher import typed
from svyazka.workplaces.shared.timeline import duration


@dataclass(frozen=True)
class Button:
    value: str
    slot: Slot


@dataclass(frozen=True)
class Named:
    number: int  # the key that chooses it
    value: str
    window: Offered


@dataclass(frozen=True)
class OfDay:
    day: date
    before: date | None
    after: date
    rows: list[tuple[Resource, list[Button]]]


@dataclass(frozen=True)
class Offer:
    windows: list[Named]
    why_not: tuple[str, ...]
    of_day: OfDay | None
    minutes: int
    over_days: str  # how long the work takes, where one visit goes on for days
    whole: str  # how long the work takes altogether, where that is more than a day
    booked: str  # and how much of it is booked already


def offer(
    kind: VisitKind,
    place: str,
    *,
    openings: int = 0,
    booked: timedelta = timedelta(),
    wishes: Wishes = NO_WISHES,
    day: date | None = None,
    moving: Visit | None = None,
    resource: Resource | None = None,
    held: Hold | None = None,
    not_before: datetime | None = None,
) -> Offer:
    """`day`: everything of it, too; of one `resource` the windows begin with it."""
    asked: dict[str, Any] = {"openings": openings, "booked": booked, "moving": moving, "resource": resource}
    holds = (held.request_id,) if held else ()
    if resource and day and wishes.from_day is None:
        wishes = replace(wishes, from_day=day)
    found = offering.offer(kind, place, wishes=wishes, holds=holds, not_before=not_before, **asked)
    windows = [one for one in found.windows if not (held and _is_held(held, one))]
    named = [Named(number, typed.written(one), one) for number, one in enumerate(windows, 1)]
    of_day = _of_day(kind, day, asked, not_before) if day else None
    return Offer(named, found.why_not, of_day, **_lengths(kind, windows, asked))


@dataclass(frozen=True)
class Kept:
    value: str
    hold: Hold
    told: tuple[datetime, datetime]


def kept(held: Hold) -> Kept:
    return Kept(f"{held.resource.pk}@{held.starts_at.isoformat()}", held, offering.told(held.starts_at))


def _is_held(held: Hold, one: Offered) -> bool:
    return (held.resource.pk, held.starts_at) == (one.resource.pk, one.starts_at)


def _of_day(kind: VisitKind, day: date, asked: Mapping[str, Any], not_before: datetime | None) -> OfDay:
    shown = max(day, clock.today())
    by_resource: dict[int, tuple[Resource, list[Button]]] = {}
    for slot in slots.free_slots(kind, days=1, from_day=shown, **asked):
        if not_before and slot.starts_at < not_before:
            continue
        button = Button(typed.written(slot), slot)
        by_resource.setdefault(slot.resource.pk, (slot.resource, []))[1].append(button)
    rows = sorted(by_resource.values(), key=lambda pair: (pair[0].position, pair[0].pk))
    before = shown - timedelta(days=1) if shown > clock.today() else None
    return OfDay(shown, before, shown + timedelta(days=1), rows)


def _lengths(kind: VisitKind, windows: list[Offered], asked: Mapping[str, Any]) -> dict[str, Any]:
    """Of a visit, and of the work altogether where that takes more than one."""
    moving, booked = asked["moving"], asked["booked"]
    whole = moving.work if moving else work.length_of(kind, asked["openings"])
    length, is_long = whole, False
    if whole >= offering.LONG and not moving:
        length, is_long = _of_long_work(kind, windows, asked, whole)
    goes_on = any(clock.local(one.ends_at).date() != one.day for one in windows)
    return {
        "minutes": int(length.total_seconds() // 60),
        "over_days": _in_words(length) if goes_on else "",
        "whole": _in_words(whole) if is_long else "",
        "booked": _in_words(booked) if is_long and timedelta() < booked < whole else "",
    }


def _of_long_work(
    kind: VisitKind, windows: list[Offered], asked: Mapping[str, Any], whole: timedelta
) -> tuple[timedelta, bool]:
    """Of the visit on the first day that is offered, and whether the work takes more than one visit."""
    day = windows[0].day if windows else clock.today()
    there = rota.unbooked(day, day + timedelta(days=slots.DAYS))
    able = teams.able_to(there, kind)
    length = work.length_on(there, day, able, kind, openings=asked["openings"], booked=asked["booked"])
    most = max(work.longest_day(there, able, day + timedelta(days=number)) for number in range(slots.DAYS))
    return length, timedelta() < most * kind.most_days < whole


def _in_words(length: timedelta) -> str:
    hours = length / timedelta(hours=1)
    return _("{hours} h").format(hours=int(hours)) if hours == int(hours) else duration(int(length.total_seconds()))
