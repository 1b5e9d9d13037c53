"""A visit has another time, or none any more: why, who of the staff hears of it, and what is kept of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.record import Actor
from svyazka.business.notices import tell as notices
from svyazka.business.visits.models import Asked, MoveReason, Resource, Visit, VisitMove
from svyazka.business.visits.periods import short
from svyazka.business.visits.road import news
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

LONGEST = 300


@dataclass(frozen=True)
class Why:
    """In somebody's own words, out of the company's list, or both."""

    text: str
    reason: MoveReason | None = None
    asked: Asked = Asked.CLIENT

    @property
    def said(self) -> str:
        given = short(self.text, LONGEST, "reason")
        named = self.reason.words["ru"] if self.reason else ""
        if not given and not named:
            raise Refused(_("Give the reason: colleagues and the client will ask."), fields={"reason": _("Why?")})
        return ": ".join(part for part in (named, given) if part)[:LONGEST]


def remember(visit: Visit, why: Why, was_with: Resource, was_at: datetime, *, by: Actor) -> None:
    """For the figures of reasons."""
    VisitMove.objects.create(
        visit=visit,
        at=clock.now(),
        by_id=by.actor_id,
        reason=why.reason,
        asked=why.asked,
        was_with=was_with,
        was_at=was_at,
    )


def notify_moved(visit: Visit, was: datetime, people: Iterable[int], *, by: Actor) -> None:
    """Of today and tomorrow they hear in another way (`road/`)."""
    if not news.covers(was, visit.starts_at):
        _notify(visit, "visit.moved", people, by=by, was_at=was.isoformat(), new_at=visit.starts_at.isoformat())


def notify_cancelled(visit: Visit, people: Iterable[int], *, by: Actor) -> None:
    if not news.covers(visit.starts_at):
        _notify(visit, "visit.cancelled", people, by=by, was_at=visit.starts_at.isoformat())


def _notify(visit: Visit, kind: str, people: Iterable[int], *, by: Actor, **moments: str) -> None:
    day = clock.local(visit.starts_at).date().isoformat()
    data = {"kind": visit.kind.words, "day": day, **moments}
    notices.tell(people, kind, by=by, deal_id=visit.deal_id, client_id=visit.client_id, data=data)
