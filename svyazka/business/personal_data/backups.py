"""Which archives may still hold somebody who was erased, and when the last one of them is gone."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.record import About, record
from svyazka.business.notices.tell import tell
from svyazka.business.personal_data.models import Backup, Erasure
from svyazka.business.staff.models import Person
from svyazka.kit import clock
from svyazka.kit.refusals import Refused


def there() -> list[Backup]:
    """The latest first."""
    return list(Backup.objects.filter(gone_at=None).order_by("-made_at", "-id")[:200])


def holding(erasure: Erasure, known: list[Backup]) -> list[Backup]:
    return [one for one in known if erasure.ended_at is None or one.made_at <= erasure.ended_at]


def is_at_its_place(backup: Backup) -> bool:
    """Only this machine is looked at: a copy may lie anywhere."""
    return Path(backup.place).is_file()


@transaction.atomic
def is_gone(backup: Backup, *, by: Person) -> None:
    """Somebody says that it and all its copies are deleted."""
    if is_at_its_place(backup):
        raise Refused(_("This archive still lies where it was written to. Delete it there first."))
    there = Backup.objects.filter(pk=backup.pk, gone_at=None)
    if there.update(gone_at=clock.now(), gone_by=by):
        record("personal_data.backup_gone", About("backup", backup.pk), by=by)
        _tell_whom_it_was_the_last_for(by)


def _tell_whom_it_was_the_last_for(by: Person) -> None:
    oldest = Backup.objects.filter(gone_at=None).order_by("made_at").first()
    free = Erasure.objects.filter(told_at=None, ended_at__isnull=False)
    if oldest:
        free = free.filter(ended_at__lt=oldest.made_at)
    for one in free.order_by("pk"):
        # Also to whoever has just said so: it is what he has waited for.
        tell([one.asked_by_id], "erased.everywhere", by=by, client_id=one.client_id, data={"number": one.client_id})
        one.told_at = clock.now()
        one.save(update_fields=["told_at"])
        about = About("client", one.client_id, client_id=one.client_id)
        record("personal_data.erased_everywhere", about, by=by)
