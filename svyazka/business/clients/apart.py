"""Of two clients somebody has said that they are not the same. It is remembered for everybody, and follows both to
whoever they are merged into."""

from __future__ import annotations

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients.models import Apart, Client
from svyazka.business.journal.record import About, Actor, record
from svyazka.kit.refusals import Refused


@transaction.atomic
def say(one: Client, other: Client, *, by: Actor) -> None:
    """Said twice, it is said once."""
    if one.pk == other.pk:
        raise Refused(_("This is one and the same client."))
    smaller, greater = sorted((one.pk, other.pk))
    _row, is_new = Apart.objects.get_or_create(one_id=smaller, other_id=greater, defaults={"by_id": by.actor_id})
    if is_new:
        _record("clients.apart", one, other, by=by)


@transaction.atomic
def take_back(one: Client, other: Client, *, by: Actor) -> None:
    """Also what was said of those who are merged into them."""
    mine, theirs = family(one.pk), family(other.pk)
    said = Apart.objects.filter(one_id__in=mine, other_id__in=theirs)
    said |= Apart.objects.filter(one_id__in=theirs, other_id__in=mine)
    if said.delete()[0]:
        _record("clients.not_apart", one, other, by=by)


def of(client_id: int) -> set[int]:
    """Those, not merged themselves, who are not this client."""
    with connection.cursor() as cursor:
        cursor.execute(_OTHERS, [client_id])
        return {number for (number,) in cursor.fetchall()} - {client_id}


def family(client_id: int) -> list[int]:
    """The client and all who are merged into him."""
    with connection.cursor() as cursor:
        cursor.execute(_MEMBERS, [client_id])
        return [number for (number,) in cursor.fetchall()]


_FAMILY = """
with recursive family (id) as (
    select %s::bigint union select client.id from family join clients_client client on client.merged_into_id = family.id
)
"""
_MEMBERS = f"{_FAMILY} select id from family order by id"  # noqa: S608  # of our own words only
_OTHERS = f"""
{_FAMILY}, said (id) as (
    select other_id from clients_apart join family on one_id = family.id
    union select one_id from clients_apart join family on other_id = family.id
), standing (id, next) as (
    select client.id, client.merged_into_id from said join clients_client client using (id)
    union
    select client.id, client.merged_into_id from standing join clients_client client on client.id = standing.next
)
select id from standing where next is null
"""  # noqa: S608  # of our own words only


def _record(verb: str, one: Client, other: Client, *, by: Actor) -> None:
    changes = {"client": (None, other.pk)}
    record(verb, About("client", one.pk, client_id=one.pk), by=by, changes=changes)
