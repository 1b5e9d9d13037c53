"""A deal goes on into the next department's pipeline, as a linked deal.

`moves.move` calls `follow` in its own transaction. A deal that enters a stage with a HandOffRule opens a linked deal,
which waits there until its receiver accepts it or returns it (answering.py). One leg at a time goes into a pipeline, so
moving back and forth, two people at once and a request that arrives twice find the leg that is there.

Whoever takes the first deal back to an earlier stage, or loses it, before the leg is accepted, takes it back: the
linked deal is set aside. Set aside means closed where it stands, neither won nor lost: it is on no board and no list
of open work, and with the next leg it is the same deal again, with everything that was done in it. Once the leg is
accepted the first deal stays where it is, until the linked deal is returned or lost.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import translation
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients import history
from svyazka.business.clients.models import Interaction
from svyazka.business.deals import conditions
from svyazka.business.deals.handing import appointing, carried
from svyazka.business.deals.held import held
from svyazka.business.deals.known import searched
from svyazka.business.deals.models import Deal, HandOff, HandOffRule, Pipeline, Stage, Task
from svyazka.business.deals.work import next_steps
from svyazka.business.deals.work.staying import insist_answered
from svyazka.business.journal.record import About, Actor, announce, record
from svyazka.business.notices.tell import tell
from svyazka.business.staff import presence
from svyazka.business.staff.models import Person, Role
from svyazka.kit import clock, rows
from svyazka.kit.refusals import Refused

State = HandOff.State
ON_THE_WAY = (State.WAITING, State.ACCEPTED)


def follow(deal: Deal, left: Stage, *, by: Actor) -> None:
    """What a move brings with it between the departments. The caller holds the deal, which has just left that stage."""
    if deal.accept_due_at:
        _work_accepts(deal, by=by)
    if deal.returned_at and deal.closed_at:
        _is_seen_to(deal)
    legs = rows.read(HandOff, "where deal_id = %s order by leg", [deal.pk])
    for leg in legs:
        if leg.state in ON_THE_WAY and _has_come_back(deal, leg):
            _come_back(deal, leg, by=by)
    for rule, pipeline in rows.read_joined(_RULES, [deal.stage_id], HandOffRule, Pipeline):
        if conditions.applies(rule.only_when, deal.facts):
            last = next((leg for leg in reversed(legs) if leg.to_pipeline_id == pipeline.pk), None)
            if last is None or last.state not in ON_THE_WAY:
                _hand_on(deal, left, rule, pipeline, last, by=by)


_RULES = f"""
select {rows.columns(HandOffRule, Pipeline)} from deals_handoffrule
join deals_pipeline on deals_pipeline.id = to_id where stage_id = %s order by deals_handoffrule.position
"""  # noqa: S608  # of our own models' names only


def _hand_on(
    deal: Deal, left: Stage, rule: HandOffRule, pipeline: Pipeline, last: HandOff | None, *, by: Actor
) -> None:
    now = clock.now()
    leg = HandOff(
        deal=deal,
        to_pipeline=pipeline,
        rule=rule,
        leg=last.leg + 1 if last else 1,
        left_stage=left,
        by_id=by.actor_id,
        handed_at=now,
        due_at=now + timedelta(hours=rule.accept_hours),
        carried=carried.agreed(deal, rule.carried),
    )
    leg.to_deal = _come_again(leg, last, by=by) if last else _open(leg, by=by)
    leg.to_person = leg.to_deal.responsible
    leg.save(force_insert=True)
    if deal.returned_at:
        _is_seen_to(deal)
    say(leg, "deals.handed_on", by=by)
    tell(_receivers(leg), "hand_off.waiting", by=by, data=words_for(leg), **concerns(leg.to_deal))


def _open(leg: HandOff, *, by: Actor) -> Deal:
    deal, rule, stage = leg.deal, leg.rule, _first_stage(leg)
    assert rule
    receiver = appointing.choose(rule, key=f"hand_off/{rule.pk}", client_id=deal.client_id, at=leg.handed_at)
    step = accept_step()
    linked = Deal(
        client_id=deal.client_id,
        pipeline_id=stage.pipeline_id,
        stage=stage,
        source_id=deal.source_id,
        responsible=receiver,
        department_id=_department(leg, receiver),
        origin=deal.origin,
        opened_at=leg.handed_at,
        stage_since=leg.handed_at,
        next_step=step,
        next_step_at=leg.due_at,
        parent=deal,
        first_id=deal.first_id or deal.pk,
        assigned_at=leg.handed_at if receiver else None,
        accept_due_at=leg.due_at,
    )
    carried.give(linked, leg.carried)
    linked.save(force_insert=True)
    Task.objects.create(deal=linked, what=step, due_at=leg.due_at, person=receiver, of_stage=True)
    changes = {"stage": (None, stage.code), "responsible": (None, receiver.full_name if receiver else None)}
    record("deals.opened", _about(linked), by=by, changes=changes, data={"stage": stage.pk})
    searched.index_new(linked)
    return linked


def _come_again(leg: HandOff, last: HandOff, *, by: Actor) -> Deal:
    """The linked deal of the last leg, where it was left. What was corrected meanwhile where it comes from goes along;
    what it has itself found out stays."""
    linked = held(last.to_deal_id)
    now, rule = leg.handed_at, leg.rule
    assert rule
    if not linked.stage.is_open:
        insist_answered(linked)
        linked.stage, linked.loss_reason = _first_stage(leg), None
    corrected = {code: value for code, value in leg.carried.items() if value != last.carried.get(code)}
    changes = carried.give(linked, corrected)
    receiver = linked.responsible
    if receiver is None or not presence.at_work(now, people=[receiver.pk]):
        receiver = appointing.choose(rule, key=f"hand_off/{rule.pk}", client_id=linked.client_id, at=now)
        linked.responsible, linked.assigned_at = receiver, now if receiver else None
        linked.department_id = _department(leg, receiver)
        linked.tasks.filter(done_at=None).update(person=receiver)
    linked.closed_at = None
    linked.stage_since, linked.stage_due_at = now, None
    linked.accept_due_at = leg.due_at
    linked.version += 1
    linked.save()
    next_steps.replace_stages(linked, accept_step(), due_at=leg.due_at, by=by)
    searched.follow(linked, changes)
    record("deals.taken_up_again", _about(linked), by=by, changes=changes, data={"stage": linked.stage_id})
    return linked


def _has_come_back(deal: Deal, leg: HandOff) -> bool:
    """Whether the deal stands before the stage that handed it on, or is lost."""
    if deal.stage.kind == Stage.Kind.LOST:
        return True
    if leg.rule:
        return deal.stage.position < leg.rule.stage.position
    return leg.left_stage is not None and deal.stage.position <= leg.left_stage.position


def _come_back(deal: Deal, leg: HandOff, *, by: Actor) -> None:
    linked = held(leg.to_deal_id)
    current = HandOff.objects.get(pk=leg.pk)
    leg.state = current.state
    if current.state not in ON_THE_WAY:
        return
    is_lost = linked.stage.kind == Stage.Kind.LOST
    if current.state == State.ACCEPTED and not is_lost:
        words = _("“{pipeline}” works on it as deal № {number}. It has to be returned or closed as lost there first.")
        raise Refused(format_lazy(words, pipeline=leg.to_pipeline.name, number=linked.pk))
    leg.state, leg.ended_at = State.WITHDRAWN, clock.now()
    leg.save(update_fields=["state", "ended_at"])
    leg.deal, leg.to_deal = deal, linked
    if not is_lost:
        set_aside(linked, by=by)
        say(leg, "deals.withdrawn", by=by)
        tell(_receivers(leg), "hand_off.withdrawn", by=by, data=words_for(leg), **concerns(linked))


def _work_accepts(deal: Deal, *, by: Actor) -> None:
    """Whoever moves a deal that waits for acceptance works on it: he has accepted it."""
    waiting = HandOff.objects.filter(to_deal=deal, state=State.WAITING).select_related(
        "deal__stage__pipeline", "to_pipeline"
    )
    for leg in waiting:
        accepted(leg, deal, by=by)
    deal.accept_due_at = None
    Deal.objects.filter(pk=deal.pk).update(accept_due_at=None)


def _is_seen_to(deal: Deal) -> None:
    deal.returned_at = None
    Deal.objects.filter(pk=deal.pk).update(returned_at=None)


def accepted(leg: HandOff, linked: Deal, *, by: Actor) -> None:
    leg.state = State.ACCEPTED
    leg.answered_at, leg.answered_by_id = leg.answered_at or clock.now(), by.actor_id
    leg.to_person_id = linked.responsible_id
    leg.save(update_fields=["state", "answered_at", "answered_by", "to_person"])
    leg.to_deal = linked
    say(leg, "deals.accepted", by=by)


def set_aside(linked: Deal, *, by: Actor) -> None:
    """Nobody's work until it is handed on again. The caller holds it."""
    linked.closed_at = clock.now()
    linked.stage_due_at = linked.accept_due_at = None
    linked.version += 1
    linked.save()
    next_steps.drop_stages(linked)
    record("deals.set_aside", _about(linked), by=by, data={"stage": linked.stage_id})


