"""What opens a transaction or a savepoint goes to the server with the first question in it.

psycopg waits for the answer to BEGIN, and Django for those to SAVEPOINT and RELEASE, before anything is asked. Each
such journey wakes up two processes and tells nobody anything. Savepoints in which nothing is asked are never told of.

libpq's pipeline: https://www.postgresql.org/docs/current/libpq-pipeline-mode.html; what of psycopg is built on here has
no promise of staying, so its version is pinned and `test_one_journey.py` insists.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import errors
from psycopg._preparing import Prepare
from psycopg.abc import PQGen
from psycopg.generators import fetch_many, send
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

MOST_PLANNED = 300  # questions that a session keeps planned; a page's process asks more than psycopg's hundred


class Connection(psycopg.Connection[Any]):
    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._prepared.prepared_max = MOST_PLANNED
        self.kept_back: list[bytes] = []  # not said yet, in order
        self.goes_together = False  # the question that comes says it

    @property
    def has_failed(self) -> bool:
        return self.pgconn.transaction_status == TransactionStatus.INERROR

    def command(self, said: str) -> None:
        with self.lock:
            self.wait(self._exec_command(said.encode()))

    def take_opening(self) -> list[bytes]:
        """What has to be said before the next question."""
        opening, self.kept_back = self.kept_back, []
        begins = not self._autocommit and self.pgconn.transaction_status == TransactionStatus.IDLE
        return [self._get_tx_start_command(), *opening] if begins else opening

    def _start_query(self) -> PQGen[None]:
        if self.goes_together:
            return
        yield from super()._start_query()
        opening, self.kept_back = self.kept_back, []
        for command in opening:
            yield from self._exec_command(command)

    def _commit_gen(self) -> PQGen[None]:
        self.kept_back = []
        yield from super()._commit_gen()

    def _rollback_gen(self) -> PQGen[None]:
        """What is kept planned stays so: psycopg would forget it all, in case a table was changed and is not now."""
        self.kept_back = []
        is_plain = not (self._num_transactions or self._tpc or self._pipeline)
        if is_plain and self.pgconn.transaction_status != TransactionStatus.IDLE:
            yield from self._exec_command(b"ROLLBACK")
            yield from self._prepared.maintain_gen(self)
        else:
            yield from super()._rollback_gen()


class Cursor(psycopg.Cursor[Any]):
    _opens = False

    def _execute_gen(self, *given: Any, **named: Any) -> PQGen[None]:
        connection = self._conn
        if not isinstance(connection, Connection) or connection._pipeline:
            yield from super()._execute_gen(*given, **named)
            return
        self._opens = connection.goes_together = True
        try:
            yield from super()._execute_gen(*given, **named)
        finally:
            self._opens = connection.goes_together = False

    def _maybe_prepare_gen(self, pgq: Any, *, prepare: bool | None = None, binary: bool | None = None) -> PQGen[None]:
        # Not before: a question that cannot even be put together opens nothing.
        opening = self._conn.take_opening() if self._opens and isinstance(self._conn, Connection) else []
        self._opens = False
        if not opening:
            yield from super()._maybe_prepare_gen(pgq, prepare=prepare, binary=binary)
            return
        prep, name = self._get_prepared(pgq, prepare)
        if prep is Prepare.NO and not pgq.params:
            # It may be several at once, as migrations have them; a pipeline takes one only.
            for command in opening:
                yield from self._conn._exec_command(command)
            yield from super()._maybe_prepare_gen(pgq, prepare=prepare, binary=binary)
            return
        *_before, results = yield from self._together(opening, pgq, prep, name, binary=binary)
        key = self._conn._prepared.maybe_add_to_cache(pgq, prep, name)
        if key is not None:
            self._conn._prepared.validate(key, prep, name, results)
        self._check_results(results)
        self._set_results(results)

    def _check_results(self, results: list[PGresult]) -> None:
        """Where a table was changed under a question that is kept planned, all are planned anew."""
        try:
            super()._check_results(results)
        except (errors.FeatureNotSupported, errors.InvalidSqlStatementName):
            self._conn._prepared.clear()
            raise

    def _together(
        self, opening: Sequence[bytes], pgq: Any, prep: Prepare, name: bytes, *, binary: bool | None
    ) -> PQGen[list[list[PGresult]]]:
        """In one journey. The answers to each in order; raises where the first ones were refused."""
        server = self._pgconn
        server.enter_pipeline_mode()
        try:
            for command in opening:
                server.send_query_params(command, None)
            if prep is Prepare.SHOULD:
                self._send_prepare(name, pgq)
            if prep is Prepare.NO:
                self._execute_send(pgq, binary=binary, force_extended=True)
            else:
                self._send_query_prepared(name, pgq, binary=binary)
            server.pipeline_sync()
        except BaseException:  # more values than can be sent at once, say: there is no way back out of a pipeline
            server.finish()
            raise
        yield from send(server)
        answers = []
        for _command in range(len(opening) + (prep is Prepare.SHOULD) + 1):
            answers.append((yield from fetch_many(server)))
        yield from fetch_many(server)  # that the server has seen it all
        server.exit_pipeline_mode()
        for results in answers[:-1]:
            for result in results:
                if result.status == ExecStatus.FATAL_ERROR:
                    raise errors.error_from_result(result, encoding=self._encoding)
        return answers
