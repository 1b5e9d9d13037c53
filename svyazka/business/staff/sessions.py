"""Sessions in the database, each with the person it belongs to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone

from svyazka.business.journal.record import About, Actor, record
from svyazka.business.staff.models import Person, Session


class SessionStore(DatabaseStore):
    """Knows the person and when he was last seen as soon as the session is loaded: one query for both."""

    _row: Session | None = None

    def _get_session_from_db(self) -> Session | None:
        rows = Session.objects.select_related("person__department")
        self._row = rows.filter(session_key=self.session_key, expire_date__gt=timezone.now()).first()
        if self._row is None:
            self._session_key = None
        return self._row

    @property
    def person(self) -> Person | None:
        self._get_session()
        return self._row.person if self._row else None

    @property
    def seen_at(self) -> datetime | None:
        return self._row.seen_at if self._row else None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        session = super().create_model_instance(data)
        session.person_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        session.address = data.get("address")
        session.device = data.get("device", "")
        return session


def end(session: Session, *, by: Actor) -> None:
    """The device that holds it is logged out with its next request."""
    record("staff.session_ended", About("person", session.person_id or 0), by=by)
    session.delete()


def end_all(person: Person, *, by: Actor) -> int:
    """Ends every session of a person; says how many there were."""
    count, _ = Session.objects.filter(person=person).delete()
    record("staff.sessions_ended", About("person", person.pk), by=by, changes={"sessions": (count, 0)})
    return count
