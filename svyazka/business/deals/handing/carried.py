"""What goes along when a deal is handed on, and what has been changed afterwards where it came from.

The linked deal keeps what it was given: a department plans with it, and a number that changes under its hands would
change its plans unseen. What the first deal corrects later is shown beside it and taken over with a click; with the
next leg it goes along by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.deals.held import held
from svyazka.business.deals.known import searched
from svyazka.business.deals.models import Deal, HandOff
from svyazka.business.journal.record import About, Actor, record
from svyazka.kit.refusals import Refused

# Always agreed on, whatever fields a rule names.
OWN = ("address", "amount")


def agreed(deal: Deal, codes: Sequence[str]) -> dict[str, Any]:
    """What is known of it, by code, as it can be stored; without `codes`, all."""
    known = {code: value for code, value in deal.facts.items() if not codes or code in codes}
    return {**known, "address": deal.address, "amount": None if deal.amount is None else str(deal.amount)}


def give(linked: Deal, values: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Sets them, unsaved; says what was something else before."""
    changes = {}
    for code, value in values.items():
        if (before := held_by(linked, code)) == value:
            continue
        changes[code] = (before, value)
        if code == "amount":
            linked.amount = None if value is None else Decimal(value)
        elif code == "address":
            linked.address = value
        else:
            linked.facts[code] = value
    return changes


def changed_since(leg: HandOff, parent: Deal, linked: Deal) -> dict[str, Any]:
    """What the deal it came from says otherwise by now: code → value. What the linked deal says too is settled."""
    now = agreed(parent, [code for code in leg.carried if code not in OWN] or [""])
    return {
        code: value
        for code, given in leg.carried.items()
        if (value := now.get(code)) != given and value != held_by(linked, code)
    }


@transaction.atomic
def take_over(linked: Deal, codes: Sequence[str], *, by: Actor) -> Deal:
    """The linked deal says from now on what the deal it came from says. A second click changes nothing."""
    current = held(linked.pk)
    leg = HandOff.objects.filter(to_deal=current).select_related("deal").order_by("-leg").first()
    if leg is None:
        raise Refused(_("This deal came from no other department."))
    theirs = changed_since(leg, leg.deal, current)
    changes = give(current, {code: value for code, value in theirs.items() if code in codes})
    if not changes:
        return current
    current.version += 1
    current.save()
    searched.follow(current, changes)
    about = About("deal", current.pk, client_id=current.client_id, deal_id=current.pk)
    record("deals.taken_over", about, by=by, changes=changes, data={"stage": current.stage_id})
    return current


def held_by(deal: Deal, code: str) -> Any:
    if code == "amount":
        return None if deal.amount is None else str(deal.amount)
    return deal.address if code == "address" else deal.facts.get(code)
