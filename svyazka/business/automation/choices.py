"""What can be chosen in a rule: stages, people, fields and the other lists of the company, by kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from svyazka.business.clients.models import Source
from svyazka.business.conversations.models import ApprovedTemplate, ChannelAccount
from svyazka.business.deals.models import Field, LossReason, Pipeline, Stage
from svyazka.business.sorting.models import Category
from svyazka.business.staff import roles
from svyazka.business.staff.models import Department, Person
from svyazka.business.visits.models import VisitKind


@dataclass(frozen=True)
class Choice:
    """`group`: under which heading it stands; `is_offered`: else only shown where it had been chosen before; `within`:
    the code of what it belongs to."""

    value: Any
    label: str
    group: str = ""
    is_offered: bool = True
    within: str = ""


_read: ContextVar[dict[tuple[str, str], list[Choice]] | None] = ContextVar("choices_read", default=None)


@contextmanager
def read_once() -> Iterator[None]:
    """Within it each list is read once, however many rules are put into words."""
    token = _read.set({})
    try:
        yield
    finally:
        _read.reset(token)


def list_of(kind: str, *, holder: str = "deal") -> list[Choice]:
    """One statement. `holder`: whose fields."""
    remembered = _read.get()
    if remembered is None:
        return list(LISTS[kind](holder))
    if (kind, holder) not in remembered:
        remembered[kind, holder] = list(LISTS[kind](holder))
    return remembered[kind, holder]


def find(kind: str, text: str, *, holder: str = "deal") -> Any:
    """What of the list that is, as it is stored; None: nothing of it."""
    return next((one.value for one in list_of(kind, holder=holder) if str(one.value) == text), None)


def label(kind: str, value: Any, *, holder: str = "deal") -> str:
    """How it is called, for `words` of a trigger or an action; empty: it is not there any more."""
    return next((one.label for one in list_of(kind, holder=holder) if str(one.value) == str(value)), "")


def labels(kind: str, values: Iterable[Any], *, holder: str = "deal") -> list[str]:
    """Of several, in the order of the list."""
    wanted = {str(one) for one in values}
    return [one.label for one in list_of(kind, holder=holder) if str(one.value) in wanted]


def _stages(_holder: str) -> Iterable[Choice]:
    for stage in Stage.objects.select_related("pipeline").order_by("pipeline__position", "pipeline_id", "position"):
        yield Choice(stage.pk, stage.name, stage.pipeline.name, stage.pipeline.is_active, stage.pipeline.code)


def _people(_holder: str) -> Iterable[Choice]:
    for person in Person.objects.order_by("full_name", "pk"):
        yield Choice(person.pk, person.full_name, is_offered=person.is_active)


def _fields(holder: str) -> Iterable[Choice]:
    for field in Field.objects.filter(of=holder):
        yield Choice(field.code, field.name, is_offered=field.is_active)


def _templates(_holder: str) -> Iterable[Choice]:
    for one in ApprovedTemplate.objects.order_by("account", "name", "pk"):
        yield Choice(one.pk, one.name, one.account)


def _channels(_holder: str) -> Iterable[Choice]:
    for account in ChannelAccount.objects.order_by("name", "pk"):
        yield Choice(account.code, account.name)


def _roles(_holder: str) -> Iterable[Choice]:
    return [Choice(code, name) for code, name in roles.names().items()]


def _named(model: Any) -> Callable[[str], Iterable[Choice]]:
    def every(_holder: str) -> Iterable[Choice]:
        for one in model.objects.all():
            yield Choice(one.code, one.name, is_offered=getattr(one, "is_active", True))

    return every


LISTS: dict[str, Callable[[str], Iterable[Choice]]] = {
    "stage": _stages,
    "person": _people,
    "template": _templates,
    "pipeline": _named(Pipeline),
    "role": _roles,
    "department": _named(Department),
    "field": _fields,
    "category": _named(Category),
    "channel": _channels,
    "visit_kind": _named(VisitKind),
    "loss_reason": _named(LossReason),
    "source": _named(Source),
}
