"""The rules in force, kept in the process as long as the edition in the database is the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from uuid import uuid4

from django.db import connection

from svyazka.business.automation.models import Edition, Rule
from svyazka.business.automation.trigger import Trigger
from svyazka.business.automation.triggers import TRIGGERS


@dataclass(frozen=True)
class Waiting:
    """A rule, and what it waits for."""

    rule: Rule
    trigger: Trigger


@dataclass(frozen=True)
class InForce:
    """By the verbs of the journal, by the kinds of lines of the history, and those of time."""

    by_verb: Mapping[str, Sequence[Waiting]]
    by_line: Mapping[str, Sequence[Waiting]]
    of_time: Sequence[Waiting]


def now() -> InForce:
    """One small question, as a rule."""
    with connection.cursor() as cursor:
        cursor.execute("select edition from automation_edition where id = 1")
        found = cursor.fetchone()
    return _read(found[0] if found else "")


def changed() -> None:
    """The rules are others from the end of this transaction on. Whoever changes them waits for the others."""
    hold()
    Edition.objects.filter(pk=1).update(edition=uuid4().hex)


def hold() -> None:
    """Nobody else changes rules until the end of the transaction."""
    Edition.objects.get_or_create(pk=1, defaults={"edition": uuid4().hex})
    Edition.objects.select_for_update().get(pk=1)


@lru_cache(maxsize=2)
def _read(_edition: str) -> InForce:
    by_verb: dict[str, list[Waiting]] = {}
    by_line: dict[str, list[Waiting]] = {}
    of_time: list[Waiting] = []
    for rule in Rule.objects.filter(is_active=True):
        trigger = TRIGGERS.get(rule.trigger)
        if trigger is None:
            continue
        waits = Waiting(rule, trigger)
        if trigger.is_by_time:
            of_time.append(waits)
        for verb in trigger.verbs:
            by_verb.setdefault(verb, []).append(waits)
        for kind in trigger.lines:
            by_line.setdefault(kind, []).append(waits)
    return InForce(by_verb, by_line, of_time)
