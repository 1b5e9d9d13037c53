"""A window for somebody who waits: proposed to whoever looks after his deal, or held and sent to the client himself.

Whoever takes it first has it: the database decides, as with every booking. What is held for one client is offered to
nobody else; when he does not answer, or does not want it, the next one is asked.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.deals.models import Task
from svyazka.business.deals.work import tasks
from svyazka.business.journal.record import Actor, announce
from svyazka.business.notices.tell import tell
from svyazka.business.visits import booking, freed, holding, waiting, waiting_rules, window_links
from svyazka.business.visits.fitting import Fit
from svyazka.business.visits.models import Seeking, Visit, Waiting, WaitingOffer
from svyazka.business.visits.waiting import HOUSE, NoLongerWaits
from svyazka.kit import clock
from svyazka.kit.refusals import Refused
from svyazka.kit.texts import within

STANDS = timedelta(hours=4)  # a proposal to the staff; then others are looked for
STANDS_FOUND = timedelta(days=1)  # one of a search for all, which somebody goes through
State = WaitingOffer.State


class NoLongerThere(Refused):
    """It was declined, lapsed, or somebody else has it."""

    status = 409

    def __init__(self) -> None:
        super().__init__(_("This window is no longer there."))


@transaction.atomic
def propose(fit: Fit, *, by: Actor = HOUSE, seeking: Seeking | None = None) -> WaitingOffer | None:
    """To whoever looks after the deal. None: he does not wait any more, or has it proposed already."""
    stands = STANDS_FOUND if seeking else STANDS
    expires_at = min(clock.now() + stands, fit.window.starts_at)
    offer = _enter(fit, expires_at=expires_at, seeking=seeking)
    if offer and not seeking:
        ring(offer, by=by)
    return offer


def ask(fit: Fit) -> WaitingOffer | None:
    """Holds the time and writes to the client. Where no letter leads to him, whoever looks after the deal rings."""
    window, request_id = fit.window, uuid4()
    lasts = timedelta(minutes=waiting_rules.rules().held_minutes)
    try:
        held = holding.hold(
            fit.entry.deal,
            fit.entry.kind,
            window.resource,
            window.starts_at,
            request_id=request_id,
            by=HOUSE,
            lasts=min(lasts, window.starts_at - clock.now()),
        )
    except Refused:
        return None
    with transaction.atomic():
        offer = _enter(fit, expires_at=held.expires_at, held_by=request_id)
        if offer is None:
            holding.release(request_id, by=HOUSE)
        elif way := window_links.way_to(fit.entry.client_id):
            offer.channel, offer.address, offer.try_at = *way, clock.now()
            offer.save(update_fields=["channel", "address", "try_at"])
        else:
            ring(offer)
    return offer


def ring(offer: WaitingOffer, *, by: Actor = HOUSE) -> None:
    """Somebody has to ring the client, and hears of it at once."""
    entry = offer.waiting
    with translation.override(settings.LANGUAGE_CODE):
        what = within(gettext("Offer the window that has become free: {window}").format(window=in_words(offer)), 200)
    offer.task = tasks.plan(entry.deal, what, due_at=offer.expires_at, kind=Task.Kind.CALL, by=by)
    offer.save(update_fields=["task"])
    data = {"window_at": offer.starts_at.isoformat(), "who": offer.resource.name, "added": offer.added}
    data |= {"waits": (clock.now() - entry.since).days}
    whose = {"deal_id": entry.deal_id, "client_id": entry.client_id}
    tell(waiting.whose(entry), "visit.window_free", by=by, **whose, data=data)


def take(offer: WaitingOffer, *, by: Actor) -> Visit:
    """Books it for whoever waits; a second click gives the same visit."""
    current = _fresh(offer)
    entry = current.waiting
    if current.state != State.TAKEN and entry.state != Waiting.State.OPEN:
        raise NoLongerWaits
    if current.state not in (State.OPEN, State.TAKEN):
        raise NoLongerThere
    try:
        return booking.book(
            entry.deal,
            entry.kind,
            current.resource,
            current.starts_at,
            request_id=current.request_id,
            by=by,
            wishes=entry.note,
            address=entry.address,
            hold=current.request_id,
        )
    except booking.SlotTaken:
        _end(current, State.GONE, by=by)
        raise


def hold(offer: WaitingOffer, *, by: Actor) -> holding.Hold:
    """For some minutes, in which somebody rings the client."""
    current = _fresh(offer)
    if current.waiting.state != Waiting.State.OPEN:
        raise NoLongerWaits
    if current.state != State.OPEN:
        raise NoLongerThere
    entry = current.waiting
    return holding.hold(
        entry.deal, entry.kind, current.resource, current.starts_at, request_id=current.request_id, by=by
    )


@transaction.atomic
def decline(offer: WaitingOffer, *, by: Actor) -> None:
    """It does not suit him; he goes on waiting, and somebody else may have it. A second click changes nothing."""
    if _end(offer, State.DECLINED, by=by):
        waiting.tell_of_window(offer, "window_declined", by=by)


def lapse(offer: WaitingOffer) -> None:
    """Nobody has answered in time."""
    _end(offer, State.LAPSED, by=HOUSE)


def gone(offer: WaitingOffer) -> None:
    """Somebody else has this time."""
    _end(offer, State.GONE, by=HOUSE)


def in_words(offer: WaitingOffer) -> str:
    """As a task says it, in the company's language."""
    return f"{_moment(offer.starts_at)}, {offer.resource.name}"


def _enter(
    fit: Fit, *, expires_at: datetime, seeking: Seeking | None = None, held_by: UUID | None = None
) -> WaitingOffer | None:
    """`held_by`: the request by which its time is held while the client himself is asked."""
    try:
        entry = waiting.lock(fit.entry)
        with transaction.atomic():
            offer = WaitingOffer.objects.create(
                waiting=entry,
                resource=fit.window.resource,
                starts_at=fit.window.starts_at,
                ends_at=fit.window.ends_at,
                added=fit.window.added // timedelta(minutes=1),
                reasons=list(fit.window.reasons),
                made_at=clock.now(),
                expires_at=expires_at,
                seeking=seeking,
                to_client=held_by is not None,
                request_id=held_by or uuid4(),
                fingerprint=window_links.fingerprint_of(held_by) if held_by else None,
            )
    except (NoLongerWaits, IntegrityError):
        return None
    announce("waiting", entry.pk, data={"deal": entry.deal_id})
    announce("deal", entry.deal_id)
    return offer


@transaction.atomic
def _end(offer: WaitingOffer, state: str, *, by: Actor) -> bool:
    """Whether it was open still. Its time goes to the next who waits."""
    try:
        entry = waiting.lock(offer.waiting)
    except NoLongerWaits:
        return False
    current = WaitingOffer.objects.select_related("task", "resource").filter(pk=offer.pk, state=State.OPEN).first()
    if current is None:
        return False
    waiting.end_offers([current], state, by=by)
    freed.note([current.resource], current.starts_at, current.ends_at)
    announce("waiting", entry.pk, data={"deal": entry.deal_id})
    announce("deal", entry.deal_id)
    return True


def _fresh(offer: WaitingOffer) -> WaitingOffer:
    related = ("resource", "waiting__deal__client", "waiting__kind")
    return WaitingOffer.objects.select_related(*related).get(pk=offer.pk)


def _moment(at: datetime) -> str:
    local = clock.local(at)
    return f"{date_format(local, 'j E')}, {local:%H:%M}"
