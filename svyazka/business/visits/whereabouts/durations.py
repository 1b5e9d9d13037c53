"""How long visits really take, from coming to leaving: beside what the company plans for them. Nothing of it is planned
with until somebody has taken it over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from statistics import median
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.record import About, record
from svyazka.business.staff.models import Person
from svyazka.business.visits import kinds
from svyazka.business.visits.models import DurationTaken, VisitKind
from svyazka.kit import clock, words
from svyazka.kit.refusals import Refused

ENOUGH = 5  # fewer say little
GRAIN = 5  # minutes
SHORTEST, LONGEST = timedelta(minutes=3), timedelta(hours=16)  # anything else was no visit, or a forgotten phone
UNDONE_WITHIN = timedelta(days=30)


@dataclass(frozen=True)
class Stay:
    """One visit that was done. `minutes` of somebody, with `openings`."""

    kind_id: int
    person: str
    openings: int
    minutes: float


@dataclass(frozen=True)
class Learnt:
    """Of one kind, of one size (`step`: which line of its durations by size; None: any)."""

    step: int | None
    planned: int  # minutes, as the kind says
    really: int  # the middle of what was seen, as the same number
    count: int
    people: tuple[tuple[str, int, int], ...] = ()  # whoever is seen often enough: name, minutes, number

    @property
    def is_enough(self) -> bool:
        return self.count >= ENOUGH

    @property
    def differs(self) -> bool:
        return self.is_enough and self.really != self.planned


def of_kinds() -> dict[int, list[Learnt]]:
    """Kind → what was learnt, in one statement."""
    stays: dict[int, list[Stay]] = defaultdict(list)
    for stay in _stays():
        stays[stay.kind_id].append(stay)
    return {kind.pk: learn(kind, stays[kind.pk]) for kind in VisitKind.objects.filter(pk__in=stays)}


def of_kind(kind: VisitKind) -> list[Learnt]:
    return learn(kind, [stay for stay in _stays() if stay.kind_id == kind.pk])


def learn(kind: VisitKind, stays: Sequence[Stay]) -> list[Learnt]:
    """By the lines in which the kind says how long it takes. Pure."""
    by_step: dict[int | None, list[Stay]] = defaultdict(list)
    for stay in stays:
        by_step[_step_of(kind, stay.openings)].append(stay)
    order = sorted(by_step, key=lambda step: -1 if step is None else step)
    return [_learnt(kind, step, by_step[step]) for step in order]


def _step_of(kind: VisitKind, openings: int) -> int | None:
    if not kind.steps or not openings:
        return None
    return next((at for at, (most, _minutes) in enumerate(kind.steps) if openings <= most), len(kind.steps) - 1)


def _learnt(kind: VisitKind, step: int | None, stays: Sequence[Stay]) -> Learnt:
    planned = kind.minutes if step is None else kind.steps[step][1]
    own = [replace(stay, minutes=stay.minutes - _for_size(kind, step, stay.openings)) for stay in stays]
    of_person: dict[str, list[float]] = defaultdict(list)
    for stay in own:
        of_person[stay.person].append(stay.minutes)
    people = [(name, _rounded(found), len(found)) for name, found in of_person.items() if len(found) >= ENOUGH]
    return Learnt(step, planned, _rounded(stay.minutes for stay in own), len(own), tuple(sorted(people)))


def _for_size(kind: VisitKind, step: int | None, openings: int) -> int:
    """What the kind adds for each opening besides."""
    if step is None:
        return 0 if kind.steps else kind.minutes_per_opening * openings
    most: int = kind.steps[step][0]
    return kind.minutes_per_opening * max(0, openings - most)


def _rounded(minutes: Iterable[float]) -> int:
    return max(GRAIN, round(median(minutes) / GRAIN) * GRAIN)


def _stays() -> list[Stay]:
    with connection.cursor() as cursor:
        given: dict[str, Any] = {"shortest": SHORTEST, "longest": LONGEST}
        cursor.execute(_STAYS, given)
        return [Stay(*row) for row in cursor.fetchall()]


# Of whoever led it; from when he first came to when he last left.
_STAYS = """
select v.kind_id, r.name,
       case when d.facts ->> 'openings' ~ '^[0-9]{1,4}$' then (d.facts ->> 'openings')::int else 0 end,
       extract(epoch from stay.gone - stay.came)::float8 / 60
from (
    select visit_id, person_id, min(at) filter (where kind = 'came') as came,
           max(at) filter (where kind = 'left') as gone
    from visits_mark group by visit_id, person_id
) stay
join visits_visit v on v.id = stay.visit_id
join visits_resource r on r.id = v.resource_id and r.person_id = stay.person_id
join deals_deal d on d.id = v.deal_id
where v.status = 'done' and stay.gone - stay.came between %(shortest)s and %(longest)s
order by v.id
"""


@transaction.atomic
def take_over(kind: VisitKind, step: int | None, *, minutes: int, by: Person) -> VisitKind:
    """What was shown is what is planned with from now on; visits that are booked stay as long as they are."""
    current = VisitKind.objects.select_for_update().get(pk=kind.pk)
    found = next((one for one in of_kind(current) if one.step == step), None)
    if found is None or not found.is_enough or found.really != minutes:
        raise Refused(_("More visits have been seen meanwhile: look at the numbers again."))
    was = _state(current)
    if step is None:
        current.minutes = minutes
    else:
        current.steps = [[size, minutes if at == step else old] for at, (size, old) in enumerate(current.steps)]
    _refuse_nonsense(current)
    current.save(update_fields=["minutes", "steps"])
    DurationTaken.objects.create(kind=current, at=clock.now(), by=by, was=was, became=_state(current))
    _record(current, was, by=by)
    return current


def last_taken(kind: VisitKind) -> DurationTaken | None:
    """What can still be undone: nobody has changed it since."""
    rows = DurationTaken.objects.filter(kind=kind, undone_at=None, at__gt=clock.now() - UNDONE_WITHIN)
    last = rows.select_related("by").order_by("-at", "-pk").first()
    return last if last and last.became == _state(kind) else None


@transaction.atomic
def undo(taken: DurationTaken, *, by: Person) -> VisitKind:
    """A second click changes nothing."""
    kind = VisitKind.objects.select_for_update().get(pk=taken.kind_id)
    current = DurationTaken.objects.get(pk=taken.pk)
    if current.undone_at:
        return kind
    if current.became != _state(kind):
        raise Refused(_("The duration has been changed since; that stays."))
    was = _state(kind)
    kind.minutes, kind.steps = current.was["minutes"], current.was["steps"]
    kind.save(update_fields=["minutes", "steps"])
    current.undone_at = clock.now()
    current.save(update_fields=["undone_at"])
    _record(kind, was, by=by)
    return kind


def _state(kind: VisitKind) -> dict[str, Any]:
    return {"minutes": kind.minutes, "steps": [list(step) for step in kind.steps]}


def _refuse_nonsense(kind: VisitKind) -> None:
    longest = max([kind.minutes, *(minutes for _size, minutes in kind.steps)])
    rising = [minutes for _size, minutes in kind.steps]
    if longest > kinds.MOST_MINUTES or rising != sorted(rising):
        raise Refused(_("Larger work would take less time than smaller work then. Correct it by hand."))


def _record(kind: VisitKind, was: dict[str, Any], *, by: Person) -> None:
    now = _state(kind)
    changes = {name: (str(was[name]), str(now[name])) for name in now if was[name] != now[name]}
    note = words.to_store(kind.words)
    record("visits.kind_changed", About("visit_kind", kind.pk), by=by, changes=changes, note=note)
