"""Bitrix24 as a system that a company moves over from: what an incoming webhook shows, in the words of foreign.py.

Written from the documented facts; never tried on the live service. A lead comes as a deal in a pipeline of its own, and
as a client, too, as long as it has no card of one.

Lists are read in the order of their ids, always after the last one: what is changed or deleted meanwhile moves nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.moving_in.card import amount, part_after
from svyazka.business.moving_in.foreign import ForeignStage, Kind, Page, Thing
from svyazka.business.moving_in.system import Access, Input, storable_thing
from svyazka.connectors.bitrix24 import cards, history, wire
from svyazka.connectors.bitrix24.besides import besides as besides_of
from svyazka.connectors.bitrix24.besides import calls_of
from svyazka.connectors.bitrix24.cards import Row
from svyazka.connectors.bitrix24.fields import Title, titles_in
from svyazka.connectors.bitrix24.lists import DEAL, TYPES, Lists, Place, Unread, found
from svyazka.connectors.bitrix24.wire import Command, Portal, no_portal
from svyazka.kit.pace import Pace
from svyazka.kit.refusals import Refused

# In which lists things of a kind stand, one after the other.
PARTS: Mapping[Kind, tuple[str, ...]] = {
    "people": ("users",),
    "stages": ("statuses",),
    "clients": ("companies", "contacts", "leads"),
    "deals": ("deals", "leads"),
    "events": (
        "activities", "calls", "comments/deals", "comments/leads", "comments/contacts", "comments/companies",
        "moves/deals", "moves/leads",
    ),
}  # fmt: skip
_WEBHOOK = re.compile(r"(https?)://([^/@\s]+)/rest/(\d+)/([A-Za-z0-9]+)(?:/.*)?")


class Bitrix24:
    title: ClassVar[str] = "Bitrix24"
    inputs: ClassVar[tuple[Input, ...]] = (
        Input(
            "webhook",
            _("Address of an incoming webhook"),
            _("In Bitrix24: Developer resources, Other, Incoming webhook, with the rights crm, user and telephony."),
            is_secret=True,
        ),
    )
    reasons: ClassVar[Mapping[str, Promise]] = {
        "not_understood": _("Bitrix24 shows it in a shape that we do not know."),
        "no_moment": _("It is not said when this was."),
        "nothing_said": _("A line of the history without words."),
        "no_right": _("The webhook may not see this."),
        "no_telephony": _("The webhook may not see the calls of the telephony: it has no right to “telephony”."),
    }

    def __init__(self, access: Access, *, pace: Pace | None = None) -> None:
        base = base_of(access.given.get("webhook", ""))
        self.account = base.partition("://")[2].partition("/")[0]
        self._portal = Portal(base, pace or wire.allowed())
        self._lists = Lists(self._portal)
        self._titles: dict[int, dict[str, Title]] = {}
        self._sources: dict[str, str] | None = None
        self._stage_names: dict[str, str] | None = None

    def __repr__(self) -> str:
        return "Bitrix24()"

    def name(self) -> str:
        """Of whoever the webhook belongs to: it does not say what the portal is called."""
        said = self._portal.ask("user.current")["result"]
        try:
            return cards.person(said).name
        except (KeyError, TypeError, AttributeError):
            raise no_portal() from None

    def read(self, kind: Kind, *, after: str = "", since: datetime | None = None) -> Page:
        place = found(after) if after else Place(PARTS[kind][0])
        if place.part not in PARTS[kind]:
            raise ValueError(f"“{after}” is no place among {kind}")
        rows, following, unreadable = self._lists.page(place, since)
        part = part_after(PARTS[kind], place.part)
        following = following or (Place(part) if part else None)
        things = list(self._things(kind, place.part, rows, unreadable))
        return Page(tuple(things), following.written() if following else "", tuple(unreadable))

    def counts(self) -> Mapping[Kind, int]:
        """Clients are not counted where there are leads: how many of these have no card cannot be asked."""
        given = {"select": ["id"], "order": {"id": "ASC"}}
        commands = {part: Command("crm.item.list", {"entityTypeId": number, **given}) for part, number in TYPES.items()}
        there = self._portal.totals({**commands, "users": Command("user.get", {})})
        counted: dict[Kind, int] = {
            "people": there["users"],
            "stages": len(self._stages()),
            "deals": there["deals"] + there["leads"],
        }
        if not there["leads"]:
            counted["clients"] = there["contacts"] + there["companies"]
        return counted

    def sums(self) -> Iterator[tuple[str, int, Decimal]]:
        numbers: dict[str, int] = defaultdict(int)
        amounts: dict[str, Decimal] = defaultdict(Decimal)
        for part in PARTS["deals"]:
            place: Place | None = Place(part)
            while place:
                rows, place = self._lists.items(place, None, select=["id", "stageId", "opportunity"])
                for row in rows:
                    stage_id = f"{cards.LEADS}:{row.get('stageId')}" if part == "leads" else str(row.get("stageId"))
                    numbers[stage_id] += 1
                    amounts[stage_id] += amount(row.get("opportunity")) or 0
        for stage_id in sorted(numbers):
            yield stage_id, numbers[stage_id], amounts[stage_id]

    def close(self) -> None:
        self._portal.close()

    # Rows into things.

    def _things(self, kind: Kind, part: str, rows: list[Any], unreadable: Unread) -> Iterator[Thing]:
        understand = self._reader(kind, part, rows, unreadable)
        for row in rows:
            number = row.get("id") or row.get("ID") if isinstance(row, dict) else None
            try:
                if thing := understand(row):
                    yield storable_thing(thing)
            except history.Unreadable as trouble:
                unreadable.append((f"{part}/{number or '?'}", trouble.code))
            except (KeyError, TypeError, ValueError, AttributeError):
                unreadable.append((f"{part}/{number or '?'}", "not_understood"))

    def _reader(self, kind: Kind, part: str, rows: list[Any], unreadable: Unread) -> Callable[[Row], Thing | None]:
        what, _slash, of = part.partition("/")
        if what == "users":
            return cards.person
        if what == "statuses":
            pipelines = self._pipelines()
            return lambda row: cards.stage(row, pipelines)
        if what == "activities":
            calls = calls_of(self._portal, rows)
            return lambda row: history.activity(row, calls.get(str(row["ID"])))
        if what == "calls":
            return history.call
        if what == "comments":
            return lambda row: history.comment(row, TYPES[of], row["of"])
        if what == "moves":
            stages = self._stages()
            return lambda row: history.move(row, stages, is_lead=of == "leads")
        return self._reader_of_cards(kind, part, rows, unreadable)

    def _reader_of_cards(
        self, kind: Kind, part: str, rows: list[Any], unreadable: Unread
    ) -> Callable[[Row], Thing | None]:
        titles = self._titles_of(TYPES[part])
        if kind == "deals":
            sources = self._names_of_sources()
            return lambda row: cards.deal(row, titles, sources, is_lead=part == "leads")
        if part == "leads":
            return lambda row: cards.of_lead(row, titles)
        beside = besides_of(self._portal, TYPES[part], rows)
        unreadable += [(f"{part}/{name}", "no_right") for name in beside.refused]
        understand = cards.company if part == "companies" else cards.client
        return lambda row: understand(row, titles, beside)

    # What is asked once.

    def _titles_of(self, kind: int) -> dict[str, Title]:
        if kind not in self._titles:
            said = self._portal.ask("crm.item.fields", {"entityTypeId": kind})["result"]
            self._titles[kind] = titles_in(said.get("fields") if isinstance(said, dict) else None)
        return self._titles[kind]

    def _names_of_sources(self) -> dict[str, str]:
        if self._sources is None:
            command = Command("crm.status.list", {"filter": {"ENTITY_ID": "SOURCE"}, "order": {"SORT": "ASC"}})
            found = self._portal.many({"s": command})["s"].rows
            self._sources = {
                str(row.get("STATUS_ID")): str(row.get("NAME") or "") for row in found if isinstance(row, dict)
            }
        return self._sources

    def _pipelines(self) -> dict[str, str]:
        found = self._portal.rows("crm.category.list", {"entityTypeId": DEAL})
        named = {str(row.get("id")): str(row.get("name") or "") for row in found if isinstance(row, dict)}
        return {"0": gettext("General"), cards.LEADS: gettext("Leads"), **named}

    def _stages(self) -> dict[str, str]:
        if self._stage_names is None:
            things = self.read("stages").things
            self._stage_names = {one.id: one.name for one in things if isinstance(one, ForeignStage)}
        return self._stage_names


def base_of(typed: str) -> str:
    """As it is copied there, with or without a method at its end."""
    found = _WEBHOOK.fullmatch(typed.strip())
    if not found:
        raise no_portal()
    scheme, host, user, key = found.groups()
    if scheme != "https" and host.partition(":")[0] not in settings.MOVING_SERVERS:
        raise Refused(_IN_CLEAR, fields={"webhook": _IN_CLEAR})
    return f"{scheme}://{host.lower()}/rest/{user}/{key}"


_IN_CLEAR = _("The address must begin with https://: it holds the key.")
