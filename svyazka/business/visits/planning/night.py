"""The coming days are planned by night, by itself, where the company wants that. It is a proposal, and no more."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.record import About, record
from svyazka.business.staff.models import Person
from svyazka.business.visits import rota
from svyazka.business.visits.models import PlanningRules, Proposal
from svyazka.business.visits.planning import job
from svyazka.kit import clock
from svyazka.kit.alone import alone
from svyazka.kit.refusals import Refused

# Any number will do, as long as nobody else uses it.
LOCK = 5_219_216
HOURS = range(1, 5)  # in which nobody waits for the machine
MOST_DAYS = 7
KEPT = timedelta(days=90)


def rules() -> PlanningRules:
    return PlanningRules.objects.filter(pk=1).first() or PlanningRules(pk=1)


@transaction.atomic
def change(*, by_night: bool, days: int, by: Person) -> PlanningRules:
    if not 1 <= days <= MOST_DAYS:
        words = _("From one day to {most}.").format(most=MOST_DAYS)
        raise Refused(words, fields={"days": words})
    before = rules()
    after, _new = PlanningRules.objects.update_or_create(pk=1, defaults={"by_night": by_night, "days": days})
    pairs = {"by_night": (before.by_night, by_night), "days_by_night": (before.days, days)}
    changes = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    if changes:
        record("visits.planning_rules", About("plan", 0), by=by, changes=changes)
    return after


def go_round() -> None:
    """Once a night, by whichever worker is there first. Today is under way by the time anybody sees it: from tomorrow
    on."""
    given, now = rules(), clock.now()
    if not given.by_night or clock.local(now).hour not in HOURS:
        return
    with alone(LOCK) as nobody_else:
        begins = clock.day_bounds(clock.today())[0]
        done = Proposal.objects.filter(asked_by=None, asked_at__gte=begins).exists()
        if done or not nobody_else or job.is_at_work():
            return
        Proposal.objects.filter(asked_at__lt=now - KEPT).delete()
        job.ask(rota.worked_from(clock.today() + timedelta(days=1)), given.days, by=job.HOUSE)
