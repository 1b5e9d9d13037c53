"""What a worker does for those who wait, from time to time: what is over ends, and time that became free is offered."""

from __future__ import annotations

from django.db import connection

from svyazka.business.calls.dialling import hours
from svyazka.business.visits import fitting, waiting, window_offers
from svyazka.business.visits.fitting import Fit
from svyazka.business.visits.models import Freed, Waiting, WaitingOffer
from svyazka.kit import clock
from svyazka.kit.alone import alone

# Any number will do, as long as nobody else uses it.
LOCK = 5_219_041
AT_ONCE = 20  # of each, so that no round is long


def go_round() -> None:
    if not _is_anything():
        return
    with alone(LOCK) as nobody_else:
        if nobody_else:
            end_what_is_over()
            offer_what_is_free()


def end_what_is_over() -> None:
    for offer in WaitingOffer.objects.select_related("waiting").filter(pk__in=_asked(_OVER)):
        window_offers.lapse(offer)
    for offer in WaitingOffer.objects.select_related("waiting").filter(pk__in=_asked(_TAKEN_BY_OTHERS)):
        window_offers.gone(offer)
    for entry in Waiting.objects.filter(pk__in=_asked(_IN_VAIN)):
        waiting.over(entry)


def offer_what_is_free() -> None:
    """At night nobody is rung or written to: what became free meanwhile is looked at in the morning."""
    if hours.there("", moment=clock.now()).is_late:
        return
    Freed.objects.filter(ends__lte=clock.now()).delete()
    for free in Freed.objects.select_related("resource__person").order_by("pk")[:AT_ONCE]:
        if free.resource.goes_out and free.resource.is_bookable:
            _offer(fitting.whom_to_ask(free.resource, free.begins, free.ends))
        free.delete()
    _look_again()


def _offer(found: list[Fit]) -> None:
    """One window is sent to one client, or proposed for a few: the staff ring, and the first who wants it has it."""
    sent: list[Fit] = []
    proposed: list[Fit] = []
    for fit in found:
        if _meets(fit, sent):
            continue
        if fit.entry.told_by == Waiting.ToldBy.CALL:
            if window_offers.propose(fit):
                proposed.append(fit)
        elif not _meets(fit, proposed) and window_offers.ask(fit):
            sent.append(fit)


def _meets(fit: Fit, others: list[Fit]) -> bool:
    return any(fit.window.meets(one.window.resource.pk, one.window.starts_at, one.window.ends_at) for one in others)


def _look_again() -> None:
    """Whoever has no proposal and was not looked at for hours: a new day has come into reach, a van was bought."""
    lately = clock.now() - waiting.LOOKED_AGAIN
    rows = fitting.open_entries().filter(looked_at__lte=lately).exclude(offers__state=WaitingOffer.State.OPEN)
    entries = list(rows.order_by("looked_at")[:AT_ONCE])
    told = fitting.may_be_written_to([one for one in entries if one.told_by == Waiting.ToldBy.MESSAGE])
    for entry in entries:
        Waiting.objects.filter(pk=entry.pk).update(looked_at=clock.now())
        if entry.told_by == Waiting.ToldBy.CALL or entry.pk in told:
            _offer([Fit(entry, window) for window in fitting.new_windows(entry)[:1]])


def _is_anything() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("select exists (select from visits_waiting where state = 'open')")
        return bool(cursor.fetchone()[0])


def _asked(question: str) -> list[int]:
    now, today = clock.now(), clock.today()
    with connection.cursor() as cursor:
        cursor.execute(question, {"now": now, "today": today, "most": AT_ONCE})
        return [number for (number,) in cursor.fetchall()]


_OVER = "select id from visits_waitingoffer where state = 'open' and expires_at <= %(now)s limit %(most)s"
# Holds of others end by themselves; what is booked, or somebody's absence, stays.
_TAKEN_BY_OTHERS = """
select offer.id from visits_waitingoffer offer
where offer.state = 'open' and exists (
    select from visits_booking taken
    where taken.resource_id = offer.resource_id and taken.kind <> 'hold'
      and taken.during && tstzrange(offer.starts_at, offer.ends_at))
limit %(most)s
"""
_IN_VAIN = """
select entry.id from visits_waiting entry join deals_deal deal on deal.id = entry.deal_id
where entry.state = 'open' and (entry.until < %(today)s or deal.closed_at is not null)
limit %(most)s
"""
