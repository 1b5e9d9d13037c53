"""Somebody is known in a channel by another id from now on: his chat, and how he is reached, go along."""

from __future__ import annotations

from django.db import connection, transaction


@transaction.atomic(savepoint=False)
def change(account: str, *, was: str, now: str) -> None:
    with connection.cursor() as cursor:
        given = {"account": account, "was": was, "now": now}
        cursor.execute(_MESSAGES, given)
        cursor.execute(_REACH, given)


# One and the same message may have come under both ids: it stays as it is.
_MESSAGES = """
update conversations_message said set user_id = %(now)s
where account = %(account)s and user_id = %(was)s and not exists (
    select from conversations_message other
    where other.account = said.account and other.user_id = %(now)s
      and other.outside_id = said.outside_id and other.outside_id <> ''
)
"""
_REACH = """
with old as (delete from conversations_reach where account = %(account)s and user_id = %(was)s returning *)
insert into conversations_reach (account, user_id, address, heard_at, closed_at, closed_why)
select account, %(now)s, address, heard_at, closed_at, closed_why from old
on conflict (account, user_id) do update set
    heard_at = greatest(conversations_reach.heard_at, excluded.heard_at),
    address = case when conversations_reach.address = '{}' then excluded.address else conversations_reach.address end
"""
