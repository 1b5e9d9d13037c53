"""Search by a part of a name, an address, a phone or a deal's number, as one types.

Words stand in two tables: each word once (small, with trigrams for a part in its middle), and word → objects (read by
prefix, in order, with a limit). Numbers are read by their first or last digits. So the cost hardly grows with the base;
trigrams over whole names would grow with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from svyazka.kit import arrays, phones

_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_MOST_WORDS = 48  # those by which a client was ever known among them
# How many objects of the rarest typed word are asked whether they hold the others: a bound on the work, not on what is
# usually found. Two words that stand together nowhere would otherwise be looked for in all that hold one of them.
_MOST_ASKED = 3000
_RARE = 400
_KINDS = ("client", "deal")


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
    index_many(kind, {object_id: texts})


def index_many(kind: str, texts: Mapping[int, Sequence[str]]) -> None:
    """The same for many at once: id → what stands in it."""
    pairs = [(number, word) for number, said in texts.items() for word in words_of(*said)]
    of, words = arrays.numbers([number for number, _word in pairs]), arrays.texts([word for _number, word in pairs])
    with connection.cursor() as cursor:
        cursor.execute(_INDEX, {"kind": kind, "ids": list(texts), "of": of, "words": words})


_INDEX = """
with words as materialized (
    select of, word from unnest(%(of)s::bigint[], %(words)s::text[]) as given (of, word)
), gone as (
    delete from clients_searchposting p
    where kind = %(kind)s and object_id = any(%(ids)s)
    and not exists (select from words where of = p.object_id and words.word = p.word)
), known as (
    insert into clients_searchword (word) select distinct word from words order by word on conflict do nothing
)
insert into clients_searchposting (word, kind, object_id)
select word, %(kind)s, of from words on conflict do nothing
"""


def find(typed: str, *, limit: int = 12) -> list[Hit]:
    """The best hits for what has been typed so far, clients and deals together."""
    typed = typed.replace("\x00", "").strip()
    if "@" in typed:
        return _by_email(typed, limit)
    if not _looks_like_number(typed):
        return _by_words(words_of(typed), limit)
    if whole := _by_whole_phone(typed, limit):
        return whole
    hits = [*_by_deal_number(typed), *_by_part_of_phone(typed, limit)]
    digits = phones.digits_of(typed)
    # Houses and flats have four digits at most; what is longer and no phone is the number of a contract or the like.
    if len(hits) < limit and len(digits) < 5:
        hits += _by_words(words_of(typed), limit - len(hits))
    elif len(hits) < limit:
        hits += _by_prefixes(digits, [], limit - len(hits))
    return list(dict.fromkeys(hits))[:limit]


def whole_phone(typed: str) -> str:
    """The number (E.164), when nothing else was typed and nothing of it is missing; otherwise nothing."""
    try:
        return phones.normalise(typed) if _looks_like_number(typed) else ""
    except phones.NotAPhone:
        return ""


def _looks_like_number(typed: str) -> bool:
    digits = sum(char.isdigit() for char in typed)
    return digits > 0 and not any(char.isalpha() for char in typed)


def _by_email(typed: str, limit: int) -> list[Hit]:
    return _hits(_CONTACT, [typed.lower(), "email", limit])


def _by_whole_phone(typed: str, limit: int) -> list[Hit]:
    number = whole_phone(typed)
    return _hits(_CONTACT, [number, "phone", limit]) if number else []


def _by_deal_number(typed: str) -> list[Hit]:
    """Whether there is such a deal is known above: `deals.found` leaves out what is none."""
    number = typed.lstrip("#№ ")
    if not (number.isascii() and number.isdecimal() and len(number) < 16):
        return []
    return [Hit("deal", int(number))]


def _by_part_of_phone(typed: str, limit: int) -> list[Hit]:
    """The first digits, the last ones, and where that is not enough a part in the middle."""
    digits = "".join(char for char in typed if char in "0123456789")
    if not 3 <= len(digits) <= 15:
        return []
    # 8 916 and 7 916 begin the same number.
    national = digits[1:] if digits[0] in "78" and len(digits) > 3 else digits
    hits = _hits(
        _PHONE_STARTS_OR_ENDS,
        [*_beginning(f"+7{national}"), limit, *_beginning(f"+{digits}"), limit, *_beginning(digits[::-1]), limit],
    )
    if len(hits) >= limit or len(digits) < 4:
        return hits[:limit]
    return hits + _hits(f"{_PHONES} and value like %s limit %s", [f"%{digits}%", limit])


def _beginning(text: str) -> tuple[str, str]:
    """The bounds of all that begins with it. Of these a plan can be kept; for `like` each would be made anew, which
    costs more than the answer."""
    return text, f"{text}\U0010ffff"


def _by_words(words: list[str], limit: int) -> list[Hit]:
    """Objects that hold every typed word, as a prefix; where that finds too little, as a part of a word."""
    if not words or limit <= 0:
        return []
    rarest, *others = _rarest_first(words)
    hits = _by_prefixes(rarest, others, limit)
    if len(hits) < limit and len(rarest) >= 3:
        hits += _by_part(rarest, others, limit)
    return _shared_out(list(dict.fromkeys(hits)), limit)


def _rarest_first(words: list[str]) -> list[str]:
    """A short word may be rare, and a long one common: how often they occur is counted, but no further than needed."""
    words = sorted(words, key=len, reverse=True)[:5]
    if len(words) == 1:
        return words
    with connection.cursor() as cursor:
        cursor.execute(
            "select " + ", ".join(_COUNT for _word in words),
            [parameter for word in words for parameter in (*_beginning(word), _RARE)],
        )
        counts = dict(zip(words, cursor.fetchone(), strict=True))
    # A word that is missing among clients may stand in a deal; it is no longer a part of the middle of one.
    return sorted(words, key=lambda word: counts[word] or _RARE)


def _by_prefixes(rarest: str, others: list[str], limit: int) -> list[Hit]:
    asked = _MOST_ASKED if others else limit
    parameters: list[str | int] = []
    for kind in _KINDS:
        parameters += [kind, kind, *_beginning(rarest), asked]
        for word in others:
            parameters += [kind, f"{word}%"]
        parameters.append(limit)
    one_kind = _OF_PREFIX.format(holds=_HOLDS * len(others))
    return _hits(" union all ".join(one_kind for _kind in _KINDS), parameters)


def _by_part(rarest: str, others: list[str], limit: int) -> list[Hit]:
    parameters: list[str | int] = [f"%{rarest}%", f"{rarest}%"]
    for kind in _KINDS:
        parameters += [kind, kind, _RARE if others else limit]
        for word in others:
            parameters += [kind, f"%{word}%"]
        parameters.append(limit)
    one_kind = _OF_PART.format(holds=_HOLDS * len(others))
    return _hits(_WORDS_WITH_PART + " union all ".join(one_kind for _kind in _KINDS), parameters)


def _shared_out(hits: list[Hit], limit: int) -> list[Hit]:
    """Both kinds get room: a street with a thousand clients must not hide its deals."""
    clients = [hit for hit in hits if hit.kind == "client"]
    deals = [hit for hit in hits if hit.kind == "deal"]
    room_for_deals = min(len(deals), max(limit * 5 // 12, limit - len(clients)))
    return [*clients[: limit - room_for_deals], *deals[:room_for_deals]]


_CONTACT = """
select 'client', client_id from clients_contactpoint where value = %s and kind = %s and account = '' limit %s
"""
_PHONES = "select 'client', client_id from clients_contactpoint where kind = 'phone'"
_PHONE_STARTS_OR_ENDS = f"""
({_PHONES} and value ~>=~ %s and value ~<~ %s order by value using ~<~ limit %s) union all
({_PHONES} and value ~>=~ %s and value ~<~ %s order by value using ~<~ limit %s) union all
({_PHONES} and reverse(value) ~>=~ %s and reverse(value) ~<~ %s order by reverse(value) using ~<~ limit %s)
"""
_COUNT = """
(select count(*) from (
    select from clients_searchposting where kind = 'client' and word ~>=~ %s and word ~<~ %s limit %s
) few)
"""
_OF_PREFIX = """
(select %s, object_id from (
    select object_id from clients_searchposting where kind = %s and word ~>=~ %s and word ~<~ %s
    order by word using ~<~, object_id desc limit %s
) p where true {holds} limit %s)
"""
_WORDS_WITH_PART = """
with found as materialized (select word from clients_searchword where word like %s and word not like %s limit 20)
"""
_OF_PART = """
(select %s, p.object_id from found cross join lateral (
    select object_id from clients_searchposting where kind = %s and word = found.word order by object_id desc limit %s
) p where true {holds} limit %s)
"""
_HOLDS = """
and exists (
    select from clients_searchposting o where o.kind = %s and o.object_id = p.object_id and o.word like %s
)
"""


def _hits(query: str, parameters: Sequence[str | int]) -> list[Hit]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return [Hit(kind, object_id) for kind, object_id in cursor.fetchall()]
