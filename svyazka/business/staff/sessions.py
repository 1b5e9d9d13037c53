"""Sessions in the database, each with the person it belongs to."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import transaction

from svyazka.business.journal.record import About, Actor, record
from svyazka.business.staff.models import CompanyRole, Department, Person, Session
from svyazka.kit import clock, rows
from svyazka.kit.secrets import fingerprint


class SessionStore(DatabaseStore):
    """Knows the person, when he was last seen, what he has not read yet and where the live events stand as soon as it
    is loaded: one query."""

    _row: Session | None = None
    # The newest live event when the request came in: whatever its page shows is at least as new.
    heard: int = 0
    unread: int = 0  # notices for the bell, counted no further than it shows
    own_problems: int = 0  # likewise, for the number in the frame
    own_tasks: int = 0  # late or due today, as `deals/work/my_day.py` counts them

    def _get_session_from_db(self) -> Session | None:
        self._row, self.heard, self.unread, self.own_problems, self.own_tasks = _read(self.session_key)
        if self._row is None:
            self._session_key = None
        return self._row

    @property
    def person(self) -> Person | None:
        self.get(SESSION_KEY)  # makes sure that the row has been read
        return self._row.person if self._row else None

    @property
    def seen_at(self) -> datetime | None:
        return self._row.seen_at if self._row else None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        session = cast(Session, super().create_model_instance(data))
        session.person_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        session.address = data.get("address")
        session.device = data.get("device", "")
        known = self._row if self._row and self._row.session_key == session.session_key else None
        session.created_at = known.created_at if known else clock.now()
        session.seen_at = known.seen_at if known else clock.now()
        return session


def begin(session: SessionStore, person: Person, *, address: str, device: str) -> None:
    """Under a new key: one that was planted before the log-in is worth nothing."""
    session.flush()
    session[SESSION_KEY] = str(person.pk)
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session["address"] = address or None
    session["device"] = device[:200]


@transaction.atomic
def leave(session: SessionStore, *, by: Person) -> None:
    record("staff.logged_out", About("person", by.pk), by=by)
    session.flush()


def name_of(session: Session) -> str:
    """What a page may call a session by: the key itself would be a log-in."""
    return fingerprint(session.session_key)[:24]


def of_person(person: Person) -> list[Session]:
    return list(Session.objects.filter(person=person, expire_date__gt=clock.now()).order_by("-seen_at", "session_key"))


@transaction.atomic
def end(session: Session, *, by: Actor) -> None:
    """The device that holds it is logged out with its next request."""
    record("staff.session_ended", About("person", session.person_id or 0), by=by)
    session.delete()


@transaction.atomic
def end_all(person: Person, *, by: Actor) -> int:
    """Ends every session of a person; says how many there were."""
    count, _ = Session.objects.filter(person=person).delete()
    record("staff.sessions_ended", About("person", person.pk), by=by, changes={"sessions": (count, 0)})
    return count


def _read(session_key: str | None) -> tuple[Session | None, int, int, int, int]:
    # Anybody may write into a cookie what he likes, also what the database cannot hold.
    if not session_key or not (session_key.isascii() and session_key.isalnum()):
        return None, 0, 0, 0, 0
    now, (_morning, midnight) = clock.now(), clock.day_bounds(clock.today())
    for session, person, department, role, heard, unread, problems, tasks in rows.read_joined(
        _SESSION, [midnight, now, session_key, now], *_MODELS
    ):
        session.person = person
        if person:
            person.department = department
            person.company_role = role
        return cast(Session, session), heard or 0, unread, problems, tasks
    return None, 0, 0, 0, 0


_MODELS = (Session, Person, Department, CompanyRole)
_SESSION = f"""
select {rows.columns(*_MODELS)}, (select max(id) from journal_liveevent), (
    select count(*) from (
        select 1 from notices_notice where notices_notice.person_id = staff_session.person_id and read_at is null
        limit 100
    ) unread
), (
    select count(*) from (
        select 1 from problems_problem where problems_problem.person_id = staff_session.person_id limit 1000
    ) own
), (
    select count(*) from (
        select 1 from deals_task t left join deals_deal d on d.id = t.deal_id
        where t.person_id = staff_session.person_id and t.done_at is null and t.due_at < %s
        and (t.snoozed_until is null or t.snoozed_until <= %s) and (t.deal_id is null or d.closed_at is null)
        limit 100
    ) due
) from staff_session
left join staff_person on staff_person.id = person_id
left join staff_department on staff_department.id = department_id
left join staff_companyrole on staff_companyrole.code = staff_person.role
where session_key = %s and expire_date > %s
"""  # noqa: S608  # of our own models' names only
