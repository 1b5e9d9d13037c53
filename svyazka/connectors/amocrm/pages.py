"""A list of amoCRM, page by page, without a gap and nothing twice, also while people go on working there.

Pages are counted, not marked. In the order of ids nothing moves when it is changed, and what is new comes last. Only
what is deleted lets all that follows move up: so with each page the one row before it is looked at, and if it is not
the row that was last, pages are read again until the place is found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from svyazka.business.moving_in.system import TryLater
from svyazka.connectors.amocrm.asking import Account, Row

LONGEST = 250  # rows of a page
SMALL_ONES = 5  # pages in the place of one that it cannot bring in time


@dataclass(frozen=True)
class Place:
    """Where reading goes on: in which list, with which of its pages, and after which id."""

    part: str
    page: int = 1
    last: int = 0

    def written(self) -> str:
        return f"{self.part}:{self.page}:{self.last}"


def found(written: str) -> Place:
    part, page, last = written.split(":")
    return Place(part, int(page), int(last))


@dataclass(frozen=True)
class Listed:
    rows: list[Row]
    next: Place | None


class List:
    """One of the lists, as it is asked for."""

    def __init__(self, account: Account, part: str, query: Mapping[str, str], *, since: datetime | None = None) -> None:
        self._account, self._part = account, part
        self._query = {**query, "order[id]": "asc"}
        if since:
            self._query["filter[updated_at][from]"] = str(int(since.timestamp()))

    def after(self, place: Place) -> Listed:
        rows, is_more = self._page(place.page)
        if place.last and self._row_before(place.page) != place.last:
            rows = self._from(place, rows)
        rows = [row for row in rows if id_of(row) is None or (id_of(row) or 0) > place.last]
        last = max((id_of(row) or 0 for row in rows), default=place.last)
        return Listed(rows, Place(place.part, place.page + 1, max(last, place.last)) if is_more else None)

    def all(self) -> Iterator[Row]:
        place: Place | None = Place(self._part)
        while place:
            listed = self.after(place)
            yield from listed.rows
            place = listed.next

    def count(self) -> int:
        """By looking where the list ends: it does not say how long it is."""
        high = 1
        while self._has(high):
            high *= 4
        low = high // 4
        while low + 1 < high:
            middle = (low + high) // 2
            low, high = (middle, high) if self._has(middle) else (low, middle)
        return low

    def _has(self, number: int) -> bool:
        return bool(self._page(number, limit=1)[0])

    def _from(self, place: Place, rows: list[Row]) -> list[Row]:
        """`rows` with all that stands before them and has not been read."""
        for page in range(place.page - 1, 0, -1):
            earlier, _is_more = self._page(page)
            rows = earlier + rows
            if earlier and (id_of(earlier[0]) or 0) <= place.last:
                break
        return rows

    def _row_before(self, page: int) -> int | None:
        rows, _is_more = self._page((page - 1) * LONGEST, limit=1)
        return id_of(rows[0]) if rows else None

    def _page(self, page: int, *, limit: int = LONGEST) -> tuple[list[Row], bool]:
        try:
            said = self._account.get(self._part, {**self._query, "page": str(page), "limit": str(limit)})
        except TryLater as trouble:
            if trouble.why != "slow" or limit != LONGEST:
                raise
            return self._in_small_pages(page)
        return listed_in(said, self._part)

    def _in_small_pages(self, page: int) -> tuple[list[Row], bool]:
        """Cards with very many fields are too much for it at once."""
        rows: list[Row] = []
        is_more = True
        for number in range((page - 1) * SMALL_ONES + 1, page * SMALL_ONES + 1):
            if is_more:
                few, is_more = self._page(number, limit=LONGEST // SMALL_ONES)
                rows += few
        return rows, is_more


def listed_in(said: Mapping[str, Any], part: str) -> tuple[list[Row], bool]:
    """The rows of an answer, and whether more follow."""
    if not said:
        return [], False
    embedded, links = said.get("_embedded"), said.get("_links")
    rows = embedded.get(part.rpartition("/")[2]) if isinstance(embedded, dict) else None
    if not isinstance(rows, list):
        raise TryLater(15, "cut")
    return rows, isinstance(links, dict) and bool(links.get("next"))


def id_of(row: object) -> int | None:
    number = row.get("id") if isinstance(row, dict) else None
    return number if isinstance(number, int) else None
