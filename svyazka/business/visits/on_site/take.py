"""Takes over what a phone has sent: once, in its order, and nothing of it is lost."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.staff.models import Person
from svyazka.business.visits import findings, held, telling
from svyazka.business.visits.models import Action, Visit
from svyazka.business.visits.on_site import beside, in_hand, kinds
from svyazka.business.visits.on_site.kinds import Answer, Kind, OwnKind, SetBeside
from svyazka.business.visits.on_site.sent import Sent, Unread
from svyazka.kit import clock, rows
from svyazka.kit.refusals import ChangedMeanwhile, Refused

logger = logging.getLogger(__name__)

CLOCK_MAY_BE_OFF = timedelta(minutes=2)
BELIEVED = timedelta(days=14)  # what a phone has kept for longer happened then, as far as we know
Told = dict[str, Any]
_NOT_THERE = _("This visit does not exist, or it is not yours.")
_UNKNOWN = _("This version of the app sends something that the house does not know. Reload the page.")


@dataclass(frozen=True)
class Picture:
    """As the house keeps it, or why it does not."""

    content: bytes | None = None
    words: str = ""


NO_PICTURES: Mapping[str, bytes] = {}


def take_all(
    sent: Sequence[Sent | Unread], *, by: Person, clock_of_phone: datetime, pictures: Mapping[str, bytes] = NO_PICTURES
) -> list[Told]:
    """One after the other. Where one could not be taken just now, those after it on the same visit wait for it; all
    others go on. `pictures`: files that belong to some, by their ids."""
    ahead = clock_of_phone - clock.now()
    waiting: set[int | None] = set()
    told: list[Told] = []
    for _whose, some in groupby(sent, _in_one_go):
        run = []
        for one in some:
            if isinstance(one, Unread):
                told.append({"id": one.id, "outcome": "refused", "words": one.words, "answer": {}})
            else:
                run.append(one)
        if not run or run[0].visit in waiting:
            told += map(_again, run)
            continue
        # Before anything is held: a picture takes a while.
        shown = {one.id: _read(pictures.get(str(one.id), b"")) for one in run}
        answers = _try(run, by=by, ahead=ahead, pictures=shown)
        if answers[-1]["outcome"] == "again":
            waiting.add(run[0].visit)
        told += answers
    return told


def _in_one_go(one: Sent | Unread) -> object:
    """What one phone sends of one visit, one behind the other; of no visit each by itself."""
    return (one.visit, one.phone) if isinstance(one, Sent) and one.visit is not None else one.id


def _read(content: bytes) -> Picture:
    if not content:
        return Picture()
    try:
        return Picture(findings.clean(BytesIO(content)))
    except Refused as refusal:
        return Picture(words=str(refusal.message))


def _try(run: Sequence[Sent], *, by: Person, ahead: timedelta, pictures: Mapping[UUID, Picture]) -> list[Told]:
    """In one transaction. Where one of them cannot be taken just now, those before it are taken without it."""
    told: list[Told] = []
    try:
        with transaction.atomic():
            hand = _Hand(run, by, ahead)
            for one in run:
                told.append(_told(one, hand, pictures[one.id]))
    except Exception:
        # A deadlock, a full disk, a mistake of ours: the phone keeps it and comes again, and the others go on.
        at = len(told) if len(told) < len(run) else 0  # the end of the transaction is nobody's
        stuck = run[at]
        logger.exception("an action of a phone could not be taken", extra={"kind": stuck.kind, "visit": stuck.visit})
        before = _try(run[:at], by=by, ahead=ahead, pictures=pictures) if at else []
        return [*before, *map(_again, run[at:])]
    return told


def _again(sent: Sent) -> Told:
    return {"id": str(sent.id), "outcome": "again", "words": "", "answer": {}}


class _Hand:
    """What there is of a run until the end of the transaction: the actions that were taken before, and the visit. That
    is read once, and anew where something has been done to it besides what stands in the object."""

    def __init__(self, run: Sequence[Sent], by: Person, ahead: timedelta) -> None:
        self.number, self.phone, self.by, self.ahead = run[0].visit, run[0].phone, by, ahead
        _one_at_a_time(self.phone)
        before = rows.read(Action, "where id = any(%s)", [[one.id for one in run]])
        self.taken = {action.pk: action for action in before}
        self._found: _Found | None = None
        self._is_held = False

    def visit(self) -> _Found | None:
        if self._found is None and self.number is not None:
            self._is_held = self._is_held or held.hold_deal_of(self.number)
            self._found = self._read(self.number) if self._is_held else None
        return self._found

    def _read(self, number: int) -> _Found | None:
        found = held.read(number, besides=_BESIDES, parameters=[self.by.pk, self.phone])
        if found is None:
            return None
        visit, with_him, last_at = found
        visit.people_there = frozenset(filter(None, (*with_him, visit.resource.person_id)))
        return _Found(visit, self.by.pk in visit.people_there, last_at)

    def write_down(self, action: Action) -> None:
        if before := self.taken.pop(action.pk, None):
            before.delete()
        if not _leaves_no_trace(action):
            with connection.cursor() as cursor:
                cursor.execute(_INSERT, [rows.content(action), action.pk])
            self.taken[action.pk] = action
        kind = kinds.of(action.kind)
        if self._found and action.outcome == Action.Outcome.DONE and isinstance(kind, Kind) and kind.keeps_fresh:
            self._found = self._found._replace(last_at=action.happened_at)
        else:
            self._found = None


class _Found(NamedTuple):
    """`last_at`: when he did the last thing there, by this phone."""

    visit: Visit
    is_his: bool
    last_at: datetime | None


def _told(sent: Sent, hand: _Hand, picture: Picture) -> Told:
    try:
        return _take(sent, hand, picture).told()
    except Refused as refusal:  # of what is not even written down
        return {"id": str(sent.id), "outcome": "refused", "words": str(refusal.message), "answer": {}}


def _take(sent: Sent, hand: _Hand, picture: Picture) -> Action:
    if earlier := hand.taken.get(sent.id):
        if earlier.person_id != hand.by.pk:
            raise Refused(_NOT_THERE)
        if not (sent.again and earlier.outcome == Action.Outcome.REFUSED and earlier.visit_id == sent.visit):
            return earlier
    if sent.person != hand.by.pk:
        raise Refused(_NOT_THERE)
    return _of_no_visit(sent, hand) if sent.visit is None else _of_visit(sent, hand, picture)


def _of_visit(sent: Sent, hand: _Hand, picture: Picture) -> Action:
    found = hand.visit()
    if found is None or not (found.is_his or in_hand.was(sent.seen, found.visit, hand.by)):
        raise Refused(_NOT_THERE)
    at = _believed(sent, found.last_at, found.visit.created_at, ahead=hand.ahead)
    action = _written_down(sent, by=hand.by, at=at)
    action.visit = found.visit
    action.picture = picture.content
    if picture.words:
        _refuse(action, hand, picture.words)
    else:
        _carry_out(action, found, hand)
    return action


def _leaves_no_trace(action: Action) -> bool:
    """What is only noted, and was not: nobody has agreed that the house knows when it was."""
    kind = kinds.of(action.kind)
    return isinstance(kind, Kind) and kind.is_noted_only and action.answer != {"kept": True}


def _of_no_visit(sent: Sent, hand: _Hand) -> Action:
    of_his = Action.objects.filter(visit=None, person=hand.by, phone=sent.phone).order_by("-came_at")
    last_at = of_his.values_list("happened_at", flat=True).first()
    action, kind = _written_down(sent, by=hand.by, at=_believed(sent, last_at, ahead=hand.ahead)), kinds.of(sent.kind)
    if not isinstance(kind, OwnKind):
        _refuse(action, hand, _UNKNOWN)
    else:
        try:
            _do(action, hand, lambda: kind.apply(action, hand.by))
        except Refused as refusal:
            _refuse(action, hand, refusal.message)
    return action


def _do(action: Action, hand: _Hand, verb: Callable[[], Answer]) -> None:
    """What it changes and that it was done, or neither."""
    with transaction.atomic():
        action.answer = dict(verb() or {})
        action.outcome = Action.Outcome.DONE
        hand.write_down(action)


def _refuse(action: Action, hand: _Hand, words: object) -> None:
    action.outcome, action.words = Action.Outcome.REFUSED, str(words)
    hand.write_down(action)


_BESIDES = f"""
{telling.WITH_HIM}, (
    select happened_at from visits_action
    where visit_id = visits_visit.id and visits_action.person_id = %s and phone = %s
    order by came_at desc limit 1
)
"""  # noqa: S608  # our own words
_INSERT = rows.insertion(Action, key="made.id", source="(select %s::uuid as id) as made")


def _one_at_a_time(phone: UUID) -> None:
    """A phone that was not answered asks again while the first time is still at work."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"phone {phone}"])


