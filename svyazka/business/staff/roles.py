"""Who may: each right, and how far it reaches for each role.

A right that a role is not named under is refused. One decorator asks at the door of every page and endpoint
(`workplaces/shared/door.py`), one test walks every address with every role.
"""

from __future__ import annotations

from enum import IntEnum

from svyazka.business.staff.models import Person, Role


class Reach(IntEnum):
    NONE = 0
    OWN = 1  # what the person is responsible for, or is booked on
    DEPARTMENT = 2
    ALL = 3


_OFFICE = (Role.OPERATOR, Role.MANAGER, Role.CONTROLLER, Role.HEAD, Role.ADMINISTRATOR)
_FIELD = (Role.ENGINEER, Role.CREW)


def _all(*roles: Role) -> dict[str, Reach]:
    return dict.fromkeys(roles, Reach.ALL)


RIGHTS: dict[str, dict[str, Reach]] = {
    # Everybody who is logged in: own profile, own sessions, language.
    "own.account": _all(*_OFFICE, *_FIELD),
    # The office: clients, history, search, live queue.
    "clients.see": _all(*_OFFICE),
    "clients.change": _all(Role.OPERATOR, Role.MANAGER, Role.HEAD, Role.ADMINISTRATOR),
    "queue.see": _all(*_OFFICE),
    "requests.take": _all(Role.OPERATOR, Role.MANAGER, Role.HEAD, Role.ADMINISTRATOR),
    "calls.take": _all(Role.OPERATOR, Role.MANAGER, Role.HEAD, Role.ADMINISTRATOR),
    "deals.see": _all(*_OFFICE),
    "deals.change": {
        **_all(Role.OPERATOR, Role.HEAD, Role.ADMINISTRATOR),
        Role.MANAGER: Reach.DEPARTMENT,
    },
    "visits.see": {**_all(*_OFFICE), **dict.fromkeys(_FIELD, Reach.OWN)},
    "visits.book": _all(Role.OPERATOR, Role.MANAGER, Role.HEAD, Role.ADMINISTRATOR),
    # Work on site: on my way, started, done, note and photo.
    "visits.carry_out": dict.fromkeys(_FIELD, Reach.OWN),
    "journal.see": _all(Role.CONTROLLER, Role.HEAD, Role.ADMINISTRATOR),
    "staff.see": _all(Role.HEAD, Role.ADMINISTRATOR),
    "staff.change": _all(Role.ADMINISTRATOR),
    "intake.repair": _all(Role.HEAD, Role.ADMINISTRATOR),
    "settings.change": _all(Role.ADMINISTRATOR),
}


def reach(person: Person, right: str) -> Reach:
    """How far the right goes for this person. A right nobody wrote down is a mistake: KeyError."""
    return RIGHTS[right].get(person.role, Reach.NONE) if person.is_active else Reach.NONE


def may(person: Person, right: str) -> bool:
    return reach(person, right) is not Reach.NONE


def sees_office(role: str) -> bool:
    """Office roles hear of every change; the others only of what concerns themselves."""
    return role in _OFFICE
