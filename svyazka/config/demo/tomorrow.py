"""The next working day of the demonstration fills: requests with addresses, visits as clients wanted them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import Path
from typing import Any

import yaml

from svyazka.config.demo.doors import Colleague, Refusal, Street

CLIENTS: list[dict[str, str]] = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
BOOKED = [one for one in CLIENTS if "who" in one]


async def ask(street: Street, *, wants: str) -> None:
    """Through the form of the site, each with his address."""
    for one in CLIENTS:
        request = {"name": one["name"], "phone": one["phone"], "address": one["address"], "message": wants}
        await street.fill_in("demo-okna", {"id": f"demo-{one['phone'][-5:]}", **request})


async def take_up(olga: Colleague, client: dict[str, str]) -> None:
    """What she has taken up already stands in the queue no more."""
    queue = await olga.read("/queue/")
    if found := re.search(rf'(?s)action="(/queue/\d+/taking/)">(?:(?!action=).)*?{client["name"]}</span>', queue):
        await olga.do(found[1], {})


async def book(olga: Colleague, deal: str, client: dict[str, str]) -> None:
    """On the next day on which both engineers work, with the one and at the hour that was agreed on. On a second day in
    the same folder it stands there already."""
    if re.search(r'href="/visits/\d+/"', await olga.read(f"/deals/{deal}/")):
        return
    day, board = await _day_of_both(olga)
    windows = await olga.read(f"/deals/{deal}/visits/new/?kind=measurement")
    offset = timezone(timedelta(minutes=board["offset"]))
    at = datetime.combine(day, time.fromisoformat(client["at"]), offset).astimezone(UTC)
    await olga.send(
        windows, rf"/deals/{deal}/visits/", {"slot": f"{_rows(board)[client['who']]['id']}@{at.isoformat()}"}
    )


async def _day_of_both(olga: Colleague) -> tuple[date, dict[str, Any]]:
    for day in _coming():
        board = json.loads(await olga.read(f"/calendar/board/?view=day&day={day}"))
        if all(_rows(board)[one["who"]]["cells"][0]["open"] for one in BOOKED):
            return day, board
    raise Refusal("there is no day in the next week on which both engineers work")


def _coming() -> Iterator[date]:
    today = datetime.now(UTC).date()
    yield from (today + timedelta(days=number) for number in range(1, 8))


def _rows(board: dict[str, Any]) -> dict[str, Any]:
    return {row["name"]: row for row in board["rows"]}
