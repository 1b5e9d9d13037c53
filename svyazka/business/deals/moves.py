"""A deal goes on along its pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients import history
from svyazka.business.clients.models import Interaction
from svyazka.business.deals import conditions, rights
from svyazka.business.deals.handing import hand_off, taking
from svyazka.business.deals.held import held
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Deal, LossReason, Stage
from svyazka.business.deals.opening import due_in
from svyazka.business.deals.work import next_steps
from svyazka.business.deals.work.staying import CannotLeave, insist_answered
from svyazka.business.journal.record import About, Actor, record
from svyazka.business.staff.models import Person
from svyazka.kit import clock, rows
from svyazka.kit.refusals import Refused


class StillMissing(CannotLeave):
    """Something must be known before the deal may leave its stage. `missing` names it in words, `codes` by code."""

    def __init__(self, codes: list[str]) -> None:
        self.codes = codes
        super().__init__(_("Before the deal goes on, fill in:"), missing=[facts.name_of(code) for code in codes])


class ReasonNeeded(Refused):
    """A deal is lost for a reason."""

    def __init__(self) -> None:
        message = _("Say why the deal is lost.")
        super().__init__(message, fields={"loss_reason": message})


@transaction.atomic
def move(
    deal: Deal,
    *,
    to: Stage,
    by: Actor,
    loss_reason: LossReason | None = None,
    learnt: Mapping[str, Any] | None = None,
    version: int | None = None,
) -> Deal:
    """Takes the deal to another stage of its pipeline. With `version`, refuses when somebody else was quicker.
    Whoever moves a deal that nobody is responsible for becomes it, if he may change deals.

    `learnt`: facts that were filled in on the way, by code; they are stored only if the deal goes on.
    """
    current = held(deal.pk, version=version)
    if current.stage_id == to.pk:
        return current
    if learnt:
        current = facts.change(current, learnt, by=by)
    _refuse(current, to, loss_reason)
    left, taken = current.stage, _take_on(current, by)
    put(current, to=to, loss_reason=loss_reason, taken=taken, by=by)
    hand_off.follow(current, left, by=by)
    return current


def put(current: Deal, *, to: Stage, by: Actor, loss_reason: LossReason | None = None, taken: bool = False) -> Deal:
    """There it stands, unless a question holds it, whatever is still missing, and nothing is handed on: for verbs that
    take a deal back to where it was. The caller holds it. `taken`: whoever moves it became responsible with that."""
    if current.stage_id == to.pk:
        return current
    insist_answered(current)
    _stays(to)
    left = current.stage
    now = clock.now()
    current.stage = to
    current.stage_since = now
    current.stage_due_at = due_in(to, now, current.facts)
    current.closed_at = None if to.is_open else now
    current.loss_reason = loss_reason if to.kind == Stage.Kind.LOST else None
    current.version += 1
    taking.taken(current, by=by)
    current.save()
    step = current.next_step
    next_steps.plan_for_stage(current, by=by)
    if not to.is_open:
        history.settle(current.pk, by=by)
    _tell(current, left, to, step, taken, by=by)
    return current


def missing_to_leave(deal: Deal, *, to: Stage) -> list[str]:
    """Codes of what must be known to go on there: asked by this stage and by those on the way, as far as they are for
    this deal."""
    if to.kind == Stage.Kind.LOST or to.position <= deal.stage.position:
        return []
    passed = rows.read(Stage, _PASSED, [deal.pipeline_id, deal.stage.position, to.position, Stage.Kind.OPEN])
    wanted = dict.fromkeys(code for stage in passed if is_for(stage, deal) for code in stage.required)
    return [code for code in wanted if not facts.is_known(deal, code)]


_PASSED = "where pipeline_id = %s and position >= %s and position < %s and kind = %s order by position"


def is_for(stage: Stage, deal: Deal) -> bool:
    """Else the deal passes it over; somebody may still take it there by hand."""
    return conditions.applies(stage.only_when, deal.facts)


def next_stage(deal: Deal) -> Stage | None:
    """Where the deal's path goes on."""
    ahead = Stage.objects.filter(pipeline_id=deal.pipeline_id, position__gt=deal.stage.position)
    ahead = ahead.exclude(kind=Stage.Kind.LOST).order_by("position")
    return next((stage for stage in ahead if is_for(stage, deal)), None)


def _refuse(deal: Deal, to: Stage, loss_reason: LossReason | None) -> None:
    if to.pipeline_id != deal.pipeline_id:
        raise Refused(_("This stage belongs to another pipeline."))
    if deal.is_set_aside:
        raise Refused(_("This deal was returned: it goes on when it is handed on again."))
    if to.kind == Stage.Kind.LOST and loss_reason is None:
        raise ReasonNeeded
    if missing := missing_to_leave(deal, to=to):
        raise StillMissing(missing)


def _stays(to: Stage) -> None:
    """Holds the stage: whoever takes it away while a deal is on its way there would leave the deal nowhere."""
    with connection.cursor() as cursor:
        cursor.execute("select 1 from deals_stage where id = %s for key share", [to.pk])
        if cursor.fetchone() is None:
            raise Refused(_("This stage has just been taken away. Look at the new state and try again."))


def _take_on(deal: Deal, by: Actor) -> bool:
    if deal.responsible_id or not isinstance(by, Person) or not rights.may_change(by, deal):
        return False
    deal.responsible, deal.assigned_at, deal.take_due_at = by, clock.now(), None
    deal.department_id = rights.department_id_of(by) or deal.department_id
    deal.tasks.filter(done_at=None).update(person=by)
    return True


def _tell(deal: Deal, left: Stage, to: Stage, step: str, taken: bool, *, by: Actor) -> None:
    about = About("deal", deal.pk, client_id=deal.client_id, deal_id=deal.pk)
    changes: dict[str, tuple[object, object]] = {"stage": (left.code, to.code)}
    if deal.next_step != step:
        changes["next_step"] = (step, deal.next_step)
    if taken:
        changes["responsible"] = (None, by.actor_name)
    if deal.loss_reason:
        changes["loss_reason"] = (None, deal.loss_reason.code)
    record("deals.moved", about, by=by, changes=changes, data={"stage": to.pk, "left": left.pk})
    moved = {"from": left.words, "to": to.words, "reason": deal.loss_reason.words if deal.loss_reason else {}}
    history.add(deal.client_id, kind=Interaction.Kind.STAGE, deal_id=deal.pk, data=moved, by=by)
