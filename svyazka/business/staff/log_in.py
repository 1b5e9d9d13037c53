"""Logging in: who is it, and how many wrong guesses are too many."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db import connection, transaction
from django.db.models import Count, Max, Q
from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.record import About, record
from svyazka.business.staff import hire
from svyazka.business.staff.models import LoginFailure, Person
from svyazka.business.staff.passwords import LONGEST
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

REMEMBERED = timedelta(hours=1)
FREE_PER_LOGIN = 5
# A whole office may stand behind one address.
FREE_PER_ADDRESS = 50
FIRST_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(minutes=15)


class WrongPassword(Refused):
    """The same answer for an unknown login, a wrong password and somebody who was let go."""

    def __init__(self) -> None:
        super().__init__(_("The login or the password is wrong."))


class TooManyGuesses(Refused):
    status = 429

    def __init__(self, seconds: int):
        super().__init__(_("Too many wrong guesses. Wait a little, then try again."))
        self.seconds = seconds


def log_in(login: str, password: str, *, address: str, device: str) -> Person:
    """Says whose login and password these are. Raises WrongPassword or TooManyGuesses."""
    login = login.strip().lower()[:60].replace("\0", "")
    guess = _write_guess_down(login, address)
    person = Person.objects.working().select_related("department").filter(login=login).first()
    if not _fits(person, password):
        raise WrongPassword
    assert person is not None
    with transaction.atomic():
        LoginFailure.objects.filter(Q(pk=guess.pk) | Q(login=login)).delete()
        record("staff.logged_in", About("person", person.pk), by=person, note=device[:200])
    return person


def change_password(person: Person, *, old: str, new: str, address: str) -> None:
    """One's own. A session left open is no place to try passwords: wrong ones count as at the log-in."""
    guess = _write_guess_down(person.login, address)
    if not _fits(person, old):
        words = _("The present password is wrong.")
        raise Refused(words, fields={"old": words})
    guess.delete()
    hire.set_password(person, new, by=person)


def forget_old_guesses() -> None:
    """Those that count no longer."""
    LoginFailure.objects.filter(at__lt=clock.now() - REMEMBERED).delete()


@transaction.atomic
def _write_guess_down(login: str, address: str) -> LoginFailure:
    """Counted as wrong before it is looked at: guesses sent side by side cannot slip past the count."""
    with connection.cursor() as cursor:
        for word in sorted([f"login {login}", f"address {address}"]):
            cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [word])
    now = clock.now()
    free_at = max(
        _free_at(Q(login=login), free=FREE_PER_LOGIN, now=now),
        _free_at(Q(address=address), free=FREE_PER_ADDRESS, now=now),
    )
    if free_at > now:
        raise TooManyGuesses(int((free_at - now).total_seconds()) + 1)
    return LoginFailure.objects.create(login=login, address=address)


def _free_at(whose: Q, *, free: int, now: datetime) -> datetime:
    """When the next guess may come: each one beyond the free ones doubles the wait."""
    found = LoginFailure.objects.filter(whose, at__gt=now - REMEMBERED).aggregate(count=Count("pk"), last=Max("at"))
    if found["count"] < free:
        return now
    doubled: timedelta = FIRST_WAIT * 2 ** min(found["count"] - free, 10)
    waiting_from: datetime = found["last"]
    return waiting_from + min(doubled, LONGEST_WAIT)


def _fits(person: Person | None, password: str) -> bool:
    if len(password) > LONGEST:
        return False
    if person is None:
        # As much work as for a known login, so that the time does not tell which logins exist.
        make_password(password)
        return False

    def keep_stronger(typed: str) -> None:
        Person.objects.filter(pk=person.pk).update(password=make_password(typed))
        person.refresh_from_db(fields=["password"])

    return check_password(password, person.password, setter=keep_stronger)
