"""The deals of one way through the departments: the one it began with, and all that it was handed on as."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from svyazka.business.deals.models import Deal, HandOff, Pipeline, Stage
from svyazka.business.staff.models import Person
from svyazka.kit import clock, rows


@dataclass
class Member:
    deal: Deal
    pipeline: Pipeline
    absent_until: datetime | None = None  # whoever is responsible, if he is on leave or ill now
    legs: list[HandOff] = field(default_factory=list)  # that led here, the newest first

    @property
    def leg(self) -> HandOff | None:
        return self.legs[0] if self.legs else None


def family_of(deal: Deal) -> list[Member]:
    """In the order in which they opened. One question for a deal that is alone, two for the others."""
    first = deal.first_id or deal.pk
    members = []
    given = [clock.now(), first, first]
    for one, pipeline, stage, person, until in rows.read_joined(_FAMILY, given, Deal, Pipeline, Stage, Person):
        one.pipeline, one.stage, one.responsible = pipeline, stage, person
        members.append(Member(one, pipeline, until))
    if len(members) > 1:
        _add_legs(members)
    return members


_FAMILY = f"""
select {rows.columns(Deal, Pipeline, Stage, Person)}, upper(away.during) from deals_deal
join deals_pipeline on deals_pipeline.id = deals_deal.pipeline_id
join deals_stage on deals_stage.id = stage_id
left join staff_person on staff_person.id = responsible_id
left join staff_absence away on away.person_id = responsible_id and away.during @> %s
where deals_deal.id = %s or first_id = %s order by deals_deal.id
"""  # noqa: S608  # of our own models' names only


def _add_legs(members: Sequence[Member]) -> None:
    by_deal = {member.deal.pk: member for member in members}
    for leg in rows.read(HandOff, "where to_deal_id = any(%s) order by leg desc", [list(by_deal)]):
        by_deal[leg.to_deal_id].legs.append(leg)
