"""Somebody leaves the company: everything that he has on the table goes to others in the same transaction.

Deals with their steps, hand-offs that wait for him and questions go with `deals.hand_over`. Visits go to whoever can do
them and is free at that time; the others stay, and whoever let him go is told which.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from svyazka.business.deals.handing import hand_over
from svyazka.business.deals.handing.hand_over import OnTheTable
from svyazka.business.journal.record import Actor
from svyazka.business.notices import linking
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.business.visits import resources
from svyazka.business.visits.booking import move
from svyazka.business.visits.models import Resource, Visit
from svyazka.business.visits.whereabouts import consent
from svyazka.kit.refusals import Refused


class To(StrEnum):
    """Who gets it."""

    RULE = "rule"  # as each pipeline says; what no rule names goes to the department
    DEPARTMENT = "department"  # evenly
    PERSON = "person"


@dataclass(frozen=True)
class Work:
    table: OnTheTable
    visits: int

    def __bool__(self) -> bool:
        return bool(self.table) or self.visits > 0


def work_of(person: Person) -> Work:
    return Work(hand_over.on_the_table(person), len(resources.ahead_of(person)))


@transaction.atomic
def let_go(person: Person, *, to: To | None = None, receiver: Person | None = None, by: Person) -> list[Visit]:
    """Closes the log-in, and nothing is left with somebody who is not there. Visits that nobody else can do at their
    time are given back: they stay as they are. A second click changes nothing."""
    _one_after_the_other()
    if not Person.objects.working().filter(pk=person.pk).exists():
        return []
    if hand_over.on_the_table(person):
        hand_over.pass_on(person, to=_receivers(person, to, receiver), by_rule=to is To.RULE, by=by)
    consent.withdraw(person, by=by)
    left = [visit for visit in resources.ahead_of(person) if not _goes_to_another(visit, person, by=by)]
    resources.let_go(person, by=by)
    linking.end_all(person, by=by)
    return left


def _one_after_the_other() -> None:
    """Of two who are let go at once with each other as receivers, the second finds the first one gone."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended('dismissal', 0))")


def _receivers(person: Person, to: To | None, receiver: Person | None) -> Collection[Person]:
    if to is None:
        words = _("Choose who gets what this person has on the table.")
        raise Refused(words, fields={"to": words})
    if to is To.PERSON:
        return [_receiver(person, receiver)]
    may = Person.objects.working().filter(role__in=roles.having("deals.change"), department=person.department_id)
    found = list(may.exclude(pk=person.pk).order_by("pk")) if person.department_id else []
    if not found and to is To.DEPARTMENT:
        words = _("Nobody else in this department can be responsible for deals. Choose a person.")
        raise Refused(words, fields={"to": words})
    return found


def _receiver(person: Person, receiver: Person | None) -> Person:
    found = Person.objects.working().filter(pk=receiver.pk).first() if receiver else None
    if found is None or found.pk == person.pk or not roles.may(found, "deals.change"):
        words = _("Choose a person who can be responsible for deals.")
        raise Refused(words, fields={"receiver": words})
    return found


def _goes_to_another(visit: Visit, person: Person, *, by: Actor) -> bool:
    """To the first who does such work and is free then."""
    others = Resource.objects.filter(is_active=True, skills__contains=[visit.kind.skill]).exclude(person=person)
    return any(_moved(visit, other, by=by) for other in others.select_related("person").order_by("position", "pk"))


def _moved(visit: Visit, other: Resource, *, by: Actor) -> bool:
    with translation.override(settings.LANGUAGE_CODE):
        reason = str(_("The one before has left the company."))
    try:
        with transaction.atomic():
            move(visit, visit.starts_at, other, reason=reason, by=by)
    except Refused:
        return False
    return True
