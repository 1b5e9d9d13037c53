"""Logging in: who is it, and how many wrong guesses are too many."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db import connection, transaction
from django.db.models import Count, Max, Q
from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.record import About, record
from svyazka.business.staff import hire
from svyazka.business.staff.models import LoginFailure, Person, Session
from svyazka.business.staff.passwords import LONGEST
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

REMEMBERED = timedelta(hours=1)
FREE_PER_LOGIN_AND_ADDRESS = 5
# From wherever they come: who guesses from many addresses is slowed down, and nobody is kept out by a handful.
FREE_PER_LOGIN = 100
# A whole office may stand behind one address.
FREE_PER_ADDRESS = 50
# So many may be checked at the same time without counting as wrong: right ones come side by side too.
SIDE_BY_SIDE = 8
LONGEST_CHECK = timedelta(seconds=10)
FIRST_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(minutes=15)
# As whom programs guess that show wrong keys: nobody's login has capital letters, and no person waits for them.
OF_PROGRAMS = "API"


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
        _count_as_wrong(guess)
        raise WrongPassword
    assert person is not None
    with transaction.atomic():
        LoginFailure.objects.filter(login=login, address=address).delete()
        record("staff.logged_in", About("person", person.pk), by=person, note=device[:200])
    return person


def change_password(person: Person, *, old: str, new: str, address: str) -> None:
    """One's own. A session left open is no place to try passwords: wrong ones count as at the log-in."""
    guess = _write_guess_down(person.login, address)
    if not _fits(person, old):
        _count_as_wrong(guess)
        words = _("The present password is wrong.")
        raise Refused(words, fields={"old": words})
    guess.delete()
    hire.set_password(person, new, by=person)


def forget_old_guesses() -> None:
    """Those that count no longer."""
    LoginFailure.objects.filter(at__lt=clock.now() - REMEMBERED).delete()


@transaction.atomic
def _write_guess_down(login: str, address: str) -> LoginFailure:
    """Counted before it is looked at: guesses sent side by side cannot slip past the count."""
    with connection.cursor() as cursor:
        for word in sorted([f"login {login}", f"address {address}"]):
            cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [word])
    now = clock.now()
    peoples = Q(address=address) & ~Q(login=OF_PROGRAMS)
    bounds = [(Q(login=login, address=address), FREE_PER_LOGIN_AND_ADDRESS), (peoples, FREE_PER_ADDRESS)]
    if not _has_come_from(login, address):
        bounds.append((Q(login=login), FREE_PER_LOGIN))
    may_at = max(free_at(whose, free=free, now=now) for whose, free in bounds)
    if may_at > now:
        raise TooManyGuesses(int((may_at - now).total_seconds()) + 1)
    return LoginFailure.objects.create(login=login, address=address)


def _has_come_from(login: str, address: str) -> bool:
    return Session.objects.filter(person__login=login, address=address).exists()


def _count_as_wrong(guess: LoginFailure) -> None:
    LoginFailure.objects.filter(pk=guess.pk).update(is_checked=True)


def free_at(whose: Q, *, free: int, now: datetime) -> datetime:
    """When the next guess may come: each one beyond the free ones doubles the wait."""
    in_hand = Q(is_checked=False, at__gt=now - LONGEST_CHECK)
    found = LoginFailure.objects.filter(whose, at__gt=now - REMEMBERED).aggregate(
        count=Count("pk"), in_hand=Count("pk", filter=in_hand), last=Max("at")
    )
    counted = found["count"] - min(found["in_hand"], SIDE_BY_SIDE)
    if counted < free:
        return now
    doubled: timedelta = FIRST_WAIT * 2 ** min(counted - free, 10)
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
