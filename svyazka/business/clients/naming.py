"""What a client is called while nobody has asked for his name: by the way in which he can be reached."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Case, F, OuterRef, Subquery, Value, When

from svyazka.business.clients.models import Client, ContactPoint
from svyazka.kit import phones

Kind = ContactPoint.Kind
# Whom one can ring is called by his number; a messenger's nickname says least.
_RANKS: dict[str, int] = {Kind.PHONE: 0, Kind.EMAIL: 1}
_LAST = 2

# The same for plain SQL: one contact of the client `c`.
CONTACT = """(
    select case when kind = 'phone' or shown = '' then value else shown end from clients_contactpoint
    where client_id = c.id order by kind <> 'phone', kind <> 'email', id limit 1
)"""


def called(client: Client, points: Sequence[ContactPoint]) -> str:
    """With all his contact points at hand."""
    best = min(points, key=lambda point: (_RANKS.get(point.kind, _LAST), point.pk), default=None)
    return client.name or (best.readable if best else str(client))


def called_by(client_id: int, name: str, contact: str | None) -> str:
    """With one contact, as `CONTACT` or `contact_of` find it."""
    return name or readable(contact or "") or str(Client(pk=client_id))


def readable(contact: str) -> str:
    """Only what stands in E.164 is a number: in `79161234567@example.com` there is none to be rung."""
    return phones.readable(contact) if contact.startswith("+") else contact


def contact_of(client: str) -> Subquery:
    """For an annotation; `client`: where the row's client stands."""
    rank = Case(*(When(kind=kind, then=Value(rank)) for kind, rank in _RANKS.items()), default=Value(_LAST))
    shown = Case(When(kind=Kind.PHONE, then=F("value")), When(shown="", then=F("value")), default=F("shown"))
    points = ContactPoint.objects.filter(client_id=OuterRef(client)).order_by(rank, "pk")
    return Subquery(points.annotate(written=shown).values("written")[:1])
