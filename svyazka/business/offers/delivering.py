"""An offer goes to the client: its paper is made and said in his conversation, by the worker, as often as needed, once.

It is claimed with the time of its next attempt already written down, so that a worker that dies with it in its hands
leaves it to the next one. What cannot be sent says so in the deal, and stays a draft.
"""

from __future__ import annotations

import structlog
from django.core.files.base import ContentFile
from django.db import connection, transaction

from svyazka.business.conversations import messages
from svyazka.business.conversations.client_channel import Attached
from svyazka.business.offers import papers
from svyazka.business.offers.models import Offer
from svyazka.business.offers.offers import HOUSE, is_sent, tell
from svyazka.business.staff.models import Person
from svyazka.kit import clock
from svyazka.kit.paper import NoPaper
from svyazka.kit.refusals import Refused

AT_ONCE = 5
MOST_TRIES = 6

log = structlog.get_logger(__name__)


def go_on() -> int:
    """One batch; how many it was."""
    claimed = _claim()
    for offer in claimed:
        try:
            _go_on(offer)
        except Exception as fault:
            # A full disk, a mistake of ours. Its words may name the client.
            log.warning("offer_stuck", offer=offer.pk, fault=type(fault).__name__)
            if offer.tries >= MOST_TRIES:
                _failed(offer, "")
    return len(claimed)


def _claim() -> list[Offer]:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"now": clock.now(), "most": AT_ONCE})
        ids = [pk for (pk,) in cursor.fetchall()]
    return list(Offer.objects.filter(pk__in=ids).select_related("template").order_by("pk")) if ids else []


_CLAIM = """
with due as (
    select id from offers_offer where try_at <= %(now)s order by try_at limit %(most)s for update skip locked
)
update offers_offer o set tries = least(o.tries + 1, 1000),
       try_at = %(now)s::timestamptz + least(interval '1 minute' * power(2, least(o.tries, 5)), interval '30 minutes')
from due where o.id = due.id
returning o.id
"""


def _go_on(offer: Offer) -> None:
    """Nothing is locked while the paper is made."""
    try:
        paper = papers.pdf(offer)
    except NoPaper as fault:
        log.warning("offer_without_paper", offer=offer.pk, said=str(fault))
        if not fault.again or offer.tries >= MOST_TRIES:
            _failed(offer, "")
        return
    try:
        _say(offer, paper)
    except Refused as refusal:
        _failed(offer, str(refusal.message))


@transaction.atomic
def _say(offer: Offer, paper: bytes) -> None:
    """The message and that it is sent are one: whoever comes second finds nothing to do."""
    current = _held(offer)
    if current is None or current.wanted is None:
        return
    wanted, person = current.wanted, Person.objects.get(pk=current.wanted["by"])
    messages.say(
        current.client_id,
        wanted["text"],
        account=wanted["account"],
        user_id=wanted["user_id"],
        deal_id=current.deal_id,
        files=(Attached(papers.file_name(current), "application/pdf", paper),),
        subject=papers.file_name(current).removesuffix(".pdf"),
        by=person,
    )
    current.file.save(f"{current.year}-{current.number}-{current.edition}.pdf", ContentFile(paper), save=False)
    is_sent(current, by=wanted["account"], who=person)


@transaction.atomic
def _failed(offer: Offer, why: str) -> None:
    current = _held(offer)
    if current is None or current.wanted is None:
        return
    current.wanted, current.try_at, current.trouble = None, None, why[:300] or "paper"
    current.version += 1
    current.save()
    tell(current, "not_sent", by=HOUSE)


def _held(offer: Offer) -> Offer | None:
    return Offer.objects.select_for_update(of=("self",)).select_related("template").filter(pk=offer.pk).first()
