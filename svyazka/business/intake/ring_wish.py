"""A visitor of a site wants to be rung, at once or at a certain time: that is somebody's call to make."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from svyazka.business.deals.models import Deal, Task
from svyazka.business.deals.work import tasks
from svyazka.business.journal.record import Actor
from svyazka.kit import clock

AT_ONCE = timedelta(minutes=5)


def plan(deal: Deal, at: datetime, *, by: Actor) -> Task:
    """On the calling list of whoever looks after the deal; of nobody's deal, on everybody's. A wish that stands there
    already is moved, not made twice."""
    due_at = max(at, clock.now() + AT_ONCE).replace(second=0, microsecond=0)
    what = _("Ring back: asked for on the site")
    if standing := Task.objects.filter(deal=deal, kind=Task.Kind.CALL, what=what, done_at=None).first():
        return standing if standing.due_at == due_at else tasks.change(standing, due_at=due_at, by=by)
    return tasks.plan(deal, what, due_at=due_at, kind=Task.Kind.CALL, by=by)
