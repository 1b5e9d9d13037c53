"""A colleague is left the task to ring a client back: whoever has the client on the line writes it down."""

from __future__ import annotations

from datetime import timedelta

from svyazka.business.deals.models import Deal, Task
from svyazka.business.deals.work import tasks
from svyazka.business.staff import presence
from svyazka.business.staff.models import Person
from svyazka.kit import clock

WITHIN = timedelta(hours=1)
LONGEST = 200


def leave(deal: Deal | None, *, to: Person, what: str, by: Person) -> Task:
    """Within the hour in which he is there; also on a deal of another department: it is his work that is planned."""
    now = clock.now()
    begin = presence.back_at(to, moment=now) or now
    due_at = (max(begin, now) + WITHIN).replace(second=0, microsecond=0)
    return tasks.plan(deal, what[:LONGEST], due_at=due_at, kind=Task.Kind.CALL, person=to, by=by)
