"""Whether somebody lets his phone note when he comes to an address and leaves it. Off until the company switches it on
and he agrees; whoever takes that back takes along all that was kept."""

from __future__ import annotations

from typing import NamedTuple

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.record import About, Actor, record
from svyazka.business.staff.models import Person
from svyazka.business.visits.models import Action, Consent, Mark
from svyazka.business.visits.road.rules import rules
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

KINDS = ("came", "left")  # actions of the phone


class Stands(NamedTuple):
    """What the company wants, and what somebody has agreed to."""

    wanted: bool
    agreed: bool


def stands(person: Person) -> Stands:
    with connection.cursor() as cursor:
        cursor.execute(_STANDS, [person.pk])
        return Stands(*cursor.fetchone())


_STANDS = """
select coalesce((select notes_arrivals from visits_roadrules where id = 1), false),
       exists (select 1 from visits_consent where person_id = %s)
"""


def of(person: Person) -> Consent | None:
    return Consent.objects.filter(person=person).first()


@transaction.atomic
def give(person: Person) -> Consent:
    """Only by himself. A second tap changes nothing."""
    if not rules().notes_arrivals:
        raise Refused(_("The company does not note arrivals."))
    consent, is_new = Consent.objects.get_or_create(person=person, defaults={"given_at": clock.now()})
    if is_new:
        record("visits.consent_given", About("person", person.pk), by=person, people=[person.pk])
    return consent


@transaction.atomic
def withdraw(person: Person, *, by: Actor) -> None:
    """Marks that are on their way from the phone are not taken any more, either."""
    given = Consent.objects.select_for_update().filter(person=person).first()
    Mark.objects.filter(person=person).delete()
    Action.objects.filter(person=person, kind__in=KINDS).delete()
    if given:
        given.delete()
        record("visits.consent_withdrawn", About("person", person.pk), by=by, people=[person.pk])


@transaction.atomic
def withdraw_all(*, by: Actor) -> None:
    """The company does not want it any more: nothing is left of it."""
    Mark.objects.all().delete()
    Action.objects.filter(kind__in=KINDS).delete()
    for person in Person.objects.filter(pk__in=Consent.objects.values("person")):
        record("visits.consent_withdrawn", About("person", person.pk), by=by, people=[person.pk])
    Consent.objects.all().delete()
