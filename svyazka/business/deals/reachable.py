"""Whoever has an open deal must be reachable."""

from __future__ import annotations

from django.db import transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients import change
from svyazka.business.clients.models import Client, ContactPoint
from svyazka.business.deals.models import Deal
from svyazka.business.journal.record import Actor
from svyazka.kit.refusals import Refused


@transaction.atomic
def remove_contact(point: ContactPoint, *, by: Actor) -> None:
    """Not the last one, as long as a deal is open. Of two who remove the last two, the second is refused."""
    client = Client.objects.select_for_update().get(pk=point.client_id)
    if not client.contact_points.exclude(pk=point.pk).exists():
        _refuse_while_open(client)
    change.remove_contact(point, by=by)


def _refuse_while_open(client: Client) -> None:
    deal = Deal.objects.of_client(client.pk).still_open().first()
    if deal:
        words = _("Deal № {number} is open, and this is the only way to reach the client. Add another one first.")
        raise Refused(format_lazy(words, number=deal.pk))
