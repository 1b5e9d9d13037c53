"""A client of a visit of today or tomorrow has another phone number: those who go there hear of it. Clients know
nothing of visits, so it is read from the journal, by the worker."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction

from svyazka.business.clients.models import ContactPoint
from svyazka.business.journal.models import Entry
from svyazka.business.visits.models import RoadRules, Visit
from svyazka.business.visits.road import news
from svyazka.business.visits.road.news import Happened
from svyazka.business.visits.telling import people_of
from svyazka.kit import clock

VERBS = ("clients.contact_added", "clients.contact_removed")
# Entries are written before their transaction ends: those of the last seconds may not be seen yet.
SETTLES = timedelta(seconds=10)
FURTHEST = timedelta(hours=1)  # after a long pause nobody is told of what is old
MOST = 500


@transaction.atomic
def look() -> int:
    """From time to time; of how many visits somebody hears."""
    kept = RoadRules.objects.select_for_update().filter(pk=1).first() or RoadRules.objects.get_or_create(pk=1)[0]
    until = clock.now() - SETTLES
    since = max(kept.phones_seen_at or until, until - FURTHEST)
    RoadRules.objects.filter(pk=1).update(phones_seen_at=until)
    if not kept.is_on:
        return 0
    rows = Entry.objects.filter(kind="client", verb__in=VERBS, at__gt=since, at__lte=until).order_by("at", "id")
    changed = [entry for entry in rows[:MOST] if ContactPoint.Kind.PHONE in entry.changes]
    return _note(changed) if changed else 0


def _note(entries: list[Entry]) -> int:
    of_client = {entry.client_id: entry for entry in entries}
    begins, _ends = clock.day_bounds(clock.today())
    near = Visit.objects.ahead().filter(client__in=of_client, starts_at__lt=begins + timedelta(days=2))
    visits = list(near.select_related("resource", "lacks").order_by("pk"))
    for visit in visits:
        entry = of_client[visit.client_id]
        happened = Happened("phones", {}, people_of(visit), ())
        news.note(visit, happened, by=_Whoever(entry.by_id, entry.actor))
    return len(visits)


@dataclass(frozen=True)
class _Whoever:
    """As the journal names him."""

    actor_id: int | None
    actor_name: str
