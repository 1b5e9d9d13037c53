"""The waiting list: clients for whom no window fitted. One open entry for each deal and kind of work; it ends with a
visit, with a reason, or with the last day on which the visit made sense. Never silently.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients import history
from svyazka.business.clients.models import Interaction
from svyazka.business.clients.naming import CONTACT, called_by
from svyazka.business.deals.held import held
from svyazka.business.deals.models import Deal
from svyazka.business.deals.work import tasks
from svyazka.business.journal.record import About, Actor, Automaton, announce, record
from svyazka.business.notices.tell import tell
from svyazka.business.visits import periods, work
from svyazka.business.visits.models import Visit, VisitKind, Waiting, WaitingOffer
from svyazka.business.visits.offering import Wishes
from svyazka.business.visits.wishes import read as read_wishes
from svyazka.business.visits.wishes import stored
from svyazka.kit import clock, rows, words
from svyazka.kit.refusals import ChangedMeanwhile, Refused

HOUSE = Automaton("Waiting list")
USUAL = timedelta(days=30)
FURTHEST = timedelta(days=365)
MOST_UNPLACED = 300
LOOKED_AGAIN = timedelta(hours=6)  # all windows of somebody who waits: days come into reach, plans change
RING_WITHIN = timedelta(hours=4)
State = Waiting.State


class NoLongerWaits(Refused):
    """Somebody else was quicker: the client has a visit, or was taken off the list."""

    status = 409

    def __init__(self) -> None:
        super().__init__(_("This client does not wait any more."))


@dataclass(frozen=True)
class Unplaced:
    """Work that nobody has a time for yet."""

    waiting_id: int
    deal_id: int
    client: str
    kind: VisitKind
    length: timedelta
    address: str
    note: str
    colour: str
    since: datetime
    until: date
    urgency: int
    wishes: Wishes

    def may_come(self, day: date) -> bool:
        """As far as he has said."""
        return (self.wishes.from_day or day) <= day <= self.until and self.wishes.allow_day(day)


@transaction.atomic
def wait(
    deal: Deal,
    kind: VisitKind,
    *,
    by: Actor,
    wishes: Wishes | None = None,
    address: str = "",
    note: str = "",
    until: date | None = None,
    urgency: int = Waiting.Urgency.USUAL,
    told_by: str = Waiting.ToldBy.CALL,
) -> Waiting:
    """Who waits already is not entered twice: what is said now counts."""
    current = held(deal.pk)
    given: dict[str, Any] = {"wishes": wishes or Wishes(), "address": address or current.address, "note": note}
    given |= {"until": until or clock.today() + USUAL, "urgency": urgency, "told_by": told_by}
    if there := Waiting.objects.filter(deal=current, kind=kind, state=State.OPEN).first():
        return change(there, **given, by=by)
    _refuse(current, kind)
    values = _read(given)
    now = clock.now()
    entry = Waiting.objects.create(
        deal=current,
        client=current.client,
        kind=kind,
        since=now,
        looked_at=now,
        entered_by_id=by.actor_id,
        **values,
    )
    _tell(
        entry,
        "visits.waits",
        {"kind": (None, words.to_store(kind.words)), "until": (None, entry.until.isoformat())},
        by=by,
    )
    _into_history(entry, "waits", by=by)
    return entry


@transaction.atomic
def change(entry: Waiting, *, by: Actor, version: int | None = None, **given: Any) -> Waiting:
    """`given`: wishes, address, note, until, urgency, told_by."""
    current = lock(entry, version)
    values = _read(given)
    changes = {
        name: (_shown(getattr(current, name)), _shown(new))
        for name, new in values.items()
        if getattr(current, name) != new
    }
    if not changes:
        return current
    for name in changes:
        setattr(current, name, values[name])
    current.version += 1
    current.looked_at = clock.now() - LOOKED_AGAIN  # something else may fit now
    current.save()
    _tell(current, "visits.wait_changed", {name: changes[name] for name in changes if name in _TOLD}, by=by)
    return current


@transaction.atomic
def remove(entry: Waiting, *, reason: str, by: Actor, version: int | None = None) -> Waiting:
    """A second click changes nothing."""
    reason = periods.short(reason, 300, "reason")
    if not reason:
        raise Refused(_("Give the reason: colleagues will ask."), fields={"reason": _("Why?")})
    held(entry.deal_id)
    current = Waiting.objects.select_for_update(of=("self",)).select_related("kind").get(pk=entry.pk)
    if current.state != State.OPEN:
        return current
    if version is not None and current.version != version:
        raise ChangedMeanwhile
    return _end(current, State.REMOVED, by=by, reason=reason)


def served(visit: Visit, *, by: Actor) -> None:
    """A visit was booked, in whatever way: whoever waited for it has it. In the transaction of the booking."""
    rows = Waiting.objects.select_for_update(of=("self",)).filter(state=State.OPEN, kind=visit.kind_id)
    entry = rows.select_related("kind").filter(deal=visit.deal_id).first()
    if entry is None:
        return
    taken = list(entry.offers.select_related("task", "resource").filter(request_id=visit.request_id))
    end_offers(taken, WaitingOffer.State.TAKEN, by=by)
    _end(entry, State.SERVED, by=by)
    for offer in taken if by.actor_id is None else ():  # nobody of the house: the client himself, by his link
        _client_took(offer, visit, by=by)


@transaction.atomic
def wait_again(visit: Visit, *, since: datetime, by: Actor) -> None:
    """The visit that served him was booked by mistake, `since` then: he waits as he did."""
    rows = Waiting.objects.select_for_update(of=("self",)).select_related("kind")
    served = rows.filter(deal=visit.deal_id, kind=visit.kind_id, state=State.SERVED, ended_at__gte=since)
    entry = served.order_by("-ended_at").first()
    if entry is None or entry.until < clock.today() or not visit.deal.is_open:
        return
    entry.state, entry.ended_at = State.OPEN, None
    entry.version += 1
    entry.looked_at = clock.now() - LOOKED_AGAIN
    entry.save()
    kind = words.to_store(entry.kind.words)
    _tell(entry, "visits.waits", {"kind": (None, kind), "until": (None, entry.until.isoformat())}, by=by)
    _into_history(entry, "waits", by=by)


@transaction.atomic
def over(entry: Waiting) -> None:
    """The last day has come and gone: the client is rung, so that he is not lost with the list."""
    deal = held(entry.deal_id)
    current = Waiting.objects.select_for_update(of=("self",)).select_related("kind").get(pk=entry.pk)
    if current.state != State.OPEN or (deal.is_open and current.until >= clock.today()):
        return
    _end(current, State.OVER, by=HOUSE)
    if deal.is_open:
        with translation.override(settings.LANGUAGE_CODE):
            what = gettext("No window was found in time: ring the client and agree what to do")
        tasks.plan(deal, what, due_at=clock.now() + RING_WITHIN, kind="call", by=HOUSE)


def unplaced(days: Collection[date]) -> list[Unplaced]:
    """Who would take a time on one of these days, as far as he has said; the most urgent first."""
    found = rows.read_joined(_UNPLACED, [min(days), MOST_UNPLACED] if days else [clock.today(), 0], Waiting, VisitKind)
    lines = [_unplaced(entry, kind, *more) for entry, kind, *more in found]
    return [one for one in lines if any(map(one.may_come, days))]


def lock(entry: Waiting, version: int | None = None) -> Waiting:
    """As it is now, held until the end of the transaction; its deal is held first. Raises NoLongerWaits."""
    deal = held(entry.deal_id)
    current = Waiting.objects.select_for_update(of=("self",)).select_related("kind").get(pk=entry.pk)
    if current.state != State.OPEN:
        raise NoLongerWaits
    if version is not None and current.version != version:
        raise ChangedMeanwhile
    current.deal = deal
    return current


def end_offers(offers: Iterable[WaitingOffer], state: str, *, by: Actor) -> None:
    """What was held is free again, and nobody has to ring about it any more."""
    for offer in offers:
        WaitingOffer.objects.filter(pk=offer.pk).update(state=state, answered_at=clock.now())
        for resource in periods.release(offer.request_id):
            announce("resource", resource)
        if offer.task:
            tasks.fall_away(offer.task, by=by)


def whose(entry: Waiting) -> list[int]:
    """Who is told of a window for it."""
    found = entry.deal.responsible_id or entry.entered_by_id
    return [found] if found else []


WindowEvent = Literal["window_sent", "window_taken", "window_declined"]


def tell_of_window(offer: WaitingOffer, event: WindowEvent, *, by: Actor) -> None:
    """In the journal and in the client's history. In the transaction of the change."""
    entry, at = offer.waiting, offer.starts_at.isoformat()
    changes = {"window": (at, None) if event == "window_declined" else (None, at)}
    record(f"visits.{event}", _about(entry), by=by, changes=changes)
    announce("deal", entry.deal_id)
    _into_history(entry, event, by=by, at=at, resource=offer.resource.name)


