"""What the company wants of its waiting list: when waiting is too long, how often one client is written to."""

from __future__ import annotations

from django.db import transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.record import About, Actor, record
from svyazka.business.visits.models import WaitingRules
from svyazka.kit import rows
from svyazka.kit.refusals import Refused

_CALLED = {"days": "waits_at_most"}  # in the journal, where other days have another name
BOUNDS = {"days": (1, 365), "offers_a_day": (1, 10), "held_minutes": (5, 24 * 60)}


def rules() -> WaitingRules:
    return next(iter(rows.read(WaitingRules, "where id = 1")), WaitingRules())


@transaction.atomic
def change(*, days: int, offers_a_day: int, held_minutes: int, by: Actor) -> None:
    wanted = {"days": days, "offers_a_day": offers_a_day, "held_minutes": held_minutes}
    for name, value in wanted.items():
        least, most = BOUNDS[name]
        if not least <= value <= most:
            fault = format_lazy(_("From {least} to {most}."), least=least, most=most)
            raise Refused(fault, fields={name: fault})
    WaitingRules.objects.get_or_create(pk=1)
    current = WaitingRules.objects.select_for_update().get(pk=1)
    changes = {
        _CALLED.get(name, name): (getattr(current, name), value)
        for name, value in wanted.items()
        if getattr(current, name) != value
    }
    if not changes:
        return
    for name, value in wanted.items():
        setattr(current, name, value)
    current.save()
    record("visits.waiting_rules_changed", About("waiting_rules", 1), by=by, changes=changes)
