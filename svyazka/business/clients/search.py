"""Search by a part of a name, an address, a phone or a deal's number, as one types.

Words stand in two tables: each word once (small, with trigrams for a part in its middle), and word → objects (read by
prefix, in order, with a limit). So the cost hardly grows with the base; trigrams over whole names would grow with it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from svyazka.kit import phones

_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_MOST_WORDS = 24


@dataclass(frozen=True)
class Hit:
    kind: str  # "client", "deal"
    object_id: int


def words_of(*texts: str) -> list[str]:
    """`Вера Павлова, ул. Лесная, 5` → [вера, павлова, ул, лесная, 5]: lower case, ё as е, each once."""
    found: dict[str, None] = {}
    for text in texts:
        for word in _WORD.findall(text.lower().replace("ё", "е")):
            found[word[:60]] = None
    return list(found)[:_MOST_WORDS]


def index(kind: str, object_id: int, *texts: str) -> None:
    """What this object can be found by from now on."""
    words = words_of(*texts)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            with gone as (
                delete from clients_searchposting
                where kind = %(kind)s and object_id = %(id)s and word <> all(%(words)s)
            ), known as (
                insert into clients_searchword (word) select unnest(%(words)s::text[]) on conflict do nothing
            )
            insert into clients_searchposting (word, kind, object_id)
            select word, %(kind)s, %(id)s from unnest(%(words)s::text[]) as words (word) on conflict do nothing
            """,
            {"kind": kind, "id": object_id, "words": words},
        )


def find(typed: str, *, limit: int = 12) -> list[Hit]:
    """The best hits for what has been typed so far, clients and deals together."""
    digits = phones.digits_of(typed)
    looks_like_number = digits and len(digits) >= len(typed.strip()) / 2
    hits: list[Hit] = []
    if looks_like_number:
        hits += _by_deal_number(typed)
        if len(digits) >= 3:
            hits += _by_phone(digits, limit)
    if not looks_like_number or len(hits) < limit:
        hits += _by_words(words_of(typed), limit)
    return list(dict.fromkeys(hits))[:limit]


def _by_deal_number(typed: str) -> list[Hit]:
    number = typed.strip().lstrip("#№ ")
    return (
        _hits("select 'deal', id from deals_deal where id = %s", [int(number)])
        if number.isdecimal() and len(number) < 16
        else []
    )


def _by_phone(digits: str, limit: int) -> list[Hit]:
    return _hits(
        "select 'client', client_id from clients_contactpoint where kind = 'phone' and value like %s limit %s",
        [f"%{digits}%", limit],
    )


def _by_words(words: list[str], limit: int) -> list[Hit]:
    """Objects that hold every typed word, as a prefix; where that finds nothing, as a part of a word."""
    if not words:
        return []
    words = sorted(words, key=len, reverse=True)
    hits = _by_prefixes(words, limit)
    if len(hits) < limit and len(words[0]) >= 3:
        hits += _by_part(words, limit)
    return hits


def _by_prefixes(words: list[str], limit: int) -> list[Hit]:
    others = "".join(
        " and exists (select 1 from clients_searchposting o where o.kind = p.kind and o.object_id = p.object_id"
        " and o.word like %s)"
        for _word in words[1:]
    )
    return _hits(
        f"select kind, object_id from clients_searchposting p where word like %s{others} order by word limit %s",  # noqa: S608
        [*(f"{word}%" for word in words), limit],
    )


def _by_part(words: list[str], limit: int) -> list[Hit]:
    others = "".join(
        " and exists (select 1 from clients_searchposting o where o.kind = p.kind and o.object_id = p.object_id"
        " and o.word like %s)"
        for _word in words[1:]
    )
    return _hits(
        "select p.kind, p.object_id from (select word from clients_searchword where word like %s and word not like %s"  # noqa: S608
        f" limit 50) w join clients_searchposting p on p.word = w.word where true{others} limit %s",
        [f"%{words[0]}%", f"{words[0]}%", *(f"%{word}%" for word in words[1:]), limit],
    )


def _hits(query: str, parameters: Sequence[str | int]) -> list[Hit]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return [Hit(kind, object_id) for kind, object_id in cursor.fetchall()]
