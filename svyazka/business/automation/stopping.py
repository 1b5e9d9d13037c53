"""The house stops a rule that goes round in a circle, or fails again and again; whoever administers it hears of it."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from svyazka.business.automation import in_force
from svyazka.business.automation.models import Rule, Run
from svyazka.business.journal.record import About, Automaton, record
from svyazka.business.notices.tell import tell
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person, Role
from svyazka.kit import clock

MOST_AN_HOUR = 20  # on one deal; where there is none, on one client
MOST_FAILURES = 20  # one after another
BY = Automaton("automations")
State = Run.State


def fails_again_and_again(rule: Rule) -> bool:
    ended = Run.objects.filter(rule=rule, state__in=[State.DONE, State.FAILED, State.UNSURE]).order_by("-at", "-id")
    if rule.active_since:
        ended = ended.filter(at__gte=rule.active_since)
    last = list(ended.values_list("state", flat=True)[:MOST_FAILURES])
    return len(last) == MOST_FAILURES and set(last) == {State.FAILED}


def too_often() -> str:
    return _("It acted more than {most} times within an hour on one deal.").format(most=MOST_AN_HOUR)


def failed_again_and_again() -> str:
    return _("It failed {most} times in a row.").format(most=MOST_FAILURES)


@transaction.atomic
def stop(rule: Rule, why: str) -> None:
    """Its runs that wait are left when their turn comes. Switched on again by a person."""
    if not Rule.objects.filter(pk=rule.pk, is_active=True).update(
        is_active=False, stopped_at=clock.now(), stopped_why=why
    ):
        return
    rule.is_active = False
    in_force.changed()
    changes = {"is_active": (True, False)}
    record("automation.rule_stopped", About("rule", rule.pk), by=BY, changes=changes, note=rule.name)
    tell(administrators(), "rule.stopped", by=BY, data={"rule": rule.pk, "name": rule.name, "why": why})


def tell_unsure(run: Run) -> None:
    data = {"rule": run.rule_id, "name": run.rule.name, "run": run.pk}
    tell(administrators(), "rule.unsure", by=BY, deal_id=run.deal_id, client_id=run.client_id, data=data)


def administrators() -> list[int]:
    people = Person.objects.working().filter(role__in=roles.based_on(Role.ADMINISTRATOR))
    return list(people.values_list("pk", flat=True))
