"""What can be chosen in a rule: stages, people, fields and the other lists of the company, by kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable
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
    """`group`: under which heading it stands; `is_offered`: else only shown where it had been chosen before."""

    value: Any
    label: str
    group: str = ""
    is_offered: bool = True


@dataclass(frozen=True)
class _List:
    every: Callable[[str], Iterable[Choice]]
    is_number: bool = False


def list_of(kind: str, *, holder: str = "deal") -> list[Choice]:
    """One statement. `holder`: whose fields."""
    return list(LISTS[kind].every(holder))


def find(kind: str, text: str, *, holder: str = "deal") -> Any:
    """What of the list that is, as it is stored; None: nothing of it."""
    return next((one.value for one in LISTS[kind].every(holder) if str(one.value) == text), None)


def _stages(_holder: str) -> Iterable[Choice]:
    for stage in Stage.objects.select_related("pipeline").order_by("pipeline__position", "pipeline_id", "position"):
        yield Choice(stage.pk, stage.name, stage.pipeline.name, stage.pipeline.is_active)


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


LISTS: dict[str, _List] = {
    "stage": _List(_stages, is_number=True),
    "person": _List(_people, is_number=True),
    "template": _List(_templates, is_number=True),
    "pipeline": _List(_named(Pipeline)),
    "role": _List(_roles),
    "department": _List(_named(Department)),
    "field": _List(_fields),
    "category": _List(_named(Category)),
    "channel": _List(_channels),
    "visit_kind": _List(_named(VisitKind)),
    "loss_reason": _List(_named(LossReason)),
    "source": _List(_named(Source)),
}
