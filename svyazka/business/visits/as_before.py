"""A change of plan is undone: a visit is as it was; one that was called off stands again, and its client waits no
more."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.record import Actor
from svyazka.business.visits import chain, its_deal, orphans, periods, promises, to_client, waiting
from svyazka.business.visits.models import Booking, Visit, Waiting
from svyazka.business.visits.periods import Taken
from svyazka.business.visits.telling import tell
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

_MOMENTS = ("starts_at", "ends_at", "lacks_since", "confirmed_at")
_PLAIN = ("resource_id", "lacks_id", "work_minutes", "reason", "moves", "late_minutes")
_ENDED = {
    Waiting.State.SERVED: _("its client has another visit by now"),
    Waiting.State.REMOVED: _("its client has been taken off the waiting list"),
    Waiting.State.OVER: _("its client has waited in vain"),
}


def remembered(visit: Visit) -> dict[str, Any]:
    """With the very rows that it has."""
    moments = {name: moment.isoformat() if (moment := getattr(visit, name)) else None for name in _MOMENTS}
    rows = [[one.resource_id, one.start.isoformat(), one.end.isoformat()] for one in periods.of_visit(visit)]
    return {**{name: getattr(visit, name) for name in _PLAIN}, **moments, "rows": rows}


def restore(visit: Visit, was: Mapping[str, Any], *, went: Collection[int] = (), by: Actor) -> None:
    """What it lacked then it lacks again, unless that is back. `went`: who has gone there until now."""
    at, before = visit.starts_at, visit.resource
    told_otherwise = not promises.holds(at, datetime.fromisoformat(was["starts_at"]))
    _put_back(visit, was, is_arranged_anew=told_otherwise)
    changes = {"starts_at": (at.isoformat(), was["starts_at"]), "resource": (before.name, visit.resource.name)}
    tell(visit, "moved", by=by, note=undone(), changes=changes, was=at, also=went)
    if visit.lacks:
        orphans.is_as_before(visit, by=by)


def who_waits(numbers: Collection[int]) -> dict[int, Waiting]:
    """Held until the end of the transaction; their deals are held first."""
    rows = Waiting.objects.select_for_update(of=("self",)).filter(pk__in=numbers).order_by("pk")
    return {one.pk: one for one in rows.select_related("kind")}


def why_stays_off(visit: Visit, version: int, entry: Waiting | None) -> str:
    """Why a visit that was called off does not stand again; empty: it can be tried."""
    if visit.version != version or visit.status != Visit.Status.CANCELLED or entry is None:
        return str(_("it has changed since"))
    if entry.state != Waiting.State.OPEN:
        return str(_ENDED[Waiting.State(entry.state)])
    if not visit.deal.is_open:
        return str(_("its deal is closed"))
    if visit.starts_at <= clock.now():
        return str(_("its time has passed"))
    if entry.offers.filter(state="open", to_client=True).exists():
        return str(_("its client is thinking about a window that was sent to him"))
    return ""


def bring_back(visit: Visit, was: Mapping[str, Any], entry: Waiting, *, by: Actor) -> None:
    """Where its time is still free. Whoever was told that nobody comes is told that somebody does."""
    is_told = not its_deal.is_still_to_be_told(visit)
    visit.status = Visit.Status.PLANNED
    _put_back(visit, was, is_arranged_anew=True)
    if is_told and visit.confirmed_at:
        visit.confirmed_at = None
        visit.save(update_fields=["confirmed_at"])
    changes = {"status": (Visit.Status.CANCELLED, visit.status)}
    tell(visit, "taken_back", by=by, note=undone(), changes=changes, data={"status": visit.status})
    if visit.lacks and not orphans.is_as_before(visit, by=by) and not _is_away(visit):
        raise Refused(_("the time has been taken meanwhile"))
    waiting.remove(entry, reason=undone(), by=by)
    its_deal.stands_again(visit, by=by)
    is_told = to_client.take_back_calling_off(visit, by=by) or is_told
    if is_told:
        to_client.tell(visit, "moved", by=by)


def undone() -> str:
    with translation.override(settings.LANGUAGE_CODE):
        return gettext("The change of plan is undone")


def _put_back(visit: Visit, was: Mapping[str, Any], *, is_arranged_anew: bool) -> None:
    start, end = (datetime.fromisoformat(was[name]) for name in ("starts_at", "ends_at"))
    chain.insist(visit.kind, visit.deal_id, start, without=visit)
    if chain.broken_by(visit, end):
        raise Refused(_("Another visit of this deal waits for it."))
    if rows := [Taken(who, *(datetime.fromisoformat(one) for one in span)) for who, *span in was["rows"]]:
        periods.take(rows, kind=Booking.Kind.VISIT, visit=visit)
    if is_arranged_anew:
        visit.arranged_at = clock.now()
    for name in _MOMENTS:
        setattr(visit, name, datetime.fromisoformat(was[name]) if was[name] else None)
    for name in _PLAIN:
        setattr(visit, name, was[name])
    visit.version += 1
    visit.save()
    visit.refresh_from_db(fields=["resource", "lacks"])


def _is_away(visit: Visit) -> bool:
    during = (visit.starts_at, visit.ends_at)
    return Booking.objects.filter(resource=visit.lacks_id, kind=Booking.Kind.ABSENCE, during__overlap=during).exists()
