"""Lines of the history get their category as soon as they stand there: two small statements, however many."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.db import connection

from svyazka.business.clients.models import Interaction
from svyazka.business.sorting import in_force
from svyazka.business.sorting.judge import Verdict, judge
from svyazka.business.sorting.when import Heard


def sort(line: Interaction, heard: Heard | None = None, *, verdict: Verdict | None = None) -> str:
    """The code of its category, empty if nobody knows. `heard`: what was known of it besides the line; `verdict`: it
    was judged before it stood in the history."""
    if verdict is None:
        return sort_all([(line, heard or of_line(line))])[0]
    _write([(line, verdict)])
    return verdict.code


def sort_all(heard: Sequence[tuple[Interaction, Heard]]) -> list[str]:
    """Whatever was sorted before keeps what a person has said; the rest is judged anew."""
    if not heard:
        return []
    now = in_force.now()
    if not now.rules and now.model is None:  # most calls have no words: nothing is asked for nothing
        return [""] * len(heard)
    known = with_circumstances(heard) if any(_asks_circumstances(rule.when) for rule in now.rules) else heard
    verdicts = [(line, judge(one, now=now)) for line, one in known]
    _write(verdicts)
    return [verdict.code for _line, verdict in verdicts]


def is_in_use() -> bool:
    """Whether there is anything to sort by."""
    now = in_force.now()
    return bool(now.rules) or now.model is not None


def of_line(line: Interaction) -> Heard:
    """As far as the line itself tells."""
    subject = str(line.data.get("subject") or "")
    return Heard(
        kind=line.kind,
        text=f"{subject}\n{line.text}" if subject else line.text,
        account=line.channel,
        direction=line.direction,
        result=str(line.data.get("result") or ""),
    )


def with_circumstances(heard: Iterable[tuple[Interaction, Heard]]) -> list[tuple[Interaction, Heard]]:
    """Whether we knew the client before, and whether his deal was there already: of those of which nobody has said."""
    heard = list(heard)
    asked = [line for line, one in heard if None in (one.has_deal, one.is_known)]
    found = _circumstances(asked) if asked else {}
    return [(line, _filled(one, *found[line.pk]) if line.pk in found else one) for line, one in heard]


def _filled(one: Heard, has_deal: bool, is_known: bool) -> Heard:
    return replace(
        one,
        has_deal=has_deal if one.has_deal is None else one.has_deal,
        is_known=is_known if one.is_known is None else one.is_known,
    )


def _circumstances(lines: Sequence[Interaction]) -> dict[int, tuple[bool, bool]]:
    given = [{"id": one.pk, "at": one.at, "client_id": one.client_id, "deal_id": one.deal_id} for one in lines]
    with connection.cursor() as cursor:
        cursor.execute(_CIRCUMSTANCES, [json.dumps(given, default=str)])
        return {number: (has_deal, is_known) for number, has_deal, is_known in cursor.fetchall()}


# Whoever wrote for the first time was made a moment ago, for this very line.
_CIRCUMSTANCES = """
select line.id,
    line.deal_id is not null and exists (
        select from clients_interaction earlier where earlier.deal_id = line.deal_id and earlier.at < line.at
    ),
    exists (
        select from clients_interaction earlier where earlier.client_id = line.client_id and earlier.at < line.at
    ) or client.created_at < line.at - interval '1 minute'
from jsonb_to_recordset(%s) as line (id bigint, at timestamptz, client_id bigint, deal_id bigint)
join clients_client client on client.id = line.client_id
"""


def _asks_circumstances(when: Any) -> bool:
    return when.has_deal is not None or when.is_known is not None


def _write(verdicts: Iterable[tuple[Interaction, Verdict]]) -> None:
    rows = [
        {
            "id": line.pk, "at": line.at, "category_id": verdict.category.pk, "how": verdict.how,
            "rule_id": verdict.rule_id, "probability": verdict.probability, "model_id": verdict.model_id,
        }
        for line, verdict in verdicts
        if verdict.category
    ]  # fmt: skip
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_WRITE, [json.dumps(rows, default=str)])


# Locked in the order of their numbers: two who sort the same lines wait for each other, once.
_WRITE = """
insert into sorting_sorted (id, at, category_id, how, rule_id, probability, model_id)
select id, at, category_id, how, rule_id, probability, model_id
from jsonb_to_recordset(%s) as said (
    id bigint, at timestamptz, category_id bigint, how text, rule_id bigint, probability float8, model_id bigint)
order by id
on conflict (id, at) do update set category_id = excluded.category_id, how = excluded.how, rule_id = excluded.rule_id,
    probability = excluded.probability, model_id = excluded.model_id
where sorting_sorted.how <> 'person'
"""
