"""Links by which a client whom we know already opens a chat with a bot of ours: whoever comes by one is that client.

Nothing of it is stored: the link itself says whose it is, until when, and that we made it.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.http import base36_to_int, int_to_base36

from svyazka.business.clients.models import ContactPoint
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.notices.messengers import of_kind
from svyazka.kit import clock

VALID = timedelta(days=60)
PREFIX = "c-"
# What follows /start in a link; connectors of messengers that begin in another way say it in these words.
_SHOWN = re.compile(rf"/start\s+{PREFIX}([0-9a-z]{{1,13}})-([0-9a-z]{{1,6}})-([0-9a-f]{{20}})", re.ASCII)
_EPOCH = date(2020, 1, 1)


class ChatLink(NamedTuple):
    title: str  # "Telegram"
    name: str  # of the account
    url: str


def links_of(client_id: int) -> list[ChatLink]:
    """To the bots with which he has no chat yet."""
    known = ContactPoint.objects.filter(client_id=client_id).exclude(account="").values_list("account", flat=True)
    bots = ChannelAccount.objects.filter(kind__in=settings.MESSENGERS, is_active=True).exclude(nick="")
    return [_link(client_id, one) for one in bots.exclude(code__in=known).order_by("kind", "pk")]


def read(text: str) -> int | None:
    """Whose link somebody has opened. None: no link of ours, or one that is too old."""
    found = _SHOWN.fullmatch(text.strip())
    if found is None:
        return None
    number, day, sign = found.groups()
    try:
        client_id, made_on = base36_to_int(number), _EPOCH + timedelta(days=base36_to_int(day))
    except (ValueError, OverflowError):
        return None
    is_ours = constant_time_compare(sign, _sign(number, day)) and client_id < 2**63
    return client_id if is_ours and _today() - made_on <= VALID else None


def _link(client_id: int, account: ChannelAccount) -> ChatLink:
    messenger = of_kind(account.kind)
    number, day = int_to_base36(client_id), int_to_base36((_today() - _EPOCH).days)
    code = f"{PREFIX}{number}-{day}-{_sign(number, day)}"
    return ChatLink(messenger.title, account.name, messenger.invitation.format(bot=account.nick, code=code))


def _sign(number: str, day: str) -> str:
    return salted_hmac("svyazka chat link", f"{number}-{day}", algorithm="sha256").hexdigest()[:20]


def _today() -> date:
    return datetime.astimezone(clock.now(), UTC).date()
