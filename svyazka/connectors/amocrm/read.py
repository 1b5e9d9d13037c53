"""amoCRM as a system that a company moves over from: everything that its API v4 shows, in the words of foreign.py.

Written from the documented facts; never tried on the live service. What amoCRM has not sorted into leads yet it does
not list: it has to be accepted there first.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from svyazka.business.moving_in.card import amount, part_after
from svyazka.business.moving_in.foreign import KINDS, Kind, Page, Thing
from svyazka.business.moving_in.system import Access, Input, storable_thing
from svyazka.connectors.amocrm import cards, history, wire
from svyazka.connectors.amocrm.asking import Account, Row
from svyazka.connectors.amocrm.pages import List, Listed, Place, found, id_of, listed_in
from svyazka.kit.pace import Pace
from svyazka.kit.refusals import Refused

# In which lists things of a kind stand, one after the other.
PARTS: Mapping[Kind, tuple[str, ...]] = {
    "people": ("users",),
    "stages": ("leads/pipelines",),
    "clients": ("companies", "contacts"),
    "deals": ("leads",),
    "events": ("leads/notes", "contacts/notes", "companies/notes", "tasks", "events"),
}
_WITH = {"leads": "contacts,loss_reason"}
_HOST = re.compile(r"[a-z0-9][a-z0-9-]{0,62}\.(amocrm\.ru|amocrm\.com|kommo\.com)")
_AT_ONCE = 100  # ids in one question: an address must not become too long


class AmoCrm:
    title: ClassVar[str] = "amoCRM"
    inputs: ClassVar[tuple[Input, ...]] = (
        Input("address", _("Address of the account"), "example.amocrm.ru"),
        Input(
            "token",
            _("Long-lived token"),
            _("In amoCRM: amoMarket, ⋮, Create an integration, Keys and access."),
            is_secret=True,
            is_needed=False,
        ),
        Input("client_id", _("ID of the integration"), _("Only without a long-lived token."), is_needed=False),
        Input("client_secret", _("Secret key of the integration"), is_secret=True, is_needed=False),
        Input("redirect_uri", _("Address for redirection"), is_needed=False),
        Input(
            "code",
            _("Code of authorisation"),
            _("It is good for twenty minutes: copy it last."),
            is_secret=True,
            is_needed=False,
        ),
    )
    reasons: ClassVar[Mapping[str, Promise]] = {
        "not_understood": _("amoCRM shows it in a shape that we do not know."),
        "no_moment": _("It is not said when this was."),
        "nothing_said": _("A line of the history without words."),
    }

    def __init__(self, access: Access, *, pace: Pace | None = None) -> None:
        given = access.given
        is_permitted = given.get("client_id") and (given.get("code") or given.get("refresh_token"))
        if not given.get("token") and not is_permitted:
            raise Refused(_NO_TOKEN, fields={"token": _NO_TOKEN})
        base = base_of(given.get("address", ""))
        self.account = base.partition("://")[2]
        self._account = Account(base, access, pace or wire.allowed())
        self._companies: dict[int, str] = {}
        self._stage_names: dict[str, str] | None = None

    def __repr__(self) -> str:
        return "AmoCrm()"

    def name(self) -> str:
        return str(self._account.get("account").get("name") or "")

    def read(self, kind: Kind, *, after: str = "", since: datetime | None = None) -> Page:
        place = found(after) if after else Place(PARTS[kind][0])
        if place.part not in PARTS[kind]:
            raise ValueError(f"“{after}” is no place among {kind}")
        listed = self._listed(place, since)
        part = part_after(PARTS[kind], place.part)
        following = listed.next or (Place(part) if part else None)
        return self._page(listed.rows, place.part, following.written() if following else "")

    def counts(self) -> Mapping[Kind, int]:
        lists = {kind: [List(self._account, part, {}) for part in PARTS[kind]] for kind in ("clients", "deals")}
        counted = {kind: sum(one.count() for one in parts) for kind, parts in lists.items()}
        whole = {kind: sum(len(page.things) for page in self._pages(kind)) for kind in KINDS[:2]}
        return {**whole, **counted}  # type: ignore[dict-item]

    def sums(self) -> Iterator[tuple[str, int, Decimal]]:
        numbers: dict[str, int] = defaultdict(int)
        amounts: dict[str, Decimal] = defaultdict(Decimal)
        for row in List(self._account, "leads", {}).all():
            stage_id = f"{row.get('pipeline_id')}:{row.get('status_id')}"
            numbers[stage_id] += 1
            amounts[stage_id] += amount(row.get("price")) or 0
        for stage_id in sorted(numbers):
            yield stage_id, numbers[stage_id], amounts[stage_id]

    def close(self) -> None:
        self._account.close()

    def _pages(self, kind: Kind) -> Iterator[Page]:
        page = self.read(kind)
        yield page
        while page.next:
            page = self.read(kind, after=page.next)
            yield page

    def _listed(self, place: Place, since: datetime | None) -> Listed:
        if place.part == "events":
            return self._moves(place, since)
        if place.part in ("users", "leads/pipelines"):
            return self._short_list(place)
        query = {"with": _WITH[place.part]} if place.part in _WITH else {}
        return List(self._account, place.part, query, since=since).after(place)

    def _short_list(self, place: Place) -> Listed:
        rows, is_more = listed_in(self._account.get(place.part, {"page": str(place.page), "limit": "250"}), place.part)
        return Listed(rows, Place(place.part, place.page + 1) if is_more and rows else None)

    def _moves(self, place: Place, since: datetime | None) -> Listed:
        """The newest come first, so all of them are read as they were when reading began."""
        until = place.last or int(datetime.now(UTC).timestamp())
        query = {"filter[type]": "lead_status_changed", "filter[created_at][to]": str(until)}
        if since:
            query["filter[created_at][from]"] = str(int(since.timestamp()))
        said = self._account.get("events", {**query, "page": str(place.page), "limit": "100"})
        rows, is_more = listed_in(said, "events")
        return Listed(rows, Place("events", place.page + 1, until) if is_more else None)

    def _page(self, rows: Iterable[Row], part: str, following: str) -> Page:
        rows = list(rows)
        understand = self._reader(part, rows)
        things: list[Thing] = []
        unreadable: list[tuple[str, str]] = []
        for row in rows:
            try:
                things.extend(map(storable_thing, understand(row)))
            except history.Unreadable as trouble:
                unreadable.append((f"{part}/{row['id']}", trouble.code))
            except (KeyError, TypeError, ValueError, AttributeError):
                unreadable.append((f"{part}/{id_of(row) or '?'}", "not_understood"))
        return Page(tuple(things), following, tuple(unreadable))

    def _reader(self, part: str, rows: list[Row]) -> Callable[[Row], Iterable[Thing]]:
        if part == "contacts":
            self._learn_companies(rows)
            return lambda row: [cards.client(row, self._companies)]
        if part == "events":
            stages = self._stages()
            return lambda row: [history.move(row, stages)]
        if part.endswith("/notes"):
            return lambda row: [history.note(row, part)]
        return _READERS[part]

    def _learn_companies(self, rows: Iterable[Row]) -> None:
        """The names of those that contacts belong to: with the contacts only their ids come."""
        needed = {
            number
            for row in rows
            if isinstance(row, dict)
            for one in cards.embedded(row, "companies")
            if (number := id_of(one)) and number not in self._companies
        }
        wanted = sorted(needed)
        for start in range(0, len(wanted), _AT_ONCE):
            ids = wanted[start : start + _AT_ONCE]
            query = {f"filter[id][{place}]": str(number) for place, number in enumerate(ids)}
            found_there, _more = listed_in(self._account.get("companies", {**query, "limit": "250"}), "companies")
            names = {id_of(row): str(row.get("name") or "") for row in found_there}
            self._companies.update({number: names.get(number, "") for number in ids})

    def _stages(self) -> dict[str, str]:
        if self._stage_names is None:
            things = [thing for page in self._pages("stages") for thing in page.things]
            self._stage_names = {stage.id: getattr(stage, "name", "") for stage in things}
        return self._stage_names


_READERS: Mapping[str, Callable[[Row], Iterable[Thing]]] = {
    "users": lambda row: [cards.person(row)],
    "leads/pipelines": lambda row: list(cards.stages(row)),
    "companies": lambda row: [cards.company(row)],
    "leads": lambda row: [cards.deal(row)],
    "tasks": lambda row: [history.task(row)],
}


def base_of(typed: str) -> str:
    """`https://example.amocrm.ru/leads/`, as people copy it, is one, too."""
    scheme, separator, rest = typed.strip().rpartition("://")
    host = rest.partition("/")[0].lower()
    if host.partition(":")[0] in settings.MOVING_SERVERS:
        return f"{scheme if separator else 'https'}://{host}"
    if not _HOST.fullmatch(host):
        raise wire.no_account()
    return f"https://{host}"


_NO_TOKEN = _("Enter a long-lived token, or the ID, the secret key and a fresh code of an integration.")
