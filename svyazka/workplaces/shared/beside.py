"""Work done on site and what the office did meanwhile, side by side, for whoever decides which of them counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from svyazka.business.staff.models import Person
from svyazka.business.visits.models import Action, Visit
from svyazka.business.visits.on_site import beside, kinds
from svyazka.kit.refusals import Refused
from svyazka.workplaces.shared.templatetags.svyazka import moment


@dataclass(frozen=True)
class Row:
    """One thing that was done on site."""

    kind: str
    said: str
    when: str
    photo: str


@dataclass(frozen=True)
class Both:
    """What one person did on a visit, and what the office had when it came."""

    person: Person
    causes: list[str]
    rows: list[Row]
    theirs: list[str]
    may_take: bool


def of_visit(visit: Visit, person: Person, *, own: bool = False) -> list[Both]:
    """`own`: only what this person did himself."""
    found: dict[int, list[Action]] = {}
    for action in beside.of_visits([visit.pk]).get(visit.pk, []):
        if not own or action.person_id == person.pk:
            found.setdefault(action.person_id, []).append(action)
    return [_both(actions, visit, person) for actions in found.values()]


def decide(visit: Visit, person: Person, given: str, *, by: Person) -> None:
    if given == Action.Decision.TAKEN:
        beside.take(visit, person, by=by)
    elif given == Action.Decision.LEFT:
        beside.leave(visit, person, by=by)
    else:
        raise Refused(_("Choose one of the two."))


def _both(actions: list[Action], visit: Visit, person: Person) -> Both:
    return Both(
        person=actions[0].person,
        causes=list(dict.fromkeys(str(Action.Cause(one.cause).label) for one in actions)),
        rows=[_row(one) for one in actions],
        theirs=list(dict.fromkeys(_theirs(one.theirs) for one in actions)),
        may_take=all(beside.may_take(one, visit, person) for one in actions),
    )


def _row(action: Action) -> Row:
    kind = kinds.of(action.kind)
    return Row(
        kind=str(kind.name) if kind else action.kind,
        said=kind.said(action) if kind else "",
        when=moment(action.happened_at),
        photo=reverse("beside_photo", args=[action.pk]) if action.file else "",
    )


def _theirs(kept: dict[str, Any]) -> str:
    """A text as it stood there, or how the visit was."""
    if "text" in kept:
        return str(kept["text"])
    status = dict(Visit.Status.choices).get(kept.get("status", ""), "")
    words = _("{status}, {when}, {who}")
    return words.format(status=status, when=_moment(kept.get("starts_at")), who=kept.get("who", ""))


def _moment(stamp: object) -> str:
    try:
        return moment(datetime.fromisoformat(str(stamp)))
    except ValueError:
        return ""
