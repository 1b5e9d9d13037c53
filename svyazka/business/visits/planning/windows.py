"""A time that a plan has for somebody who waits: offered to him, not booked, for he has agreed to nothing yet."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from svyazka.business.journal.record import Actor
from svyazka.business.visits import fitting, settling, window_offers
from svyazka.business.visits.fitting import Fit, Window
from svyazka.business.visits.models import ProposalGets, Resource, Waiting, WaitingOffer
from svyazka.business.visits.periods import NotFree
from svyazka.business.visits.settling import Settled, Wish
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

State = WaitingOffer.State


def offer(one: ProposalGets, *, by: Actor) -> WaitingOffer:
    """Whoever wants to be written to gets a letter, and the time is kept for him; otherwise somebody rings. Refused
    where the time is gone."""
    entry = one.waiting
    fit = Fit(entry, Window(one.resource, one.starts_at, _settled(entry, one.resource, one.starts_at).fit.ends_at))
    is_written_to = entry.told_by == Waiting.ToldBy.MESSAGE and entry.pk in fitting.may_be_written_to([entry])
    made = window_offers.ask(fit) if is_written_to else window_offers.propose(fit, by=by)
    if made is None:
        raise Refused(_("{client} has been offered this time already.").format(client=entry.client.name))
    one.offer = made
    one.save(update_fields=["offer"])
    return made


def take_back(one: ProposalGets) -> str:
    """→ why it stays, in words; empty: it does not."""
    made = one.offer
    if made is None or made.state not in (State.OPEN, State.TAKEN):
        return ""
    if made.state == State.OPEN:
        window_offers.gone(made)
        return ""
    return _("{client} has agreed meanwhile: the visit stays.").format(client=one.waiting.client.name)


def insist_free(waiting_id: int, resource_id: int, starts_at: datetime) -> None:
    """That it could be booked, and that the client has not refused it before."""
    entry = Waiting.objects.select_related("deal", "kind").get(pk=waiting_id)
    resource = Resource.objects.select_related("person").get(pk=resource_id)
    window = Window(resource, starts_at, _settled(entry, resource, starts_at).fit.ends_at)
    told = WaitingOffer.objects.filter(waiting=entry).exclude(state=State.GONE)
    if any(window.meets(*other) for other in told.values_list("resource_id", "starts_at", "ends_at")):
        raise Refused(_("This window was offered to the client before."))


def wait_no_more(gets: Iterable[ProposalGets]) -> str:
    names = ", ".join(one.waiting.client.name for one in gets)
    return _("No longer waits for a window: {clients}.").format(clients=names)


def _settled(entry: Waiting, resource: Resource, starts_at: datetime) -> Settled:
    try:
        return settling.look(Wish(entry.kind, resource, starts_at.astimezone(UTC), entry.deal))
    except NotFree as refusal:
        words = _("{name} has something else to do at {time}.")
        said = words.format(name=resource.name, time=f"{clock.local(starts_at):%H:%M}")
        raise Refused(refusal.words or said) from refusal
