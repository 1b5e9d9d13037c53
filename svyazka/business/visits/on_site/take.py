"""Takes over what a phone has sent: once, in its order, and nothing of it is lost."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.staff.models import Person
from svyazka.business.visits import findings, held
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
    told = []
    for one in sent:
        if isinstance(one, Unread):
            told.append({"id": one.id, "outcome": "refused", "words": one.words, "answer": {}})
            continue
        # Before anything is held: a picture takes a while.
        picture = _read(pictures.get(str(one.id), b""))
        answer = _again(one) if one.visit in waiting else _try(one, by=by, ahead=ahead, picture=picture)
        if answer["outcome"] == "again":
            waiting.add(one.visit)
        told.append(answer)
    return told


def _read(content: bytes) -> Picture:
    if not content:
        return Picture()
    try:
        return Picture(findings.clean(BytesIO(content)))
    except Refused as refusal:
        return Picture(words=str(refusal.message))


def _try(sent: Sent, *, by: Person, ahead: timedelta, picture: Picture) -> Told:
    try:
        return _take(sent, by=by, ahead=ahead, picture=picture)
    except Refused as refusal:  # of what is not even written down
        return {"id": str(sent.id), "outcome": "refused", "words": str(refusal.message), "answer": {}}
    except Exception:
        # A deadlock, a full disk, a mistake of ours: the phone keeps it and comes again, and the others go on.
        logger.exception("an action of a phone could not be taken", extra={"kind": sent.kind, "visit": sent.visit})
        return _again(sent)


def _again(sent: Sent) -> Told:
    return {"id": str(sent.id), "outcome": "again", "words": "", "answer": {}}


@transaction.atomic
def _take(sent: Sent, *, by: Person, ahead: timedelta, picture: Picture) -> Told:
    _one_at_a_time(sent.phone)
    if earlier := next(iter(rows.read(Action, "where id = %s", [sent.id])), None):
        if earlier.person_id != by.pk:
            raise Refused(_NOT_THERE)
        if not (sent.again and earlier.outcome == Action.Outcome.REFUSED and earlier.visit_id == sent.visit):
            return earlier.told()
        earlier.delete()
    if sent.person != by.pk:
        raise Refused(_NOT_THERE)
    if sent.visit is None:
        return _of_no_visit(sent, by=by, ahead=ahead).told()
    return _of_visit(sent.visit, sent, by=by, ahead=ahead, picture=picture).told()


def _of_visit(number: int, sent: Sent, *, by: Person, ahead: timedelta, picture: Picture) -> Action:
    found = _held(number, sent, by)
    if found is None:
        raise Refused(_NOT_THERE)
    visit, is_his, last_at = found
    if not (is_his or in_hand.was(sent.seen, visit, by)):
        raise Refused(_NOT_THERE)
    action = _written_down(sent, by=by, at=_believed(sent, last_at, visit.created_at, ahead=ahead))
    action.visit = visit
    action.picture = picture.content
    if picture.words:
        _refuse(action, picture.words)
    else:
        _carry_out(action, visit, by=by, is_his=is_his)
    if _leaves_no_trace(action):
        return action
    action.save(force_insert=True)
    if action.outcome == Action.Outcome.BESIDE:
        beside.tell(action, visit)
    return action


def _leaves_no_trace(action: Action) -> bool:
    """What is only noted, and was not: nobody has agreed that the house knows when it was."""
    kind = kinds.of(action.kind)
    return isinstance(kind, Kind) and kind.is_noted_only and action.answer != {"kept": True}


def _of_no_visit(sent: Sent, *, by: Person, ahead: timedelta) -> Action:
    of_his = Action.objects.filter(visit=None, person=by, phone=sent.phone).order_by("-came_at")
    last_at = of_his.values_list("happened_at", flat=True).first()
    action, kind = _written_down(sent, by=by, at=_believed(sent, last_at, ahead=ahead)), kinds.of(sent.kind)
    if not isinstance(kind, OwnKind):
        _refuse(action, _UNKNOWN)
    else:
        try:
            _do(action, lambda: kind.apply(action, by))
        except Refused as refusal:
            _refuse(action, refusal.message)
    action.save(force_insert=True)
    return action


def _do(action: Action, verb: Callable[[], Answer]) -> None:
    with transaction.atomic():
        action.answer = dict(verb() or {})
    action.outcome = Action.Outcome.DONE


def _refuse(action: Action, words: object) -> None:
    action.outcome, action.words = Action.Outcome.REFUSED, str(words)


def _held(number: int, sent: Sent, by: Person) -> tuple[Visit, bool, datetime | None] | None:
    """The visit as it is until the end of the transaction, whether it is his, and when he did the last thing there."""
    if not held.hold_deal_of(number):
        return None
    return held.read(number, besides=_HIS, parameters=[by.pk, by.pk, by.pk, sent.phone])


_HIS = """
visits_resource.person_id = %s or exists (
    select from visits_booking booked join visits_resource goes on goes.id = booked.resource_id
    where booked.visit_id = visits_visit.id and goes.person_id = %s
), (
    select happened_at from visits_action
    where visit_id = visits_visit.id and visits_action.person_id = %s and phone = %s
    order by came_at desc limit 1
)
"""


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


def _carry_out(action: Action, visit: Visit, *, by: Person, is_his: bool) -> None:
    kind = kinds.of(action.kind)
    if not isinstance(kind, Kind):
        _refuse(action, _UNKNOWN)
    elif (cause := _cause(action, visit, kind, is_his=is_his)) and kind.is_noted_only:
        action.outcome, action.answer = Action.Outcome.DONE, {"kept": False}
    elif cause:
        _set_beside(action, cause, beside.as_it_is(visit))
    else:
        _apply(action, visit, kind, by=by)


def _cause(action: Action, visit: Visit, kind: Kind, *, is_his: bool) -> Action.Cause | None:
    """What came between, while the phone had no signal."""
    if visit.status == Visit.Status.CANCELLED:
        return Action.Cause.CANCELLED
    if not is_his:
        return Action.Cause.GIVEN
    if kind.of_time and in_hand.is_moved(action.seen, visit):
        return Action.Cause.MOVED
    return None


def _apply(action: Action, visit: Visit, kind: Kind, *, by: Person) -> None:
    try:
        _do(action, lambda: kind.apply(action, visit, by))
    except SetBeside as both:
        _set_beside(action, Action.Cause.CHANGED, {"text": both.theirs})
    except ChangedMeanwhile:
        _set_beside(action, Action.Cause.CHANGED, beside.as_it_is(visit))
    except Refused as refusal:
        _refuse(action, refusal.message)


def _set_beside(action: Action, cause: Action.Cause, theirs: dict[str, str]) -> None:
    """With its photo, so that the phone need not keep it."""
    if action.picture is not None:
        if Action.objects.filter(visit=action.visit).exclude(file="").count() >= findings.MOST_PHOTOS:
            _refuse(action, findings.ENOUGH_PHOTOS)
            return
        action.file.save(f"{action.pk.hex}.jpg", ContentFile(action.picture), save=False)
    action.outcome, action.cause, action.theirs = Action.Outcome.BESIDE, cause, theirs
