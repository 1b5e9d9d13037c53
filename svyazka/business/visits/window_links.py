"""The address at which a client takes the window that is kept for him; guarded as that of his visit."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

from svyazka.business.conversations import client_channel
from svyazka.business.conversations.client_channel import Way
from svyazka.business.visits import client_texts, links
from svyazka.business.visits.models import WaitingOffer, What
from svyazka.kit import clock

OPEN_AFTER = timedelta(days=7)  # so that whoever reads it late is told what became of it


def can_write() -> bool:
    """Whether letters with a link go out at all."""
    return bool(settings.ADDRESS) and client_channel.any_is_open() and client_texts.text_of(What.OFFER).is_on


def way_to(client_id: int) -> Way | None:
    return client_channel.way_to(client_id) if can_write() else None


def link_of(offer: WaitingOffer) -> str:
    return f"{settings.ADDRESS}/w/{offer.token}/"


def find(token: str, *, sender: str) -> WaitingOffer | None:
    """`sender`: who asks, by address. None: never given, or long over. Raises TooManyGuesses."""
    links.refuse_guesses(sender)
    related = ("resource", "waiting__deal", "waiting__client", "waiting__kind")
    found = WaitingOffer.objects.select_related(*related).filter(token=token, to_client=True).first()
    if found is None:
        links.note_miss(sender)
        return None
    return found if found.ends_at > clock.now() - OPEN_AFTER else None
