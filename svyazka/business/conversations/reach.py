"""By which ways a client can be written to now, and why not by the others."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients.models import ContactPoint
from svyazka.business.conversations import bans
from svyazka.business.conversations.channel import Channel, of_kind
from svyazka.business.conversations.models import ChannelAccount, Reach
from svyazka.kit import clock, rows

BLOCKED, GONE = "blocked", "gone"
_WHY: Mapping[str, Promise] = {
    BLOCKED: _("The client has blocked us there."),
    GONE: _("There is nobody at this address any more."),
}
# Where nobody has to write first, and what he is reached by there.
_BEGUN_BY: Mapping[str, str] = {
    ChannelAccount.Kind.EMAIL: ContactPoint.Kind.EMAIL,
    ChannelAccount.Kind.SMS: ContactPoint.Kind.PHONE,
}
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class WayTo:
    """One account of ours and somebody there. `by_template`: what the messenger has approved may be sent."""

    account: str
    kind: str
    name: str  # of the account
    user_id: str
    shown: str
    can_write: bool
    by_template: bool
    why_not: str
    window_until: datetime | None
    heard_at: datetime | None
    address: Mapping[str, str]


def ways_of(client_id: int) -> list[WayTo]:
    """The one by which he wrote last comes first. Four questions to the database, however many there are."""
    points = list(ContactPoint.objects.filter(client_id=client_id).order_by("-pk"))
    accounts = list(ChannelAccount.objects.filter(kind__in=list(settings.CHANNELS)).order_by("pk"))
    pairs = list(_pairs(points, accounts))
    if not pairs:
        return []
    known = _known((account.code, point.value) for account, point in pairs)
    are_forbidden = bans.foreign_are_forbidden()
    ways = [_way(account, point, known.get((account.code, point.value)), are_forbidden) for account, point in pairs]
    return sorted(ways, key=lambda way: (way.heard_at or _NEVER, way.can_write), reverse=True)


def heard(account: str, user_id: str, *, at: datetime, address: Mapping[str, str]) -> None:
    """He has written: whoever does that has not blocked us."""
    with connection.cursor() as cursor:
        cursor.execute(_HEARD, [account, user_id, json.dumps(dict(address)), at])


_HEARD = """
insert into conversations_reach (account, user_id, address, heard_at, closed_why) values (%s, %s, %s, %s, '')
on conflict (account, user_id) do update set
    heard_at = greatest(conversations_reach.heard_at, excluded.heard_at),
    address = case when excluded.address = '{}' then conversations_reach.address else excluded.address end,
    closed_why = case when conversations_reach.closed_at <= excluded.heard_at then ''
                      else conversations_reach.closed_why end,
    closed_at = case when conversations_reach.closed_at <= excluded.heard_at then null
                     else conversations_reach.closed_at end
"""


def closed(account: str, user_id: str, *, at: datetime, why: str = BLOCKED) -> None:
    """Unless he has written since."""
    with connection.cursor() as cursor:
        cursor.execute(_CLOSED, [account, user_id, at, why])


_CLOSED = """
insert into conversations_reach (account, user_id, address, closed_at, closed_why) values (%s, %s, '{}', %s, %s)
on conflict (account, user_id) do update set closed_at = excluded.closed_at, closed_why = excluded.closed_why
where conversations_reach.heard_at is null or conversations_reach.heard_at < excluded.closed_at
"""


def opened(account: str, user_id: str, *, at: datetime) -> None:
    """Unless he has closed it since."""
    closed_before = Reach.objects.filter(account=account, user_id=user_id, closed_at__lte=at)
    closed_before.update(closed_at=None, closed_why="")


def _pairs(
    points: Iterable[ContactPoint], accounts: Collection[ChannelAccount]
) -> Iterator[tuple[ChannelAccount, ContactPoint]]:
    """Who has written to an account is there; to others nobody has to have written."""
    for point in points:
        for account in accounts:
            if point.account:
                is_there = point.account == account.code
            else:
                is_there = _begins(account) and point.kind == _BEGUN_BY.get(account.kind, ContactPoint.Kind.PHONE)
            if is_there:
                yield account, point


def _begins(account: ChannelAccount) -> bool:
    return of_kind(account.kind).begins


def _known(pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Reach]:
    codes, users = zip(*pairs, strict=True)
    found = rows.read(Reach, _KNOWN, [list(codes), list(users)])
    return {(one.account, one.user_id): one for one in found}


_KNOWN = "where (account, user_id) in (select * from unnest(%s::text[], %s::text[]))"


def _way(account: ChannelAccount, point: ContactPoint, known: Reach | None, are_forbidden: bool) -> WayTo:
    channel = of_kind(account.kind)
    until = _window(channel, known)
    why_not = _why_not(account, channel, known, are_forbidden)
    is_late = channel.window is not None and (until is None or until <= clock.now())
    if not why_not and is_late:
        late = _("More than {hours} hours have passed since he wrote: only approved templates may be sent.")
        hours = channel.window // timedelta(hours=1) if channel.window else 0
        why_late = str(late).format(hours=hours)
    else:
        why_late = ""
    return WayTo(
        account=account.code,
        kind=account.kind,
        name=account.name,
        user_id=point.value,
        shown=point.readable,
        can_write=not why_not and not is_late,
        by_template=not why_not and channel.takes_templates,
        why_not=why_not or why_late,
        window_until=until,
        heard_at=known.heard_at if known else None,
        address=known.address if known else {},
    )


def _window(channel: type[Channel], known: Reach | None) -> datetime | None:
    if channel.window is None or known is None or known.heard_at is None:
        return None
    return known.heard_at + channel.window


def _why_not(account: ChannelAccount, channel: type[Channel], known: Reach | None, are_forbidden: bool) -> str:
    if channel.is_foreign and are_forbidden:
        return str(_("Foreign messengers are forbidden in this company."))
    if not account.is_active:
        return str(_("This channel is switched off."))
    if not account.secret:
        return str(_("This channel is not set up yet."))
    if known and known.closed_at:
        return str(_WHY.get(known.closed_why, _WHY[BLOCKED]))
    return ""
