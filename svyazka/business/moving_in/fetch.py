"""All that another system knows, as tables in a folder: to keep, to look at, and to move over from.

Page by page; how far it has come stands beside the tables: after a break it goes on, and nothing stands there twice.
"""

from __future__ import annotations

import csv
import json
import os
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

import yaml

from svyazka.business.moving_in.foreign import (
    ForeignClient,
    ForeignDeal,
    ForeignEvent,
    ForeignPerson,
    ForeignStage,
    Kind,
    Page,
)
from svyazka.business.moving_in.system import System, TryLater
from svyazka.kit import clock
from svyazka.kit.sheets import harmless

WRITTEN: tuple[Kind, ...] = ("clients", "deals", "events")
MOST_TRIES = 20  # in vain, one after the other
_OF_CLIENT = ("name", "company", "phone", "email", "tax_number", "address")


class AnotherOne(Exception):
    """What stands in the folder was fetched from another account, or since another day."""


class Fetch:
    """`tell(kind, lines)` after each page; `pause(seconds)` where the other side wants to be left alone."""

    def __init__(
        self,
        system: System,
        folder: Path,
        *,
        since: datetime | None = None,
        language: str = "ru",
        tell: Callable[[Kind, int], None] = lambda _kind, _lines: None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._system, self._folder, self._since, self._language = system, folder, since, language
        self._tell, self._pause = tell, pause
        self._names: dict[str, str] = {}  # of people
        self._stages: dict[str, tuple[str, str]] = {}  # id → pipeline, stage
        self._clients: dict[str, dict[str, str]] = {}

    def run(self) -> dict[str, int]:
        """How many lines each table has. Raises Refused, AnotherOne, and TryLater after many tries."""
        progress = self._begun()
        self._learn()
        for kind in WRITTEN:
            if kind == "deals":
                self._clients = self._clients_written()
            while not progress["done"].get(kind):
                page = self._page(kind, progress["after"].get(kind, ""))
                self._keep(progress, kind, page)
                self._tell(kind, progress["lines"][kind])
        return dict(progress["lines"])

    def _begun(self) -> dict[str, Any]:
        """What came after it was last written down is cut off: it is fetched again."""
        whose = [self._system.account, self._since.isoformat() if self._since else "", self._language]
        file = self._folder / "progress.json"
        empty: dict[str, Any] = {"whose": whose, "after": {}, "done": {}, "lines": {}, "sizes": {}}
        progress: dict[str, Any] = json.loads(file.read_text()) if file.exists() else empty
        if progress["whose"] != whose:
            raise AnotherOne
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for table in (*WRITTEN, "unreadable"):
            path = self._path(table)
            if table not in progress["sizes"]:
                path.write_bytes(b"\xef\xbb\xbf" + _written([[*self._titles(table).values()]]))
                path.chmod(0o600)
                progress["sizes"][table], progress["lines"][table] = path.stat().st_size, 0
            else:
                os.truncate(path, progress["sizes"][table])
        return progress

    def _learn(self) -> None:
        for kind in ("people", "stages"):
            after = "begin"
            while after:
                page = self._page(kind, "" if after == "begin" else after)
                for thing in page.things:
                    if isinstance(thing, ForeignPerson):
                        self._names[thing.id] = thing.name or thing.email
                    elif isinstance(thing, ForeignStage):
                        self._stages[thing.id] = (thing.pipeline, thing.name)
                after = page.next

    def _page(self, kind: Kind, after: str) -> Page:
        for _try in range(MOST_TRIES):
            try:
                return self._system.read(kind, after=after, since=self._since if kind in WRITTEN else None)
            except TryLater as trouble:
                last = trouble
                self._pause(trouble.seconds)
        raise last

    def _keep(self, progress: dict[str, Any], kind: Kind, page: Page) -> None:
        tables = {
            kind: [self._line(kind, thing) for thing in page.things],
            "unreadable": [[number, str(self._system.reasons.get(why, why))] for number, why in page.unreadable],
        }
        for table, lines in tables.items():
            with self._path(table).open("ab") as file:
                file.write(_written(lines))
                file.flush()
                os.fsync(file.fileno())
            progress["sizes"][table] = self._path(table).stat().st_size
            progress["lines"][table] += len(lines)
        progress["after"][kind], progress["done"][kind] = page.next, not page.next
        beside = self._folder / "progress.part"
        beside.write_text(json.dumps(progress))
        beside.replace(self._folder / "progress.json")

    def _line(self, kind: Kind, thing: object) -> list[str]:
        said = self._said(thing)
        return [said.get(column, "") for column in self._titles(kind)]

    def _said(self, thing: object) -> Mapping[str, str]:
        if isinstance(thing, ForeignClient):
            return self._client(thing)
        if isinstance(thing, ForeignDeal):
            return self._deal(thing)
        return self._event(thing) if isinstance(thing, ForeignEvent) else {}

    def _client(self, one: ForeignClient) -> Mapping[str, str]:
        others = {kind: handle for kind, handle in one.handles.items() if kind not in ("telegram", "whatsapp")}
        return {
            "id": one.id,
            "name": "" if one.is_company else one.name,
            "company": one.name if one.is_company else one.company,
            "is_company": self._word("yes") if one.is_company else "",
            "phone": ", ".join(one.phones),
            "email": ", ".join(one.emails),
            "telegram": one.handles.get("telegram", ""),
            "whatsapp": one.handles.get("whatsapp", ""),
            "tax_number": one.tax_number,
            "address": one.address,
            "note": one.note,
            "responsible": self._name(one.responsible_id),
            "created": _moment(one.created_at),
            "changed": _moment(one.changed_at),
            "more": _more({**others, **one.extra}),
        }

    def _deal(self, one: ForeignDeal) -> Mapping[str, str]:
        pipeline, stage = self._stages.get(one.stage_id, (one.pipeline_id, one.stage_id))
        main, *others = one.client_ids or ("",)
        client = self._clients.get(main, {})
        return {
            **{name: client.get(name, "") for name in _OF_CLIENT},
            "client_id": main,
            "client": client.get("name", ""),
            "others": ", ".join(others),
            "id": one.id,
            "name": one.name,
            "pipeline": pipeline,
            "stage": stage,
            "sum": "" if one.sum is None else format(one.sum, "f").replace(".", ","),
            "source": one.source,
            "responsible": self._name(one.responsible_id),
            "created": _moment(one.created_at),
            "changed": _moment(one.changed_at),
            "closed": _moment(one.closed_at),
            "lost_because": one.lost_because,
            "note": one.note,
            "address": one.address or client.get("address", ""),
            "more": _more(one.extra),
        }

    def _event(self, one: ForeignEvent) -> Mapping[str, str]:
        return {
            "id": one.id,
            "at": _moment(one.at),
            "kind": self._word(one.kind),
            "deal_id": one.deal_id,
            "client_id": one.client_id,
            "direction": self._word(one.direction) if one.direction else "",
            "by": self._name(one.by_id),
            "text": one.text,
            "phone": one.phone,
            "seconds": "" if one.seconds is None else str(one.seconds),
            "recording": one.recording,
            "due": _moment(one.due_at),
            "is_done": self._word("yes") if one.is_done else "",
        }

    def _clients_written(self) -> dict[str, dict[str, str]]:
        """For the lines of the deals; out of the table, so that it is the same after a break."""
        names = list(self._titles("clients"))
        with self._path("clients").open(encoding="utf-8-sig", newline="") as file:
            lines = csv.reader(file, delimiter=";")
            next(lines)
            rows = (dict(zip(names, line, strict=True)) for line in lines)
            return {row["id"]: {name: _bare(row[name]) for name in _OF_CLIENT} for row in rows}

    def _name(self, person_id: str) -> str:
        return self._names.get(person_id, person_id)

    def _word(self, code: str) -> str:
        return str(_tables()[self._language]["words"][code])

    def _titles(self, table: str) -> Mapping[str, str]:
        found: Mapping[str, str] = _tables()[self._language][table]
        return found

    def _path(self, table: str) -> Path:
        return self._folder / f"{table}.csv"


def _written(lines: Iterable[list[str]]) -> bytes:
    text = StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows([*map(harmless, line)] for line in lines)
    return text.getvalue().encode()


def _bare(cell: str) -> str:
    """As it was before it was made harmless."""
    return cell[1:] if cell.startswith("'") and harmless(cell[1:]) == cell else cell


def _moment(at: datetime | None) -> str:
    return clock.local(at).strftime("%d.%m.%Y %H:%M:%S") if at else ""


def _more(extra: Mapping[str, str]) -> str:
    return "\n".join(f"{title}: {text}" for title, text in extra.items())


@cache
def _tables() -> dict[str, dict[str, dict[str, str]]]:
    found: dict[str, dict[str, dict[str, str]]] = yaml.safe_load(
        (Path(__file__).parent / "fetched.yaml").read_text(encoding="utf-8")
    )
    return found
