"""What people chose on these pages, read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from django.utils.translation import gettext_lazy as _

from svyazka.business.visits.models import Resource
from svyazka.business.visits.offering import Offered
from svyazka.business.visits.slots import Slot
from svyazka.kit import clock
from svyazka.kit.refusals import Refused
from svyazka.workplaces.shared import typed


@dataclass(frozen=True)
class Choice:
    resource: Resource
    starts_at: datetime


def written(slot: Slot | Offered) -> str:
    """A window as the value of a button: `12@2026-03-02T06:00:00+00:00`."""
    return f"{slot.resource.pk}@{slot.starts_at.isoformat()}"


def choice(value: str) -> Choice:
    resource_id, _at, stamp = value.partition("@")
    try:
        starts_at = datetime.fromisoformat(stamp)
        resource = Resource.objects.get(pk=int(resource_id[:18]))
    except (ValueError, OverflowError, Resource.DoesNotExist) as refusal:
        raise Refused(_("Choose a time."), fields={"slot": _("Choose a time.")}) from refusal
    if starts_at.tzinfo is None or not typed.FIRST_YEAR <= starts_at.year <= typed.LAST_YEAR:
        raise Refused(_("Choose a time."), fields={"slot": _("Choose a time.")})
    return Choice(resource, starts_at)


def day(value: str | None) -> date:
    """A day of an address; nonsense is today."""
    return typed.day(value) or clock.today()


def request_id(value: str | None) -> UUID:
    """The number of this request; a form without one is a request of its own."""
    try:
        return UUID(value or "")
    except ValueError:
        return uuid4()


def hold(value: str | None) -> UUID | None:
    """By which request a time is held."""
    try:
        return UUID(value or "")
    except ValueError:
        return None


def version(value: str | None) -> int | None:
    return typed.whole_number(value)
