"""Working off the ledger: in order within a conversation, as often as needed, until it is done, ignored or stuck.

What an arrival brings about and its "done" are one transaction: a worker that is killed leaves nothing half done.
A row that is to be tried again holds up what came after it in its conversation; one that is stuck does not.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from svyazka.business.calls.phone_system import CallEvent, Kind
from svyazka.business.intake import ringing
from svyazka.business.intake.connector import Ignore, NotUnderstood, Unused, connector
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.take import take
from svyazka.business.intake.take_call import take_calls
from svyazka.business.journal.record import announce
from svyazka.kit import clock, rows
from svyazka.kit.texts import storable

PAUSES = (1, 5, 30, 120, 600, 1800, 3600)  # seconds before the next try, by the tries so far
MOST_TRIES = len(PAUSES) + 1
AT_ONCE = 1000  # conversations looked for at a time
LONGEST_REASON = 500
IN_ONE_TRANSACTION = 200  # rows of one conversation
TOGETHER = 40  # calls in one transaction: more save little
QUIET_FOR = timedelta(seconds=1)  # what nobody waits for is left: most of a call is then known at once
OTHERS = 50  # conversations that are no calls, in one turn: each takes its time
WAITING = (Arrival.State.NEW, Arrival.State.AGAIN)
# A call comes as dozens of events, which together are one thing; a form or a message is one by itself.
COME_IN_PIECES = (CallEvent,)
Piece = tuple[Arrival, Sequence[object]]

log = structlog.get_logger(__name__)

# Of calls: whether all that waits of it is what nobody waits for (bundles.py).
_HEADS = """
select conversation, connector, attempts, can_wait from (
    select distinct on (conversation) conversation, connector, attempts, id, next_try_at,
        bool_and(headers ? 'can_wait') over (partition by conversation) as can_wait
    from intake_arrival where state in ('new', 'again')
    order by conversation, id
) as head
where (attempts = 0 and not can_wait) or next_try_at <= case when can_wait then %s else %s end
order by can_wait, id limit %s
"""
# Asked for at every bell: an index of its own, and in it of hundreds of calls only those of which somebody waits. What
# has just come is due whatever our clock says beside the database's.
_AWAITED = """
select conversation, connector, attempts, false from (
    select distinct on (conversation) conversation, connector, attempts, id, next_try_at from (
        select conversation, connector, attempts, id, next_try_at
        from intake_arrival where state in ('new', 'again') and not (headers ? 'can_wait')
        order by id limit %s
    ) as first
    order by conversation, id
) as head
where attempts = 0 or next_try_at <= %s order by id
"""


_PENDING_OF_MANY = "where conversation = any(%s) and state in ('new', 'again') order by id limit %s for update"
_PENDING = "where conversation = %s and state in ('new', 'again') order by id limit %s for update"
# With the time of arrival, so that only its week is looked into.
_WRITE = """
update intake_arrival set state = %s, reason = %s, made = %s, attempts = %s, next_try_at = %s, done_at = %s
where id = %s and received_at = %s
"""


def work_off(*, lying: timedelta = timedelta()) -> int:
    """Works off some of what is due; says how many rows have come to an end, 0 when nothing is. Any number of workers
    may do it at once. First comes what of calls somebody waits for, then a piece of all else: meanwhile another may
    ring. What nobody waits for is left alone until it has been lying for so long.
    """
    now = clock.now()
    return _work_off(_heads(_HEADS, [now - lying, now, AT_ONCE]))


def work_off_awaited() -> int:
    """Only what somebody waits for: of a call that rings, that it is seen. Whose it is, and what else comes of it, is
    left to `work_off_quiet`."""
    return _work_off(_heads(_AWAITED, [AT_ONCE, clock.now()]), promptly=True)


def work_off_quiet() -> Iterator[int]:
    """Of calls, what nobody waits for: many of them together, and of each all that was said in a while. Piece by piece:
    how many rows have come to an end."""
    now = clock.now()
    due = [one for one in _heads(_HEADS, [now - QUIET_FOR, now, AT_ONCE]) if one.is_call and one.can_wait]
    yield from map(_calls_worked_off, _pieces(due))


def _work_off(due: Sequence[_Due], *, promptly: bool = False) -> int:
    awaited = [one for one in due if one.is_call and not one.can_wait]
    quiet = [one for one in due if one.is_call and one.can_wait]
    others = [one for one in due if not one.is_call]
    done = sum(_calls_worked_off(piece, promptly=promptly) for piece in _pieces(awaited))
    done += sum(map(_calls_worked_off, _pieces(quiet[:TOGETHER])))
    return done + sum(_worked_off(one.conversation) for one in others[:OTHERS])


def _pieces(due: Sequence[_Due]) -> list[list[str]]:
    return [[one.conversation for one in due[at : at + TOGETHER]] for at in range(0, len(due), TOGETHER)]


@dataclass(frozen=True)
class _Due:
    """A conversation with something to do. What has failed before goes its way by itself, also where it is a call."""

    conversation: str
    is_call: bool
    can_wait: bool


def _calls_worked_off(conversations: Sequence[str], *, promptly: bool = False) -> int:
    """Should one of them fail, each is tried by itself, to find out which one it was."""
    try:
        # Of a ring the half of what is said to the database needs no answer, and goes with what does.
        with (
            rows.unanswered() if promptly else nullcontext(),
            transaction.atomic(),
            translation.override(settings.LANGUAGE_CODE),
        ):
            done, left = _work_off_calls(conversations, promptly=promptly)
    except Exception:
        _refuse_without_database()
        done, left = 0, conversations
    return done + sum(_worked_off(conversation) for conversation in left)


def _work_off_calls(conversations: Sequence[str], *, promptly: bool) -> tuple[int, Sequence[str]]:
    """How many rows have come to an end, or, `promptly`, were told of; and those conversations that are no usual
    calls."""
    waiting: dict[str, list[Arrival]] = {}
    for arrival in rows.read(Arrival, _PENDING_OF_MANY, [_claimed_of(conversations), TOGETHER * IN_ONE_TRANSACTION]):
        waiting.setdefault(arrival.conversation, []).append(arrival)
    usual = {name: said for name, arrivals in waiting.items() if (said := _read_call(arrivals)) is not None}
    too_early = [name for name, said in usual.items() if _asks_for_all(said) and _has_more_before(waiting[name][-1])]
    for name in too_early:
        del usual[name], waiting[name]
    rings = [name for name, said in usual.items() if promptly and ringing.only_rings(_all_of(said))]
    told = ringing.tell([(_all_of(usual.pop(name)), waiting[name]) for name in rings])
    heard = [(_all_of(said), waiting[name][-1]) for name, said in usual.items()]
    made = take_calls(heard) if heard else []
    ended = [
        (arrival, ids if events else None)
        for (name, said), ids in zip(usual.items(), made, strict=True)
        for arrival, events in zip(waiting[name], said, strict=True)
    ]
    _end_all(ended)
    return told + len(ended), [name for name in waiting if name not in usual and name not in rings]


def _all_of(said: Sequence[Sequence[CallEvent]]) -> list[CallEvent]:
    return [event for events in said for event in events]


def _asks_for_all(said: Sequence[Sequence[CallEvent]]) -> bool:
    return any(event.kind == Kind.ONLY_THESE for events in said for event in events)


def _has_more_before(arrival: Arrival) -> bool:
    """The list of all calls that go on closes the others: those have to be known by then. It waits for the next round
    while anything that was said before it has not been worked off, by whichever worker."""
    with connection.cursor() as cursor:
        cursor.execute(_MORE_BEFORE, [arrival.account, arrival.pk, arrival.conversation])
        return bool(cursor.fetchone()[0])


_MORE_BEFORE = """
select exists (
    select 1 from intake_arrival where state = 'new' and account = %s and id < %s and conversation <> %s
)
"""


def _read_call(arrivals: Sequence[Arrival]) -> list[Sequence[CallEvent]] | None:
    """What each of them says, which may be nothing. None: something in them is not simply what a call says."""
    said: list[Sequence[CallEvent]] = []
    for arrival in arrivals:
        try:
            things = connector(arrival.connector).read(arrival)
        except Ignore as ignored:
            arrival.reason, things = _written(ignored), ()
        except Exception:
            return None
        events = [one for one in things if isinstance(one, CallEvent)]
        if len(events) != len(things):
            return None
        said.append(events)
    return said


def _claimed_of(conversations: Sequence[str]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [list(conversations)])
        return [conversation for (conversation,) in cursor.fetchall()]


# What is worked off need not have reached the disk when it is committed: should it be lost, the arrivals stand in the
# ledger as if nobody had touched them, and are worked off again.
_CLAIM = """
with unhurried as materialized (select set_config('synchronous_commit', 'off', true))
select name from unhurried, unnest(%s::text[]) as asked (name)
where pg_try_advisory_xact_lock(hashtextextended(name, 0))
"""


def _end_all(ended: Sequence[tuple[Arrival, dict[str, int] | None]]) -> None:
    """Each with the ids of what was made of it; None: it is ignored."""
    if not ended:
        return
    times = [arrival.received_at for arrival, _made in ended]
    states = [Arrival.State.IGNORED if made is None else Arrival.State.DONE for _arrival, made in ended]
    ids, reasons = [arrival.pk for arrival, _made in ended], [arrival.reason for arrival, _made in ended]
    made = [json.dumps(made or {}) for _arrival, made in ended]
    with connection.cursor() as cursor:
        cursor.execute(_END_ALL, [clock.now(), ids, states, reasons, made, min(times), max(times)])


_END_ALL = """
update intake_arrival
set state = given.state, reason = given.reason, made = given.made, attempts = attempts + 1, done_at = %s
from unnest(%s::bigint[], %s::text[], %s::text[], %s::jsonb[]) as given (id, state, reason, made)
where intake_arrival.id = given.id and received_at between %s and %s
"""


def _worked_off(conversation: str) -> int:
    """What fails in a way that nobody foresaw costs its own conversation only."""
    try:
        return work_off_conversation(conversation)
    except Exception as failure:
        _refuse_without_database()
        _put_off(conversation, failure)
        return 0


def _put_off(conversation: str, failure: Exception) -> None:
    with transaction.atomic():
        if _claimed(conversation) and (arrivals := _pending(conversation)):
            _try_again(arrivals[0], failure)


def work_off_conversation(conversation: str) -> int:
    """0, too, when another worker is at it."""
    with transaction.atomic(), translation.override(settings.LANGUAGE_CODE):
        if not _claimed(conversation):
            return 0
        arrivals = _pending(conversation)
        _in_order(arrivals)
        return sum(arrival.state not in WAITING for arrival in arrivals)


def _heads(asked: str, given: Sequence[datetime | int]) -> list[_Due]:
    with connection.cursor() as cursor:
        cursor.execute(asked, given)
        heads = cursor.fetchall()
    return [
        _Due(name, kind in settings.PHONE_SYSTEMS and not attempts, bool(can_wait))
        for name, kind, attempts, can_wait in heads
    ]


def _claimed(conversation: str) -> bool:
    return bool(_claimed_of([conversation]))


def _pending(conversation: str) -> Sequence[Arrival]:
    """In the order in which they came; nothing while the first of them has to wait."""
    arrivals = rows.read(Arrival, _PENDING, [conversation, IN_ONE_TRANSACTION])
    is_due = bool(arrivals) and (not arrivals[0].attempts or arrivals[0].next_try_at <= clock.now())
    return arrivals if is_due else []


def _in_order(arrivals: Sequence[Arrival]) -> None:
    """Until one of them has to be tried again."""
    pieces: list[Piece] = []
    for arrival in arrivals:
        things = _read(arrival)
        if things is None:
            break
        if not things:
            continue
        if all(isinstance(thing, COME_IN_PIECES) for thing in things):
            pieces.append((arrival, things))
            continue
        if not (_take(pieces) and _take([(arrival, things)])):
            return
        pieces = []
    _take(pieces)


def _read(arrival: Arrival) -> Sequence[object] | None:
    """In the house's words; nothing, when it has come to its end already. None: it has to be tried again."""
    try:
        things = connector(arrival.connector).read(arrival)
    except Ignore as ignored:
        _end(arrival, Arrival.State.IGNORED, why=ignored)
    except NotUnderstood as refusal:
        _end(arrival, Arrival.State.STUCK, why=refusal)
    except Exception as failure:
        _try_again(arrival, failure)
        return None
    else:
        if not things:
            _end(arrival, Arrival.State.DONE)
        return things
    return []


