"""Nobody opened, the windows are not there, the client has changed his mind: a visit of which nothing came. Its time is
free again, the deal stays where it is, and somebody agrees with the client on another date."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from svyazka.business.deals.models import Task
from svyazka.business.deals.work import tasks
from svyazka.business.journal.names import Names
from svyazka.business.journal.record import Actor
from svyazka.business.notices import tell as notices
from svyazka.business.visits import booking, crew_there, its_deal, periods, to_client, working
from svyazka.business.visits.models import Booking, NotDone, NotDoneReason, Visit
from svyazka.business.visits.periods import Overlaps, Taken, short
from svyazka.business.visits.telling import people_of, tell
from svyazka.kit import clock
from svyazka.kit.refusals import ChangedMeanwhile, Refused

NOT_DONE_REASONS = Names(NotDoneReason, about="not_done_reason", verb="visits.not_done_reason", is_ordered=True)
UNDER_WAY = (Visit.Status.PLANNED, Visit.Status.ON_WAY, Visit.Status.STARTED)
LONGEST = 300
COUNTED = timedelta(days=90)


@transaction.atomic
def say(
    visit: Visit,
    reason: NotDoneReason | None,
    text: str,
    *,
    by: Actor,
    version: int | None = None,
    at: datetime | None = None,
) -> Visit:
    """Why: out of the company's list, in somebody's own words, or both. A second tap changes nothing. `at`: when it
    turned out."""
    current = booking.lock(visit)
    if current.status == Visit.Status.NOT_DONE:
        return current
    said = _said(reason, text)
    _refuse(current, version)
    was, current.status = current.status, Visit.Status.NOT_DONE
    current.status_since = min(at or clock.now(), clock.now())
    working.end(current, current.status_since)
    crew_there.all_leave(current, current.status_since)
    current.version += 1
    current.save(update_fields=["status", "status_since", "paused_at", "version"])
    people, back = people_of(current), periods.of_visit(current)
    periods.give_back(current)
    kept = NotDone(visit=current, reason=reason, said=said, at=current.status_since, by_id=by.actor_id, was=was)
    kept.given_back = [[one.resource_id, one.start.isoformat(), one.end.isoformat()] for one in back]
    tell(current, "not_done", by=by, note=said, changes={"status": (was, current.status)}, also=people, at=at)
    to_client.fall_away(current, by=by)
    its_deal.write_date(current, by=by)
    kept.tasks = _what_next(current, said, by=by)
    kept.save(force_insert=True)
    return current


@transaction.atomic
def take_back(visit: Visit, *, by: Actor, version: int | None = None) -> Visit:
    """After a mistaken tap. What has been given to others meanwhile is theirs."""
    current = booking.lock(visit)
    kept = NotDone.objects.filter(visit=current).first()
    if kept is None or (version is not None and current.version != version):
        raise ChangedMeanwhile
    if its_deal.has_another(current):
        raise Refused(_("It has been booked again already: this can no longer be taken back."))
    _take_again(current, kept)
    current.status = Visit.Status(kept.was)
    working.open_again(current)
    crew_there.all_are_back(current)
    current.version += 1
    current.save(update_fields=["status", "paused_at", "version"])
    changes = {"status": (Visit.Status.NOT_DONE.value, current.status)}
    tell(current, "taken_back", by=by, changes=changes, data={"status": current.status})
    for task in Task.objects.filter(pk__in=kept.tasks, done_at=None):
        tasks.fall_away(task, by=by)
    kept.delete()
    its_deal.write_date(current, by=by)
    its_deal.ask_again(current, by=by)
    return current


def counted() -> Mapping[int | None, int]:
    """Of each reason (None: in one's own words): so many visits lately."""
    rows = NotDone.objects.filter(at__gt=clock.now() - COUNTED).values_list("reason_id")
    return dict(rows.annotate(number=Count("pk")).order_by())


def _said(reason: NotDoneReason | None, text: str) -> str:
    given, named = short(text, LONGEST, "reason"), reason.words["ru"] if reason else ""
    if not given and not named:
        raise Refused(_("Say why: the office has to agree on another date."), fields={"reason": _("Why?")})
    return ": ".join(part for part in (named, given) if part)[:LONGEST]


def _refuse(visit: Visit, version: int | None) -> None:
    if version is not None and visit.version != version:
        raise ChangedMeanwhile
    if visit.status not in UNDER_WAY:
        raise Refused(_("The visit is over or cancelled."))
    if clock.local(visit.starts_at).date() > clock.today():
        raise Refused(_("Its day has not come yet. Whoever plans the visits moves it or calls it off."))


def _what_next(visit: Visit, said: str, *, by: Actor) -> list[int]:
    """→ the tasks that come of it, besides the step that the deal's stage asks for."""
    if not visit.deal.is_open:
        return []
    data = {"who": visit.resource.name, "kind": visit.kind.words, "reason": said}
    people = [visit.deal.responsible_id] if visit.deal.responsible_id else []
    notices.tell(people, "visit.not_done", by=by, deal_id=visit.deal_id, client_id=visit.client_id, data=data)
    planned = [its_deal.agree_after(visit, said, by=by), *its_deal.ask_about_later(visit, by=by)]
    return [task.pk for task in planned if task]


def _take_again(visit: Visit, kept: NotDone) -> None:
    """Of a visit that lacked somebody there was nothing to give back."""
    wanted = [Taken(who, _moment(begins), _moment(ends)) for who, begins, ends in kept.given_back]
    if not wanted:
        return
    periods.stand_in_line([], alone={one.resource_id for one in wanted})
    try:
        with transaction.atomic():
            periods.take(wanted, kind=Booking.Kind.VISIT, visit=visit)
    except Overlaps as refusal:
        raise Refused(_("Its time has been given to others: this can no longer be taken back.")) from refusal


def _moment(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp)
