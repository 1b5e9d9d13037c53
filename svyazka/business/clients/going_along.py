"""When two clients become one: how he can be reached, by what he was ever known, and his history."""

from __future__ import annotations

from typing import Any

from django.db import connection

from svyazka.business.clients.matching import filing
from svyazka.business.clients.models import (
    Apart,
    Client,
    ClientKey,
    ClientRecord,
    Comparison,
    ContactPoint,
    Interaction,
    SearchPosting,
    Trait,
)
from svyazka.kit import clock
from svyazka.kit.cells import Cell, added, change, change_key, take_out
from svyazka.kit.going_along import Along, Fate, Two

Kind = Trait.Kind


def become(two: Two, own: dict[str, Any], facts: dict[str, Any]) -> list[Cell]:
    """The survivor gets these columns and these values of the company's own fields; the other one points on to him.
    Both versions go up, here and at the undoing: no page that was opened before writes over it."""
    known = _said_of(two)
    cells = change(Client, two.kept, own)
    cells += [change_key(Client, two.kept, "facts", code, value) for code, value in facts.items()]
    cells += change(Client, two.gone, {"merged_into_id": two.kept})
    cells += _keep_known(two, known, {**dict(_columns(two.kept)), **own})
    new_version(two)
    return cells


def new_version(two: Two) -> None:
    with connection.cursor() as cursor:
        cursor.execute("update clients_client set version = version + 1 where id in (%s, %s)", [two.kept, two.gone])


def _said_of(two: Two) -> list[tuple[str, str]]:
    """Names and addresses of both, as kinds of traits."""
    found = Client.objects.filter(pk__in=[two.kept, two.gone]).order_by("pk").values_list("kind", "name", "address")
    said: dict[tuple[str, str], None] = {}
    for kind, name, address in found:
        said[Kind.COMPANY if kind == Client.Kind.COMPANY else Kind.NAME, name] = None
        said[Kind.ADDRESS, address] = None
    return [pair for pair in said if pair[1]]


def _columns(number: int) -> list[tuple[str, Any]]:
    (name, address), *_rest = Client.objects.filter(pk=number).values_list("name", "address")
    return [("name", name), ("address", address)]


def _keep_known(two: Two, said: list[tuple[str, str]], now: dict[str, Any]) -> list[Cell]:
    """What no column shows any more he is still found by."""
    lost = [(kind, value) for kind, value in said if value != now["address" if kind == Kind.ADDRESS else "name"]]
    if not lost:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [two.kept, clock.now(), *map(list, zip(*lost, strict=True))])
        return added(Trait, [number for (number,) in cursor.fetchall()])


_KEEP = """
insert into clients_trait (client_id, created_at, kind, value)
select %s, %s, kind, value from unnest(%s::text[], %s::text[]) as given (kind, value)
on conflict do nothing returning id
"""


def _once(two: Two) -> list[Cell]:
    """What both had he has once."""
    with connection.cursor() as cursor:
        cursor.execute(_SAME_CONTACTS, [two.gone, two.kept])
        points = cursor.fetchall()
        cursor.execute(_SAME_TRAITS, [two.gone, two.kept])
        traits = [number for (number,) in cursor.fetchall()]
    cells = [cell for mine, _double, shown in points if shown for cell in change(ContactPoint, mine, {"shown": shown})]
    cells += take_out(ContactPoint, [double for _mine, double, _shown in points])
    return cells + take_out(Trait, traits)


def _file(two: Two) -> None:
    """By what each is compared from now on."""
    filing.file([two.kept, two.gone])
    for number in (two.kept, two.gone):
        if latest := Interaction.objects.of_client(number).first():
            filing.heard_of(number, latest.at.date())


_SAME_CONTACTS = """
select mine.id, double.id, case when mine.shown = '' then double.shown else '' end
from clients_contactpoint double join clients_contactpoint mine using (kind, account, value)
where double.client_id = %s and mine.client_id = %s
"""
_SAME_TRAITS = """
select double.id from clients_trait double join clients_trait mine using (kind, value)
where double.client_id = %s and mine.client_id = %s
"""

ALONG = Along(
    {
        (ContactPoint, "client_id"): Fate.MOVES,
        (Trait, "client_id"): Fate.MOVES,
        (Interaction, "client_id"): Fate.MOVES,
        # Who is apart from whom holds for those they were merged into: `apart.of` follows them.
        (Apart, "one_id"): Fate.STAYS,
        (Apart, "other_id"): Fate.STAYS,
        (Comparison, "client_id"): Fate.STAYS,  # what was decided then
        (Client, "merged_into_id"): Fate.STAYS,  # a chain: each points on to the next
        (ClientRecord, "client_id"): Fate.MADE_ANEW,
        (ClientKey, "client_id"): Fate.MADE_ANEW,
        (SearchPosting, "object_id"): Fate.MADE_ANEW,  # a floor above, with the words of the company's own fields
    },
    rule=_once,
    afterwards=_file,
)