def say(leg: HandOff, verb: str, *, by: Actor, reason: str = "") -> None:
    """In the history that both deals share, in the journal of the deal that went on, and to the browsers of both."""
    told = {
        "event": verb.removeprefix("deals."),
        "to_deal": leg.to_deal_id,
        "leg": leg.leg,
        "person": leg.to_person_id,
        **words_for(leg),
    }
    kind = Interaction.Kind.HAND_OFF
    history.add(leg.deal.client_id, kind=kind, deal_id=leg.deal_id, text=reason, data=told, by=by)
    changes = {"hand_off": (None, leg.to_pipeline.name), **({"reason": (None, reason)} if reason else {})}
    record(verb, _about(leg.deal), by=by, changes=changes, data={"stage": leg.deal.stage_id})
    linked = leg.to_deal
    announce("deal", linked.pk, data={"deal": linked.pk, "client": linked.client_id, "stage": linked.stage_id})


def heads_of(department_id: int | None) -> list[int]:
    """Who sees to what nobody is there for; where a department has no head, all heads."""
    return [head.pk for head in people_who_head(department_id)]


def people_who_head(department_id: int | None) -> list[Person]:
    """The same, in the order of their names."""
    heads = rows.read(Person, _HEADS, [Role.HEAD.value])
    return [head for head in heads if head.department_id == department_id] or heads


