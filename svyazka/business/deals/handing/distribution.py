"""Leads are shared out: by rule when they come, by the head's hand, many at once, and back again.

A lead is a deal that nobody is responsible for. `assigned_at` says whether somebody had it already: what came back
waits for the head, and only what nobody ever had goes out by rule as soon as somebody is at work.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients.models import Source
from svyazka.business.deals.conditions import applies
from svyazka.business.deals.handing import assigning
from svyazka.business.deals.handing.appointing import Wanting, choose, choose_many
from svyazka.business.deals.handing.assigning import Gift, Held
from svyazka.business.deals.models import DistributionRule
from svyazka.business.journal.record import Actor, announce
from svyazka.business.notices.models import Notice
from svyazka.business.notices.tell import tell
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.kit import clock, rows
from svyazka.kit.refusals import Refused

TAKEN_BACK_WITHIN = timedelta(minutes=1)
GIVEN = "deals.given"


@dataclass(frozen=True)
class Shared:
    """What became of a distribution."""

    batch: str
    given: dict[int, list[int]] = field(default_factory=dict)  # person → deals
    gone: list[int] = field(default_factory=list)  # somebody else was quicker
    left: list[int] = field(default_factory=list)  # for which no rule names anybody who is at work

    @property
    def count(self) -> int:
        return sum(len(deals) for deals in self.given.values())


@dataclass(frozen=True)
class Opening:
    """Who gets a deal that just opens, and until when he has to take it up."""

    person: Person | None = None
    due_at: datetime | None = None


def at_opening(
    pipeline_id: int, source: Source | None, facts: Mapping[str, Any], *, client_id: int, at: datetime
) -> Opening:
    """By the first rule that fits; a company without rules costs one statement."""
    rule = rule_for(_rules([pipeline_id]), pipeline_id, source.pk if source else None, facts)
    person = choose(rule, key=key_of(rule), client_id=client_id, at=at) if rule else None
    return Opening(person, due(rule, at)) if person else Opening()


def tell_at_opening(deal_id: int, client_id: int, opening: Opening, *, by: Actor) -> None:
    if opening.person:
        tell([opening.person.pk], GIVEN, by=by, deal_id=deal_id, client_id=client_id, data={"count": 1})


@transaction.atomic
def hand_out(deal_ids: Collection[int], *, to: Person, by: Actor) -> Shared:
    """To this person, by hand. What somebody else has given away meanwhile is named, and the rest goes through."""
    if not to.is_active or not roles.may(to, "deals.change"):
        raise Refused(_("This person cannot be responsible for deals."))
    at, leads = clock.now(), _still_leads(deal_ids)
    rules = _rules({one.pipeline_id for one in leads})
    gifts = [Gift(one, to.pk, due(rule_for(rules, one.pipeline_id, one.source_id, one.facts), at)) for one in leads]
    return _give(deal_ids, leads, gifts, at=at, by=by)


@transaction.atomic
def hand_out_by_rule(deal_ids: Collection[int], *, by: Actor) -> Shared:
    """Each by the rule of its pipeline, evenly."""
    at, leads = clock.now(), _still_leads(deal_ids)
    return _give(deal_ids, leads, by_rules(leads, at=at), at=at, by=by)


@transaction.atomic
def take_back(batch: str, *, by: Actor) -> int:
    """Within a minute, whoever shared leads out takes back what nobody has touched since. Says how many."""
    at = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_UNTOUCHED, {"by": by.actor_id, "since": at - TAKEN_BACK_WITHIN, "batch": batch, "verb": GIVEN})
        untouched = {deal_id for (deal_id,) in cursor.fetchall()}
    gifts = [Gift(one, None) for one in assigning.hold(untouched)]
    assigning.assign(gifts, at=at, by=by, verb="deals.given_back")
    unheard = Notice.objects.filter(
        kind__startswith=GIVEN, data__batch=batch, read_at=None, at__gte=at - TAKEN_BACK_WITHIN
    )
    for person_id in list(unheard.values_list("person_id", flat=True)):
        announce("notice", 0, people=[person_id])
    unheard.delete()
    return len(gifts)


_UNTOUCHED = """
select given.deal_id from journal_entry given join deals_deal deal on deal.id = given.deal_id
where given.by_id = %(by)s and given.at >= %(since)s and given.verb = %(verb)s and given.note = %(batch)s
  and deal.assigned_at = given.at and deal.responsible_id is not null and not exists (
      select from journal_entry later where later.deal_id = given.deal_id and later.at > given.at)
"""


def by_rules(leads: Sequence[Held], *, at: datetime) -> list[Gift]:
    """Whom the rules name for them; whoever has one now does not get it again. Where there is nobody, no gift."""
    rules = _rules({one.pipeline_id for one in leads})
    ruled: dict[int, list[Held]] = defaultdict(list)
    named = {rule.pk: rule for rule in rules}
    for one in leads:
        if rule := rule_for(rules, one.pipeline_id, one.source_id, one.facts):
            ruled[rule.pk].append(one)
    gifts: list[Gift] = []
    for pk, theirs in sorted(ruled.items()):
        wanting = [Wanting(one.client_id, {one.responsible_id} if one.responsible_id else ()) for one in theirs]
        chosen = choose_many(named[pk], key=key_of(named[pk]), wanting=wanting, at=at)
        until = due(named[pk], at)
        gifts += [Gift(one, person, until) for one, person in zip(theirs, chosen, strict=True) if person]
    return gifts


def rule_for(
    rules: Sequence[DistributionRule], pipeline_id: int, source_id: int | None, facts: Mapping[str, Any]
) -> DistributionRule | None:
    theirs = (rule for rule in rules if rule.pipeline_id == pipeline_id and rule.source_id in (None, source_id))
    return next((rule for rule in theirs if applies(rule.only_when, facts)), None)


def key_of(rule: DistributionRule) -> str:
    return f"distribution/{rule.pk}"


def due(rule: DistributionRule | None, at: datetime) -> datetime | None:
    return at + timedelta(minutes=rule.take_minutes) if rule and rule.take_minutes else None


def _rules(pipelines: Collection[int]) -> list[DistributionRule]:
    rest = "where pipeline_id = any(%s) and is_active order by position, id"
    return rows.read(DistributionRule, rest, [list(pipelines)])


def _still_leads(deal_ids: Collection[int]) -> list[Held]:
    return [one for one in assigning.hold(deal_ids) if one.responsible_id is None]


def _give(
    deal_ids: Collection[int], leads: Sequence[Held], gifts: Sequence[Gift], *, at: datetime, by: Actor
) -> Shared:
    batch = uuid4().hex
    assigning.assign(gifts, at=at, by=by, verb=GIVEN, batch=batch)
    assigning.tell_receivers(gifts, GIVEN, by=by, batch=batch)
    given: dict[int, list[int]] = defaultdict(list)
    for gift in gifts:
        given[gift.person_id or 0].append(gift.deal.id)
    still, got = {one.id for one in leads}, {gift.deal.id for gift in gifts}
    return Shared(batch, dict(given), sorted({*deal_ids} - still), sorted(still - got))
