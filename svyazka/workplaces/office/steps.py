"""The first steps: what a company needs before it can work, and what of it is there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.deals.models import Deal, Field, LossReason, Pipeline
from svyazka.business.staff.models import Department, Person
from svyazka.business.visits.models import Resource, VisitKind


@dataclass(frozen=True)
class Step:
    """`is_needed`: without it nobody can work; the rest depends on the company."""

    name: Promise
    why: Promise
    url_name: str
    count: Callable[[], int]
    is_needed: bool = False


def _colleagues() -> int:
    """Whoever sets the company up is there already."""
    return max(Person.objects.working().count() - 1, 0)


# In the order in which one thing needs the other.
STEPS = (
    Step(
        _("Departments"),
        _("People, pipelines and rights belong to them."),
        "departments",
        Department.objects.count,
        is_needed=True,
    ),
    Step(_("People"), _("Each gets a log-in, a role and a department."), "staff", _colleagues, is_needed=True),
    Step(
        _("Pipelines"),
        _("The stages of a deal: what to do there, and within how long."),
        "pipelines",
        Pipeline.objects.count,
        is_needed=True,
    ),
    Step(
        _("Loss reasons"), _("Whoever loses a deal says why."), "loss_reasons", LossReason.objects.count, is_needed=True
    ),
    Step(_("Fields"), _("What you want to know of deals, clients and visits."), "fields", Field.objects.count),
    Step(
        _("Kinds of visits"),
        _("How long one takes, and where it leads the deal."),
        "visit_kinds",
        VisitKind.objects.count,
    ),
    Step(_("Who can be booked"), _("Engineers and crews with their hours."), "resources", Resource.objects.count),
    Step(_("Channels"), _("Sites and bots by which requests come in."), "channels", ChannelAccount.objects.count),
)


@dataclass(frozen=True)
class Stand:
    """How far the company is: each step, and how much of it is there."""

    counted: tuple[tuple[Step, int], ...]
    is_working: bool

    @property
    def next(self) -> Step | None:
        """Once there are deals, only what nobody can do without is still missed."""
        missing = [step for step, number in self.counted if not number]
        return next((step for step in missing if step.is_needed or not self.is_working), None)

    @property
    def done(self) -> int:
        return sum(1 for _step, number in self.counted if number)


def stand(*, is_working: bool) -> Stand:
    return Stand(tuple((step, step.count()) for step in STEPS), is_working)


def works() -> bool:
    return Deal.objects.exists()
