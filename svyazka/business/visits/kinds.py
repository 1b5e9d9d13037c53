"""Kinds of visits: how long one takes, who can do it, and where it leads the deal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from svyazka.business.deals.models import Field, Stage
from svyazka.business.journal.names import Names
from svyazka.business.journal.record import Actor
from svyazka.business.visits import chain
from svyazka.business.visits.models import VisitKind
from svyazka.kit import codes, words
from svyazka.kit.refusals import Refused

MOST_MINUTES = 24 * 60
MOST_PEOPLE = 20
MOST_DAYS = 3
MOST_BUFFER = 4 * 60
MOST_PROMISED = 60
MOST_WORDS = 10
MOST_THINGS = 30
LONGEST_THING = 80
LONGEST_TAG = 30
# What may stand in a number of a kind: from, to.
BOUNDS = {
    "minutes": (1, MOST_MINUTES),
    "minutes_per_opening": (0, MOST_MINUTES),
    "most_days": (1, MOST_DAYS),
    "before": (0, MOST_BUFFER),
    "after": (0, MOST_BUFFER),
    "people": (1, MOST_PEOPLE),
    "vehicles": (0, MOST_PEOPLE),
    "promised_days": (0, MOST_PROMISED),
    "gap_days": (0, chain.MOST_DAYS),
}
OF_A_DAY = (Field.Kind.DATE, Field.Kind.MOMENT)


@dataclass(frozen=True)
class Wish:
    """A kind as it shall be. `skill`: as another kind asks for it; empty: one of its own."""

    minutes: int
    minutes_per_opening: int = 0
    steps: Sequence[tuple[int, int]] = ()  # up to so many openings, so many minutes
    most_days: int = 1
    before: int = 0
    after: int = 0
    skill: str = ""
    more_skills: Sequence[str] = ()
    people: int = 1
    vehicles: int = 0
    equipment: Sequence[str] = ()
    bring: Sequence[str] = ()
    promised_days: int = 0
    booked_stage: str = ""
    booked_fact: str = ""
    done_stage: str = ""
    comes_after: str = ""  # the code of another kind
    gap_days: int = 0


KINDS = Names(VisitKind, about="visit_kind", verb="visits.kind", is_ordered=True)


def are_there() -> bool:
    """Whether this company goes out to its clients at all."""
    return VisitKind.objects.exists()


def add(typed: Mapping[str, str], wish: Wish, *, by: Actor) -> VisitKind:
    made = KINDS.new(typed)
    _write(made, wish)
    return KINDS.enter(made, by=by)


@transaction.atomic
def change(kind: VisitKind, typed: Mapping[str, str], wish: Wish, *, by: Actor) -> VisitKind:
    """Visits that are booked already stay as long as they are."""
    current = KINDS.held(kind)
    before = _in_words(current)
    KINDS.call(current, typed)
    _write(current, wish)
    after = _in_words(current)
    changes = {key: (before[key], after[key]) for key in after if before[key] != after[key]}
    if changes:
        current.save()
        KINDS.record("changed", current, by=by, changes=changes, note=words.to_store(current.words))
    return current


@transaction.atomic
def remove(kind: VisitKind, *, by: Actor) -> None:
    current = KINDS.held(kind)
    if number := current.visits.count():
        raise Refused(
            _("“{kind}” cannot go: there are visits of this kind ({number}).").format(kind=current.name, number=number)
        )
    if later := VisitKind.objects.filter(comes_after=current.code).first():
        said = _("“{kind}” cannot go: “{later}” comes after it.")
        raise Refused(said.format(kind=current.name, later=later.name))
    KINDS.remove(current, by=by)


def needs_field(field: Field) -> list[str]:
    """What of the visits needs this field, in words."""
    kinds = VisitKind.objects.filter(booked_fact=field.code) if field.of == Field.Of.DEAL else ()
    return [_("Visits “{kind}” write their day into this field.").format(kind=kind.name) for kind in kinds]


def _write(kind: VisitKind, wish: Wish) -> None:
    faults = dict(_faults(kind, wish))
    if faults:
        raise Refused(next(iter(faults.values())), fields=faults)
    for name, given in asdict(wish).items():
        setattr(kind, name, given)
    kind.steps = [list(step) for step in wish.steps]
    kind.more_skills, kind.equipment = tags(wish.more_skills), tags(wish.equipment)
    kind.bring = things(wish.bring)
    kind.skill = wish.skill or _own_skill(kind)


def tags(given: Iterable[str]) -> list[str]:
    """Words as they were typed, each once and in small letters, as two people write them."""
    tidy = (" ".join(one.replace("\x00", "").split()).lower() for one in given)
    return list(dict.fromkeys(one for one in tidy if one))


def things(given: Iterable[str]) -> list[str]:
    """As they were written, each once."""
    tidy = (" ".join(one.replace("\x00", "").split()) for one in given)
    return list(dict.fromkeys(one for one in tidy if one))


def _are_steps(steps: Sequence[tuple[int, int]]) -> bool:
    grow = all(later[0] > earlier[0] and later[1] >= earlier[1] for earlier, later in pairwise(steps))
    return grow and all(size >= 1 and 1 <= minutes <= MOST_DAYS * MOST_MINUTES for size, minutes in steps)


def _own_skill(kind: VisitKind) -> str:
    others = set(VisitKind.objects.exclude(pk=kind.pk).values_list("skill", flat=True))
    return (
        kind.skill if kind.skill and kind.skill not in others else codes.made_of(kind.words, besides=others, longest=30)
    )


def _faults(kind: VisitKind, wish: Wish) -> Iterator[tuple[str, str]]:
    for name, (least, most) in BOUNDS.items():
        if not least <= getattr(wish, name) <= most:
            yield name, _("A number between {least} and {most} is needed.").format(least=least, most=most)
    if not _are_steps(wish.steps):
        yield "steps", _("Each size is larger than the one before, and takes at least as long.")
    for name in ("more_skills", "equipment"):
        if len(given := tags(getattr(wish, name))) > MOST_WORDS or any(len(one) > LONGEST_TAG for one in given):
            words = _("At most {most} of them, each with at most {longest} letters.")
            yield name, words.format(most=MOST_WORDS, longest=LONGEST_TAG)
    if len(given := things(wish.bring)) > MOST_THINGS or any(len(one) > LONGEST_THING for one in given):
        words = _("At most {most} of them, each with at most {longest} letters.")
        yield "bring", words.format(most=MOST_THINGS, longest=LONGEST_THING)
    if wish.skill and wish.skill != kind.skill and not VisitKind.objects.filter(skill=wish.skill).exists():
        yield "skill", _("No kind of visits asks for this skill.")
    yield from _of_stages(wish)
    if wish.comes_after and (said := _of_order(kind, wish.comes_after)):
        yield "comes_after", said
    if wish.booked_fact and not days_of_deals().filter(code=wish.booked_fact).exists():
        yield "booked_fact", _("The day of a visit goes into a field of the deal that is a date and in use.")


def _of_order(kind: VisitKind, code: str) -> str:
    """What comes after itself, by whatever way round, could never be."""
    after = dict(VisitKind.objects.values_list("code", "comes_after"))
    if code not in after:
        return _("There is no such kind of visits.")
    seen: set[str] = set()
    while code and code not in seen:
        if code == kind.code:
            return _("A kind of visits cannot come after itself.")
        seen.add(code)
        code = after.get(code, "")
    return ""


def _of_stages(wish: Wish) -> Iterator[tuple[str, str]]:
    stages = Stage.objects.filter(code__in=[code for code in (wish.booked_stage, wish.done_stage) if code])
    places: dict[str, dict[int, int]] = {}
    for stage in stages:
        places.setdefault(stage.code, {})[stage.pipeline_id] = stage.position
    for part in ("booked_stage", "done_stage"):
        code = getattr(wish, part)
        if code and code not in places:
            yield part, _("No pipeline has a stage “{code}”.").format(code=code)
    booked, done = places.get(wish.booked_stage, {}), places.get(wish.done_stage, {})
    if any(done[pipeline] <= booked[pipeline] for pipeline in booked if pipeline in done):
        yield "done_stage", _("A visit that is done leads further than one that is booked: choose a later stage.")


def days_of_deals() -> Any:
    """The fields that can take the day of a visit."""
    return Field.objects.filter(of=Field.Of.DEAL, kind__in=OF_A_DAY, is_active=True, is_computed=False)


def _in_words(kind: VisitKind) -> dict[str, Any]:
    """As the journal tells it."""
    stages = {stage.code: words.to_store(stage.words) for stage in Stage.objects.all()}
    named = {one.code: words.to_store(one.words) for one in VisitKind.objects.all()}
    return {
        "name": words.to_store(kind.words),
        "translation": kind.words.get("en", ""),
        **{name: getattr(kind, name) for name in BOUNDS},
        "steps": "; ".join(f"{size}: {minutes}" for size, minutes in kind.steps),
        "comes_after": named.get(kind.comes_after, kind.comes_after),
        "more_skills": ", ".join(kind.more_skills),
        "equipment": ", ".join(kind.equipment),
        "bring": ", ".join(kind.bring),
        "skills": kind.skill,
        "booked_stage": stages.get(kind.booked_stage, kind.booked_stage),
        "booked_fact": kind.booked_fact,
        "done_stage": stages.get(kind.done_stage, kind.done_stage),
    }
