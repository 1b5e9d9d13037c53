"""The departments of the company. Which of them may go, `deals/giving_up.py` knows."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import IntegrityError, transaction

from svyazka.business.journal.record import About, Actor, record
from svyazka.business.staff.models import Department
from svyazka.kit import codes, words


def add(typed: Mapping[str, str], *, by: Actor) -> Department:
    known = {one.code: one.words.get("ru", "") for one in Department.objects.all()}
    name = words.chosen(typed, besides=known.values())
    made = Department(code=codes.made_of(name, besides=known), words=name)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
            record("staff.department_added", _about(made), by=by, changes={"name": (None, words.to_store(name))})
    except IntegrityError as conflict:
        raise words.taken() from conflict
    return made


@transaction.atomic
def rename(department: Department, typed: Mapping[str, str], *, by: Actor) -> Department:
    current = Department.objects.select_for_update().get(pk=department.pk)
    others = Department.objects.exclude(pk=current.pk).values_list("words__ru", flat=True)
    before, current.words = current.words, words.chosen(typed, besides=list(others))
    if current.words != before:
        current.save(update_fields=["words"])
        changes = {"name": (words.to_store(before), words.to_store(current.words))}
        record("staff.department_changed", _about(current), by=by, changes=changes)
    return current


@transaction.atomic
def remove(department: Department, *, by: Actor) -> None:
    changes = {"name": (words.to_store(department.words), None)}
    record("staff.department_removed", _about(department), by=by, changes=changes)
    department.delete()


def _about(department: Department) -> About:
    return About("department", department.pk)