def _client_took(offer: WaitingOffer, visit: Visit, *, by: Actor) -> None:
    tell_of_window(offer, "window_taken", by=by)
    data = {"what": visit.kind.words, "visit_at": visit.starts_at.isoformat()}
    of = {"deal_id": visit.deal_id, "client_id": visit.client_id}
    tell(whose(offer.waiting), "visit.taken_by_client", by=by, **of, data=data)


_TOLD = ("address", "note", "until", "urgency", "told_by")


def _end(entry: Waiting, state: str, *, by: Actor, reason: str = "") -> Waiting:
    entry.state, entry.ended_at, entry.reason = state, clock.now(), reason
    entry.version += 1
    entry.save()
    still_open = entry.offers.select_related("task").filter(state=WaitingOffer.State.OPEN)
    end_offers(still_open, WaitingOffer.State.GONE, by=by)
    _tell(entry, _VERBS[state], {"kind": (words.to_store(entry.kind.words), None)}, by=by)
    return entry


_VERBS: dict[str, str] = {
    State.SERVED: "visits.wait_served",
    State.REMOVED: "visits.wait_removed",
    State.OVER: "visits.wait_over",
}


def _refuse(deal: Deal, kind: VisitKind) -> None:
    if not deal.is_open:
        raise Refused(_("The deal is closed; there is nothing to wait for."))
    if Visit.objects.filter(deal=deal, kind=kind, status__in=Visit.MOVABLE, ends_at__gt=clock.now()).exists():
        raise Refused(_("Such a visit is booked already. Move it, or call it off first."))


