"""What a company wants to know of its clients, besides what the house has by itself.

`Field` stands on this floor, clients one below: so what somebody typed is read here, and `clients.change` stores what
it is given, with its version, its journal and its search, without knowing what a field is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from svyazka.business.clients import change as clients
from svyazka.business.clients.models import Client
from svyazka.business.deals.known import searched, values
from svyazka.business.deals.models import Field
from svyazka.business.journal.record import Actor


@transaction.atomic
def change(
    client: Client, own: Mapping[str, str], typed: Mapping[str, Any], *, by: Actor, version: int | None = None
) -> Client:
    """`own`: name, address, note, kind; `typed`: of the company's fields, by code. All or nothing: Refused names every
    value that cannot be, in its `fields`."""
    fields = {field.code: field for field in Field.objects.filter(of=Field.Of.CLIENT, code__in=list(typed))}
    return store(client, own, values.read_all(fields, typed), by=by, version=version)


def store(
    client: Client, own: Mapping[str, str], read: Mapping[str, Any], *, by: Actor, version: int | None = None
) -> Client:
    """What has been read already."""
    current = Client.objects.select_for_update().get(pk=client.pk)
    facts = {code: values.plain(value) for code, value in read.items()}
    words = searched.words_of({**current.facts, **facts}, Field.Of.CLIENT)
    return clients.change(current, own, facts=facts, leads_to_him=" ".join(words), by=by, version=version)
