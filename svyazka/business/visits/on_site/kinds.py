"""What can be done on a phone without signal: each kind with the verb that carries it out once it has come.

A room says what it brings in a tuple of `Kind`, and `settings.ACTIONS_OF_PHONES` names that tuple: one line
(docs/how-to/add-an-action-of-the-phone.md).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from svyazka.business.staff.models import Person
from svyazka.business.visits.models import Action, Visit

Answer = Mapping[str, Any] | None


@dataclass(frozen=True)
class Kind:
    """`apply(action, visit, by)` calls the verb: `visit` is held (by its deal) and as it is now, `action.data` is what
    the phone sent and nobody has looked at yet, `action.happened_at` when it happened, `action.pk` the request's own
    number, and `action.picture` the bytes of a file. What it returns the phone gets to know. It raises `Refused` where
    a rule says no, and `SetBeside` where somebody else has changed the same, unless `action.insists`."""

    code: str
    name: Promise
    apply: Callable[[Action, Visit, Person], Answer]
    # What was done on site, in words for the office: `said(action)`.
    said: Callable[[Action], str]
    # It is only meant for the time at which the visit was: of one that was moved meanwhile somebody has to decide.
    of_time: bool = False
    has_file: bool = False
    # It has happened whatever the office decides, as money that was taken: it cannot be left.
    must_count: bool = False
    # It changes nothing of the visit: of one that was called off or given away meanwhile it is let go.
    is_noted_only: bool = False
    # What it changes of the visit it changes in the object, too: the next action need not read it anew.
    keeps_fresh: bool = False


@dataclass(frozen=True)
class OwnKind:
    """The same of what belongs to no visit: `apply(action, by)`. There is nothing that it could be set beside: a rule
    that says no refuses it."""

    code: str
    name: Promise
    apply: Callable[[Action, Person], Answer]
    said: Callable[[Action], str]


class SetBeside(Exception):
    """Somebody else has changed the same meanwhile. `theirs`: what stands there now, in words."""

    def __init__(self, theirs: object) -> None:
        super().__init__(str(theirs))
        self.theirs = str(theirs)


def of(code: str) -> Kind | OwnKind | None:
    return _all().get(code)


def all_kinds() -> list[Kind | OwnKind]:
    return list(_all().values())


@cache
def _all() -> dict[str, Kind | OwnKind]:
    found = [kind for path in settings.ACTIONS_OF_PHONES for kind in import_string(path)]
    return {kind.code: kind for kind in found}
