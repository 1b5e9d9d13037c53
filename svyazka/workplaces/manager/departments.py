"""What a deal's page says of the other departments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from svyazka.business.deals.family import Member
from svyazka.business.deals.handing import answering, carried
from svyazka.business.deals.handing.hand_off import State
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Deal, Field
from svyazka.workplaces.shared import away
from svyazka.workplaces.shared.said import names_of, people_in, said
from svyazka.workplaces.shared.short import Short

TONES = {State.WAITING: "warn", State.ACCEPTED: "good", State.RETURNED: "bad", State.WITHDRAWN: ""}


def departments(deal: Deal, family: Sequence[Member], fields: Sequence[Field], short: Short) -> dict[str, Any]:
    """Where the others of its family stand, and how the newest leg to this one does."""
    if len(family) == 1:
        return {"departments": [], "leg": None}
    by_id = {one.deal.pk: one for one in family}
    here = by_id[deal.pk]
    parent = by_id.get(deal.parent_id or 0)
    return {
        "departments": [_row(one, deal, short) for one in family],
        **(_leg(here, parent, fields, short) if here.leg and parent else {"leg": None}),
    }


def _row(one: Member, here: Deal, short: Short) -> dict[str, Any]:
    leg = one.leg
    return {
        "id": str(one.deal.pk),
        "here": one.deal.pk == here.pk,
        "pipeline": one.pipeline.name,
        "stage": one.deal.stage,
        "since": short.age(one.deal.stage_since),
        "person": one.deal.responsible.full_name if one.deal.responsible else "",
        "absent": away.until(one.absent_until, short),
        "state": leg.get_state_display() if leg else "",
        "tone": TONES[State(leg.state)] if leg else "",
        "reasons": [past.reason for past in one.legs if past.reason],
    }


def _leg(here: Member, parent: Member, fields: Sequence[Field], short: Short) -> dict[str, Any]:
    leg, deal = here.leg, here.deal
    assert leg
    by_code = {**facts.OWN_FIELDS, **{field.code: field for field in fields}}
    changed = carried.changed_since(leg, parent.deal, deal) if deal.is_open else {}
    staff = names_of(people_in(changed, by_code))
    return {
        "leg": leg,
        "came_from": parent.pipeline.name,
        "due": short.moment(leg.due_at),
        "overdue": leg.due_at < short.now,
        "waits": leg.state == State.WAITING,
        "set_aside": deal.is_set_aside,
        "undo": answering.can_take_back(leg, parent.deal, deal),
        "returnable": leg.state == State.ACCEPTED and deal.is_open,
        "corrected": [
            (code, facts.OWN.get(code) or by_code[code].name, said(by_code[code], value, staff))
            for code, value in changed.items()
            if code in by_code
        ],
    }


def other_names(deal: Deal, family: Sequence[Member]) -> dict[int, str]:
    """The deals whose history is one with this deal's: number → the pipeline, empty for this one itself."""
    return {one.deal.pk: "" if one.deal.pk == deal.pk else one.pipeline.name for one in family}
