"""What clients are compared by is kept ready: a packed record of each, and the keys that lead to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection, transaction

from svyazka.business.clients.models import Client, ContactPoint, Trait
from svyazka.engines.matching import keys
from svyazka.engines.matching.packed import pack
from svyazka.engines.matching.record import VERSION, Given, Record, normalise, together
from svyazka.kit import arrays
from svyazka.kit.alone import alone
from svyazka.kit.asking import answered, ask
from svyazka.kit.asking import together as side_by_side

LONGEST_KEY = 120
PIECE, PIECES = 500, 4
# Any number will do, as long as nobody else uses it.
LOCK = 5_219_071
_LETTERS: dict[keys.Kind, str] = {
    "phone": "p", "phone_end": "e", "phone_start": "s", "email": "@", "mailbox": "m", "inn": "i", "handle": "h",
    "name": "n", "sound": "u", "slip": "l", "words": "w", "flat": "f", "home": "o", "company": "c",
    "company_sound": "d", "born": "b", "post": "t",
}  # fmt: skip
EXACT = tuple(_LETTERS[kind] for kind in ("phone", "email", "inn", "handle"))


class _Filed(NamedTuple):
    record: Record
    seen: date


def key_text(key: keys.Key) -> str:
    """As it stands in the table."""
    return (_LETTERS[key.kind] + key.value)[:LONGEST_KEY]


def keys_of(record: Record) -> list[str]:
    """What it is looked up by, as it stands in the table."""
    return sorted({key_text(key) for key in keys.filed(record)})


def file(client_ids: Iterable[int], *, seen: date | None = None) -> None:
    """Makes record and keys of these clients anew, out of all that is known of them and of those merged into them.
    Whoever is merged into another one has none: that one is filed in his stead. `seen`: when they were heard of last,
    if that is not when they were written down."""
    asked = sorted(set(client_ids))
    if not asked:
        return
    families = _families(asked)
    if seen:
        families = {root: one._replace(seen=seen) for root, one in families.items()}
    _write(families, gone=sorted(set(asked) - families.keys()))


def file_new(
    client_id: int, points: Iterable[tuple[str, str, str]], traits: Iterable[tuple[str, str]], *, seen: date
) -> None:
    """Of whom no more is known than was just written, and who is nobody's: the same as `file`, without asking."""
    filed = _Filed(together(map(normalise, given_of(points, traits))), seen)
    _write({client_id: filed}, gone=[])


def file_normalised(records: Mapping[int, tuple[Record, date]]) -> None:
    """The same of many who are normalised already: all that was written of each, and when he was heard of."""
    if records:
        _write({number: _Filed(record, seen) for number, (record, seen) in records.items()}, gone=[])


def heard_of(client_id: int, when: date) -> None:
    """Something came of him, and nothing that was not known."""
    with connection.cursor() as cursor:
        cursor.execute(_HEARD, [when, client_id, when])


_HEARD = "update clients_clientrecord set seen = %s where client_id = %s and seen < %s"


def to_be_filed(client_ids: Iterable[int]) -> None:
    """Their turn comes: many at once that somebody has just written, whom nobody asks after in this second."""
    with connection.cursor() as cursor:
        cursor.execute(_TO_BE_FILED, [list(client_ids)])


_TO_BE_FILED = """
insert into clients_clientrecord (client_id, packed, seen, version) select id, '', '0001-01-01', 0
from unnest(%s::bigint[]) as given (id) on conflict (client_id) do update set version = 0
"""


def go_round() -> None:
    """Some of those whose turn has come: written by the thousand, or normalised by an older version."""
    with alone(LOCK) as nobody_else:
        for _piece in range(PIECES if nobody_else else 0):
            if not _file_piece():
                return


@transaction.atomic
def _file_piece() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [VERSION, PIECE])
        due = [number for (number,) in cursor.fetchall()]
    file(due)
    return bool(due)


_DUE = "select client_id from clients_clientrecord where version < %s order by version, client_id limit %s"


