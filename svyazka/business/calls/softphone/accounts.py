"""With what a person calls, and the account his softphone registers with."""

from __future__ import annotations

import re
import secrets as random
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.calls.commands import pbx_of
from svyazka.business.calls.models import SipAccount
from svyazka.business.calls.softphone.settings import Line, line_of
from svyazka.business.journal.record import About, Actor, record
from svyazka.business.staff import hire
from svyazka.business.staff.models import CallsBy, Person
from svyazka.kit import secrets
from svyazka.kit.refusals import Refused

_LOGIN = re.compile(r"[A-Za-z0-9._-]{1,60}")
LONGEST = 100


@dataclass(frozen=True)
class Softphone:
    """All that a browser needs to register."""

    line: Line
    login: str
    secret: str
    name: str


def choose(person: Person, calls_by: CallsBy, *, by: Actor) -> None:
    """With what he calls from now on. What he cannot use is refused, so that no click leads nowhere."""
    if calls_by == CallsBy.SOFTPHONE:
        _insist_usable(person)
    hire.change(person, by=by, calls_by=calls_by.value)


def enter(person: Person, *, login: str, secret: str, by: Actor) -> None:
    """As the PBX has it. `login`: empty is the extension; `secret`: empty is the stored one."""
    login = login.strip()
    if login and not _LOGIN.fullmatch(login):
        words = _("A login at the PBX is made of Latin letters, digits, dots and dashes.")
        raise Refused(words, fields={"sip_login": words})
    if len(secret) > LONGEST or any(sign.isspace() or not sign.isprintable() for sign in secret):
        words = _("A secret has no blanks and no more than 100 signs.")
        raise Refused(words, fields={"secret": words})
    _store(person, login, secret, by)


def make_secret(person: Person, *, by: Actor) -> str:
    """A new one, for the PBX to be told; afterwards nobody can look it up."""
    if not person.extension:
        raise Refused(_("Enter the extension first."))
    account = SipAccount.objects.filter(person=person).first()
    secret = random.token_urlsafe(18)
    _store(person, account.login if account else "", secret, by)
    return secret


@transaction.atomic
def forget(person: Person, *, by: Actor) -> None:
    """The PBX has to be told, too. Whoever called with it goes back to the desk phone."""
    deleted, _rows = SipAccount.objects.filter(person=person).delete()
    if deleted:
        record("calls.sip_account_removed", About("person", person.pk), by=by)
    if person.calls_by == CallsBy.SOFTPHONE:
        hire.change(person, by=by, calls_by=CallsBy.DESK.value)


def softphone_of(person: Person) -> Softphone | None:
    """None: he does not call out of the browser, or cannot."""
    line = line_of(pbx_of(person)) if person.calls_by == CallsBy.SOFTPHONE else None
    account = SipAccount.objects.filter(person=person).first() if line else None
    if line is None or account is None:
        return None
    login = account.login or person.extension
    return Softphone(line, login, secrets.take_out(account.secret), person.full_name)


@transaction.atomic
def _store(person: Person, login: str, secret: str, by: Actor) -> None:
    account = SipAccount.objects.select_for_update().filter(person=person).first()
    if account is None and not (login or secret):
        return
    if account is None and not secret:
        words = _("The secret of the softphone at the PBX is missing.")
        raise Refused(words, fields={"secret": words})
    changes: dict[str, tuple[object, object]] = {}
    account = account or SipAccount(person=person)
    if login != account.login:
        changes["sip_login"] = (account.login, login)
    if secret:
        changes["secret"] = ("", "•••")
        account.secret = secrets.lock_away(secret)
    if changes:
        account.login = login
        account.save()
        record("calls.sip_account_changed", About("person", person.pk), by=by, changes=changes)


def _insist_usable(person: Person) -> None:
    if not person.extension:
        raise Refused(_("You have no phone on the PBX. The administrator enters it with your account."))
    if line_of(pbx_of(person)) is None:
        raise Refused(_("The PBX is not set up for calls out of the browser yet."))
    if not SipAccount.objects.filter(person=person).exists():
        raise Refused(_("There is no softphone account on the PBX yet. The administrator enters it."))
