"""The deals of lines: as they stood there, at our stages, with our people."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from svyazka.business.deals import rights, take_over
from svyazka.business.deals.models import LossReason, Stage
from svyazka.business.journal.record import About, Change, record_all
from svyazka.business.moving_in.clients_of_lines import Item
from svyazka.business.moving_in.foreign import ForeignDeal
from svyazka.business.moving_in.models import MoveIn
from svyazka.business.staff.models import Person
from svyazka.kit.texts import folded


class DealMaker:
    """Of one move: stages, people and sources are asked for once."""

    def __init__(self, given: MoveIn) -> None:
        self.given = given

    def make(self, items: Sequence[Item]) -> None:
        numbers = take_over.open_all([self._brought(item) for item in items])
        for item, number in zip(items, numbers, strict=True):
            item.row.deal_id = number
            item.changes |= {"deal": "made", "stored": self.as_stored(_deal_of(item))}
        record_all(
            [
                Change(
                    "moving_in.deal_made",
                    About("deal", item.row.deal_id or 0, client_id=item.client_id, deal_id=item.row.deal_id),
                    self.given.by,
                    {"file": (None, self.given.name), "line": (None, item.row.number)},
                )
                for item in items
            ],
            quietly=True,
        )

    def as_stored(self, deal: ForeignDeal) -> dict[str, Any]:
        """What of it can change there later on."""
        return {
            "amount": str(deal.sum) if deal.sum is not None else None,
            "stage_id": self.stage(deal.stage_id).pk,
            "responsible_id": self._person_id(deal.responsible_id),
        }

    def stage(self, there: str) -> Stage:
        chosen = self.given.mapping.get("stages", {}).get(there, "")
        return self._stages.get(int(chosen or 0)) or self._first

    def _brought(self, item: Item) -> take_over.Brought:
        deal, person_id = _deal_of(item), self._person_id(_deal_of(item).responsible_id)
        stage = self.stage(deal.stage_id)
        return take_over.Brought(
            client_id=item.client_id,
            stage=stage,
            source_id=self._source_id(deal.source),
            responsible_id=person_id,
            department_id=self._departments.get(person_id or 0),
            loss_reason_id=self._reasons.get(folded(deal.lost_because)),
            address=deal.address,
            amount=deal.sum,
            facts=item.line.facts.get("deal", {}),
            origin={"moved_in": self.given.pk, "number_there": deal.id} if item.line.client.id else {},
            opened_at=deal.created_at,
            moved_at=deal.changed_at,
            closed_at=deal.closed_at,
        )

    def _person_id(self, there: str) -> int | None:
        chosen = self.given.mapping.get("people", {}).get(there, "")
        return int(chosen) if chosen and int(chosen) in self._departments else None

    def _source_id(self, there: str) -> int | None:
        chosen = self.given.mapping.get("sources", {}).get(there, "")
        return int(chosen) if chosen.isdecimal() else None

    @cached_property
    def _stages(self) -> dict[int, Stage]:
        return {stage.pk: stage for stage in Stage.objects.order_by("pipeline__position", "position")}

    @cached_property
    def _first(self) -> Stage:
        of_it = [stage for stage in self._stages.values() if stage.pipeline_id == self.given.pipeline_id]
        return next((stage for stage in of_it if stage.is_open), None) or next(iter(self._stages.values()))

    @cached_property
    def _departments(self) -> dict[int, int | None]:
        people = Person.objects.select_related("department")
        return {person.pk: rights.department_id_of(person) for person in people}

    @cached_property
    def _reasons(self) -> dict[str, int]:
        return {folded(said): reason.pk for reason in LossReason.objects.all() for said in reason.words.values()}


def _deal_of(item: Item) -> ForeignDeal:
    assert item.line.deal is not None
    return item.line.deal
