"""Why visits are moved, in the company's own words: the list that is chosen from, and how often each was."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.names import Names
from svyazka.business.journal.record import About, Actor, record
from svyazka.business.visits.models import MoveReason, VisitMove, VisitRules
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

MOVE_REASONS = Names(MoveReason, about="move_reason", verb="visits.move_reason", is_ordered=True)
COUNTED = timedelta(days=90)
MOST = 20


def rules() -> VisitRules:
    return VisitRules.objects.filter(pk=1).first() or VisitRules(pk=1)


@transaction.atomic
def change_rules(*, moves_are_many: int, by: Actor) -> None:
    """From which move of a visit on it is a problem."""
    if not 1 <= moves_are_many <= MOST:
        message = _("A number between 1 and 20 is needed.")
        raise Refused(message, fields={"moves_are_many": message})
    VisitRules.objects.get_or_create(pk=1)
    current = VisitRules.objects.select_for_update().get(pk=1)
    if current.moves_are_many == moves_are_many:
        return
    changes = {"moves_are_many": (current.moves_are_many, moves_are_many)}
    current.moves_are_many = moves_are_many
    current.save(update_fields=["moves_are_many"])
    record("visits.rules_changed", About("visit_rules", 1), by=by, changes=changes)


def counted() -> Mapping[tuple[int | None, str], int]:
    """Of each reason (None: in one's own words), and of who asked for it: so many moves lately."""
    rows = VisitMove.objects.filter(at__gt=clock.now() - COUNTED).values_list("reason_id", "asked")
    return {(reason, asked): number for reason, asked, number in rows.annotate(number=Count("pk")).order_by()}
