"""The same once more, newer: what has changed there and not here is brought over; what both have changed is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from svyazka.business.clients.matching import filing
from svyazka.business.clients.models import Client
from svyazka.business.deals import take_over
from svyazka.business.deals.models import Deal
from svyazka.business.journal.record import About, Change, record_all
from svyazka.business.moving_in import columns
from svyazka.business.moving_in.clients_of_lines import Item, learn
from svyazka.business.moving_in.deals_of_lines import DealMaker
from svyazka.business.moving_in.models import MovedIn, MoveIn, MoveInRow
from svyazka.business.moving_in.translating import Line

# What of a deal is followed: here → how it is called as a column.
_FOLLOWED = {"amount": "sum", "stage_id": "stage", "responsible_id": "responsible"}


def as_there(line: Line, stored: Mapping[str, Any]) -> dict[str, Any]:
    """What a later run is compared with: as it was there, as it was stored here, and its note."""
    return {"there": _said(line), "here": dict(stored), "note": line.note}


def update(given: MoveIn, items: Sequence[Item], known: Mapping[str, int], kind: str) -> None:
    if not items:
        return
    before = {
        one.outside_id: one
        for one in MovedIn.objects.filter(
            origin=given.origin, kind=kind, outside_id__in=[item.row.outside_id for item in items]
        )
    }
    for item in items:
        item.row.outcome = MoveInRow.Outcome.KNOWN
        item.row.like = {kind: known[item.row.outside_id]}
    if kind == MovedIn.Kind.DEAL:
        _update_deals(given, items, known, before)
    else:
        for item in items:
            item.client_id = _survivor_id(known[item.row.outside_id])
    filing.file(learn(items))
    for item in items:
        item.changes["note_changed"] = item.line.note != before[item.row.outside_id].there.get("note", "")
        before[item.row.outside_id].there = as_there(item.line, item.changes.pop("here_now", {}))
    MovedIn.objects.bulk_update(before.values(), ["there"])


def _update_deals(
    given: MoveIn, items: Sequence[Item], known: Mapping[str, int], before: Mapping[str, MovedIn]
) -> None:
    maker = DealMaker(given)
    deals = Deal.objects.select_for_update(no_key=True).in_bulk([known[item.row.outside_id] for item in items])
    wanted: dict[int, dict[str, Any]] = {}
    for item in items:
        deal = deals[known[item.row.outside_id]]
        item.client_id, item.row.deal_id = deal.client_id, deal.pk
        changes = _changes(item, deal, maker, before[item.row.outside_id].there)
        if changes and deal.pk not in wanted:
            now = _here(deal)
            item.changes["deal_was"] = {code: now[code] for code in changes}
            item.changes["deal_is"] = changes
            closed_at = item.line.deal.closed_at if item.line.deal else None
            wanted[deal.pk] = {**now, **changes, "closed_at": closed_at.isoformat() if closed_at else None}
    take_over.change_all(wanted)
    _write_journal(given, [item for item in items if "deal_is" in item.changes])


def _changes(item: Item, deal: Deal, maker: DealMaker, before: Mapping[str, Any]) -> dict[str, Any]:
    """Where both have changed it, ours stays and the line says so."""
    assert item.line.deal is not None
    new, here, there = maker.as_stored(item.line.deal), _here(deal), _said(item.line)
    stored = dict(before.get("here", {}))
    found: dict[str, Any] = {}
    for code, target in _FOLLOWED.items():
        if there[target] == before.get("there", {}).get(target) or new[code] == here[code]:
            continue
        if here[code] == stored.get(code):
            found[code] = new[code]
        else:
            place = next(iter(columns.places_of(maker.given.columns, target)), -1)
            item.row.faults.append([place, _("This has changed there and here: ours stays.")])
    item.changes["here_now"] = {**stored, **found}
    return found


def _here(deal: Deal) -> dict[str, Any]:
    return {
        "amount": str(deal.amount) if deal.amount is not None else None,
        "stage_id": deal.stage_id,
        "responsible_id": deal.responsible_id,
    }


def _said(line: Line) -> dict[str, Any]:
    deal = line.deal
    return {
        "sum": str(deal.sum) if deal and deal.sum is not None else None,
        "stage": deal.stage_id if deal else "",
        "responsible": deal.responsible_id if deal else "",
    }


def _survivor_id(client_id: int) -> int:
    client = Client.objects.get(pk=client_id)
    return _survivor_id(client.merged_into_id) if client.merged_into_id else client.pk


def _write_journal(given: MoveIn, items: Sequence[Item]) -> None:
    record_all(
        [
            Change(
                "moving_in.deal_changed",
                About("deal", item.row.deal_id or 0, client_id=item.client_id, deal_id=item.row.deal_id),
                given.by,
                {code: (item.changes["deal_was"][code], new) for code, new in item.changes["deal_is"].items()},
            )
            for item in items
        ],
        quietly=True,
    )
