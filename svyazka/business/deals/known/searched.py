"""Fields that lead to the deal or the client: what was filled in there is typed into the search box.

A field is switched on and off while deals and clients are there already. Whoever switches it need not know of this: a
worker compares what is wanted with what is indexed (`Field.is_indexed`), piece by piece.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from svyazka.business.clients import change, search
from svyazka.business.clients.models import Client
from svyazka.business.deals.models import Deal, Field
from svyazka.business.journal.record import announce
from svyazka.kit import rows
from svyazka.kit.alone import alone

PIECE, PIECES = 500, 4
# Any number will do, as long as nobody else uses it.
LOCK = 5_219_091


def index(deal: Deal) -> None:
    """What this deal can be found by from now on."""
    search.index("deal", deal.pk, deal.address, *words_of(deal.facts, Field.Of.DEAL))


def index_new(deal: Deal) -> None:
    """One that has just been opened: it may have nothing yet to be found by."""
    if deal.address or deal.facts:
        index(deal)


def follow(deal: Deal, changed: Iterable[str]) -> None:
    """After a change of these: only where one of them is looked for."""
    changed = set(changed)
    if "address" in changed or changed & {field.code for field in _fields(Field.Of.DEAL)}:
        index(deal)


def words_of(facts: Mapping[str, Any], of: Field.Of) -> list[str]:
    return _words(facts, _fields(of)) if facts else []


def index_again() -> bool:
    """One piece of what is there already, for a field that was switched; False: there is nothing to do."""
    field = next(iter(rows.read(Field, "where is_searched <> is_indexed order by id limit 1")), None)
    if field is None or field.of == Field.Of.VISIT:
        return False
    numbers = _index_piece(field)
    if len(numbers) < PIECE:
        Field.objects.filter(pk=field.pk, is_searched=field.is_searched).update(
            is_indexed=field.is_searched, indexed_to=0
        )
    else:
        Field.objects.filter(pk=field.pk).update(indexed_to=numbers[-1])
    announce("field", field.pk)
    return True


def go_round() -> None:
    """By one worker at a time, and never for long: arrivals wait behind it."""
    with alone(LOCK) as nobody_else:
        for _piece in range(PIECES if nobody_else else 0):
            if not index_again():
                return


def progress(field: Field) -> int | None:
    """How much of what is there already can be found by it, in hundredths; None: all that there is."""
    if field.is_searched == field.is_indexed or field.of == Field.Of.VISIT:
        return None
    newest = (Client if field.of == Field.Of.CLIENT else Deal).objects.order_by("-pk").values_list("pk", flat=True)
    return min(99, 100 * field.indexed_to // max(1, newest.first() or 1))


def _index_piece(field: Field) -> list[int]:
    if field.of == Field.Of.CLIENT:
        return _index_clients(field)
    where = "where id > %s and facts ? %s order by id limit %s"
    deals = rows.read(Deal, where, [field.indexed_to, field.code, PIECE])
    fields = _fields(Field.Of.DEAL)
    search.index_many("deal", {deal.pk: (deal.address, *_words(deal.facts, fields)) for deal in deals})
    return [deal.pk for deal in deals]


def _index_clients(field: Field) -> list[int]:
    where = "where id > %s and facts ? %s order by id limit %s"
    clients = rows.read(Client, where, [field.indexed_to, field.code, PIECE])
    fields = _fields(Field.Of.CLIENT)
    change.find_by({client.pk: " ".join(_words(client.facts, fields)) for client in clients})
    return [client.pk for client in clients]


def _fields(of: Field.Of) -> list[Field]:
    return rows.read(Field, "where is_searched and of = %s order by position, id", [of])


def _words(facts: Mapping[str, Any], fields: Iterable[Field]) -> list[str]:
    return [word for field in fields for word in _of_value(field, facts.get(field.code))]


def _of_value(field: Field, value: Any) -> list[str]:
    """Of a list, its words in every language; who is responsible for what, and yes and no, lead to nothing."""
    if value in (None, "", []) or field.kind in (Field.Kind.YES, Field.Kind.PERSON):
        return []
    if field.kind not in (Field.Kind.CHOICE, Field.Kind.CHOICES):
        return [str(value)]
    chosen = value if isinstance(value, list) else [value]
    return [said for one in field.choices if one["code"] in chosen for said in one["words"].values()]