def _read(given: dict[str, Any]) -> dict[str, Any]:
    values = dict(given)
    if "address" in values:
        values["address"] = periods.short(values["address"], 300, "address")
        if not values["address"]:
            raise Refused(_("Where to go? The address is missing."), fields={"address": _("Enter the address.")})
    if "note" in values:
        values["note"] = periods.short(values["note"], 300, "note")
    if "wishes" in values:
        values["wishes"] = stored(values["wishes"])
    if "until" in values and not clock.today() <= values["until"] <= clock.today() + FURTHEST:
        fault = _("Choose a day from today on, within a year.")
        raise Refused(fault, fields={"until": fault})
    for name, choices in (("urgency", Waiting.Urgency.values), ("told_by", Waiting.ToldBy.values)):
        if name in values and values[name] not in choices:
            raise Refused(_("Choose from what is offered."), fields={name: _("Choose from what is offered.")})
    return values


def _shown(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _tell(entry: Waiting, verb: str, changes: dict[str, tuple[Any, Any]], *, by: Actor) -> None:
    record(verb, _about(entry), by=by, changes=changes, note=entry.reason)
    announce("waiting", entry.pk, data={"deal": entry.deal_id})


def _about(entry: Waiting) -> About:
    return About("deal", entry.deal_id, client_id=entry.client_id, deal_id=entry.deal_id)


def _into_history(entry: Waiting, event: str, *, by: Actor, **more: str) -> None:
    said = {"event": event, "kind": entry.kind.words, **more}
    text = entry.note if event == "waits" else ""
    history.add(entry.client_id, kind=Interaction.Kind.VISIT, deal_id=entry.deal_id, text=text, data=said, by=by)


_UNPLACED = f"""
select {rows.columns(Waiting, VisitKind)}, c.name, case when c.name = '' then {CONTACT} end, stage.colour,
       case jsonb_typeof(d.facts->'openings') when 'number' then (d.facts->'openings')::int end
from visits_waiting
join visits_visitkind on visits_visitkind.id = visits_waiting.kind_id
join deals_deal d on d.id = visits_waiting.deal_id and d.closed_at is null
join deals_stage stage on stage.id = d.stage_id
join clients_client c on c.id = visits_waiting.client_id
where visits_waiting.state = 'open' and until >= %s
order by urgency desc, visits_waiting.since, visits_waiting.id limit %s
"""  # noqa: S608  # of our own words only


def _unplaced(
    entry: Waiting, kind: VisitKind, name: str, contact: str | None, colour: str, openings: int | None
) -> Unplaced:
    return Unplaced(
        waiting_id=entry.pk,
        deal_id=entry.deal_id,
        client=called_by(entry.client_id, name, contact),
        kind=kind,
        length=work.length_of(kind, openings or 0),
        address=entry.address,
        note=entry.note,
        colour=colour,
        since=entry.since,
        until=entry.until,
        urgency=entry.urgency,
        wishes=read_wishes(entry.wishes),
    )
