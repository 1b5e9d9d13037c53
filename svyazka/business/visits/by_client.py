"""What a client does himself, on his own page: by the same verbs as the house, and the house hears of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.deals.held import held
from svyazka.business.journal.record import Automaton
from svyazka.business.notices.tell import tell
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.business.visits import booking, confirming, offering, window_offers
from svyazka.business.visits.client_rules import Span, may_still, rules, span_of
from svyazka.business.visits.models import Asked, Visit, VisitLink, WaitingOffer
from svyazka.business.visits.offering import Offered
from svyazka.business.visits.road import news
from svyazka.business.visits.taking_along import ANYHOW
from svyazka.business.visits.telling import people_of
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

CLIENT = Automaton("client")
MOST = offering.DAYS * 2  # windows to choose from: of a day those in two parts of it


class Taken(Refused):
    """Somebody was quicker. `windows` are still free."""

    status = 409

    def __init__(self, free: Sequence[Offered]) -> None:
        super().__init__(_("This time has just been taken. Choose another one."))
        self.windows = free


class IsAtAnotherTime(Refused):
    """Than the one that he has looked at: his page was open while the visit was moved."""

    status = 409

    def __init__(self) -> None:
        super().__init__(_("The visit is at another time now."))


class RingUs(Refused):
    """Not by himself any more: too late, or too often."""

    def __init__(self) -> None:
        super().__init__(_("This can no longer be changed here. Please ring us."))


def may_move(link: VisitLink) -> bool:
    kept = rules()
    return may_still(link.visit, kept, now=clock.now()) and link.moves < kept.most_moves


def may_call_off(link: VisitLink) -> bool:
    return may_still(link.visit, rules(), now=clock.now())


def windows(visit: Visit) -> list[Offered]:
    """Those to which somebody really gets, as on the phone: of each span that the client can be told the first, other
    than the one in which he is expected now. By whom it is done is the house's business."""
    found = offering.offer(visit.kind, visit.address, moving=visit, not_before=_soonest(), most=MOST).windows
    chosen: dict[Span, Offered] = {}
    for window in sorted(found, key=lambda one: one.starts_at):
        chosen.setdefault(span_of(window.starts_at), window)
    chosen.pop(span_of(visit.starts_at), None)
    return list(chosen.values())


@transaction.atomic
def confirm(link: VisitLink, *, seen: datetime | None) -> Visit:
    """With one tap. A second one changes nothing. `seen`: the time that suits him."""
    visit = _current(link.visit)
    if visit.starts_at != seen:
        raise IsAtAnotherTime
    confirmed = confirming.confirm(visit, by=CLIENT)
    if visit.confirmed_at is None:
        _tell(confirmed, "visit.confirmed_by_client", people=_responsible(confirmed))
    return confirmed


def move(link: VisitLink, starts_at: datetime) -> Visit:
    """To a window that is still free. A second tap changes nothing. Raises Taken, where somebody was quicker."""
    if link.visit.starts_at == starts_at:
        return link.visit
    if not may_move(link):
        raise RingUs
    chosen = _at(link.visit, starts_at)
    if chosen is None:
        raise Taken(windows(link.visit))
    try:
        return _move(link, chosen)
    except booking.SlotTaken:
        raise Taken(windows(link.visit)) from None


@transaction.atomic
def call_off(link: VisitLink, *, reason: str) -> Visit:
    """A second tap changes nothing. Whoever is responsible has the task to agree on another time."""
    visit = _current(link.visit)
    if visit.is_off:
        return visit
    if not may_call_off(link):
        raise RingUs
    people = set() if news.covers(visit.starts_at) else people_of(visit)
    with translation.override(settings.LANGUAGE_CODE):
        why = reason.replace("\x00", "").strip()[:280] or gettext("no reason given")
        words = gettext("The client: {reason}").format(reason=why)
    cancelled = booking.cancel(visit, reason=words, by=CLIENT, tells_staff=False)
    _tell(cancelled, "visit.called_off_by_client", people={*_responsible(cancelled), *people})
    return cancelled


def take_window(offer: WaitingOffer) -> bool:
    """The window that is kept for him. Whether he has it; a second tap changes nothing."""
    try:
        window_offers.take(offer, by=CLIENT)
    except Refused:
        return False
    return True


def decline_window(offer: WaitingOffer) -> None:
    """He goes on waiting, and somebody else is asked. A second tap changes nothing."""
    window_offers.decline(offer, by=CLIENT)


@transaction.atomic
def _move(link: VisitLink, chosen: Offered) -> Visit:
    """Of two taps at once the second finds the visit where it is already."""
    visit = _current(link.visit)
    known = VisitLink.objects.select_for_update().get(pk=link.pk)
    if visit.starts_at == chosen.starts_at:
        return visit
    if known.moves >= rules().most_moves or not may_still(visit, rules(), now=clock.now()):
        raise RingUs
    people = people_of(visit)
    with translation.override(settings.LANGUAGE_CODE):
        reason = gettext("The client has chosen another time")
    how: dict[str, Any] = {"asked": Asked.CLIENT, "seen": ANYHOW, "tells_staff": False}
    moved = booking.move(visit, chosen.starts_at, chosen.resource, reason=reason, by=CLIENT, **how)
    known.moves += 1
    known.save(update_fields=["moves"])
    on_site = set() if news.covers(visit.starts_at, moved.starts_at) else {*people, *people_of(moved)}
    _tell(moved, "visit.moved_by_client", people={*_responsible(moved), *on_site})
    return moved


def _current(visit: Visit) -> Visit:
    deal = held(visit.deal_id)
    current = Visit.objects.select_related("kind", "client", "resource").get(pk=visit.pk)
    current.deal = deal
    return current


def _soonest() -> datetime:
    """Not sooner than he may change it again."""
    return clock.now() + rules().changes_until


def _at(visit: Visit, starts_at: datetime) -> Offered | None:
    """Whoever gets there then with the shortest way, now."""
    soonest = _soonest()
    if not soonest <= starts_at < soonest + timedelta(days=offering.DAYS):
        return None
    found = offering.offer(visit.kind, visit.address, moving=visit, not_before=soonest, at=starts_at, most=1)
    return next(iter(found.windows), None)


def _responsible(visit: Visit) -> set[int]:
    """Where nobody is, those who hand leads out."""
    if visit.deal.responsible_id:
        return {visit.deal.responsible_id}
    heads = Person.objects.working().filter(role__in=roles.having("leads.distribute"))
    return set(heads.values_list("pk", flat=True))


def _tell(visit: Visit, kind: str, *, people: Collection[int]) -> None:
    data = {"what": visit.kind.words, "visit_at": visit.starts_at.isoformat(), "reason": visit.reason}
    tell(people, kind, by=CLIENT, deal_id=visit.deal_id, client_id=visit.client_id, data=data)
