"""What the move of a visit does to those that wait for it: looked at before anything is saved, then done with it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from svyazka.business.visits import chain, slots
from svyazka.business.visits.models import Visit
from svyazka.business.visits.slots import Slot
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

ANYHOW = "anyhow"  # of the house itself: nobody is there to look at it first


@dataclass(frozen=True)
class Effect:
    """A later visit goes to another time with the same people; without one it is called off, and somebody rings."""

    visit: Visit
    slot: Slot | None
    then: tuple[Effect, ...] = ()

    def __iter__(self) -> Iterator[Effect]:
        yield self
        for one in self.then:
            yield from one


class TakesAlong(Refused):
    """Others wait for this visit. Whoever moves it sees first what becomes of them."""

    status = 409

    def __init__(self, effects: tuple[Effect, ...]) -> None:
        super().__init__(_("Other visits of this deal wait for this one. Look at what becomes of them."))
        self.effects = effects


def effects(visit: Visit, ends_at: datetime) -> tuple[Effect, ...]:
    """Of a visit that would end then, the next ones first."""
    return tuple(_effect(one, chain.earliest(ends_at, one.kind.gap_days)) for one in chain.broken_by(visit, ends_at))


def token(found: Iterable[Effect]) -> str:
    """Says whether what is done is what was shown."""
    parts = [f"{one.visit.pk}:{one.visit.version}:{_start(one)}" for effect in found for one in effect]
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]


def _start(effect: Effect) -> str:
    return effect.slot.starts_at.isoformat() if effect.slot else ""


def _effect(later: Visit, at: datetime) -> Effect:
    slot = _next_slot(later, at)
    return Effect(later, slot, effects(later, slot.ends_at) if slot else ())


def _next_slot(later: Visit, at: datetime) -> Slot | None:
    """With the same people, on the first day that goes, as near to its old hour as can be."""
    day = clock.local(at).date()
    free = slots.free_slots(later.kind, from_day=day, resource=later.resource, moving=later)
    able = [one for one in free if one.starts_at >= at]
    if not able:
        return None
    first = min(one.day for one in able)
    return min((one for one in able if one.day == first), key=lambda one: (_apart(one, later), one.starts_at))


def _apart(slot: Slot, later: Visit) -> float:
    here, there = clock.local(slot.starts_at), clock.local(later.starts_at)
    return abs((here.hour - there.hour) * 60 + here.minute - there.minute)
