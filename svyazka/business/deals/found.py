"""What a search shows of its hits: clients with their open deal, deals with their client. One question for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from svyazka.business.clients import search
from svyazka.business.clients.naming import called_by
from svyazka.business.clients.search import Hit
from svyazka.kit import words


@dataclass(frozen=True)
class Found:
    """A hit, ready to be shown. A client without an open deal has no `deal_id`."""

    kind: str  # "client", "deal"
    client_id: int
    name: str
    address: str
    phones: tuple[str, ...]
    deal_id: int | None
    stage: str
    colour: str
    contact: str = ""  # another way to reach him than by phone

    @property
    def title(self) -> str:
        return called_by(self.client_id, self.name, self.phones[0] if self.phones else self.contact)


_POINTS = """
left join lateral (
    select array_agg(value order by id) filter (where kind = 'phone') as phones,
           (array_agg(case when shown = '' then value else shown end order by kind <> 'email', id)
               filter (where kind <> 'phone'))[1] as contact
    from clients_contactpoint where client_id = c.id
) points on true
"""
_CLIENT = """
select hit.place, 'client', c.id, c.name, c.address, points.phones, d.id, s.words, s.colour, points.contact
from {hits} as hit (id, place)
join clients_client c on c.id = hit.id and c.merged_into_id is null
left join lateral (
    select id, stage_id from deals_deal where client_id = c.id and closed_at is null order by stage_since desc limit 1
) d on true
left join deals_stage s on s.id = d.stage_id
{points}
"""
_CLIENTS = _CLIENT.format(hits="unnest(%s::bigint[], %s::int[])", points=_POINTS)
_OF_PHONE = _CLIENT.format(
    hits="(select client_id, id from clients_contactpoint where value = %s and kind = 'phone' order by id limit %s)",
    points=_POINTS,
)
_DEALS = f"""
select hit.place, 'deal', c.id, c.name, d.address, points.phones, d.id, s.words, s.colour, points.contact
from unnest(%s::bigint[], %s::int[]) as hit (id, place)
join deals_deal d on d.id = hit.id
join clients_client c on c.id = d.client_id
join deals_stage s on s.id = d.stage_id
{_POINTS}
"""  # noqa: S608  # of our own words only


def find(typed: str, *, limit: int) -> list[Found]:
    """Search and look-up together. A whole phone number, which is asked with every call, costs one question."""
    if number := search.whole_phone(typed):
        found = _ask(f"{_OF_PHONE} order by 1", [number, limit])
        if found:
            return found
    return look_up(search.find(typed, limit=limit))


def look_up(hits: Sequence[Hit]) -> list[Found]:
    """In the order of the hits."""
    questions: list[str] = []
    parameters: list[list[int]] = []
    # To plan a question costs more than to answer it: what is not needed is not asked.
    for kind, question in (("client", _CLIENTS), ("deal", _DEALS)):
        places = [(hit.object_id, place) for place, hit in enumerate(hits) if hit.kind == kind]
        if places:
            questions.append(question)
            parameters += [[number for number, _place in places], [place for _number, place in places]]
    if not questions:
        return []
    return _ask(" union all ".join(questions) + " order by 1", parameters)


def _ask(question: str, parameters: Sequence[Any]) -> list[Found]:
    with connection.cursor() as cursor:
        cursor.execute(question, parameters)
        return [_found(*row[1:]) for row in cursor.fetchall()]


def _found(
    kind: str,
    client_id: int,
    name: str,
    address: str,
    phones: list[str] | None,
    deal_id: int | None,
    stage: str | None,
    colour: str | None,
    contact: str | None,
) -> Found:
    return Found(
        kind,
        client_id,
        name,
        address,
        tuple(phones or ()),
        deal_id,
        words.here(words.read(stage)),
        colour or "slate",
        contact or "",
    )
