"""The address at which a client takes the window that is kept for him; guarded as that of his visit.

It is made anew from the offer each time that it is told: a copy of the database opens nothing.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings

from svyazka.business.conversations import client_channel
from svyazka.business.conversations.client_channel import Way
from svyazka.business.visits import client_texts, links
from svyazka.business.visits.models import WaitingOffer, What
from svyazka.kit import clock, secrets

OPEN_AFTER = timedelta(days=7)  # so that whoever reads it late is told what became of it


def can_write() -> bool:
    """Whether letters with a link go out at all."""
    text = client_texts.text_of(What.OFFER)
    return bool(settings.ADDRESS) and client_channel.any_is_open() and text.is_on and "{link}" in text.text


def way_to(client_id: int) -> Way | None:
    return client_channel.way_to(client_id) if can_write() else None


def link_of(offer: WaitingOffer) -> str:
    return f"{settings.ADDRESS}/w/{_token(offer.request_id)}/"


def fingerprint_of(request_id: UUID) -> str:
    """By which the offer is found again."""
    return secrets.fingerprint(_token(request_id))


def find(token: str, *, sender: str) -> WaitingOffer | None:
    """`sender`: who asks, by address. None: never given, or long over. Raises TooManyGuesses."""
    links.refuse_guesses(sender)
    related = ("resource", "waiting__deal", "waiting__client", "waiting__kind")
    found = (
        WaitingOffer.objects.select_related(*related)
        .filter(fingerprint=secrets.fingerprint(token), to_client=True)
        .first()
    )
    if found is None:
        links.note_miss(sender)
        return None
    return found if found.ends_at > clock.now() - OPEN_AFTER else None


def _token(request_id: UUID) -> str:
    return secrets.derived(f"window/{request_id}")
