"""What a system knows, as rows of a table: from there on it is understood as the lines of a file are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from django.utils.translation import gettext as _

from svyazka.business.moving_in.columns import AWAY, NOTE, OF_BOTH, OF_CLIENT, OF_DEAL
from svyazka.business.moving_in.foreign import ForeignClient, ForeignDeal, ForeignEvent
from svyazka.business.moving_in.models import MoveIn, MoveInEvent, MoveInRow
from svyazka.kit import clock

_MORE, _OF = "more", "of"  # what has no field of ours; whose deal it is, by the number there
LAYOUT = (
    "id", "name", "company", "phone", "email", "telegram", "whatsapp", "inn", "address", NOTE, "responsible",
    "created", "changed", "deal_name", "pipeline", "stage", "sum", "source", "closed", "lost_because", _MORE, _OF,
)  # fmt: skip
OF_PLACE = LAYOUT.index(_OF)
_SAID = ("direction", "text", "by_id", "phone", "seconds", "recording", "is_done")


def columns() -> dict[str, str]:
    return {str(place): {_MORE: NOTE, _OF: AWAY}.get(key, key) for place, key in enumerate(LAYOUT)}


def titles() -> list[str]:
    known = {**OF_CLIENT, **OF_DEAL, **OF_BOTH, _MORE: f"{OF_BOTH[NOTE]} (2)", _OF: _("Client there")}
    return [str(known[key]) for key in LAYOUT]


class Stager:
    """Of one move: the names of its people and stages there are known already."""

    def __init__(self, given: MoveIn, called: Mapping[str, str]) -> None:
        """`called`: clients' number there → name, for those that a deal has besides its main one."""
        self.given, self.called = given, called
        self.people: Mapping[str, str] = given.progress.get("people", {})
        self.stages: Mapping[str, Sequence[str]] = given.progress.get("stages", {})

    def row(self, thing: ForeignClient | ForeignDeal, number: int) -> MoveInRow:
        is_deal = isinstance(thing, ForeignDeal)
        said = self._deal(thing) if isinstance(thing, ForeignDeal) else self._client(thing)
        return MoveInRow(
            of=self.given,
            number=number,
            kind=MoveInRow.Kind.DEAL if is_deal else MoveInRow.Kind.CLIENT,
            outside_id=thing.id[:100],
            cells=[said.get(key, "") for key in LAYOUT],
        )

    def event(self, one: ForeignEvent) -> MoveInEvent:
        said = {name: value for name, value in asdict(one).items() if name in _SAID and value not in ("", None)}
        if one.due_at:
            said["due_at"] = one.due_at.isoformat()
        if one.by_id:
            said["by"] = self.people.get(one.by_id, one.by_id)
        ids = {"client_there": one.client_id[:100], "deal_there": one.deal_id[:100]}
        return MoveInEvent(of=self.given, outside_id=one.id[:100], kind=one.kind, at=one.at, said=said, **ids)

    def _client(self, one: ForeignClient) -> Mapping[str, str]:
        others = {kind: handle for kind, handle in one.handles.items() if kind not in ("telegram", "whatsapp")}
        return {
            "name": "" if one.is_company else one.name,
            "company": one.name if one.is_company else one.company,
            "phone": ", ".join(one.phones),
            "email": ", ".join(one.emails),
            "telegram": one.handles.get("telegram", ""),
            "whatsapp": one.handles.get("whatsapp", ""),
            "inn": one.tax_number,
            **self._both(one, {**others, **one.extra}),
        }

    def _deal(self, one: ForeignDeal) -> Mapping[str, str]:
        main, *others = one.client_ids or ("",)
        pipeline, stage = self.stages.get(one.stage_id, (one.pipeline_id, one.stage_id))
        also = {_("Other contacts"): ", ".join(self.called.get(other) or other for other in others)} if others else {}
        return {
            "deal_name": one.name,
            "pipeline": pipeline,
            "stage": stage,
            "sum": "" if one.sum is None else format(one.sum, "f"),
            "source": one.source,
            "closed": _moment(one.closed_at),
            "lost_because": one.lost_because,
            _OF: main,
            **self._both(one, {**also, **one.extra}),
        }

    def _both(self, one: ForeignClient | ForeignDeal, more: Mapping[str, str]) -> Mapping[str, str]:
        return {
            "id": one.id,
            "address": one.address,
            NOTE: one.note,
            "responsible": self.people.get(one.responsible_id, one.responsible_id),
            "created": _moment(one.created_at),
            "changed": _moment(one.changed_at),
            _MORE: "\n".join(f"{title}: {text}" for title, text in more.items() if text),
        }


def others_of(things: Iterable[object]) -> list[str]:
    """The clients that deals have besides the main one."""
    deals = (thing for thing in things if isinstance(thing, ForeignDeal))
    return [other for deal in deals for other in deal.client_ids[1:]]


def _moment(at: datetime | None) -> str:
    return clock.local(at).strftime("%d.%m.%Y %H:%M:%S") if at else ""
