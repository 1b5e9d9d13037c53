"""Windows for all who wait, looked for at once: for each the best one is proposed, taken one by one or all together."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from svyazka.business.deals import rights
from svyazka.business.journal.record import About, announce, record
from svyazka.business.staff.models import Person
from svyazka.business.visits import fitting, window_offers
from svyazka.business.visits.fitting import Fit
from svyazka.business.visits.models import Seeking, Waiting, WaitingOffer
from svyazka.kit import clock
from svyazka.kit.alone import alone
from svyazka.kit.refusals import Refused

# Any number will do, as long as nobody else uses it.
LOCK = 5_219_042
PIECE = 5
MOST_TAKEN = 50  # at one click


@dataclass(frozen=True)
class Progress:
    seeking: Seeking
    looked_at: int
    found: int  # windows that are still proposed

    @property
    def is_over(self) -> bool:
        return self.seeking.ended_at is not None


def begin(*, by: Person) -> Seeking:
    """One search at a time: while one goes on, a second click gives that one."""
    total = _to_do().count()
    if not total:
        raise Refused(_("Nobody waits for a window."))
    try:
        with transaction.atomic():
            made = Seeking.objects.create(by=by, begun_at=clock.now(), total=total)
            record("visits.windows_sought", About("seeking", made.pk), by=by, changes={"number": (None, total)})
            return made
    except IntegrityError:
        return Seeking.objects.get(ended_at=None)


def go_on() -> bool:
    """A piece of the search that is going on, by a worker. False: there is nothing to do."""
    if not Seeking.objects.filter(ended_at=None).exists():
        return False
    with alone(LOCK) as nobody_else:
        found = Seeking.objects.filter(ended_at=None).first()
        if found is None or not nobody_else:
            return False
        if not _piece(found):
            Seeking.objects.filter(pk=found.pk).update(ended_at=clock.now())
        announce("seeking", found.pk)
    return True


def progress() -> Progress | None:
    """Of the last one, as long as it goes on or something of it is still to be taken."""
    still = Count("offers", filter=Q(offers__state=WaitingOffer.State.OPEN))
    found = Seeking.objects.annotate(found=still).order_by("-pk").first()
    if found is None or (found.ended_at and not found.found):
        return None
    left = 0 if found.ended_at else _to_do().filter(looked_at__lt=found.begun_at).count()
    return Progress(found, max(found.total - left, 0), found.found)


def take_all(seeking: Seeking, *, by: Person) -> tuple[int, int]:
    """→ how many are booked, and how many were no longer there. Deals of others stay as they are."""
    rows = seeking.offers.filter(state=WaitingOffer.State.OPEN).select_related("waiting__deal").order_by("pk")
    ours = [offer for offer in rows if rights.may_change(by, offer.waiting.deal)][:MOST_TAKEN]
    booked = sum(_is_taken(offer, by) for offer in ours)
    return booked, len(ours) - booked


def _piece(found: Seeking) -> bool:
    entries = list(_to_do().filter(looked_at__lt=found.begun_at).order_by("-urgency", "since")[:PIECE])
    for entry in entries:
        Waiting.objects.filter(pk=entry.pk).update(looked_at=clock.now())
        for window in fitting.new_windows(entry)[:1]:
            window_offers.propose(Fit(entry, window), by=found.by, seeking=found)
    return bool(entries)


def _to_do() -> QuerySet[Waiting]:
    """Who has a window proposed already keeps that one."""
    return fitting.open_entries().exclude(offers__state=WaitingOffer.State.OPEN)


def _is_taken(offer: WaitingOffer, by: Person) -> bool:
    try:
        window_offers.take(offer, by=by)
    except Refused:
        return False
    return True
