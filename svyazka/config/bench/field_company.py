"""Run in a process of its own with Django set up: engineers with their phones, their visits of today, and a form of
forty openings that is half filled in.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY

from svyazka.business.clients.models import Client, ContactPoint
from svyazka.business.deals import opening
from svyazka.business.journal.record import Automaton
from svyazka.business.sheets import forms
from svyazka.business.sheets.models import FormKind, Sheet
from svyazka.business.staff.models import Person
from svyazka.business.staff.sessions import SessionStore
from svyazka.business.visits.models import Booking, Resource, Visit, VisitKind
from svyazka.business.visits.on_site import in_hand
from svyazka.config.bench import base
from svyazka.kit import clock

HOUSE = Automaton("bench")
OPENINGS = 40
OF_THE_FIRST = 10  # visits


def main() -> None:
    """Argument: how many phones besides the first one. What the bench has to know goes to stdout."""
    kind = VisitKind.objects.get(code="measurement")
    people = [_engineer(number) for number in range(int(sys.argv[1]) + 1)]
    many = [OF_THE_FIRST, *(1 for _other in people[1:])]
    visits = {one.pk: _visits(one, kind, number, many[number]) for number, one in enumerate(people)}
    first = visits[people[0].pk][0]
    _fill_in(first)
    told = {
        "phones": [_phone(one, visits[one.pk], is_first=one == people[0]) for one in people],
        "form": f"/field/visits/{first.pk}/forms/measurement/",
    }
    print(json.dumps(told))


def _engineer(number: int) -> Person:
    person = Person(login=f"phone{number}", full_name=f"Engineer {number}", role="engineer")
    person.set_unusable_password()
    person.save()
    Resource.objects.create(
        kind=Resource.Kind.ENGINEER, name=person.full_name, person=person, skills=["measurement"],
        position=1000 + number, hours={str(day): [["08:00", "20:00"]] for day in range(7)},
    )  # fmt: skip
    return person


def _visits(person: Person, kind: VisitKind, number: int, many: int) -> list[Visit]:
    """One after the other, today."""
    begins = clock.day_bounds(clock.today())[0] + timedelta(hours=8)
    return [_visit(person, kind, number * OF_THE_FIRST + at, begins + timedelta(hours=at)) for at in range(many)]


def _visit(person: Person, kind: VisitKind, number: int, starts_at: Any) -> Visit:
    client = Client.objects.create(name=base.name_of(number), address=base.address_of(number))
    ContactPoint.objects.create(client=client, kind=ContactPoint.Kind.PHONE, value=base.phone_of(number))
    visit = Visit.objects.create(
        kind=kind, deal=opening.open_deal(client, by=HOUSE), client=client, resource=person.resource,
        address=client.address, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=50), request_id=uuid4(),
    )  # fmt: skip
    Booking.objects.create(resource=person.resource, during=(visit.starts_at, visit.ends_at), visit=visit)
    return visit


def _fill_in(visit: Visit) -> None:
    form = FormKind.objects.get(code="measurement")
    written = forms.newest_of(form)
    assert written is not None  # the blueprint brings it
    openings = [{"id": f"row-{number:02}", "kind": "window", "answers": _OPENING} for number in range(OPENINGS)]
    Sheet.objects.create(
        visit=visit, form=form, written=written, answers={"site": {"floor": 3}, "openings": openings}, revision=1,
        at=clock.now(),
    )  # fmt: skip


_OPENING = {
    "room": "bedroom",
    "widths": [1200, 1201, 1200],
    "heights": [1400, 1400, 1401],
    "diagonal_1": 1844,
    "diagonal_2": 1843,
    "sashes": [{"opens": "tilt_turn", "hangs": "left"}, {"opens": "fixed"}],
    "reveal_left": 180,
    "reveal_right": 180,
    "reveal_top": 150,
    "level": 2,
    "sill": "new",
    "sill_length": 1300,
    "sill_depth": 250,
}


def _phone(person: Person, visits: list[Visit], *, is_first: bool) -> dict[str, Any]:
    """The first one reads in its pages what the others have to be told."""
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    said = [one.pk if is_first else {"id": one.pk, "seen": in_hand.seen(one, person)} for one in visits]
    return {"person": person.pk, "session": session.session_key, "visits": said}
