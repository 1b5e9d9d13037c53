"""How clients are answered in this company, and what each of the staff has chosen for himself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from svyazka.business.inbox.models import AnswerRules, Habit
from svyazka.business.journal.record import About, Actor, record
from svyazka.business.staff.models import Person
from svyazka.kit.refusals import Refused

LEAST_DOWN, MOST_DOWN = 1, 240
ONE = 1


def rules() -> AnswerRules:
    return AnswerRules.objects.filter(pk=ONE).first() or AnswerRules(pk=ONE)


def ways() -> list[str]:
    """Kinds of channels in the order in which they are tried, of those that this house has."""
    return [kind for kind in rules().ways if kind in settings.CHANNELS]


@transaction.atomic
def change(*, enter_sends: bool, ways: Sequence[str], rings: bool, down_minutes: int, by: Actor) -> AnswerRules:
    if not LEAST_DOWN <= down_minutes <= MOST_DOWN:
        words = format_lazy(_("From {least} to {most}."), least=LEAST_DOWN, most=MOST_DOWN)
        raise Refused(words, fields={"down_minutes": words})
    if unknown := [kind for kind in ways if kind not in settings.CHANNELS]:
        raise Refused(format_lazy(_("There is no channel {name}."), name=unknown[0]))
    known = AnswerRules.objects.select_for_update().filter(pk=ONE).first() or AnswerRules(pk=ONE)
    given: dict[str, Any] = {
        "enter_sends": enter_sends,
        "ways": list(dict.fromkeys(ways)),
        "rings": rings,
        "down_minutes": down_minutes,
    }
    changes = {name: (str(was), str(value)) for name, value in given.items() if (was := getattr(known, name)) != value}
    for name, value in given.items():
        setattr(known, name, value)
    known.save()
    if changes:
        record("inbox.rules_changed", About("answer_rules", 0), by=by, changes=changes)
    return known


def enter_sends(person: Person) -> bool:
    """As he has chosen, else as the house has it."""
    own = Habit.objects.filter(person=person).values_list("enter_sends", flat=True).first()
    return rules().enter_sends if own is None else own


def choose(person: Person, *, enter_sends: bool) -> None:
    Habit.objects.update_or_create(person=person, defaults={"enter_sends": enter_sends})
