"""Who has seen, changed or taken out what of which client: the journal, read for that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.models import Entry
from svyazka.business.journal.record import About, record
from svyazka.business.personal_data.tables import family
from svyazka.business.staff.models import Person
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

MOST_DAYS = 366
# Of no client by himself: lists that left the house.
LISTS = ("deals.exported", "agreements.exported", "site_work.exported", "personal_data.log_exported")


@dataclass(frozen=True)
class Asked:
    """Of one client, with those who were merged into him, or of all."""

    first: date
    last: date
    client_id: int | None = None

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise Refused(_("The last day lies before the first one."), fields={"last": _("Before the first day.")})
        if (self.last - self.first).days >= MOST_DAYS:
            raise Refused(_("A year at most."), fields={"first": _("A year at most.")})


def entries(asked: Asked) -> QuerySet[Entry]:
    """The oldest first."""
    (begins, _end), (_begin, ends) = clock.day_bounds(asked.first), clock.day_bounds(asked.last)
    within = Entry.objects.filter(at__gte=begins, at__lt=ends)
    if asked.client_id:
        return within.filter(client_id__in=family(asked.client_id)).order_by("at", "id")
    return within.filter(Q(client_id__isnull=False) | Q(verb__in=LISTS)).order_by("at", "id")


def note_export(asked: Asked, *, by: Person) -> None:
    days = f"{asked.first:%d.%m.%Y} – {asked.last:%d.%m.%Y}"
    said = f"№ {asked.client_id}, {days}" if asked.client_id else days
    about = About("personal_data", asked.client_id or 0, client_id=asked.client_id)
    record("personal_data.log_exported", about, by=by, changes={"of": (None, said)})
