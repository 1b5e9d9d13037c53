"""A notice has been read: by a click, or because its person has opened what it is about."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from svyazka.business.journal.record import announce
from svyazka.business.notices import outbox
from svyazka.business.notices.models import Notice
from svyazka.business.staff.models import Person
from svyazka.kit import clock

KEPT = timedelta(days=90)
KEPT_READ = timedelta(days=30)


def read(notice: Notice) -> None:
    _read(Notice.objects.filter(pk=notice.pk), notice.person_id)


def seen(notice: Notice) -> None:
    """A page that its person looks at shows it: it need not be said in a messenger as well."""
    outbox.call_off(notice)


def read_all(person: Person) -> None:
    _read(Notice.objects.filter(person=person), person.pk)


def read_these(person: Person, ids: Collection[int]) -> None:
    """His own; a second time changes nothing."""
    _read(Notice.objects.filter(person=person, pk__in=ids), person.pk)


def read_of_deal(person: Person, deal_id: int) -> None:
    """The person looks at the deal, and so at all that there was to hear of it."""
    _read(Notice.objects.filter(person=person, deal_id=deal_id), person.pk)


def forget_old_notices() -> None:
    now = clock.now()
    old = Q(at__lt=now - KEPT) | Q(at__lt=now - KEPT_READ, read_at__isnull=False)
    Notice.objects.filter(old, at__lt=now - KEPT_READ).delete()


@transaction.atomic
def _read(notices: QuerySet[Notice], person_id: int) -> None:
    """Whoever has read it need not be told once more, by push or messenger."""
    if notices.filter(read_at=None).update(read_at=clock.now(), try_at=None):
        announce("notice", 0, people=[person_id], data={"read": 1})
