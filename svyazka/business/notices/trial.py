"""A notice to oneself, to see whether it arrives."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.record import Automaton
from svyazka.business.notices import outbox
from svyazka.business.notices.models import Notice
from svyazka.business.notices.tell import Word, tell_all
from svyazka.business.staff.models import Person
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

KIND = "own.trial"
PAUSE = timedelta(seconds=30)


@transaction.atomic
def send(person: Person) -> Notice:
    """On all devices, or in the messenger where there are none; at any hour."""
    if Notice.objects.filter(person=person, kind=KIND, at__gt=clock.now() - PAUSE).exists():
        raise Refused(_("One is on its way already. Try again in half a minute."))
    (told,) = tell_all(KIND, [Word([person.pk], Automaton("Notices"))], one_way=True)
    if told.try_at is None and not outbox.waiting([told.pk]):
        raise Refused(_("There is no device and no messenger to which it could go. Switch one on here."))
    return told
