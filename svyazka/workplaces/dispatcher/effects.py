"""What a move does besides, before it is saved: who is told, and which visits go along."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from svyazka.business.staff.models import Person
from svyazka.business.visits import taking_along
from svyazka.business.visits.models import Visit
from svyazka.business.visits.taking_along import Effect
from svyazka.business.visits.telling import people_of
from svyazka.workplaces.shared.door import PageRequest

REPEATED = ("slot", "reason", "why", "asked", "version", "day")


def told(visit: Visit) -> dict[str, Any]:
    """Of the staff, those who go there; whoever rings the client, where somebody looks after him."""
    names = Person.objects.filter(pk__in=people_of(visit)).order_by("full_name").values_list("full_name", flat=True)
    return {"staff": list(names), "ringing": visit.deal.responsible.full_name if visit.deal.responsible else ""}


def shown(request: PageRequest, effects: Sequence[Effect]) -> dict[str, Any]:
    """The dialog asks once more, with all that was chosen."""
    return {
        "effects": [one for effect in effects for one in effect],
        "seen": taking_along.token(effects),
        "given": [(name, value) for name in REPEATED if (value := request.POST.get(name))],
    }
