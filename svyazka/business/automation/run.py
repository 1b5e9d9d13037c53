"""Runs act: each action in a transaction of its own, with its step.

Whoever works a run off has it alone (a lock of the database that ends with the connection), so that two workers never
act twice, and whoever is killed leaves it to another. What leads outside is written as begun first; where nobody came
back from there, nobody knows whether it was done, and a person decides.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from svyazka.business.automation import begin, conditions, stopping
from svyazka.business.automation.action import Action, CannotAct, Case, TryLater
from svyazka.business.automation.actions import ACTIONS
from svyazka.business.automation.models import Rule, RuleVersion, Run, Step
from svyazka.business.clients.models import Client, Source
from svyazka.business.deals.models import Deal, Pipeline, Stage
from svyazka.business.journal import because
from svyazka.business.journal.record import Actor, Automaton, announce
from svyazka.business.staff.models import Department, Person
from svyazka.kit import clock, rows
from svyazka.kit.alone import alone
from svyazka.kit.refusals import Refused

# A lock for each run: this and its number. Nobody else uses numbers so large.
LOCKS = 7_219_000_000_000_000
AT_ONCE = 200
PAUSES = (1, 5, 15, 60, 180, 360, 720)  # minutes until it is tried again
LONGEST_WAIT = "5s"  # for a row that somebody else has
State = Run.State

log = structlog.get_logger(__name__)


def work_off() -> int:
    """What is due and stays in the house. Says how many runs went on."""
    return _work_off(is_outside=False)


def work_off_outside() -> int:
    """What is due and leads outside: there somebody may not answer for long."""
    return _work_off(is_outside=True)


def _work_off(*, is_outside: bool) -> int:
    due = Run.objects.filter(state=State.WAITING, is_outside=is_outside, due_at__lte=clock.now())
    numbers = list(due.order_by("due_at", "id").values_list("pk", flat=True)[:AT_ONCE])
    return sum(_go(number, is_outside) for number in numbers)


def _go(number: int, is_outside: bool) -> bool:
    """One that cannot be worked off at all must not hold up the others."""
    with alone(LOCKS + number) as nobody_else, translation.override(settings.LANGUAGE_CODE):
        if not nobody_else:
            return False
        for run, rule, steps in rows.read_joined(_WAITS, [number, clock.now()], Run, Rule):
            run.rule = rule
            _go_on(run, json.loads(steps), is_outside)
            return True
    return False


_WAITS = f"""
select {rows.columns(Run, Rule)}, (
    select coalesce(jsonb_object_agg(position, state), '{{}}')::text from automation_step
    where run_id = automation_run.id
)
from automation_run join automation_rule on automation_rule.id = rule_id
where automation_run.id = %s and state = 'waiting' and due_at <= %s
"""  # noqa: S608  # of our own models' names only


def _go_on(run: Run, steps: Mapping[str, str], is_outside: bool) -> None:
    try:
        _Going(run, steps, is_outside).go()
    except OperationalError:
        _try_later(run)
    except Exception as failure:
        log.warning("run_failed", run=run.pk, failure=type(failure).__name__)
        _fail(run, _("Something went wrong inside: {what}.").format(what=type(failure).__name__))


class _Going:
    """One run, from where it stands."""

    def __init__(self, run: Run, steps: Mapping[str, str], is_outside: bool) -> None:
        self.run, self.rule, self.is_outside = run, run.rule, is_outside
        self.steps = {int(position): state for position, state in steps.items()}
        self.case: Case | None = None

    def go(self) -> None:
        if not self.steps and not self._may_begin():
            return
        for position, given in enumerate(self._actions()):
            state = self.steps.get(position)
            if state == Step.State.DONE:
                continue
            if state == Step.State.BEGUN:
                _be_unsure(self.run, position)
                return
            if not self._do(position, given):
                return
        _end(self.run, State.DONE)

    def _may_begin(self) -> bool:
        """Whether it is so is asked now, with the rule as it is now."""
        self.run.version = self.rule.version
        case = self.case = case_of(self.run, position=0)
        if not self.rule.is_active:
            _end(self.run, State.LEFT, _("The rule had been switched off."))
        elif self.run.deal_id and case.deal is None:
            _end(self.run, State.LEFT, _("The deal is not here any more."))
        elif stopping.acts_too_often(self.run):
            stopping.stop(self.rule, stopping.too_often())
            _end(self.run, State.STOPPED, stopping.too_often())
        else:
            is_so, why = conditions.holds(self.rule.conditions, case)
            if not is_so:
                _end(self.run, State.LEFT, why)
            return is_so and self._is_the_first()
        return False

    def _is_the_first(self) -> bool:
        """Of a rule that acts once for each deal or client. The database says so, whoever asks at the same time."""
        number = {Rule.Once.PER_DEAL: self.run.deal_id, Rule.Once.PER_CLIENT: self.run.client_id}.get(
            Rule.Once(self.rule.once)
        )
        if number is None:
            return True
        try:
            with transaction.atomic():
                Run.objects.filter(pk=self.run.pk).update(once_key=f"{self.rule.once}/{number}")
        except IntegrityError:
            _end(self.run, State.LEFT, _("It has acted here already, and acts once."))
            return False
        return True

    def _actions(self) -> Sequence[Mapping[str, Any]]:
        """As they were when it began to act."""
        if self.run.version == self.rule.version:
            return list(self.rule.actions)
        kept = RuleVersion.objects.filter(rule=self.rule, version=self.run.version).first()
        return list(kept.content["actions"]) if kept else list(self.rule.actions)

    def _do(self, position: int, given: Mapping[str, Any]) -> bool:
        """Whether the next one may follow."""
        action = ACTIONS.get(given["kind"])
        if action is None:
            _fail(self.run, _("The rule names an action that is not there: {kind}.").format(kind=given["kind"]))
            return False
        if action.leads_outside and not self.is_outside:
            Run.objects.filter(pk=self.run.pk).update(is_outside=True, version=self.run.version)
            return False
        if action.leads_outside:
            step = Step(run=self.run, position=position, kind=action.code, state=Step.State.BEGUN, at=clock.now())
            step.save(force_insert=True)
        return self._act(action, given["given"], position)

    def _act(self, action: Action, given: Mapping[str, Any], position: int) -> bool:
        try:
            with transaction.atomic(), because.of_run(self.run.pk, self.rule.name):
                with connection.cursor() as cursor:
                    cursor.execute(f"set local lock_timeout = '{LONGEST_WAIT}'")
                done = action.act(given, self._case(position), by=by(self.rule))
                _write(self.run, action, position, Step.State.DONE, done.words, done.made)
        except (CannotAct, Refused) as refusal:
            self._forget_begun(position)
            _write(self.run, action, position, Step.State.FAILED, said(refusal), {})
            _fail(self.run, said(refusal))
            return False
        except TryLater as failure:
            self._forget_begun(position)
            _try_later(self.run, str(failure), at=failure.at)
            return False
        except Exception:
            if action.leads_outside:
                _be_unsure(self.run, position)
                return False
            raise
        return True

    def _case(self, position: int) -> Case:
        """As the actions before have left it."""
        case, self.case = self.case, None
        return case or case_of(self.run, position=position)

    def _forget_begun(self, position: int) -> None:
        """The action itself says that nothing has gone out."""
        Step.objects.filter(run=self.run, position=position, state=Step.State.BEGUN).delete()


def case_of(run: Run, *, position: int) -> Case:
    """What it is about, as it is now; of a client who was merged, the one in whom he goes on."""
    event = begin.event_of(run)
    deal = _deal(run.deal_id) if run.deal_id else None
    client = deal.client if deal else Client.objects.filter(pk=run.client_id).first() if run.client_id else None
    while client and client.merged_into_id:
        client = Client.objects.get(pk=client.merged_into_id)
    return Case(event=event, deal=deal, client=client, key=f"run/{run.pk}/{position}")


def _deal(number: int) -> Deal | None:
    for deal, stage, pipeline, *rest in rows.read_joined(_DEAL, [number], *_WITH):
        deal.stage, deal.pipeline, stage.pipeline = stage, pipeline, pipeline
        deal.client, deal.source, deal.responsible, deal.department = rest
        found: Deal = deal
        return found
    return None


_WITH = (Deal, Stage, Pipeline, Client, Source, Person, Department)
_DEAL = f"""
select {rows.columns(*_WITH)} from deals_deal
join deals_stage on deals_stage.id = stage_id join deals_pipeline on deals_pipeline.id = deals_deal.pipeline_id
join clients_client on clients_client.id = client_id left join clients_source on clients_source.id = source_id
left join staff_person on staff_person.id = responsible_id
left join staff_department on staff_department.id = deals_deal.department_id
where deals_deal.id = %s
"""  # noqa: S608  # of our own models' names only


def by(rule: Rule) -> Actor:
    with translation.override(settings.LANGUAGE_CODE):
        return Automaton(_("Rule “{name}”").format(name=rule.name)[:80])


def said(refusal: CannotAct | Refused) -> str:
    """In our words, with what is missing."""
    if not isinstance(refusal, Refused):
        return str(refusal)
    fields = [str(message) for message in refusal.fields.values() if str(message) != str(refusal.message)]
    return " ".join([str(refusal.message), *refusal.missing, *fields])


def _write(run: Run, action: Action, position: int, state: str, why: str, made: Mapping[str, Any]) -> None:
    """In the place of what was written when it was begun, or failed before."""
    made_text = json.dumps(dict(made), cls=DjangoJSONEncoder)
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [run.pk, position, action.code, state, made_text, why[:500], clock.now()])


_WRITE = """
insert into automation_step (run_id, position, kind, state, made, why, at) values (%s, %s, %s, %s, %s, %s, %s)
on conflict (run_id, position) do update
set kind = excluded.kind, state = excluded.state, made = excluded.made, why = excluded.why, at = excluded.at
"""


def _end(run: Run, state: str, why: str = "") -> None:
    run.state = state
    with connection.cursor() as cursor:
        cursor.execute(_END, [state, why[:500], clock.now(), run.version, run.pk])
    announce("run", run.pk, data={"deal": run.deal_id} if run.deal_id else {})


_END = """
update automation_run set state = %s, why = %s, ended_at = %s, version = %s, is_outside = false where id = %s
"""


def _fail(run: Run, why: str) -> None:
    """One that had done nothing yet leaves the way free for the next event."""
    with transaction.atomic():
        if not run.steps.filter(state=Step.State.DONE).exists():
            Run.objects.filter(pk=run.pk).update(once_key=None)
        _end(run, State.FAILED, why)
    if stopping.fails_again_and_again(run.rule):
        stopping.stop(run.rule, stopping.failed_again_and_again())


def _be_unsure(run: Run, position: int) -> None:
    with transaction.atomic():
        _end(run, State.UNSURE, _("Nobody knows whether this was done: look whether it got there."))
        stopping.tell_unsure(run)
    log.warning("run_unsure", run=run.pk, step=position)


def _try_later(run: Run, why: str = "", *, at: datetime | None = None) -> None:
    if run.tries >= len(PAUSES):
        _fail(run, why or _("It was tried again and again, and did not work."))
        return
    again = max(at, clock.now()) if at else clock.now() + timedelta(minutes=PAUSES[run.tries])
    Run.objects.filter(pk=run.pk).update(tries=run.tries + 1, due_at=again, why=why[:500], version=run.version)