_HEADS = """
left join staff_companyrole role on role.code = staff_person.role
where staff_person.is_active and coalesce(role.based_on, staff_person.role) = %s
order by full_name, staff_person.id
"""


def words_for(leg: HandOff) -> dict[str, dict[str, str]]:
    """What notices and the history need to name the two departments."""
    return {"from": leg.deal.stage.pipeline.words, "to": leg.to_pipeline.words}


def concerns(deal: Deal) -> dict[str, int]:
    return {"deal_id": deal.pk, "client_id": deal.client_id}


def _receivers(leg: HandOff) -> list[int]:
    linked = leg.to_deal
    return [linked.responsible_id] if linked.responsible_id else heads_of(linked.department_id)


def _first_stage(leg: HandOff) -> Stage:
    """The first one that is for this deal. Held, so that nobody takes it away meanwhile."""
    found = rows.read(Stage, _OPEN_STAGES, [leg.to_pipeline_id])
    for stage in found:
        if conditions.applies(stage.only_when, leg.carried):
            return stage
    raise Refused(format_lazy(_("“{pipeline}” has no stage for this deal."), pipeline=leg.to_pipeline.name))


_OPEN_STAGES = "where pipeline_id = %s and kind = 'open' order by position for key share"


def _department(leg: HandOff, receiver: Person | None) -> int | None:
    """Where nobody could be appointed, the department's own people find it all the same."""
    if receiver and receiver.department_id:
        return receiver.department_id
    return (leg.rule.department_id if leg.rule else None) or leg.to_pipeline.department_id


def accept_step() -> str:
    """In the company's language, as everything that is written down."""
    with translation.override(settings.LANGUAGE_CODE):
        return str(_("Accept the deal or return it"))


def _about(deal: Deal) -> About:
    return About("deal", deal.pk, client_id=deal.client_id, deal_id=deal.pk)
