"""What was given and not taken up in time goes to the next; what came when nobody was at work goes out now."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, transaction

from svyazka.business.deals.handing import assigning
from svyazka.business.deals.handing.assigning import Gift, Held
from svyazka.business.deals.handing.distribution import GIVEN, by_rules
from svyazka.business.journal.record import Automaton
from svyazka.business.notices.tell import tell
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person, Role
from svyazka.kit import clock
from svyazka.kit.alone import alone

LOCK = 5_219_031
MOST = 500  # in one transaction
CAME_BACK = "deals.came_back"
_BY = Automaton("distribution")


def go_round() -> bool:
    """Once in half a minute, by one worker at a time. False: somebody else is at it."""
    with alone(LOCK) as nobody_else:
        if nobody_else:
            bring_back()
            hand_out_waiting()
    return nobody_else


@transaction.atomic
def bring_back() -> int:
    """Says how many came back. What its person has taken a moment ago stays his."""
    at = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_OVERDUE, [at, MOST])
        overdue = [deal_id for (deal_id,) in cursor.fetchall()]
    late = [one for one in assigning.hold(overdue, waiting=False) if one.take_due_at and one.take_due_at <= at]
    onwards = by_rules(late, at=at)
    gone_on = {gift.deal.id for gift in onwards}
    to_head = [Gift(one, None) for one in late if one.id not in gone_on]
    assigning.assign([*onwards, *to_head], at=at, by=_BY, verb=CAME_BACK)
    assigning.tell_receivers(onwards, GIVEN, by=_BY)
    _tell_heads([gift.deal for gift in to_head])
    return len(late)


_OVERDUE = "select id from deals_deal where take_due_at <= %s and closed_at is null order by take_due_at limit %s"


@transaction.atomic
def hand_out_waiting() -> int:
    """Leads that came outside everybody's hours: by rule, as soon as somebody is there."""
    at = clock.now()
    leads = [one for one in assigning.hold(_waiting(), waiting=False) if one.responsible_id is None]
    gifts = by_rules(leads, at=at)
    assigning.assign(gifts, at=at, by=_BY, verb=GIVEN)
    assigning.tell_receivers(gifts, GIVEN, by=_BY)
    return len(gifts)


def _waiting() -> Sequence[int]:
    """Those that a rule may give away, one pipeline as fairly as the other."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [MOST])
        return [deal_id for (deal_id,) in cursor.fetchall()]


# What came by a hand-off waits for its head: a problem of its own.
_WAITING = """
select deal.id from deals_deal deal
where deal.responsible_id is null and deal.closed_at is null and deal.assigned_at is null and deal.parent_id is null
  and deal.pipeline_id in (select pipeline_id from deals_distributionrule where is_active and how <> 'nobody')
order by deal.opened_at limit %s
"""


def _tell_heads(leads: Sequence[Held]) -> None:
    if not leads:
        return
    heads = Person.objects.working().filter(role__in=roles.having("leads.distribute")).exclude(role=Role.ADMINISTRATOR)
    only = leads[0] if len(leads) == 1 else None
    tell(
        heads.values_list("pk", flat=True),
        CAME_BACK if only else f"{CAME_BACK}_many",
        by=_BY,
        deal_id=only.id if only else None,
        client_id=only.client_id if only else None,
        data={"count": len(leads)},
    )
