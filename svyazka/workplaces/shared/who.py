"""Who asks: the person of the session, with one query."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.contrib.auth import HASH_SESSION_KEY
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import constant_time_compare

from svyazka.business.staff.models import Person, Session
from svyazka.business.staff.sessions import SessionStore
from svyazka.kit import clock

SEEN_EVERY = timedelta(minutes=5)


class PersonMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.began_at = clock.now()  # type: ignore[attr-defined]
        request.person = person_of(request.session)  # type: ignore[attr-defined, arg-type]
        return self.get_response(request)


def person_of(session: SessionStore) -> Person | None:
    if not session.session_key:
        return None
    shown = session.get(HASH_SESSION_KEY)
    person = session.person
    if person is None or not person.is_active or not shown:
        return None
    # A changed password ends the sessions that were opened with the old one.
    if not constant_time_compare(shown, person.get_session_auth_hash()):
        session.flush()
        return None
    if session.seen_at and clock.now() - session.seen_at > SEEN_EVERY:
        Session.objects.filter(session_key=session.session_key).update(seen_at=clock.now())
    return person