def given_of(points: Iterable[tuple[str, str, str]], traits: Iterable[tuple[str, str]]) -> Iterable[Given]:
    """What stands in the base, as the engine reads it. Points: (kind, value, shown); traits: (kind, value)."""
    said: dict[str, list[str]] = defaultdict(list)
    for kind, value in traits:
        if kind == Trait.Kind.HANDLE:
            messenger, _stroke, name = value.partition("/")
            yield Given(handles={messenger: name})
        else:
            said[kind].append(value)
    for kind, value, shown in points:
        # In WhatsApp somebody may hide his number, and is an id that only looks like one.
        if kind == ContactPoint.Kind.PHONE or (kind == ContactPoint.Kind.WHATSAPP and not value[:1].isalpha()):
            said["phone"].append(value)
        elif kind == ContactPoint.Kind.EMAIL:
            said["email"].append(value)
        elif shown:  # a number of theirs says nothing outside of that messenger
            yield Given(handles={kind: shown})
    yield Given(
        names=tuple(said["name"]),
        phones=tuple(said["phone"]),
        emails=tuple(said["email"]),
        companies=tuple(said["company"]),
        tax_numbers=tuple(said["inn"]),
        addresses=tuple(said["address"]),
        born=tuple(said["born"]),
    )


def _families(asked: list[int]) -> dict[int, _Filed]:
    """Survivor → all that is known of him and his. Records are joined in the order of their clients' numbers."""
    members, points, traits = answered(
        side_by_side(ask(_MEMBERS, [asked]), ask(_POINTS, [asked]), ask(_TRAITS, [asked]))
    )
    points_of, traits_of = _by_client(points), _by_client(traits)
    records: dict[int, list[Record]] = defaultdict(list)
    seen: dict[int, datetime] = {}
    for root, number, kind, name, address, created_at in members:
        own = [(_naming(kind), name)] if name else []
        own += [(Trait.Kind.ADDRESS, address)] if address else []
        given = given_of(points_of[number], [*own, *traits_of[number]])
        records[root] += map(normalise, given)
        seen[root] = max(seen.get(root, created_at), created_at)
    return {root: _Filed(together(found), seen[root].date()) for root, found in records.items()}


def _naming(kind: str) -> str:
    return Trait.Kind.COMPANY if kind == Client.Kind.COMPANY else Trait.Kind.NAME


def _by_client(rows: Iterable[tuple[Any, ...]]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for number, *said in rows:
        found[number].append(tuple(said))
    return found


_FAMILY = """
with recursive up (id, merged_into_id) as (
    select id, merged_into_id from clients_client where id = any(%s)
    union select client.id, client.merged_into_id from clients_client client join up on client.id = up.merged_into_id
), family (root, id) as (
    select id, id from up where merged_into_id is null
    union all select family.root, client.id from clients_client client join family on client.merged_into_id = family.id
)
"""
_MEMBERS = (
    _FAMILY
    + """
select family.root, client.id, kind, name, address, created_at
from family join clients_client client on client.id = family.id order by family.root, client.id
"""
)
_POINTS = (
    _FAMILY
    + """
select client_id, kind, value, shown from clients_contactpoint join family on family.id = client_id order by
clients_contactpoint.id
"""
)
_TRAITS = (
    _FAMILY
    + """
select client_id, kind, value from clients_trait join family on family.id = client_id order by clients_trait.id
"""
)


def _write(filed: Mapping[int, _Filed], *, gone: list[int]) -> None:
    numbers = list(filed)
    pairs = [(number, key) for number, one in filed.items() for key in keys_of(one.record)]
    given: dict[str, Any] = {
        "ids": numbers,
        "packed": arrays.texts([pack(filed[number].record) for number in numbers]),
        "seen": [filed[number].seen for number in numbers],
        "version": VERSION,
        "of": arrays.numbers([number for number, _key in pairs]),
        "keys": arrays.texts([key for _number, key in pairs]),
        "gone": gone,
    }
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, given)


_WRITE = """
with given as materialized (
    select of, key from unnest(%(of)s::bigint[], %(keys)s::text[]) as given (of, key)
), without as (
    delete from clients_clientrecord where client_id = any(%(gone)s)
), records as (
    insert into clients_clientrecord as filed (client_id, packed, seen, version)
    select id, packed, seen, %(version)s
    from unnest(%(ids)s::bigint[], %(packed)s::text[], %(seen)s::date[]) as given (id, packed, seen)
    on conflict (client_id) do update
    set packed = excluded.packed, version = excluded.version, seen = greatest(filed.seen, excluded.seen)
), old as (
    delete from clients_clientkey filed
    where client_id = any(%(ids)s || %(gone)s)
    and not exists (select from given where given.of = filed.client_id and given.key = filed.key)
)
insert into clients_clientkey (key, client_id) select key, of from given on conflict do nothing
"""
