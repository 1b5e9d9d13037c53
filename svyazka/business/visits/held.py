"""A visit as it is now, held until the end of the transaction. Whoever changes a visit holds its deal first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from svyazka.business.clients.models import Client
from svyazka.business.visits.models import Resource, Visit, VisitKind
from svyazka.kit import rows


def hold_deal_of(visit_id: int) -> bool:
    """Whether there is such a visit."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLD_DEAL, [visit_id])
        return bool(cursor.rowcount)


def read(visit_id: int, *, besides: str = "", parameters: Sequence[Any] = ()) -> tuple[Any, ...] | None:
    """With its kind, resource and client. `besides`: what else is asked, never what somebody typed; it stands behind
    the visit in the answer."""
    question = _VISIT.format(besides=f", {besides}" if besides else "")
    # Where somebody has given it to another resource without its deal just now, the first answer is none.
    found = _read(question, [*parameters, visit_id]) or _read(question, [*parameters, visit_id])
    if not found:
        return None
    visit, kind, resource, client, *more = found[0]
    visit.kind, visit.resource, visit.client = kind, resource, client
    return visit, *more


def _read(question: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    return list(rows.read_joined(question, parameters, Visit, VisitKind, Resource, Client))


_HOLD_DEAL = """
select from deals_deal where id = (select deal_id from visits_visit where id = %s) for no key update
"""
_VISIT = f"""
select {rows.columns(Visit, VisitKind, Resource, Client)}{{besides}} from visits_visit
join visits_visitkind on visits_visitkind.id = visits_visit.kind_id
join visits_resource on visits_resource.id = visits_visit.resource_id
join clients_client on clients_client.id = visits_visit.client_id
where visits_visit.id = %s for update of visits_visit
"""  # noqa: S608  # of our own models' names only
