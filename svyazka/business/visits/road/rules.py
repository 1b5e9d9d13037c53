"""How those who go out hear of changes, as the company has set it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.record import About, Actor, record
from svyazka.business.visits.models import RoadRules
from svyazka.kit.refusals import Refused

# What may stand in a number: from, to.
BOUNDS = {"gathers_minutes": (0, 30), "seen_minutes": (2, 120), "soon_hours": (1, 24), "arrivals_days": (7, 365)}


def rules() -> RoadRules:
    return RoadRules.objects.filter(pk=1).first() or RoadRules(pk=1)


@transaction.atomic
def change(*, by: Actor, **given: Any) -> RoadRules:
    for name, (least, most) in BOUNDS.items():
        if not least <= given[name] <= most:
            words = _("From {least} to {most}.").format(least=least, most=most)
            raise Refused(words, fields={name: words})
    known = RoadRules.objects.select_for_update().filter(pk=1).first() or RoadRules(pk=1)
    changes = {name: (str(before), str(new)) for name, new in given.items() if (before := getattr(known, name)) != new}
    for name, value in given.items():
        setattr(known, name, value)
    known.save()
    if changes:
        record("visits.road_rules_changed", About("road_rules", 0), by=by, changes=changes)
    return known
