"""What clients are told in writing goes out: by the worker, never in a request, as often as needed.

A word is claimed with the time of its next attempt already written down, so that a worker that dies with it in its
hands leaves it to the next one. What cannot be delivered becomes somebody's task.
"""

from __future__ import annotations

from datetime import timedelta

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.utils import translation

from svyazka.business.consents.standing import may_be_written_to
from svyazka.business.conversations.client_channel import Letter, Meeting, Undeliverable, Unreached, of_kind
from svyazka.business.deals.held import held
from svyazka.business.visits import client_texts, to_client
from svyazka.business.visits.models import ClientWord, Visit, What
from svyazka.business.visits.telling import told
from svyazka.kit import clock

AT_ONCE = 20
WORTH_SENDING = timedelta(hours=3)  # later than that somebody had better ring
SOON = timedelta(minutes=20)  # the same of whoever is on the way

log = structlog.get_logger(__name__)


def send_due() -> int:
    """One batch; how many words it was."""
    claimed = _claim()
    for word in claimed:
        _send(word)
    return len(claimed)


def _claim() -> list[ClientWord]:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"now": clock.now(), "most": AT_ONCE})
        ids = [pk for (pk,) in cursor.fetchall()]
    related = ("visit__kind", "visit__client", "visit__resource", "visit__deal")
    return list(ClientWord.objects.filter(pk__in=ids).select_related(*related).order_by("pk")) if ids else []


# The pause grows: a minute, two, four … and half an hour at most.
_CLAIM = """
with due as (
    select id from visits_clientword where state = 'waiting' and try_at <= %(now)s
    order by try_at limit %(most)s for update skip locked
)
update visits_clientword w set tries = w.tries + 1,
       try_at = %(now)s::timestamptz + least(interval '1 minute' * power(2, w.tries), interval '30 minutes')
from due where w.id = due.id
returning w.id
"""


def _send(word: ClientWord) -> None:
    """Nothing is locked while the other side takes its time."""
    deal_is_open = word.visit.deal.closed_at is None
    if not may_be_written_to(word.visit.client_id, deal_is_open=deal_is_open):
        return _settle(word, is_sent=False)
    if word.tries > 1 and _is_late(word):
        return _settle(word, is_sent=False)
    try:
        of_kind(word.channel).send(_letter(word), to=word.address)
    except Undeliverable as refusal:
        log.info("client_word_refused", word=word.pk, said=str(refusal))
        _settle(word, is_sent=False)
    except Unreached as trouble:
        log.info("client_word_not_sent", word=word.pk, trouble=str(trouble))
    else:
        _settle(word, is_sent=True)
    return None


def _is_late(word: ClientWord) -> bool:
    return word.at < clock.now() - (SOON if word.what == What.ON_THE_WAY else WORTH_SENDING)


@transaction.atomic
def _settle(word: ClientWord, *, is_sent: bool) -> None:
    """It may have become moot while it was under way."""
    held(word.visit.deal_id)
    current = ClientWord.objects.select_for_update().get(pk=word.pk)
    if is_sent:
        current.sent_at, current.try_at = clock.now(), None
        current.state = ClientWord.State.SENT
        current.save(update_fields=["sent_at", "try_at", "state"])
        told(word.visit, word.what, by=to_client.HOUSE, way=word.channel)
    elif current.state == ClientWord.State.WAITING:
        to_client.by_hand_instead(current)


def _letter(word: ClientWord) -> Letter:
    visit = word.visit
    return Letter(
        f"{visit.request_id}-{word.pk}", word.title, client_texts.with_link(word.text, visit), _meeting(word, visit)
    )


def _meeting(word: ClientWord, visit: Visit) -> Meeting | None:
    """With what may be news to the client's calendar."""
    if word.what == What.ON_THE_WAY:
        return None
    with translation.override(settings.LANGUAGE_CODE):
        what = visit.kind.name
    is_off = visit.is_off
    uid = f"{visit.request_id}@svyazka"
    return Meeting(uid, visit.version, visit.starts_at, visit.ends_at, what, visit.address, is_off)
