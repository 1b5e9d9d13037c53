"""What files a company keeps, how large, and for how long they can be put back."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from svyazka.business.files.families import FAMILIES
from svyazka.business.files.models import FileRules
from svyazka.business.journal.record import About, Actor, record
from svyazka.kit.refusals import Refused

MB = 1024 * 1024
LARGEST_MB = 2000
MOST_OF_DEAL_MB = 100_000
LONGEST_DAYS = 365


def rules() -> FileRules:
    return FileRules.objects.first() or FileRules()


@transaction.atomic
def change(
    *,
    largest_mb: int,
    most_of_deal_mb: int,
    families: Sequence[str],
    keep_removed_days: int,
    takes_macros: bool,
    by: Actor,
) -> FileRules:
    _insist("largest_mb", largest_mb, LARGEST_MB)
    _insist("most_of_deal_mb", most_of_deal_mb, MOST_OF_DEAL_MB)
    _insist("keep_removed_days", keep_removed_days, LONGEST_DAYS)
    if most_of_deal_mb < largest_mb:
        words = _("All files together cannot be less than one of them.")
        raise Refused(words, fields={"most_of_deal_mb": words})
    FileRules.objects.bulk_create([FileRules()], ignore_conflicts=True)
    current = FileRules.objects.select_for_update().get()
    wanted = {
        "largest": largest_mb * MB,
        "most_of_deal": most_of_deal_mb * MB,
        "families": _chosen(families),
        "keep_removed_days": keep_removed_days,
        "takes_macros": takes_macros,
    }
    changes = {name: (getattr(current, name), new) for name, new in wanted.items() if getattr(current, name) != new}
    for name, (_old, new) in changes.items():
        setattr(current, name, new)
    if changes:
        current.save()
        record("files.rules_changed", About("file_rules", current.pk), by=by, changes=changes)
    return current


def _chosen(families: Sequence[str]) -> list[str] | None:
    """None: all, and those that a later version adds."""
    chosen = [code for code in FAMILIES if code in families]
    if not chosen:
        words = _("Tick at least one kind.")
        raise Refused(words, fields={"families": words})
    return None if len(chosen) == len(FAMILIES) else chosen


def _insist(name: str, given: int, most: int) -> None:
    if not 1 <= given <= most:
        words = _("From 1 to {most}.").format(most=most)
        raise Refused(words, fields={name: words})
