"""The day before, at the hour that the company has set, clients hear of their visit: once, and anew after a move."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from svyazka.business.calls.dialling import hours
from svyazka.business.clients.models import ContactPoint
from svyazka.business.deals.held import held
from svyazka.business.visits import to_client
from svyazka.business.visits.client_rules import is_quiet, rules
from svyazka.business.visits.models import ClientRules, ClientWord, Visit, What
from svyazka.kit import clock

AHEAD = timedelta(days=2)
# Whoever hears of it so late has no use for it.
AT_LEAST = timedelta(hours=1)


def remind_due() -> int:
    """From time to time, by however many workers: how many clients were told."""
    kept, now = rules(), clock.now()
    number_of = _numbers(visits := _not_reminded(now))
    due = [visit for visit in visits if _is_due(visit, number_of.get(visit.client_id, ""), kept, now)]
    return sum(remind(visit) for visit in due)


@transaction.atomic
def remind(visit: Visit) -> bool:
    """As it is now: it may have been moved or called off since it was found."""
    held(visit.deal_id)
    current = Visit.objects.get(pk=visit.pk)
    if current.status != Visit.Status.PLANNED or current.starts_at != visit.starts_at:
        return False
    if to_client.tell(current, "reminder"):
        return True
    to_client.leave_out(current, "reminder")
    return False


def _not_reminded(now: datetime) -> list[Visit]:
    ahead = Visit.objects.filter(status=Visit.Status.PLANNED, deal__closed_at=None)
    soon = ahead.filter(starts_at__gt=now + AT_LEAST, starts_at__lt=now + AHEAD)
    told = ClientWord.objects.filter(what=What.REMINDER, visit__in=soon).values_list("visit_id", "occasion")
    known = {(visit_id, occasion) for visit_id, occasion in told}
    rows = soon.order_by("starts_at", "pk")
    return [visit for visit in rows if (visit.pk, visit.starts_at.isoformat()) not in known]


def _numbers(visits: list[Visit]) -> dict[int, str]:
    points = ContactPoint.objects.filter(client_id__in=[visit.client_id for visit in visits], kind="phone")
    return dict(points.order_by("-pk").values_list("client_id", "value"))


def _is_due(visit: Visit, number: str, kept: ClientRules, now: datetime) -> bool:
    """By the client's clock. What was agreed on after that hour he knows anyway."""
    there = hours.there(number, address=visit.address, moment=now, kept=hours.USUAL).at
    eve = visit.starts_at.astimezone(there.tzinfo).date() - timedelta(days=1)
    due_at = datetime.combine(eve, kept.reminds_at, tzinfo=there.tzinfo)
    return there >= due_at and (visit.arranged_at or visit.created_at) < due_at and not is_quiet(there.time(), kept)
