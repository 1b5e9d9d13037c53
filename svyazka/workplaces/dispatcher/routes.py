"""The day's routes on a map: who goes where in which order, and what stands nowhere yet."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from svyazka.business.places import background, find
from svyazka.business.places.find import Placed
from svyazka.business.staff import roles
from svyazka.business.visits import board, unplaced, waiting_list, ways_out
from svyazka.business.visits.board import Board, Row
from svyazka.business.visits.directions import street_of
from svyazka.business.visits.unplaced import Unplaced
from svyazka.kit import clock
from svyazka.workplaces.dispatcher import typed
from svyazka.workplaces.dispatcher.calendar import Shown, in_page
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.shell import shown_count


@needs("deals.see")
def routes(request: PageRequest) -> HttpResponse:
    """With the tiles' host in its policy: links to it and away from it load a page of their own."""
    day = typed.day(request.GET.get("day"))
    known = background.background()
    request.tiles_origin = background.origin_of_tiles(known)  # type: ignore[attr-defined]  # for the policy
    context = {
        "shown": Shown(day, "map"),
        "before": _address(day - timedelta(days=1)),
        "after": _address(day + timedelta(days=1)),
        "today": _address(clock.today()),
        "is_now": day == clock.today(),
        "waits": shown_count(waiting_list.number()),
        "troubled": shown_count(ways_out.number()) if roles.may(request.person, "visits.plan") else "",
        "action": reverse("calendar_map"),
        "background": known,
        "centre": find.centre(),
        "data": in_page(_data(day)),
        "data_url": f"{reverse('calendar_map_data')}?day={day.isoformat()}",
    }
    return render(request, "dispatcher/map.html", context)


@needs("deals.see")
def data(request: PageRequest) -> HttpResponse:
    found = _data(typed.day(request.GET.get("day")))
    return HttpResponse(json.dumps(found, ensure_ascii=False), content_type="application/json")


def _data(day: date) -> dict[str, Any]:
    found, loose = board.read([day]), unplaced.read().found
    placed = find.of_all({one.address for one in loose if one.address})
    return {
        "rows": [_route(row, found) for row in found.rows if row.resource.goes_out and row.cells[0].visits],
        "loose": [_loose(one, placed) for one in loose if _is_known(one.address, placed)],
        "unknown": _unknown(found) + sum(not _is_known(one.address, placed) for one in loose),
    }


def _route(row: Row, found: Board) -> dict[str, Any]:
    home = board.home_of(row.resource)
    stops = [
        {
            "v": one.taken.visit_id,
            "n": number,
            "at": list(found.points[one.taken.address].point),
            "a": f"{clock.local(one.taken.starts_at):%H:%M}",
            "b": f"{clock.local(one.taken.ends_at):%H:%M}",
            "t": one.taken.client,
            "s": street_of(one.taken.address),
            "st": one.taken.status,
            "p": one.faults,
        }
        for number, one in enumerate(row.cells[0].visits, 1)
        if _is_known(one.taken.address, found.points)
    ]
    return {"id": row.resource.pk, "name": row.resource.name, "home": list(home) if home else None, "stops": stops}


def _loose(one: Unplaced, placed: Mapping[str, Placed]) -> dict[str, Any]:
    point = placed[one.address].point
    said = {"at": list(point), "t": one.client, "s": street_of(one.address), "k": one.kind.name, "p": one.why}
    if one.visit_id:
        return {**said, "url": reverse("visit", args=[one.visit_id])}
    return {**said, "url": f"{reverse('visit_new', args=[one.deal_id])}?kind={one.kind.code}"}


def _is_known(address: str, points: Mapping[str, Placed]) -> bool:
    """Not only its town."""
    return address in points and not points[address].is_rough


def _unknown(found: Board) -> int:
    visits = [one for row in found.rows if row.resource.goes_out for one in row.cells[0].visits if one.taken.is_led]
    return sum(not _is_known(one.taken.address, found.points) for one in visits)


def _address(day: date) -> str:
    return f"{reverse('calendar_map')}?day={day.isoformat()}"
