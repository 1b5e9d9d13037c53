"""What has to be said in messengers: written down with the change, said by the worker afterwards (`delivering.py`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db import connection

from svyazka.business.notices.models import Notice, Outage, Outgoing
from svyazka.kit import clock

HEAD_START = timedelta(seconds=10)  # for a page that its person looks at: what is seen there is not sent


def put(whens: Mapping[int, datetime]) -> None:
    """Notices (by id) for every open chat of their people, and from when on."""
    if whens:
        ids, times = list(whens), [when + HEAD_START for when in whens.values()]
        with connection.cursor() as cursor:
            cursor.execute(_PUT, [ids, times])


_PUT = """
insert into notices_outgoing (account, user_id, chat_id, notice_id, text, at, try_at)
select chat.account, chat.user_id, chat.id, notice.id, '', told.at, told.at
from unnest(%s::bigint[], %s::timestamptz[]) as told (id, at)
join notices_notice notice on notice.id = told.id
join notices_chat chat on chat.person_id = notice.person_id and chat.closed_at is null
order by notice.id, chat.id
"""


def answer(text: str, *, account: str, user_id: str) -> None:
    """To what was written to the bot. Only the last one counts: whoever writes a hundred times is answered once."""
    now = clock.now()
    Outgoing.objects.filter(account=account, user_id=user_id, notice=None).delete()
    Outgoing.objects.create(account=account, user_id=user_id, text=text, at=now, try_at=now)


def waiting(notices: Iterable[int]) -> set[int]:
    """Those of these notices that are still to be said in a chat."""
    return set(Outgoing.objects.filter(notice__in=list(notices)).values_list("notice_id", flat=True))


def call_off(notice: Notice) -> None:
    Outgoing.objects.filter(notice=notice).delete()


def resume(account: str) -> None:
    """The bot has answered: what waited for it goes out now."""
    Outage.objects.filter(account=account).delete()
    now = clock.now()
    Outgoing.objects.filter(account=account, at__lte=now, try_at__gt=now).update(try_at=now)
