"""What has to be said in messengers goes out: by the worker, in a thread for each messenger, as often as needed.

One message a chat at a time, in order, and `AT_ONCE` in a round; a round begins once a second at the earliest. So no
chat gets more than one a second, and no bot sends more than it may.

A bot that does not answer has an `Outage`: it is left alone for a while, longer each time, and what it has to say
waits. What has waited for hours is not worth saying any more; the administrators have heard of the outage by then.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from itertools import groupby

import structlog
from django.conf import settings
from django.db import connection, transaction

from svyazka.business.journal.record import Automaton
from svyazka.business.notices import linking, outages
from svyazka.business.notices.devices import Letter
from svyazka.business.notices.messengers import Access, Closed, Denied, Messenger, Undeliverable, Unreached, of_account
from svyazka.business.notices.models import Chat, Notice, Outage, Outgoing, SentBy
from svyazka.business.notices.sending import Write
from svyazka.kit import clock

ROUND = 1.0  # seconds at least from one to the next
AT_ONCE = 25
SIDE_BY_SIDE = 8
# Longer than a round can take: the messages of a worker that dies with them in its hands go to the next one.
LEASE = timedelta(minutes=2)
WORTH_SAYING = timedelta(hours=6)
# How a bot is reached now; None: it is switched off, or forbidden.
Reach = Callable[[str], Access | None]

log = structlog.get_logger(__name__)


class Came(Enum):
    THERE = "there"
    CLOSED = "closed"
    DROPPED = "dropped"
    BACK = "back"  # it has to be tried again


@dataclass(frozen=True)
class Trouble:
    """Why a bot says nothing more in this round."""

    why: Outage.Why
    after: float = 0.0


def deliver_due(kind: str, write: Write, reach: Reach) -> int:
    """One round of all bots of a messenger; how many messages it was."""
    claimed = _claim(kind)
    due = [one for one in claimed if not _is_over(one)]
    _forget(one for one in claimed if one not in due)
    letters = write([one.notice for one in due if one.notice])
    for account, group in groupby(due, key=lambda one: one.account):
        _deliver(account, list(group), letters, reach(account))
    return len(claimed)


def _claim(kind: str) -> Sequence[Outgoing]:
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"kind": f"{kind}/", "now": now, "later": now + LEASE, "most": AT_ONCE})
        ids = [pk for (pk,) in cursor.fetchall()]
    if not ids:
        return []
    return list(Outgoing.objects.select_related("notice", "chat").filter(pk__in=ids).order_by("account", "pk"))


# The first of each chat. Two rounds at once do not get the same one: what is locked is skipped, and looked at anew.
_CLAIM = """
with first as (
    select distinct on (account, user_id) id from notices_outgoing
    where starts_with(account, %(kind)s) order by account, user_id, at, id
), due as (
    select one.id from notices_outgoing one join first using (id)
    where one.try_at <= %(now)s
      and not exists (select 1 from notices_outage o where o.account = one.account and o.until > %(now)s)
    order by one.try_at, one.id limit %(most)s for update of one skip locked
)
update notices_outgoing one set try_at = %(later)s from due where one.id = due.id returning one.id
"""


def _is_over(one: Outgoing) -> bool:
    """Read meanwhile, or too old to be worth saying."""
    notice = one.notice
    is_of_this_bot = notice is not None and notice.kind == outages.SILENT and notice.data.get("bot") == one.account
    was_read = notice is not None and notice.read_at is not None
    return was_read or is_of_this_bot or one.at < clock.now() - WORTH_SAYING


def _deliver(account: str, due: Sequence[Outgoing], letters: Mapping[int, Letter], access: Access | None) -> None:
    if access is None:
        return _forget(due)
    round_ = _Round(of_account(account)(access), letters)
    with closing(round_.messenger), ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        came = dict(zip(due, pool.map(round_.send, due), strict=True))
    return _write_down(account, came, round_.trouble)


class _Round:
    """In threads of its own, which ask nothing of the database. After the first trouble nothing more is tried."""

    def __init__(self, messenger: Messenger, letters: Mapping[int, Letter]) -> None:
        self.messenger = messenger
        self.trouble: Trouble | None = None
        self._letters = letters
        self._is_stopped = threading.Event()

    def send(self, one: Outgoing) -> Came:
        if self._is_stopped.is_set():
            return Came.BACK
        try:
            self.messenger.send(self._text_of(one), to=one.user_id)
        except Closed:
            return Came.CLOSED
        except Undeliverable:
            log.warning("message_refused", bot=one.account, notice=one.notice_id)
            return Came.DROPPED
        except Denied:
            return self._stop(Trouble(Outage.Why.DENIED))
        except Unreached as trouble:
            log.info("message_not_sent", bot=one.account, trouble=str(trouble))
            return self._stop(Trouble(Outage.Why.UNREACHED, trouble.after))
        return Came.THERE

    def _text_of(self, one: Outgoing) -> str:
        if one.notice_id is None:
            return one.text
        letter = self._letters[one.notice_id]
        link = f"{settings.ADDRESS}{letter.url}" if settings.ADDRESS else ""
        return "\n".join(filter(None, [letter.title, letter.text, link]))

    def _stop(self, trouble: Trouble) -> Came:
        self.trouble = trouble
        self._is_stopped.set()
        return Came.BACK


@transaction.atomic
def _write_down(account: str, came: Mapping[Outgoing, Came], trouble: Trouble | None) -> None:
    now, by = clock.now(), Automaton(account)
    for chat in {one.chat for one, how in came.items() if how is Came.CLOSED and one.chat}:
        linking.close(chat, by=by)
    there = [one for one, how in came.items() if how is Came.THERE]
    Chat.objects.filter(pk__in=[one.chat_id for one in there]).update(reached_at=now)
    Notice.objects.filter(pk__in=[one.notice_id for one in there]).update(sent_at=now, sent_by=SentBy.CHAT)
    _forget(one for one, how in came.items() if how is not Came.BACK)
    until = outages.pause(account, trouble.why, after=trouble.after) if trouble else now
    Outgoing.objects.filter(pk__in=[one.pk for one, how in came.items() if how is Came.BACK]).update(try_at=until)
    if there and not trouble:
        outages.over(account)


def _forget(over: Iterable[Outgoing]) -> None:
    Outgoing.objects.filter(pk__in=[one.pk for one in over]).delete()