def _written_down(sent: Sent, *, by: Person, at: datetime) -> Action:
    return Action(
        id=sent.id,
        person=by,
        kind=sent.kind,
        phone=sent.phone,
        number=sent.number,
        happened_at=at,
        came_at=clock.now(),
        data=sent.data,
        seen=sent.seen,
    )


def _believed(sent: Sent, *not_before: datetime | None, ahead: timedelta) -> datetime:
    """When it happened: by the phone's clock, set right by what that is off now; in the order in which it was done, and
    never in the future."""
    now = clock.now()
    said = sent.at - ahead if abs(ahead) > CLOCK_MAY_BE_OFF else sent.at
    earliest = max(filter(None, (now - BELIEVED, *not_before)))
    return min(max(said, earliest), now)


def _carry_out(action: Action, found: _Found, hand: _Hand) -> None:
    kind, visit = kinds.of(action.kind), found.visit
    if not isinstance(kind, Kind):
        _refuse(action, hand, _UNKNOWN)
    elif (cause := _cause(action, visit, kind, is_his=found.is_his)) and kind.is_noted_only:
        action.outcome, action.answer = Action.Outcome.DONE, {"kept": False}
        hand.write_down(action)
    elif cause:
        _set_beside(action, cause, beside.as_it_is(visit), hand)
    else:
        _apply(action, visit, kind, hand)


