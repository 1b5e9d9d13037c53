"""The lists of a portal, page by page, in the order of their ids, always after the last one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from svyazka.business.moving_in.system import TryLater
from svyazka.connectors.bitrix24 import history, wire
from svyazka.connectors.bitrix24.fields import moment
from svyazka.connectors.bitrix24.wire import Command, Portal

LEAD, DEAL, CONTACT, COMPANY = 1, 2, 3, 4
TYPES = {"leads": LEAD, "deals": DEAL, "contacts": CONTACT, "companies": COMPANY}


@dataclass(frozen=True)
class Place:
    """Where reading goes on: in which list, and after which id (with people: after how many)."""

    part: str
    last: int = 0

    def written(self) -> str:
        return f"{self.part}:{self.last}"


def found(written: str) -> Place:
    part, _colon, last = written.rpartition(":")
    return Place(part, int(last))


Unread = list[tuple[str, str]]  # what is not understood or not shown, and why
Listed = tuple[list[Any], Place | None, Unread]  # rows, where to go on


class Lists:
    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def page(self, place: Place, since: datetime | None) -> Listed:
        what, _slash, of = place.part.partition("/")
        if what == "users":
            return (*self._users(place), [])
        if what == "statuses":
            return self.statuses(), None, []
        if what == "activities":
            return (*self._activities(place, since), [])
        if what == "calls":
            return self._calls(place, since)
        if what == "comments":
            return self._comments(place, of, since)
        if what == "moves":
            return (*self._moves(place, of, since), [])
        return (*self.items(place, since), [])

    def _users(self, place: Place) -> tuple[list[Any], Place | None]:
        given = {"SORT": "ID", "ORDER": "ASC", "ADMIN_MODE": True, "start": place.last}
        said = self._portal.ask("user.get", given)
        following = said.get("next")
        return wire.rows_in(said["result"]), Place("users", int(following)) if following else None

    def items(
        self,
        place: Place,
        since: datetime | None,
        *,
        of: str = "",
        select: list[str] | None = None,
        stamp: str = "updatedTime",
    ) -> tuple[list[Any], Place | None]:
        """All fields, unless some are named: phones come with all of them only."""
        given = {
            "entityTypeId": TYPES[of or place.part],
            "order": {"id": "ASC"},
            "filter": {">id": place.last, **({f">={stamp}": since.isoformat()} if since else {})},
            "start": -1,
            **({"select": select} if select else {}),
        }
        return _after(place, self._portal.rows("crm.item.list", given))

    def _activities(self, place: Place, since: datetime | None) -> tuple[list[Any], Place | None]:
        given = {
            "order": {"ID": "ASC"},
            "filter": {">ID": place.last, **({">=LAST_UPDATED": since.isoformat()} if since else {})},
            "select": ["*", "COMMUNICATIONS"],
            "start": -1,
        }
        return _after(place, self._portal.rows("crm.activity.list", given))

    def _calls(self, place: Place, since: datetime | None) -> Listed:
        """Those that no activity tells of."""
        outside = {">ID": place.last, **({">=CALL_START_DATE": since.isoformat()} if since else {})}
        command = Command("voximplant.statistic.get", {"FILTER": outside, "SORT": "ID", "ORDER": "ASC"})
        first = self._portal.first({"calls": command})["calls"]
        if first.error:
            return [], None, [("calls", "no_telephony")]
        rows, following = _after(place, first.rows)
        ids = [number for row in rows if (number := number_in(row, "CRM_ACTIVITY_ID"))]
        told = {number_in(row, "ID") for row in self._of_ids("crm.activity.list", ids)} - {None}
        return [row for row in rows if number_in(row, "CRM_ACTIVITY_ID") not in told], following, []

    def _comments(self, place: Place, of: str, since: datetime | None) -> Listed:
        """They are asked for card by card, fifty cards at once."""
        owners, following = self.items(place, since, of=of, select=["id"], stamp="lastActivityTime")
        kind = history.OWNERS[TYPES[of]]
        commands = {
            f"c{number_in(row, 'id')}": Command(
                "crm.timeline.comment.list",
                {"filter": {"ENTITY_ID": number_in(row, "id"), "ENTITY_TYPE": kind}, "order": {"ID": "ASC"}},
            )
            for row in owners
        }
        rows: list[Any] = []
        unreadable: Unread = []
        for name, outcome in (self._portal.many(commands) if commands else {}).items():
            rows += [{**row, "of": name[1:]} if isinstance(row, dict) else row for row in outcome.rows]
            if outcome.error:
                unreadable.append((f"{of}/{name[1:]}", "no_right"))
        if since:
            rows = [row for row in rows if not isinstance(row, dict) or (moment(row.get("CREATED")) or since) >= since]
        return rows, following, unreadable

    def _moves(self, place: Place, of: str, since: datetime | None) -> tuple[list[Any], Place | None]:
        given = {
            "entityTypeId": TYPES[of],
            "order": {"ID": "ASC"},
            "filter": {">ID": place.last, **({">=CREATED_TIME": since.isoformat()} if since else {})},
            "start": -1,
        }
        return _after(place, self._portal.rows("crm.stagehistory.list", given))

    def statuses(self) -> list[Any]:
        return self._portal.many({"s": Command("crm.status.list", {"order": {"SORT": "ASC"}})})["s"].rows

    def _of_ids(self, method: str, ids: list[int]) -> list[Any]:
        return self._portal.rows(method, {"filter": {"@ID": ids}, "select": ["ID"], "start": -1}) if ids else []


def _after(place: Place, rows: list[Any]) -> tuple[list[Any], Place | None]:
    """The rows that have not been read, and where to go on: until nothing comes any more."""
    fresh = [row for row in rows if (number := number_in(row, "id", "ID")) is None or number > place.last]
    last = max((number_in(row, "id", "ID") or 0 for row in fresh), default=place.last)
    if rows and last <= place.last:
        raise TryLater(15, "cut")
    return fresh, Place(place.part, last) if rows else None


def number_in(row: object, *names: str) -> int | None:
    for name in names:
        found = row.get(name) if isinstance(row, dict) else None
        if found is not None and str(found).isdecimal():
            return int(found)
    return None
