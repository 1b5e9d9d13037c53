"""What a person does with an arrival that the house could not work off by itself."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.intake.models import Arrival
from svyazka.business.journal.record import About, Actor, record
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

State = Arrival.State
LONGEST_REASON = 500
SPAM = "Spam: "  # how a reason of `connector.Spam` begins


@transaction.atomic
def run_again(arrival: Arrival, by: Actor) -> None:
    """Waits again, as if it had just come: after a mistake of ours was put right, or an "ignored" was one. What was
    held to be spam is not judged a second time."""
    held = _held(arrival)
    if held.state == State.DONE:
        raise Refused(_("This has been worked off already; a second time would make it twice."))
    if held.reason.startswith(SPAM):
        _believe(held)
    _change(held, State.NEW, "intake.run_again", by=by)


@transaction.atomic
def set_aside(arrival: Arrival, reason: str, by: Actor) -> None:
    """Nothing shall become of it, and here is why."""
    reason = reason.replace("\x00", "").strip()[:LONGEST_REASON]
    if not reason:
        raise Refused(_("Say why it is set aside."), fields={"reason": _("Say why it is set aside.")})
    held = _held(arrival)
    if held.state == State.DONE:
        raise Refused(_("This has been worked off already."))
    _change(held, State.IGNORED, "intake.set_aside", reason=reason, by=by)


def _believe(arrival: Arrival) -> None:
    headers = {**arrival.headers, "not_spam": "1"}
    Arrival.objects.filter(pk=arrival.pk, received_at=arrival.received_at).update(headers=headers)


def _held(arrival: Arrival) -> Arrival:
    return Arrival.objects.select_for_update().get(pk=arrival.pk, received_at=arrival.received_at)


def _change(arrival: Arrival, state: Arrival.State, verb: str, *, by: Actor, reason: str = "") -> None:
    now = clock.now()
    Arrival.objects.filter(pk=arrival.pk, received_at=arrival.received_at).update(
        state=state,
        reason=reason,
        attempts=0,
        next_try_at=now,
        done_at=now if state == State.IGNORED else None,
    )
    record(verb, About("arrival", arrival.pk), by=by, changes={"state": (arrival.state, state)}, note=reason)
