"""Runs that one worker has taken: read together, and that they have ended written together.

Nobody else has them meanwhile: a lock of the database for each, which ends with the connection, so that whoever is
killed leaves them to another. What they did stands in their steps; that they have ended is only said after them.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction

from svyazka.business.automation.action import Case
from svyazka.business.automation.cases import case_of, cases_of
from svyazka.business.automation.models import Rule, Run
from svyazka.business.journal.record import News, announce_all
from svyazka.kit import clock, rows

# A lock for each run: this and its number. Nobody else uses numbers so large.
LOCKS = 7_219_000_000_000_000
LOOKED_AT = 200  # others may have some of them
AS_IT_IS = 0.5  # seconds for which what was read counts as what is so now
LONGEST_WAIT = "5s"  # for a row that somebody else has
State = Run.State


@dataclass(frozen=True)
class Ended:
    """Its step said before what was done."""

    run: Run
    state: str
    why: str = ""


@contextmanager
def taken(most: int, *, is_outside: bool) -> Iterator[Page]:
    """The first that are due and that nobody else has."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [is_outside, clock.now(), LOOKED_AT, LOCKS, most])
        numbers = [number for (number,) in cursor.fetchall()]
        try:
            if numbers:
                cursor.execute(f"set lock_timeout = '{LONGEST_WAIT}'")
            yield Page(numbers)
        finally:
            if numbers:
                cursor.execute("reset lock_timeout")
                cursor.execute(_LET_GO, [LOCKS, numbers])


# The limit within keeps the planner from asking for a lock before it is their turn.
_TAKE = """
select id from (
    select id from automation_run where state = 'waiting' and is_outside = %s and due_at <= %s
    order by due_at, id limit %s
) due where pg_try_advisory_lock(%s + id) limit %s
"""
_LET_GO = "select pg_advisory_unlock(%s + id) from unnest(%s::bigint[]) id"


class Page:
    def __init__(self, numbers: Sequence[int]) -> None:
        self.begun = 0  # of its runs
        self._read_at, self._session = time.monotonic(), connection.connection
        self._steps: dict[int, dict[int, str]] = {}
        self._acted: Counter[tuple[int, int | None, int | None]] = Counter()
        self._ended: list[Ended] = []
        self._runs = self._read(numbers) if numbers else []
        self._cases = cases_of(self._runs)

    def __iter__(self) -> Iterator[Run]:
        """In the order in which they were due, as long as what was read is so and nobody else can have taken them; the
        others come with another page."""
        for run in self._runs:
            if self.begun and (time.monotonic() - self._read_at > AS_IT_IS or self._is_cut()):
                return
            self.begun += 1
            yield run

    def steps(self, run: Run) -> dict[int, str]:
        """Position → state."""
        return self._steps[run.pk]

    def case(self, run: Run) -> Case:
        return self._cases.get(run.pk) or case_of(run)

    def forget(self, case: Case) -> None:
        """Somebody acts on its client: what is known of him is read anew for whoever comes behind."""
        if case.client:
            self._cases = {
                run: one for run, one in self._cases.items() if one.client is None or one.client.pk != case.client.pk
            }

    def times_acted(self, run: Run) -> int:
        """Of its rule on the same deal within the hour; where there is no deal, on the same client."""
        return self._acted[_whose(run)]

    def end(self, run: Run, state: str, why: str = "") -> None:
        """Written with the others; or at once by `write`, where somebody asks."""
        run.state = state
        self._ended.append(Ended(run, state, why))
        if state in (State.DONE, State.FAILED):
            self._acted[_whose(run)] += 1

    @transaction.atomic
    def write(self) -> None:
        """A person who has left one meanwhile has said more than it does."""
        ended, self._ended = self._ended, []
        if not ended:
            return
        given = [
            {"id": one.run.pk, "state": one.state, "why": one.why[:500], "version": one.run.version} for one in ended
        ]
        with connection.cursor() as cursor:
            cursor.execute(_END, [clock.now(), json.dumps(given)])
        announce_all(News("run", one.run.pk, {"deal": one.run.deal_id} if one.run.deal_id else {}) for one in ended)

    def _is_cut(self) -> bool:
        """The locks have gone with the connection."""
        return connection.connection is not self._session

    def _read(self, numbers: Sequence[int]) -> list[Run]:
        now, runs = clock.now(), []
        for run, steps, times in rows.read_joined(_RUNS, [now - timedelta(hours=1), list(numbers), now], Run):
            runs.append(run)
            self._steps[run.pk] = {int(position): state for position, state in json.loads(steps).items()}
            self._acted[_whose(run)] = times
        rules = rows.read(Rule, "where id = any(%s)", [[run.rule_id for run in runs]])
        known = {rule.pk: rule for rule in rules}
        runs = [run for run in runs if run.rule_id in known]
        for run in runs:
            run.rule = known[run.rule_id]
        return runs


def _whose(run: Run) -> tuple[int, int | None, int | None]:
    return run.rule_id, run.deal_id, None if run.deal_id else run.client_id


# What of them has ended already since they were looked for is left out. Two questions, because each has an index.
_RUNS = f"""
select {rows.columns(Run)},
    (select coalesce(jsonb_object_agg(position, state), '{{}}')::text from automation_step
     where run_id = automation_run.id),
    case when deal_id is not null then (
        select count(*) from automation_run lately where lately.deal_id = automation_run.deal_id
        and lately.at > since and lately.rule_id = automation_run.rule_id and lately.state in ('done', 'failed')
    ) when client_id is not null then (
        select count(*) from automation_run lately where lately.client_id = automation_run.client_id
        and lately.at > since and lately.rule_id = automation_run.rule_id and lately.state in ('done', 'failed')
    ) else 0 end
from automation_run, (select %s::timestamptz) given (since)
where automation_run.id = any(%s) and state = 'waiting' and due_at <= %s
order by due_at, automation_run.id
"""  # noqa: S608  # of our own models' names only
_END = """
update automation_run set state = one.state, why = one.why, ended_at = %s, version = one.version, is_outside = false
from json_to_recordset(%s) as one (id bigint, state text, why text, version integer)
where automation_run.id = one.id and automation_run.state = 'waiting'
"""
