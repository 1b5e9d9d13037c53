"""The company's categories: what it calls what comes in, in which order, and what each means for the house."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.names import Names
from svyazka.business.journal.record import Actor
from svyazka.business.sorting import in_force
from svyazka.business.sorting.models import Category, Meaning, Sorted
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

CATEGORIES = Names(Category, about="category", verb="sorting.category", is_ordered=True)
COLOURS = ("blue", "cyan", "violet", "purple", "amber", "orange", "teal", "lime", "green", "red", "slate")
COUNTED = timedelta(days=30)
MOST = 40


@transaction.atomic
def add(typed: Mapping[str, str], *, meaning: str, colour: str, by: Actor) -> Category:
    _insist_known(meaning, colour)
    if Category.objects.count() >= MOST:
        raise Refused(_("There are 40 categories already: nobody would choose among more."))
    made = CATEGORIES.new(typed)
    made.meaning, made.colour = meaning, colour
    CATEGORIES.enter(made, by=by)
    in_force.changed()
    return made


@transaction.atomic
def change(category: Category, typed: Mapping[str, str], *, meaning: str, colour: str, by: Actor) -> None:
    _insist_known(meaning, colour)
    current = CATEGORIES.rename(category, typed, by=by)
    values = {"meaning": meaning, "colour": colour}
    changes = {name: (getattr(current, name), value) for name, value in values.items()}
    changes = {name: both for name, both in changes.items() if both[0] != both[1]}
    if changes:
        Category.objects.filter(pk=current.pk).update(**values)
        CATEGORIES.record("changed", current, by=by, changes=changes, note=current.words.get("ru", ""))
    in_force.changed()


@transaction.atomic
def switch(category: Category, *, on: bool, by: Actor) -> None:
    """Off, nothing is sorted into it any more, and its rules rest; what is in it stays there."""
    CATEGORIES.switch(category, on=on, by=by)
    in_force.changed()


@transaction.atomic
def move(category: Category, *, up: bool, by: Actor) -> None:
    CATEGORIES.move(category, up=up, by=by)
    in_force.changed()


def offered() -> list[Category]:
    return list(Category.objects.filter(is_active=True))


def counted() -> Mapping[int, int]:
    """By its number: so much was sorted into it lately."""
    rows = Sorted.objects.filter(at__gt=clock.now() - COUNTED).order_by().values_list("category_id")
    return dict(rows.annotate(number=Count("pk")))


def _insist_known(meaning: str, colour: str) -> None:
    if meaning not in Meaning.values:
        said = _("Choose what it means.")
        raise Refused(said, fields={"meaning": said})
    if colour not in COLOURS:
        said = _("Choose a colour.")
        raise Refused(said, fields={"colour": said})
