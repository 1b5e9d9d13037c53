"""Django's PostgreSQL with three differences.

Moments are read by psycopg itself, where it can in C: Django wraps its reader in Python to put a zone of its own in the
place of the one that was read. Our sessions are in UTC, where both are the same: a board of 160 cards reads its 500
moments in a tenth of the time.

A connection that the server has cut off meanwhile is not given out: seen at its socket, which costs a question nothing.

What opens a transaction or a savepoint goes along with the first question in it (`one_journey.py`).
"""

from __future__ import annotations

import select
from typing import Any

from django.db.backends.postgresql import base
from psycopg.adapt import AdaptersMap
from psycopg.types.datetime import TimestamptzLoader

from svyazka.config.postgresql.one_journey import Connection, Cursor


class DatabaseWrapper(base.DatabaseWrapper):
    def __init__(self, settings: dict[str, Any], *given: Any, **named: Any) -> None:
        super().__init__(settings, *given, **named)
        if pool := settings["OPTIONS"].get("pool"):
            settings["OPTIONS"]["pool"] = {**pool, "connection_class": Connection}

    def get_connection_params(self) -> dict[str, Any]:
        given: dict[str, Any] = super().get_connection_params()
        given["context"] = AdaptersMap(given["context"])
        given["context"].register_loader("timestamptz", TimestamptzLoader)
        given["cursor_factory"] = Cursor
        return given

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        while self.pool and _is_cut_off(connection):
            connection.close()
            self.pool.putconn(connection)  # makes a new one in its place
            connection = self.pool.getconn()
        if isinstance(connection, Connection):
            connection.kept_back.clear()
        return connection

    def create_cursor(self, name: str | None = None) -> Any:
        """Without asking whether the reader fits. Named ones are switched off in the settings."""
        return self.connection.cursor()

    def _savepoint(self, sid: str) -> None:
        if not isinstance(self.connection, Connection):
            super()._savepoint(sid)  # type: ignore[misc]  # not in the stubs
            return
        self.connection.kept_back.append(self._begins(sid))

    def _savepoint_commit(self, sid: str) -> None:
        """Where something has failed that nobody has told of, it is not to go unnoticed."""
        if not isinstance(self.connection, Connection) or self.connection.has_failed:
            super()._savepoint_commit(sid)  # type: ignore[misc]  # not in the stubs
            return
        kept_back = self.connection.kept_back
        if kept_back[-1:] == [self._begins(sid)]:
            kept_back.pop()
        else:
            kept_back.append(self.ops.savepoint_commit_sql(sid).encode())

    def _savepoint_rollback(self, sid: str) -> None:
        if not isinstance(self.connection, Connection):
            super()._savepoint_rollback(sid)  # type: ignore[misc]  # not in the stubs
            return
        begins, kept_back = self._begins(sid), self.connection.kept_back
        if begins in kept_back:
            del kept_back[kept_back.index(begins) + 1 :]
        else:
            # Not by a cursor: it would forget what is kept planned.
            kept_back.clear()
            with self.wrap_database_errors:
                self.connection.command(self.ops.savepoint_rollback_sql(sid))

    def _begins(self, sid: str) -> bytes:
        return self.ops.savepoint_create_sql(sid).encode()


def _is_cut_off(connection: Any) -> bool:
    """Nobody has asked anything: what can be read now is the server's farewell."""
    watch = select.poll()
    watch.register(connection.fileno(), select.POLLIN)
    return bool(watch.poll(0))
