"""All that somebody has goes to others: his deals for the time of a leave or an illness, and everything for good when
he leaves the company."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import astuple, dataclass
from datetime import datetime
from itertools import cycle

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.deals.handing import assigning, distribution
from svyazka.business.deals.handing.appointing import Wanting, choose_many
from svyazka.business.deals.handing.assigning import Gift, Held
from svyazka.business.deals.models import Appointing, DistributionRule, HandOffRule, Task
from svyazka.business.deals.work import questions, tasks
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

HANDED_OVER = "deals.handed_over"


@dataclass(frozen=True)
class OnTheTable:
    """How much somebody has to do."""

    deals: int
    hand_offs: int  # of these deals, those that he has still to accept
    tasks: int  # his own and on others' deals: steps of his deals go with them
    questions: int

    def __bool__(self) -> bool:
        return any(astuple(self))


@transaction.atomic
def hand_over(
    person: Person, *, to: Collection[Person], stages: Collection[int] | None = None, by: Person
) -> dict[int, list[int]]:
    """His open deals, at these stages or at all, evenly to those people: person → deals. Absent people are passed over;
    where nobody is left, Refused, and he keeps everything."""
    if any(not one.is_active or not roles.may(one, "deals.change") or one.pk == person.pk for one in to):
        raise Refused(_("Choose people who can be responsible for deals."))
    rule = DistributionRule(how=Appointing.How.LEAST_LOADED, people=[one.pk for one in to])
    at = clock.now()
    his = [one for one in assigning.hold(_open_deals(person, stages)) if one.responsible_id == person.pk]
    chosen = choose_many(rule, key="hand_over", wanting=[Wanting(one.client_id, {person.pk}) for one in his], at=at)
    gifts = [Gift(one, receiver) for one, receiver in zip(his, chosen, strict=True) if receiver]
    if his and not gifts:
        raise Refused(_("None of these people is at work. Choose others."))
    assigning.assign(gifts, at=at, by=by, verb=HANDED_OVER)
    assigning.tell_receivers(gifts, HANDED_OVER, by=by)
    _questions_too(person, gifts, by=by)
    shared: dict[int, list[int]] = defaultdict(list)
    for gift in gifts:
        shared[gift.person_id or 0].append(gift.deal.id)
    return dict(shared)


def on_the_table(person: Person) -> OnTheTable:
    with connection.cursor() as cursor:
        cursor.execute(_ON_THE_TABLE, {"person": person.pk})
        return OnTheTable(*cursor.fetchone())


_ON_THE_TABLE = """
select (select count(*) from deals_deal where responsible_id = %(person)s and closed_at is null),
       (select count(*) from deals_handoff where to_person_id = %(person)s and state = 'waiting'),
       (select count(*) from deals_task task left join deals_deal deal on deal.id = task.deal_id
        where task.person_id = %(person)s and task.done_at is null and deal.closed_at is null
          and deal.responsible_id is distinct from %(person)s),
       (select count(*) from deals_asked asked join deals_question question on question.id = asked.question_id
        where asked.person_id = %(person)s and asked.answered_at is null and question.closed_at is null)
"""


@transaction.atomic
def pass_on(person: Person, *, to: Collection[Person], by_rule: bool = False, by: Person) -> None:
    """Everything, for good: his deals evenly to those people, or first as the rules of their pipelines say; his tasks
    and questions to whoever is responsible for the deal, else to those people too. Whoever is on leave is passed over,
    unless he is the only one. A deal for which there is nobody waits for the head."""
    at = clock.now()
    his = [one for one in assigning.hold(_concerning(person)) if one.responsible_id == person.pk]
    gifts = distribution.by_rules(his, at=at) if by_rule else []
    gifts += _by_hand_off_rules(_without(his, gifts), at=at) if by_rule else []
    gifts += _evenly(_without(his, gifts), to, besides=person, at=at)
    assigning.assign(gifts, at=at, by=by, verb=HANDED_OVER)
    assigning.tell_receivers(gifts, HANDED_OVER, by=by)
    heirs = cycle(to or [by])
    for task in _own_tasks(person):
        tasks.change(task, person=_person_of(task.deal_id, person) or next(heirs), by=by)
    for question in questions.open_of(person):
        questions.pass_to(question, _person_of(question.deal_id, person) or next(heirs), left=person, by=by)


def _without(his: list[Held], gifts: Collection[Gift]) -> list[Held]:
    given = {gift.deal.id for gift in gifts}
    return [one for one in his if one.id not in given]


def _by_hand_off_rules(his: list[Held], *, at: datetime) -> list[Gift]:
    """Deals of a pipeline that gets its own from another department: as they come from there."""
    gifts: list[Gift] = []
    rules = HandOffRule.objects.filter(to__in={one.pipeline_id for one in his}).order_by("-position", "-pk")
    for pipeline_id, rule in {rule.to_id: rule for rule in rules}.items():
        theirs = [one for one in his if one.pipeline_id == pipeline_id]
        wanting = [Wanting(one.client_id, {one.responsible_id or 0}) for one in theirs]
        chosen = choose_many(rule, key=f"hand_off/{rule.pk}", wanting=wanting, at=at)
        gifts += [Gift(one, receiver) for one, receiver in zip(theirs, chosen, strict=True) if receiver]
    return gifts


def _evenly(rest: list[Held], to: Collection[Person], *, besides: Person, at: datetime) -> list[Gift]:
    people = [one.pk for one in to if one.pk != besides.pk]
    if len(people) <= 1:
        return [Gift(one, people[0] if people else None) for one in rest]
    rule = DistributionRule(how=Appointing.How.LEAST_LOADED, people=people)
    wanting = [Wanting(one.client_id, {besides.pk}) for one in rest]
    chosen = choose_many(rule, key="hand_over", wanting=wanting, at=at, off_shift=True)
    return [Gift(one, receiver) for one, receiver in zip(rest, chosen, strict=True)]


def _own_tasks(person: Person) -> list[Task]:
    still = Task.objects.filter(person=person, done_at=None).exclude(deal__closed_at__isnull=False)
    return list(still.order_by("deal_id", "pk"))


def _person_of(deal_id: int | None, besides: Person) -> Person | None:
    """Whoever is responsible for the deal now."""
    return Person.objects.working().filter(deals__id=deal_id).exclude(pk=besides.pk).first() if deal_id else None


def _questions_too(person: Person, gifts: Collection[Gift], *, by: Person) -> None:
    """Whoever gets the deal answers what he was asked about it."""
    receivers = {gift.deal.id: gift.person_id for gift in gifts}
    people = Person.objects.in_bulk({number for number in receivers.values() if number})
    for question in questions.open_of(person, receivers.keys()):
        questions.pass_to(question, people[receivers[question.deal_id] or 0], left=person, by=by)


def _concerning(person: Person) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_CONCERNING, {"person": person.pk})
        return [deal_id for (deal_id,) in cursor.fetchall()]


_CONCERNING = """
select id from deals_deal where responsible_id = %(person)s and closed_at is null
union select deal_id from deals_task where person_id = %(person)s and done_at is null and deal_id is not null
union select question.deal_id from deals_asked asked join deals_question question on question.id = asked.question_id
where asked.person_id = %(person)s and asked.answered_at is null
"""


def _open_deals(person: Person, stages: Collection[int] | None) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, {"person": person.pk, "stages": None if stages is None else list(stages)})
        return [deal_id for (deal_id,) in cursor.fetchall()]


_OPEN = """
select id from deals_deal where responsible_id = %(person)s and closed_at is null
  and (%(stages)s::bigint[] is null or stage_id = any(%(stages)s))
"""
