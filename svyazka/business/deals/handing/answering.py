"""The receiver accepts what was handed on, or returns it with a reason.

A returned deal stands again at the stage it came from, reopened if it was won, with a step for its person that carries
the reason; the linked deal is set aside until the next leg (hand_off.py). Being returned again and again is refused to
nobody, but the heads hear of it. A mistaken click is taken back within `TAKE_BACK_WITHIN`, if nobody has gone on since.

Whoever changes a leg holds the deal it comes from first, then the linked deal: in this order nobody waits for ever.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from svyazka.business.deals import moves, rights
from svyazka.business.deals.handing import hand_off
from svyazka.business.deals.handing.hand_off import ON_THE_WAY, State, concerns, say, words_for
from svyazka.business.deals.held import held
from svyazka.business.deals.models import Deal, HandOff, Stage
from svyazka.business.deals.opening import due_in
from svyazka.business.deals.work import next_steps
from svyazka.business.journal.record import Actor
from svyazka.business.notices.tell import tell
from svyazka.business.staff.models import Person
from svyazka.kit import clock
from svyazka.kit.refusals import ChangedMeanwhile, Refused

TAKE_BACK_WITHIN = timedelta(minutes=10)
SEEN_TO_WITHIN = timedelta(hours=24)
PING_PONG = 3  # legs: from then on the heads hear of each return
LONGEST = 300


@transaction.atomic
def accept(linked: Deal, *, by: Actor, version: int | None = None) -> HandOff:
    """The stage's clock begins. A second click changes nothing. Where nobody was there to be appointed, whoever accepts
    is responsible from now on."""
    leg, current = _held(linked)
    if leg.state == State.ACCEPTED:
        return leg
    _refuse_late(leg, current, version)
    if current.responsible is None and isinstance(by, Person) and rights.may_change(by, current):
        current.responsible, current.assigned_at = by, clock.now()
        current.department_id = by.department_id or current.department_id
    leg.answered_at = clock.now()
    current.stage_since, current.accept_due_at = leg.answered_at, None
    current.stage_due_at = due_in(current.stage, current.stage_since, current.facts)
    current.version += 1
    current.save()
    next_steps.plan_for_stage(current, by=by)
    hand_off.accepted(leg, current, by=by)
    tell(_givers(leg), "hand_off.accepted", by=by, data=words_for(leg), **concerns(leg.deal))
    return leg


@transaction.atomic
def give_back(linked: Deal, *, reason: str, by: Actor, version: int | None = None) -> HandOff:
    """Back to whoever handed it on. Also what has been accepted can be returned, as long as it is open and has not gone
    on itself. A second click changes nothing."""
    reason = " ".join(reason.replace("\x00", "").split())
    leg, current = _held(linked)
    if leg.state == State.RETURNED and leg.answered_by_id == by.actor_id and leg.reason == reason:
        return leg
    _refuse_late(leg, current, version)
    _refuse_return(current, reason)
    now = clock.now()
    leg.returned_from = leg.deal.stage
    leg.state, leg.reason, leg.ended_at = State.RETURNED, reason, now
    leg.answered_at, leg.answered_by_id = leg.answered_at or now, by.actor_id
    leg.save()
    hand_off.set_aside(current, by=by)
    leg.to_deal = current
    leg.deal = _stand_again(leg, by=by)
    say(leg, "deals.returned", reason=reason, by=by)
    data = {**words_for(leg), "reason": reason}
    tell(_givers(leg), "hand_off.returned", by=by, data=data, **concerns(leg.deal))
    if leg.leg >= PING_PONG:
        heads = {*hand_off.heads_of(leg.deal.department_id), *hand_off.heads_of(current.department_id)}
        tell(heads, "hand_off.ping_pong", by=by, data={**data, "times": leg.leg}, **concerns(leg.deal))
    return leg


@transaction.atomic
def take_back(linked: Deal, *, by: Actor) -> HandOff:
    """What was just accepted waits again; what was just returned is as it was before that."""
    leg, current = _held(linked)
    if not can_take_back(leg, leg.deal, current):
        raise Refused(_("This can no longer be taken back."))
    if leg.state == State.ACCEPTED:
        _wait_again(leg, current, by=by)
    else:
        _undo_return(leg, current, by=by)
    leg.to_deal = current
    say(leg, "deals.taken_back", by=by)
    return leg


def can_take_back(leg: HandOff, first: Deal, linked: Deal) -> bool:
    """The very moment of the click says whether anybody has moved the deal since."""
    since = clock.now() - TAKE_BACK_WITHIN
    if leg.state == State.ACCEPTED:
        return bool(leg.answered_at and leg.answered_at > since and linked.stage_since == leg.answered_at)
    if leg.state == State.RETURNED and leg.returned_from_id:
        return bool(leg.ended_at and leg.ended_at > since and first.returned_at == leg.ended_at == first.stage_since)
    return False


def _held(linked: Deal) -> tuple[HandOff, Deal]:
    """The newest leg that led to this deal, with both deals held."""
    legs = HandOff.objects.filter(to_deal_id=linked.pk).order_by("-leg")
    leg = legs.first()
    if leg is None:
        raise Refused(_("This deal came from no other department."))
    first, current = held(leg.deal_id), held(linked.pk)
    leg = legs.select_related("to_pipeline", "rule", "left_stage", "returned_from").first()
    assert leg
    leg.deal = first
    return leg, current


def _refuse_late(leg: HandOff, linked: Deal, version: int | None) -> None:
    if leg.state == State.RETURNED:
        raise Refused(_("This deal has been returned already."))
    if leg.state == State.WITHDRAWN:
        raise Refused(_("Whoever handed this deal on has taken it back."))
    if version is not None and version != linked.version:
        raise ChangedMeanwhile


def _refuse_return(linked: Deal, reason: str) -> None:
    if not reason:
        words = _("Say why: without a reason nobody knows what to put right.")
        raise Refused(words, fields={"reason": words})
    if len(reason) > LONGEST:
        words = _("This is too long.")
        raise Refused(words, fields={"reason": words})
    if not linked.is_open:
        raise Refused(_("This deal is closed: it cannot be returned any more."))
    if HandOff.objects.filter(deal=linked, state__in=ON_THE_WAY).exists():
        raise Refused(_("The next department has this deal already: it has to be returned from there first."))


def _stand_again(leg: HandOff, *, by: Actor) -> Deal:
    """The first deal, where it came from, with a step that carries the reason."""
    first = leg.deal
    if first.responsible and not first.responsible.is_active:
        first.responsible = None
    moves.put(first, to=_place_of(leg), by=by)
    first.returned_at = first.stage_since = leg.ended_at or clock.now()
    first.save(update_fields=["returned_at", "stage_since", "responsible"])
    next_steps.replace_stages(first, _step(leg), due_at=first.returned_at + SEEN_TO_WITHIN, by=by)
    return first


def _place_of(leg: HandOff) -> Stage:
    """Where it came from, if that is a stage to work at; else the last one before it that is."""
    if leg.left_stage and leg.left_stage.is_open:
        return leg.left_stage
    here = leg.deal.stage
    before = Stage.objects.filter(pipeline_id=here.pipeline_id, kind=Stage.Kind.OPEN, position__lte=here.position)
    return before.order_by("-position").first() or here


def _wait_again(leg: HandOff, linked: Deal, *, by: Actor) -> None:
    leg.state, leg.answered_at, leg.answered_by = State.WAITING, None, None
    leg.save(update_fields=["state", "answered_at", "answered_by"])
    _expect(leg, linked, by=by)


def _expect(leg: HandOff, linked: Deal, *, by: Actor) -> None:
    linked.accept_due_at, linked.stage_due_at = leg.due_at, None
    linked.version += 1
    linked.save()
    next_steps.replace_stages(linked, hand_off.accept_step(), due_at=leg.due_at, by=by)


def _undo_return(leg: HandOff, linked: Deal, *, by: Actor) -> None:
    """To the state before: it had been accepted if somebody had answered before it was returned."""
    was_accepted = leg.answered_at != leg.ended_at
    leg.state = State.ACCEPTED if was_accepted else State.WAITING
    leg.ended_at, leg.reason = None, ""
    if not was_accepted:
        leg.answered_at, leg.answered_by = None, None
    stood = leg.returned_from
    leg.returned_from = None
    leg.save()
    linked.closed_at = None
    if was_accepted:
        linked.version += 1
        linked.save()
        next_steps.plan_for_stage(linked, by=by)
    else:
        _expect(leg, linked, by=by)
    assert stood
    leg.deal.returned_at = None
    leg.deal = moves.put(leg.deal, to=stood, by=by)


def _step(leg: HandOff) -> str:
    with translation.override(settings.LANGUAGE_CODE):
        said = str(_("Returned: {reason}")).format(reason=leg.reason)
    return Truncator(said).chars(200)


def _givers(leg: HandOff) -> list[int]:
    """Whoever handed it on, and whoever is responsible for it there; where nobody is, the heads."""
    responsible = leg.deal.responsible_id
    people = [pk for pk in (leg.by_id, responsible) if pk]
    return people if responsible else [*people, *hand_off.heads_of(leg.deal.department_id)]
