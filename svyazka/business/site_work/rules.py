"""What may be agreed on with a client without asking the office."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction

from svyazka.business.journal.record import About, Actor, record
from svyazka.business.site_work.models import SiteRules


def rules() -> SiteRules:
    return SiteRules.objects.first() or SiteRules()


@transaction.atomic
def change(*, own_price_up_to: Decimal | None, by: Actor) -> SiteRules:
    """None: without a limit."""
    SiteRules.objects.bulk_create([SiteRules()], ignore_conflicts=True)
    current = SiteRules.objects.select_for_update().get()
    before, current.own_price_up_to = current.own_price_up_to, own_price_up_to
    if before != own_price_up_to:
        current.save()
        changes = {"own_price_up_to": (before, own_price_up_to)}
        record("site_work.rules_changed", About("site_rules", current.pk), by=by, changes=changes)
    return current
