"""Who listened to which call. Whoever may is decided above, where deals are known: intake/hear.py."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from svyazka.business.calls.models import Call, Listening
from svyazka.business.journal.record import About, record
from svyazka.business.staff.models import Person
from svyazka.kit import clock

# So long one listening opens the sound: stopping, going back and loading the page again are the same one.
LASTS = timedelta(hours=2)
MOST_SHOWN = 50


@transaction.atomic
def listen(call: Call, *, by: Person, address: str, is_download: bool = False) -> Listening:
    """The one that goes on, or a new one, which the journal has too."""
    begun = Listening.objects.filter(
        call_id=call.pk, person_id=by.pk, at__gt=clock.now() - LASTS, is_download=is_download
    )
    if going_on := begun.order_by("-pk").first():
        return going_on
    made = Listening.objects.create(
        call_id=call.pk,
        call_started_at=call.started_at,
        person_id=by.pk,
        at=clock.now(),
        address=address or None,
        is_download=is_download,
    )
    about = About("listening", call.pk, client_id=call.client_id, deal_id=call.deal_id)
    record("calls.downloaded" if is_download else "calls.listened", about, by=by, changes={"number": (None, call.pk)})
    return made


def find(call: Call, number: int, person: Person) -> Listening | None:
    """One's own that still goes on; a link that a colleague has copied opens nothing."""
    found = Listening.objects.filter(pk=number, call_id=call.pk, person_id=person.pk, at__gt=clock.now() - LASTS)
    return found.first()


def list_listenings(call: Call) -> list[Listening]:
    """The latest first."""
    return list(Listening.objects.filter(call_id=call.pk).order_by("-pk")[:MOST_SHOWN])