def _cause(action: Action, visit: Visit, kind: Kind, *, is_his: bool) -> Action.Cause | None:
    """What came between, while the phone had no signal."""
    if visit.status == Visit.Status.CANCELLED:
        return Action.Cause.CANCELLED
    if not is_his:
        return Action.Cause.GIVEN
    if kind.of_time and in_hand.is_moved(action.seen, visit):
        return Action.Cause.MOVED
    return None


def _apply(action: Action, visit: Visit, kind: Kind, hand: _Hand) -> None:
    try:
        _do(action, hand, lambda: kind.apply(action, visit, hand.by))
    except SetBeside as both:
        _set_beside(action, Action.Cause.CHANGED, {"text": both.theirs}, hand)
    except ChangedMeanwhile:
        _set_beside(action, Action.Cause.CHANGED, beside.as_it_is(visit), hand)
    except Refused as refusal:
        _refuse(action, hand, refusal.message)


def _set_beside(action: Action, cause: Action.Cause, theirs: dict[str, str], hand: _Hand) -> None:
    """With its photo, so that the phone need not keep it."""
    assert action.visit is not None
    if action.picture is not None:
        if Action.objects.filter(visit=action.visit).exclude(file="").count() >= findings.MOST_PHOTOS:
            _refuse(action, hand, findings.ENOUGH_PHOTOS)
            return
        action.file.save(f"{action.pk.hex}.jpg", ContentFile(action.picture), save=False)
    action.outcome, action.cause, action.theirs = Action.Outcome.BESIDE, cause, theirs
    hand.write_down(action)
    beside.tell(action, action.visit)
