"""How each account of ours is: in order, slow, down since when, or off."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Count, Min

from svyazka.business.conversations.models import ChannelAccount, Listening, Message
from svyazka.business.notices.models import Outage
from svyazka.kit import clock

SLOW = timedelta(minutes=2)


class Light(StrEnum):
    GOOD = "good"
    SLOW = "warn"
    DOWN = "bad"
    OFF = "off"


@dataclass(frozen=True)
class Health:
    """`waiting`: messages that should have gone out by now; `since`: when the trouble began."""

    light: Light
    since: datetime | None = None
    waiting: int = 0
    is_denied: bool = False  # the other side does not know our token any more
    hears: bool = True  # what clients write comes in


def of_accounts(accounts: Collection[ChannelAccount]) -> dict[str, Health]:
    """By code. Three questions to the database, however many there are."""
    codes = [one.code for one in accounts]
    outages = {one.account: one for one in Outage.objects.filter(account__in=codes, tries__gt=0)}
    troubled = Listening.objects.filter(account__in=codes).exclude(trouble="")
    deaf = {one.account: one for one in troubled}
    late = _late(codes)
    return {one.code: _health(one, outages.get(one.code), deaf.get(one.code), late.get(one.code)) for one in accounts}


def _health(
    account: ChannelAccount, outage: Outage | None, deaf: Listening | None, late: tuple[int, datetime] | None
) -> Health:
    waiting, since = late or (0, None)
    if not account.is_active:
        return Health(Light.OFF, waiting=waiting)
    if outage:
        is_denied = outage.why == Outage.Why.DENIED
        return Health(Light.DOWN, outage.since, waiting, is_denied=is_denied, hears=deaf is None)
    if deaf:
        return Health(Light.DOWN, deaf.since, waiting, hears=False)
    return Health(Light.SLOW, since, waiting) if waiting else Health(Light.GOOD)


def _late(codes: Collection[str]) -> dict[str, tuple[int, datetime]]:
    """Due for a while and not gone out."""
    due = Message.objects.filter(account__in=codes, is_ours=True, state_at__lte=clock.now() - SLOW)
    waits = due.filter(try_at__isnull=False, state__in=[Message.State.WAITING, Message.State.SENDING])
    counted = waits.values_list("account").annotate(Count("pk"), Min("state_at"))
    return {account: (number, since) for account, number, since in counted}
