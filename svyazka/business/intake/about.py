"""What came in is given a category, with all that is known of it here: from which number, on which of ours, how a call
ended, and what was noted of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from django.db import connection

from svyazka.business.calls.follow import Followed
from svyazka.business.calls.models import Call
from svyazka.business.clients.models import Interaction
from svyazka.business.journal.record import News, announce_all
from svyazka.business.sorting import sort
from svyazka.business.sorting.when import Heard
from svyazka.kit import clock, rows
from svyazka.kit.alone import alone

NOTED = timedelta(minutes=30)  # after a call, what is written of the client is about it
LATEST = timedelta(days=60)  # nothing older is looked at to try a rule
# Any number will do, as long as nobody else uses it.
LOCK = 5_219_312


def sort_ended(followed: Iterable[Followed]) -> None:
    """Calls that have just ended: three statements for all of them, none while nothing sorts."""
    calls = [one.call for one in followed if one.has_just_ended and one.call.interaction_id]
    if calls and sort.is_in_use():
        sort.sort_all(_with_lines(calls))


def sort_noted() -> None:
    """Calls of which somebody has written something since they ended, and which are of no category yet."""
    if not sort.is_in_use():
        return
    with alone(LOCK) as nobody_else:
        calls = rows.read(Call, _NOTED, [clock.now() - NOTED]) if nobody_else else []
        found = _with_lines(calls)
        codes = sort.sort_all(found)
    announce_all(
        News("interaction", line.pk, {"client": line.client_id})
        for (line, _heard), code in zip(found, codes, strict=True)
        if code
    )


# By the clock of the database's own pieces: calls of two months at most.
_NOTED = """
where state = 'ended' and interaction_id is not null and started_at > %s and exists (
    select from clients_interaction note
    where note.client_id = calls_call.client_id and note.kind = 'note' and note.at > calls_call.started_at
) and not exists (
    select from sorting_sorted said where said.id = calls_call.interaction_id and said.at = calls_call.started_at
)
order by id limit 200
"""


def heard_of_call(call: Call, notes: Sequence[str] = ()) -> Heard:
    result = Call.Result.MISSED if call.result == Call.Result.LEFT else call.result
    return Heard(
        kind=Interaction.Kind.CALL,
        text="\n".join(notes),
        account=call.pbx_code,
        direction=call.direction,
        sender=call.client_number,
        our_number=call.our_number,
        queue=call.queue,
        result=str(result),
    )


def latest(most: int) -> list[tuple[Interaction, Heard]]:
    """What came in last, as a rule would have heard it; the newest first."""
    lines = rows.read(Interaction, _LATEST, [clock.now() - LATEST, most])
    calls = [line for line in lines if line.kind == Interaction.Kind.CALL]
    of_call = {line.pk: heard for line, heard in _with_lines(_calls_of(calls), calls)}
    senders = _senders([line for line in lines if line.pk not in of_call])
    heard = [(line, of_call.get(line.pk) or _written(line, senders)) for line in lines]
    return sort.with_circumstances(heard)


_LATEST = """
where at > %s and kind in ('message', 'form', 'call') and direction <> 'out' order by at desc, id desc limit %s
"""


def _calls_of(lines: Sequence[Interaction]) -> list[Call]:
    if not lines:
        return []
    times = [line.at for line in lines]
    found = Call.objects.filter(pk__in=[line.data["call"] for line in lines if "call" in line.data])
    return list(found.filter(started_at__range=(min(times), max(times))))


def _with_lines(calls: Sequence[Call], lines: Sequence[Interaction] = ()) -> list[tuple[Interaction, Heard]]:
    if not calls:
        return []
    times = [call.started_at for call in calls]
    numbers = [call.interaction_id or 0 for call in calls]
    there = lines or Interaction.objects.filter(pk__in=numbers, at__range=(min(times), max(times)))
    line_of = {line.pk: line for line in there}
    notes = _notes(calls)
    return [
        (line_of[number], heard_of_call(call, notes.get(call.pk, ())))
        for call, number in zip(calls, numbers, strict=True)
        if number in line_of
    ]


def _notes(calls: Sequence[Call]) -> dict[int, list[str]]:
    """What was written of the client during the call, and shortly after it."""
    found: dict[int, list[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            _NOTES,
            {
                "calls": [call.pk for call in calls],
                "clients": [call.client_id for call in calls],
                "begins": [call.started_at for call in calls],
                "ends": [(call.ended_at or call.started_at) + NOTED for call in calls],
                "first": min(call.started_at for call in calls),
            },
        )
        for number, text in cursor.fetchall():
            found.setdefault(number, []).append(text)
    return found


_NOTES = """
select call.id, note.text
from unnest(%(calls)s::bigint[], %(clients)s::bigint[], %(begins)s::timestamptz[], %(ends)s::timestamptz[])
    as call (id, client_id, begins, ends)
join clients_interaction note on note.client_id = call.client_id and note.at >= call.begins and note.at < call.ends
where note.at >= %(first)s and note.kind = 'note' and note.text <> ''
order by note.at, note.id
"""


def _senders(lines: Sequence[Interaction]) -> Mapping[int, str]:
    """The mailbox or the number that a line came from, where its client has just one of that kind."""
    if not lines:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_SENDERS, [[line.client_id for line in lines]])
        return dict(cursor.fetchall())


_SENDERS = """
select client_id, min(value) from clients_contactpoint
where client_id = any(%s) and kind in ('phone', 'email') group by client_id having count(*) = 1
"""


def _written(line: Interaction, senders: Mapping[int, str]) -> Heard:
    known = sort.of_line(line)
    return Heard(known.kind, known.text, known.account, known.direction, senders.get(line.client_id, ""))
