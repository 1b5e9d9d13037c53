"""What is ticked off on site: set for each kind of visits; what must be ticked keeps a visit from being done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from svyazka.business.journal.record import Actor, record
from svyazka.business.visits import booking
from svyazka.business.visits.kinds import KINDS
from svyazka.business.visits.models import Tick, Visit, VisitKind
from svyazka.business.visits.telling import about, concerned
from svyazka.kit import clock, codes, words
from svyazka.kit.refusals import Refused

MOST = 30
LONGEST = 120


@dataclass(frozen=True)
class Point:
    """As somebody on site sees it."""

    code: str
    name: str
    must: bool
    tick: Tick | None = None


class NotTicked(Refused):
    """Something must be ticked off first. `points`: what."""

    def __init__(self, points: Sequence[Point]) -> None:
        names = ", ".join(point.name for point in points)
        super().__init__(_("Not ticked off yet: {points}.").format(points=names))
        self.points = points


@transaction.atomic
def change(kind: VisitKind, points: Sequence[Mapping[str, Any]], *, by: Actor) -> VisitKind:
    """The whole list at once, in its order: `code` of a point that is there already, `ru`, `en`, `must`. One without
    words goes; visits on which it was ticked keep that."""
    current = KINDS.held(kind)
    before, after = current.checklist, _list(current.checklist, points)
    if before != after:
        current.checklist = after
        current.save(update_fields=["checklist"])
        changes = {"checklist": (_in_words(before), _in_words(after))}
        KINDS.record("changed", current, by=by, changes=changes, note=words.to_store(current.words))
    return current


def of_visit(visit: Visit) -> list[Point]:
    """What its kind asks for, with what has been ticked; what was ticked and is asked for no more stands last."""
    ticks = {tick.point: tick for tick in visit.ticks.select_related("by").order_by("at")}
    asked = [_point(item, ticks.pop(item["code"], None)) for item in visit.kind.checklist]
    return asked + [Point(tick.point, tick.name, must=False, tick=tick) for tick in ticks.values()]


@transaction.atomic
def tick(visit: Visit, code: str, *, on: bool, by: Actor, at: datetime | None = None) -> None:
    """Ticked off, or not after all. A second tap changes nothing. `at`: when, where the phone had no signal then."""
    current = booking.lock(visit)
    if current.was_over(at):
        raise Refused(_("The visit is over; its checklist stays."))
    item = next((one for one in current.kind.checklist if one["code"] == code), None)
    known = Tick.objects.filter(visit=current, point=code).first()
    if item is None and (on or known is None):
        raise Refused(_("This point is not on the list any more. Reload the page."))
    if on == bool(known):
        return
    name = known.words if known else item["name"] if item else {}
    if known:
        known.delete()
    else:
        moment = min(at or clock.now(), clock.now())
        Tick.objects.create(visit=current, point=code, words=name, by_id=by.actor_id, at=moment)
    said = words.to_store(name)
    changes = {"tick": (None, said) if on else (said, None)}
    record(
        "visits.ticked" if on else "visits.unticked", about(current), by=by, changes=changes, people=concerned(current)
    )


def insist(visit: Visit) -> None:
    """Nothing that must be ticked is left."""
    if not any(item["must"] for item in visit.kind.checklist):
        return
    if left := missing(of_visit(visit)):
        raise NotTicked(left)


def missing(points: Sequence[Point]) -> list[Point]:
    return [point for point in points if point.must and point.tick is None]


def _point(item: Mapping[str, Any], tick: Tick | None) -> Point:
    return Point(item["code"], words.here(item["name"]), must=item["must"], tick=tick)


def _list(before: Sequence[Mapping[str, Any]], points: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    known = {item["code"] for item in before}
    made: list[dict[str, Any]] = []
    for given in points:
        named = {language: _tidy(given.get(language)) for language in ("ru", "en")}
        if not any(named.values()):
            continue
        _refuse(named)
        code = given.get("code") or ""
        if code not in known or any(one["code"] == code for one in made):
            code = codes.made_of(named, besides=known | {one["code"] for one in made}, longest=40)
        name = {language: said for language, said in named.items() if said}
        made.append({"code": code, "name": name, "must": bool(given.get("must"))})
    if len(made) > MOST:
        raise Refused(_("A checklist has {most} points at most.").format(most=MOST))
    return made


def _tidy(given: object) -> str:
    return " ".join(str(given or "").replace("\x00", "").split())


def _refuse(named: Mapping[str, str]) -> None:
    if not named["ru"]:
        raise Refused(_("A point needs its words in Russian."))
    if any(len(one) > LONGEST for one in named.values()):
        raise Refused(
            _("A point has {longest} letters at most: {point}…").format(longest=LONGEST, point=named["ru"][:40])
        )


def _in_words(items: Sequence[Mapping[str, Any]]) -> str:
    return ", ".join(words.to_store(item["name"]) + (" (!)" if item["must"] else "") for item in items)
