"""What helps several problem deals at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.deals import rights
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Deal, Task
from svyazka.business.deals.work import tasks
from svyazka.business.problems.sweep import sweep
from svyazka.business.staff.models import Person
from svyazka.kit.refusals import Refused

MOST = 200


def appoint(deal_ids: Sequence[int], person: Person, *, by: Person) -> int:
    """Makes the person responsible for all of them, or for none."""
    with transaction.atomic():
        deals = _ours(deal_ids, by=by)
        for deal in deals:
            facts.appoint(deal, person, by=by)
    sweep(deal_ids)
    return len(deals)


def plan(
    deal_ids: Sequence[int],
    what: str,
    *,
    due_at: datetime,
    by: Person,
    done: Sequence[Task] = (),
    person: Person | None = None,
) -> int:
    """The same next step for all of them, or for none; `done`: the steps that are ticked off with it."""
    with transaction.atomic():
        deals = _ours(deal_ids, by=by)
        for deal in deals:
            for task in done:
                if task.deal_id == deal.pk:
                    tasks.done(task, by=by)
            tasks.plan(deal, what, due_at=due_at, person=person, by=by)
    sweep(deal_ids)
    return len(deals)


def _ours(deal_ids: Sequence[int], *, by: Person) -> list[Deal]:
    """In the order of their numbers, so that two who do this at once do not wait for each other in a circle."""
    if not deal_ids:
        raise Refused(_("Choose at least one deal."))
    if len(deal_ids) > MOST:
        raise Refused(_("These are too many at once."))
    deals = list(Deal.objects.still_open().filter(pk__in=deal_ids).order_by("pk"))
    if not deals:
        raise Refused(_("These deals are closed already."))
    for deal in deals:
        rights.insist(by, deal)
    return deals