def _take(pieces: Sequence[Piece]) -> bool:
    """At once; if that fails, each by itself, to find out which one it was. False: what follows has to wait."""
    if not pieces:
        return True
    last = pieces[-1][0]
    try:
        with transaction.atomic():
            made = take([thing for _arrival, things in pieces for thing in things], arrival=last)
            # Now, not at the commit: there nobody could say any more whose fault it is.
            connection.check_constraints()
            for arrival, _things in pieces:
                _end(arrival, Arrival.State.DONE, made=made)
    except (Ignore, NotUnderstood) as why:
        if len(pieces) == 1:
            is_nothing = isinstance(why, Ignore)
            _end(last, Arrival.State.IGNORED if is_nothing else Arrival.State.STUCK, why=why)
            return True
    except Exception as failure:
        _refuse_without_database()
        if len(pieces) == 1:
            _try_again(last, failure)
            return False
    else:
        return True
    return all(_take([piece]) for piece in pieces)


def _end(
    arrival: Arrival, state: Arrival.State, *, why: Unused | None = None, made: dict[str, int] | None = None
) -> None:
    arrival.state, arrival.reason, arrival.made = state, _written(why) if why else "", made or {}
    arrival.attempts += 1
    arrival.done_at = clock.now()
    _write(arrival)
    if state == Arrival.State.STUCK:
        announce("arrival", arrival.pk)


