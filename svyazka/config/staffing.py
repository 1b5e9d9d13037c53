"""`svyazka staff ...`: for someone who cannot log in, and for the first administrator of a new company."""

from __future__ import annotations

import getpass

from svyazka.business.journal.record import Automaton
from svyazka.business.staff import hire
from svyazka.business.staff.models import Person, Role
from svyazka.config.holding import CannotStart
from svyazka.kit.refusals import Refused

BY = Automaton("command line")


def set_password(login: str) -> int:
    person = Person.objects.filter(login=login.strip().lower()).first()
    if person is None:
        raise CannotStart(f"Nobody has the login “{login}”.")
    try:
        hire.set_password(person, _asked(), by=BY)
    except Refused as refusal:
        raise CannotStart(str(refusal)) from None
    print(f"The password of {person.login} is changed; open sessions have ended.")
    return 0


def take_on_administrator(login: str, full_name: str) -> int:
    try:
        hire.hire(login=login, full_name=full_name, role=Role.ADMINISTRATOR, password=_asked(), by=BY)
    except Refused as refusal:
        raise CannotStart(str(refusal)) from None
    print(f"{login} can log in now.")
    return 0


def _asked() -> str:
    password = getpass.getpass("New password: ")
    if getpass.getpass("Once more: ") != password:
        raise CannotStart("The two passwords differ.")
    return password
