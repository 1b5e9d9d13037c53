"""What has become of messages of ours is asked for, where nobody tells us: their provider cannot call this house."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import timedelta
from typing import cast

import structlog

from svyazka.business.conversations import channel, states
from svyazka.business.conversations.models import ChannelAccount, Listening, Message
from svyazka.business.conversations.paid import Paid
from svyazka.business.notices.messengers import Access, Denied, Undeliverable, Unreached
from svyazka.kit import clock

AT_ONCE = 50
LONGEST = timedelta(days=3)  # after that the network has given up, too

log = structlog.get_logger(__name__)


def ask_round(access_to: Callable[[str], Access | None]) -> int:
    """Some of each account's, from where the last round ended; how many were asked about."""
    # Who is called has a secret by which the calls are known.
    silent = ChannelAccount.objects.filter(kind=ChannelAccount.Kind.SMS, is_active=True, signing="").exclude(secret="")
    return sum(_ask(account.code, access_to) for account in silent.order_by("pk"))


def _ask(account: str, access_to: Callable[[str], Access | None]) -> int:
    listening, _is_new = Listening.objects.get_or_create(account=account)
    due = _next(account, listening.cursor.get("message", 0))
    access = access_to(account) if due else None
    if access is None:
        return 0
    with closing(cast(type[Paid], channel.of_account(account))(access)) as line:
        try:
            for message in due:
                _ask_one(line, message)
        except (Denied, Undeliverable, Unreached) as trouble:
            log.info("states_not_asked", account=account, trouble=type(trouble).__name__)
            return 0
    cursor = {**listening.cursor, "message": due[-1].pk if len(due) == AT_ONCE else 0}
    Listening.objects.filter(account=account).update(cursor=cursor, asked_at=clock.now())
    return len(due)


def _next(account: str, after: int) -> Sequence[Message]:
    since = clock.now() - LONGEST
    sent = Message.objects.filter(account__startswith="sms/", state=Message.State.SENT, account=account, pk__gt=after)
    return list(sent.filter(at__gt=since).order_by("pk")[:AT_ONCE])


def _ask_one(line: Paid, message: Message) -> None:
    told = line.state_of(message.outside_id, to=message.user_id)
    if told and told.state != Message.State.SENT:
        states.state_told(told, account=message.account)
