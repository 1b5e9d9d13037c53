"""All files of a deal, a client or a visit in one list: those that people have put there, photos of visits,
and what came and went with messages. The last two belong to their own rooms, and are only shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from svyazka.business.files.models import KeptFile

PER_PAGE = 20
# What a page is ordered by → the columns; the number at the end makes the order one of its own.
SORTS = {
    "new": "at desc, id desc",
    "old": "at, id",
    "name": "lower(name), id",
    "large": "size desc nulls last, id desc",
}
ORIGINS = ("file", "photo", "message")


@dataclass(frozen=True)
class Item:
    """`origin`: file, photo or message; `pk` is its number there. `size`: None, where nobody has written it down."""

    origin: str
    pk: int
    name: str
    type: str
    size: int | None
    at: datetime
    by_id: int | None
    by: str
    has_small: bool
    has_macros: bool = False
    tag: str = ""
    visit_id: int | None = None
    version: int = 0


@dataclass(frozen=True)
class Asked:
    search: str = ""
    sort: str = "new"
    origin: str = ""
    page: int = 1


@dataclass(frozen=True)
class Shelf:
    items: Sequence[Item]
    count: int
    is_last: bool
    bytes: int  # of those that people have put there, as far as they are asked for


def list_of_deal(deal_ids: Sequence[int], asked: Asked) -> Shelf:
    """Of a whole family of deals, if more than one is named."""
    return _listed({"file": "f.deal_id = any(%s)", "photo": "v.deal_id = any(%s)", "message": "i.deal_id = any(%s)"},
                   list(deal_ids), asked)  # fmt: skip


def list_of_client(client_ids: Sequence[int], asked: Asked) -> Shelf:
    return _listed(
        {"file": "f.client_id = any(%s)", "photo": "v.client_id = any(%s)", "message": "i.client_id = any(%s)"},
        list(client_ids),
        asked,
    )


def list_of_visit(visit_id: int, asked: Asked) -> Shelf:
    """Its photos have a place of their own on its page."""
    return _listed({"file": "f.visit_id = any(%s)"}, [visit_id], asked)


def removed_lately(items: dict[str, Any]) -> list[KeptFile]:
    """What can be put back, the latest first."""
    return list(KeptFile.objects.filter(removed_at__isnull=False, **items).order_by("-removed_at")[:10])


def _listed(wheres: dict[str, str], numbers: list[int], asked: Asked) -> Shelf:
    """In one statement, however many there are."""
    parts = {name: sql for name, sql in wheres.items() if not asked.origin or name == asked.origin} or wheres
    union = " union all ".join(_SELECTS[name].format(where=where) for name, where in parts.items())
    order = SORTS.get(asked.sort, SORTS["new"])
    question = (
        f"with shelf as ({union}),"  # noqa: S608  # columns and orders of ours
        " found as (select * from shelf where %s = '' or name ilike %s or tag ilike %s),"
        f" shown as (select *, row_number() over (order by {order}) as place from found order by place"
        " limit %s offset %s)"
        " select s.origin, s.id, s.name, s.type, s.size, s.at, s.by_id, coalesce(p.full_name, ''), s.has_small,"
        " s.has_macros, s.tag, s.visit_id, s.version, (select count(*) from found),"
        " (select coalesce(sum(size), 0)::bigint from found where origin = 'file')"
        " from shown s left join staff_person p on p.id = s.by_id order by s.place"
    )
    wanted = f"%{_literally(asked.search.strip())}%"
    skipped = (max(asked.page, 1) - 1) * PER_PAGE
    given: list[Any] = [*[numbers] * len(parts), asked.search.strip(), wanted, wanted, PER_PAGE, skipped]
    with connection.cursor() as cursor:
        cursor.execute(question, given)
        rows = cursor.fetchall()
    items = [Item(*row[: len(Item.__dataclass_fields__)]) for row in rows]
    count, size = (rows[0][-2], rows[0][-1]) if rows else (0, 0)
    return Shelf(items, count, skipped + len(items) >= count, size)


def _literally(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


_SELECTS = {
    "file": (
        "select 'file' as origin, f.id, f.name, f.type, f.size, f.at, f.by_id, f.small = 'made' as has_small,"
        " f.has_macros, f.tag, f.visit_id, f.version from files_keptfile f where {where} and f.removed_at is null"
    ),
    "photo": (
        "select 'photo', o.id, '', 'image/jpeg', null::bigint, o.at, o.by_id, true, false, '', o.visit_id, 0"
        " from visits_visitphoto o join visits_visit v on v.id = o.visit_id where {where}"
    ),
    "message": (
        "select 'message', a.id, a.name, a.type, a.size, m.at, m.by_id, a.type in ('image/jpeg', 'image/png',"
        " 'image/gif', 'image/webp'), false, '', null::bigint, 0 from clients_interaction i"
        " join conversations_message m on m.interaction_id = i.id and m.at = i.at"
        " join conversations_attachment a on a.message_id = m.id"
        " where {where} and i.kind = 'message' and a.state = 'kept'"
    ),
}
