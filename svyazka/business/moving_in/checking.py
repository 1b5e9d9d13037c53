"""The dry run: what would become of each line, said before anything is stored."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction

from svyazka.business.clients.matching import whose
from svyazka.business.clients.models import Client
from svyazka.business.deals.models import Deal
from svyazka.business.moving_in import cleaning
from svyazka.business.moving_in.comparing import Lines, record_of
from svyazka.business.moving_in.models import MovedIn, MoveIn, MoveInKey, MoveInRow
from svyazka.business.moving_in.translating import Line, Translator
from svyazka.engines.matching.decide import Decision
from svyazka.kit import clock

PIECE = 300
SHOWN_REASONS = 8
State, Outcome = MoveInRow.State, MoveInRow.Outcome


@transaction.atomic
def check_piece(given: MoveIn) -> bool:
    """The next lines; False: there were none, and the dry run is done."""
    rows = alike(list(given.rows.filter(state=State.NEW).order_by("number")[:PIECE]))
    if not rows:
        MoveInKey.objects.filter(of=given).delete()
        given.repairs.filter(lines=0, is_accepted=False).delete()
        return False
    translator = Translator(given)
    lines = {row.number: translator.line(row) for row in rows}
    _compare(given, [(row, lines[row.number]) for row in rows])
    cleaning.keep(given, [one for row in rows for one in cleaning.propose(translator, row)])
    _keep(rows)
    return True


def _compare(given: MoveIn, all_of: Sequence[tuple[MoveInRow, Line]]) -> None:
    for row, line in all_of:
        _note(row, line)
    readable = [(row, line) for row, line in all_of if not line.fatal]
    kind = known_kind(given, [row for row, _line in all_of])
    known = known_before(given, [row.outside_id for row, _line in readable], kind)
    theirs = _clients_there(given, [line.client_there for _row, line in readable])
    open_ones = []
    for row, line in readable:
        if row.outside_id in known:
            row.state, row.outcome, row.like = State.READY, Outcome.KNOWN, {kind: known[row.outside_id]}
        elif line.client_there in theirs:
            row.state, row.outcome = State.READY, Outcome.DEAL
        else:
            open_ones.append((row, line))
    _decide(given, open_ones)


def _decide(given: MoveIn, all_of: Sequence[tuple[MoveInRow, Line]]) -> None:
    records = {row.number: record_of(line) for row, line in all_of}
    of_the_base = whose.read(list(records.values()))
    others = Lines(given, records, of_the_base)
    for place, (row, _line) in enumerate(all_of):
        decision = of_the_base.decide(records[row.number], of_the_base.of(place))
        of_the_file = others.decide(row.number)
        row.outcome, row.like, same = _both(row.number, decision, of_the_file)
        row.state, row.packed = State.READY, others.packed(row.number)
        others.settle(row.number, same)
    others.keep()


def _both(number: int, base: Decision, file: Decision) -> tuple[str, dict[str, Any], int]:
    """What we know already goes before what the file says by itself. The number: of the line that came first."""
    if base.kind == "certain":
        same = file.client if file.kind == "certain" and file.client else number
        return Outcome.JOINS, liked("client", base), same
    if file.kind == "certain":
        return Outcome.JOINS, liked("line", file), file.likely[0].id
    if base.kind == "doubtful":
        return Outcome.DOUBTFUL, liked("client", base), number
    if file.kind == "doubtful":
        return Outcome.DOUBTFUL, liked("line", file), number
    return Outcome.NEW, {}, number


def liked(kind: str, decision: Decision) -> dict[str, Any]:
    """The likeliest one, and why."""
    best = decision.likely[0]
    reasons = [[one.term, round(one.bits, 3), one.ours, one.theirs, one.amount] for one in best.score.reasons]
    return {
        kind: best.id,
        "probability": round(best.score.probability, 4),
        "reasons": reasons[:SHOWN_REASONS],
        "doubts": [*best.score.vetoes, *(doubt for doubt in decision.doubts if doubt != "veto")],
    }


def alike(rows: Sequence[MoveInRow]) -> list[MoveInRow]:
    """Those of the first one's kind: a piece is of one kind."""
    return [row for row in rows if row.kind == rows[0].kind]


def known_kind(given: MoveIn, rows: Sequence[MoveInRow]) -> str:
    """What rows that are alike are known again as."""
    return MovedIn.Kind.DEAL if rows and rows[0].is_deal(given) else MovedIn.Kind.CLIENT


def _clients_there(given: MoveIn, numbers: Sequence[str]) -> set[str]:
    """Those who move over with it, or have done so."""
    asked = {number for number in numbers if number}
    if not asked:
        return set()
    rows = given.rows.filter(kind=MoveInRow.Kind.CLIENT, state=State.READY, outside_id__in=asked)
    return {*rows.values_list("outside_id", flat=True), *known_before(given, list(asked), MovedIn.Kind.CLIENT)}


def known_before(given: MoveIn, outside_ids: Sequence[str], kind: str) -> dict[str, int]:
    """What has been moved over by its number there, and is here still."""
    asked = {one for one in outside_ids if one}
    if not asked:
        return {}
    found = MovedIn.objects.filter(origin=given.origin, kind=kind, outside_id__in=asked)
    known: dict[str, int] = dict(found.values_list("outside_id", "object_id"))
    model = Deal if kind == MovedIn.Kind.DEAL else Client
    here = set(model.objects.filter(pk__in=known.values()).values_list("pk", flat=True))
    return {outside_id: number for outside_id, number in known.items() if number in here}


def _note(row: MoveInRow, line: Line) -> None:
    """What does not depend on whom it joins."""
    row.faults = [list(fault) for fault in line.faults]
    row.outside_id = (line.deal.id if line.deal else line.client.id)[:100]
    if line.fatal:
        row.state, row.faults = State.WRONG, [*row.faults, [-1, line.fatal]]
    if deal := line.deal:
        row.stage_there, row.person_there = deal.stage_id[:200], deal.responsible_id[:120]
        row.sum_there = deal.sum
        row.month_there = clock.local(deal.created_at).strftime("%Y-%m") if deal.created_at else ""


def _keep(rows: Sequence[MoveInRow]) -> None:
    columns = ("state", "outcome", "outside_id", "packed", "stage_there", "person_there", "month_there", "sum_there")
    given = [
        {"id": row.pk, "like": row.like, "faults": row.faults, **{name: getattr(row, name) for name in columns}}
        for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.execute(_KEPT, [json.dumps(given, ensure_ascii=False, default=str)])


_KEPT = """
update moving_in_moveinrow r set state = given.state, outcome = given.outcome, outside_id = given.outside_id,
    packed = given.packed, stage_there = given.stage_there, person_there = given.person_there,
    month_there = given.month_there, sum_there = given.sum_there, "like" = given.like, faults = given.faults
from jsonb_to_recordset(%s) as given (
    id bigint, state text, outcome text, outside_id text, packed text, stage_there text, person_there text,
    month_there text, sum_there numeric, "like" jsonb, faults jsonb)
where r.id = given.id
"""
