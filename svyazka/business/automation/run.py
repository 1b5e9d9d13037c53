"""Runs act: each action in a transaction of its own, with its step.

Whoever works a run off has it alone (page.py), so that two workers never act twice, and whoever is killed leaves it to
another. What leads outside is written as begun first; where nobody came back from there, nobody knows whether it was
done, and a person decides.
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

from svyazka.business.automation import conditions, stopping
from svyazka.business.automation.action import Action, CannotAct, Case, TryLater
from svyazka.business.automation.actions import ACTIONS
from svyazka.business.automation.cases import case_of
from svyazka.business.automation.models import Rule, RuleVersion, Run, Step
from svyazka.business.automation.page import Page, taken
from svyazka.business.journal import because
from svyazka.business.journal.record import Actor, Automaton
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

AT_ONCE, TOGETHER = 200, 25
PAUSES = (1, 5, 15, 60, 180, 360, 720)  # minutes until it is tried again
State = Run.State

log = structlog.get_logger(__name__)


class _NotOurs(Exception):
    """A person has left the run before it had done this, or another worker, who had its lock since, was quicker."""


def work_off() -> int:
    """What is due and stays in the house. Says how many runs went on."""
    return _work_off(TOGETHER, is_outside=False)


def work_off_outside() -> int:
    """What is due and leads outside: there somebody may not answer for long, so each is taken by itself."""
    return _work_off(1, is_outside=True)


def _work_off(together: int, *, is_outside: bool) -> int:
    worked_off = 0
    with translation.override(settings.LANGUAGE_CODE):
        while worked_off < AT_ONCE and (many := _work_off_page(together, is_outside)):
            worked_off += many
    return worked_off


def _work_off_page(together: int, is_outside: bool) -> int:
    """One that cannot be worked off at all must not hold up the others."""
    with taken(together, is_outside=is_outside) as page:
        for run in page:
            _go_on(run, page, is_outside)
        page.write()
        return page.begun


def _go_on(run: Run, page: Page, is_outside: bool) -> None:
    try:
        _Going(run, page, is_outside).go()
    except OperationalError:
        _try_later(run, page)
    except Exception as failure:
        log.warning("run_failed", run=run.pk, failure=type(failure).__name__)
        _fail(run, page, _("Something went wrong inside: {what}.").format(what=type(failure).__name__))


class _Going:
    """One run, from where it stands."""

    def __init__(self, run: Run, page: Page, is_outside: bool) -> None:
        self.run, self.rule, self.page, self.is_outside = run, run.rule, page, is_outside
        self.steps = page.steps(run)
        self.case: Case | None = None

    def go(self) -> None:
        if not self.steps and not self._may_begin():
            return
        for position, given in enumerate(self._actions()):
            state = self.steps.get(position)
            if state == Step.State.DONE:
                continue
            if state == Step.State.BEGUN:
                _be_unsure(self.run, self.page, position)
                return
            if not self._do(position, given):
                return
        self.page.end(self.run, State.DONE)

    def _may_begin(self) -> bool:
        """Whether it is so is asked now, with the rule as it is now."""
        self.run.version = self.rule.version
        case = self.case = self.page.case(self.run)
        if not self.rule.is_active:
            self.page.end(self.run, State.LEFT, _("The rule had been switched off."))
        elif self.run.deal_id and case.deal is None:
            self.page.end(self.run, State.LEFT, _("The deal is not here any more."))
        elif self.page.times_acted(self.run) >= stopping.MOST_AN_HOUR:
            stopping.stop(self.rule, stopping.too_often())
            self.page.end(self.run, State.STOPPED, stopping.too_often())
        else:
            is_so, why = conditions.holds(self.rule.conditions, case)
            if not is_so:
                self.page.end(self.run, State.LEFT, why)
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
            self.page.end(self.run, State.LEFT, _("It has acted here already, and acts once."))
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
            _fail(
                self.run, self.page, _("The rule names an action that is not there: {kind}.").format(kind=given["kind"])
            )
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
                done = action.act(given, self._case(position), by=by(self.rule))
                _write(self.run, action, position, Step.State.DONE, done.words, done.made)
        except _NotOurs:
            return False
        except (CannotAct, Refused) as refusal:
            self._forget_begun(position)
            _write(self.run, action, position, Step.State.FAILED, said(refusal), {})
            _fail(self.run, self.page, said(refusal))
            return False
        except TryLater as failure:
            self._forget_begun(position)
            _try_later(self.run, self.page, str(failure), at=failure.at)
            return False
        except Exception:
            if action.leads_outside:
                _be_unsure(self.run, self.page, position)
                return False
            raise
        return True

    def _case(self, position: int) -> Case:
        """As the actions before have left it."""
        case, self.case = self.case, None
        case = case or case_of(self.run, position=position)
        self.page.forget(case)
        return case

    def _forget_begun(self, position: int) -> None:
        """The action itself says that nothing has gone out."""
        Step.objects.filter(run=self.run, position=position, state=Step.State.BEGUN).delete()


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
    """In the place of what was written when it was begun, or failed before. Raises _NotOurs: what it did is undone."""
    made_text = json.dumps(dict(made), cls=DjangoJSONEncoder)
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [position, action.code, state, made_text, why[:500], clock.now(), run.pk])
        if not cursor.rowcount:
            raise _NotOurs


_WRITE = """
insert into automation_step (run_id, position, kind, state, made, why, at)
select id, %s, %s, %s, %s, %s, %s from automation_run where id = %s and state = 'waiting'
on conflict (run_id, position) do update
set kind = excluded.kind, state = excluded.state, made = excluded.made, why = excluded.why, at = excluded.at
where automation_step.state <> 'done'
"""


def _fail(run: Run, page: Page, why: str) -> None:
    """One that had done nothing yet leaves the way free for the next event."""
    with transaction.atomic():
        if not run.steps.filter(state=Step.State.DONE).exists():
            Run.objects.filter(pk=run.pk).update(once_key=None)
        page.end(run, State.FAILED, why)
        page.write()
    if stopping.fails_again_and_again(run.rule):
        stopping.stop(run.rule, stopping.failed_again_and_again())


def _be_unsure(run: Run, page: Page, position: int) -> None:
    with transaction.atomic():
        page.end(run, State.UNSURE, _("Nobody knows whether this was done: look whether it got there."))
        page.write()
        stopping.tell_unsure(run)
    log.warning("run_unsure", run=run.pk, step=position)


def _try_later(run: Run, page: Page, why: str = "", *, at: datetime | None = None) -> None:
    if run.tries >= len(PAUSES):
        _fail(run, page, why or _("It was tried again and again, and did not work."))
        return
    again = max(at, clock.now()) if at else clock.now() + timedelta(minutes=PAUSES[run.tries])
    Run.objects.filter(pk=run.pk).update(tries=run.tries + 1, due_at=again, why=why[:500], version=run.version)
