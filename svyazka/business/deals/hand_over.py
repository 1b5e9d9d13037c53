"""All that somebody has goes to others: leave, illness, dismissal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.deals import assigning
from svyazka.business.deals.appointing import Wanting, choose_many
from svyazka.business.deals.assigning import Gift
from svyazka.business.deals.models import Appointing, DistributionRule
from svyazka.business.journal.record import Actor
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

HANDED_OVER = "deals.handed_over"


@transaction.atomic
def hand_over(
    person: Person,
    *,
    by: Actor,
    to: Collection[Person] = (),
    rule: Appointing | None = None,
    key: str = "hand_over",
    stages: Collection[int] | None = None,
) -> dict[int, list[int]]:
    """His open deals, at these stages or at all, evenly to those people or by rule: person → deals. Absent people are
    passed over; where nobody is left, Refused, and he keeps everything."""
    if any(not one.is_active or not roles.may(one, "deals.change") or one.pk == person.pk for one in to):
        raise Refused(_("Choose people who can be responsible for deals."))
    rule = rule or DistributionRule(how=Appointing.How.LEAST_LOADED, people=[one.pk for one in to])
    at = clock.now()
    his = [one for one in assigning.hold(_open_deals(person, stages)) if one.responsible_id == person.pk]
    chosen = choose_many(rule, key=key, wanting=[Wanting(one.client_id, {person.pk}) for one in his], at=at)
    gifts = [Gift(one, receiver) for one, receiver in zip(his, chosen, strict=True) if receiver]
    if his and not gifts:
        raise Refused(_("None of these people is at work. Choose others."))
    assigning.assign(gifts, at=at, by=by, verb=HANDED_OVER)
    assigning.tell_receivers(gifts, HANDED_OVER, by=by)
    shared: dict[int, list[int]] = defaultdict(list)
    for gift in gifts:
        shared[gift.person_id or 0].append(gift.deal.id)
    return dict(shared)


def _open_deals(person: Person, stages: Collection[int] | None) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, {"person": person.pk, "stages": None if stages is None else list(stages)})
        return [deal_id for (deal_id,) in cursor.fetchall()]


_OPEN = """
select id from deals_deal where responsible_id = %(person)s and closed_at is null
  and (%(stages)s::bigint[] is null or stage_id = any(%(stages)s))
"""
