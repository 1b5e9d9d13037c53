"""A client who waits is written to: a window is kept for him, and behind the link in the letter he takes it.

The worker sends it, never a request. A letter is claimed with the time of its next attempt already written down; one
that cannot be delivered, or not soon, becomes somebody's task to ring while the time is still kept.
"""

from __future__ import annotations

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.utils import translation

from svyazka.business.consents.standing import may_be_written_to
from svyazka.business.conversations import client_channel
from svyazka.business.conversations.client_channel import Letter, Undeliverable, Unreached
from svyazka.business.deals.held import held
from svyazka.business.visits import client_texts, waiting, window_links, window_offers
from svyazka.business.visits.client_rules import rules
from svyazka.business.visits.models import WaitingOffer, What
from svyazka.kit import clock

AT_ONCE = 20
# Of the time for which the window is kept; the rest is for whoever rings instead.
WORTH_TRYING = 1 / 4

log = structlog.get_logger(__name__)


def send_due() -> int:
    """One batch; how many letters it was."""
    claimed = _claim()
    for offer in claimed:
        _send(offer)
    return len(claimed)


def _claim() -> list[WaitingOffer]:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"now": clock.now(), "most": AT_ONCE})
        ids = [pk for (pk,) in cursor.fetchall()]
    related = ("resource", "waiting__client", "waiting__kind", "waiting__deal")
    return list(WaitingOffer.objects.filter(pk__in=ids).select_related(*related).order_by("pk")) if ids else []


_CLAIM = """
with due as (
    select id from visits_waitingoffer where try_at <= %(now)s order by try_at limit %(most)s for update skip locked
)
update visits_waitingoffer w set tries = w.tries + 1, try_at = %(now)s::timestamptz + interval '1 minute' * w.tries
from due where w.id = due.id
returning w.id
"""


def _send(offer: WaitingOffer) -> None:
    """Nothing is locked while the other side takes its time."""
    entry = offer.waiting
    may_write = may_be_written_to(entry.client_id, deal_is_open=entry.deal.closed_at is None)
    if offer.state != WaitingOffer.State.OPEN or _is_late(offer) or not may_write:
        return _settle(offer, is_sent=False)
    try:
        client_channel.of_kind(offer.channel).send(_letter(offer), to=offer.address)
    except Undeliverable as refusal:
        log.info("window_letter_refused", offer=offer.pk, said=str(refusal))
        _settle(offer, is_sent=False)
    except Unreached as trouble:
        log.info("window_letter_not_sent", offer=offer.pk, trouble=str(trouble))
    else:
        _settle(offer, is_sent=True)
    return None


def _is_late(offer: WaitingOffer) -> bool:
    return offer.tries > 1 and clock.now() > offer.made_at + (offer.expires_at - offer.made_at) * WORTH_TRYING


@transaction.atomic
def _settle(offer: WaitingOffer, *, is_sent: bool) -> None:
    """It may have been answered while the letter was under way."""
    held(offer.waiting.deal_id)
    current = WaitingOffer.objects.select_for_update().get(pk=offer.pk)
    current.try_at, current.sent_at = None, clock.now() if is_sent else None
    current.save(update_fields=["try_at", "sent_at"])
    if is_sent:
        waiting.tell_of_window(offer, "window_sent", by=waiting.HOUSE)
    elif current.state == WaitingOffer.State.OPEN:
        window_offers.ring(current)


def _letter(offer: WaitingOffer) -> Letter:
    with translation.override(settings.LANGUAGE_CODE):
        said = client_texts.filled(client_texts.text_of(What.OFFER), _values(offer))
    return Letter(str(offer.request_id), said.title, said.text)


def _values(offer: WaitingOffer) -> dict[str, str]:
    entry = offer.waiting
    return client_texts.values_at(
        offer.starts_at,
        rules(),
        client=entry.client.name,
        what=entry.kind.name,
        until=client_texts.until(offer.expires_at),
        arrival=client_texts.hour(offer.starts_at),
        who=offer.resource.name,
        address=entry.address,
        link=window_links.link_of(offer),
    )