def _try_again(arrival: Arrival, failure: Exception) -> None:
    # Only the kind of failure: its text may hold what the client wrote.
    kind = type(failure).__name__
    log.warning(
        "arrival_failed", arrival=arrival.pk, account=arrival.account, failure=kind, attempts=arrival.attempts + 1
    )
    if arrival.attempts + 1 >= MOST_TRIES:
        why = NotUnderstood(_("A mistake on our side; it was tried again and again."), detail=kind)
        return _end(arrival, Arrival.State.STUCK, why=why)
    arrival.state = Arrival.State.AGAIN
    arrival.reason = _written(Unused(_("A mistake on our side; it will be tried again."), detail=kind))
    arrival.next_try_at = clock.now() + timedelta(seconds=PAUSES[arrival.attempts])
    arrival.attempts += 1
    return _write(arrival)


def _written(why: Unused) -> str:
    """As `models.in_words` reads it: translated for whoever opens the ledger, not for whoever was there first."""
    with translation.override("en"):
        detail = f" [{why.detail}]" if why.detail else ""
        return storable(f"{why.reason}{detail}")[:LONGEST_REASON]


def _write(arrival: Arrival) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            _WRITE,
            [
                arrival.state, arrival.reason, json.dumps(arrival.made), arrival.attempts, arrival.next_try_at,
                arrival.done_at, arrival.pk, arrival.received_at,
            ],
        )  # fmt: skip


def _refuse_without_database() -> None:
    """A lost connection is not the arrival's fault, and nothing more can be written down on it."""
    inner = connection.connection
    if inner is None or inner.closed or connection.closed_in_transaction:
        raise OperationalError("the connection is lost")
