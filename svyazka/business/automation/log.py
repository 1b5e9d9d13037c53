"""What the rules did: to look at, and to decide what the house could not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _

from svyazka.business.automation.models import Rule, Run, Step
from svyazka.business.journal.record import About, Actor, announce, record
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

PAGE = 30
KEPT = timedelta(days=180)
FORGOTTEN_AT_ONCE = 5_000
# Where a page of earlier ones begins: several may belong to the same moment.
Before = tuple[datetime, int]
State = Run.State


def list_runs(
    *, rule: Rule | None = None, states: Sequence[str] = (), before: Before | None = None, most: int = PAGE + 1
) -> list[Run]:
    """The latest first, with rule and steps; one more than a page says that there are earlier ones."""
    found = Run.objects.filter(rule=rule) if rule else Run.objects.all()
    if states:
        found = found.filter(state__in=states)
    if before:
        at, number = before
        found = found.filter(at__lte=at).exclude(at=at, pk__gte=number)
    return list(_whole(found.order_by("-at", "-id"))[:most])


def of_deal(deal_id: int, *, most: int = PAGE) -> list[Run]:
    return list(_whole(Run.objects.filter(deal_id=deal_id).order_by("-at"))[:most])


def whole(number: int) -> Run | None:
    return _whole(Run.objects.filter(pk=number)).first()


@transaction.atomic
def again(run: Run, *, by: Actor) -> None:
    """What failed, or of which nobody knows whether it was done, is done again from there on, at the next round."""
    current = _held(run)
    if current.state not in (State.FAILED, State.UNSURE):
        raise Refused(_("Only what has failed is done again."))
    current.steps.exclude(state=Step.State.DONE).delete()
    Run.objects.filter(pk=current.pk).update(
        state=State.WAITING, due_at=clock.now(), tries=0, why="", ended_at=None, is_outside=False
    )
    _record("automation.run_again", current, by=by)


@transaction.atomic
def leave(run: Run, *, by: Actor) -> None:
    """Nothing more comes of it: neither of one that waits, nor of one of which nobody knows."""
    current = _held(run)
    if current.state not in (State.WAITING, State.FAILED, State.UNSURE):
        raise Refused(_("This has ended already."))
    said = _("Left by {name}.").format(name=by.actor_name)
    Run.objects.filter(pk=current.pk).update(state=State.LEFT, why=said[:500], ended_at=clock.now(), is_outside=False)
    _record("automation.run_left", current, by=by)


def forget_old() -> int:
    """Nobody looks at them any more; but that a rule has acted once stays known. A piece each time."""
    old = Run.objects.filter(at__lt=clock.now() - KEPT, ended_at__isnull=False, once_key=None).order_by("at", "id")
    numbers = list(old.values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE])
    Step.objects.filter(run__in=numbers).delete()
    Run.objects.filter(cause__in=numbers).update(cause=None)
    Run.objects.filter(pk__in=numbers).delete()
    return len(numbers)


def _whole(found: QuerySet[Run]) -> QuerySet[Run]:
    steps = Prefetch("steps", Step.objects.order_by("position"))
    return found.select_related("rule").prefetch_related(steps)


def _held(run: Run) -> Run:
    """Whoever is working it off just now has it until he is done with the step."""
    current = Run.objects.select_for_update(of=("self",)).select_related("rule").filter(pk=run.pk).first()
    if current is None:
        raise Refused(_("This run is not here any more."))
    return current


def _record(verb: str, run: Run, *, by: Actor) -> None:
    record(verb, About("rule", run.rule_id, run.client_id, run.deal_id), by=by, note=run.rule.name)
    announce("run", run.pk, data={"deal": run.deal_id} if run.deal_id else {})
