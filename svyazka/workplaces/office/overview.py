"""Where the settings begin: what a company needs before it can work, and what of it is there."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.deals.models import Field, LossReason, Pipeline
from svyazka.business.staff.models import Department, Person
from svyazka.business.visits.models import Resource, VisitKind
from svyazka.workplaces.shared.door import PageRequest, needs


@dataclass(frozen=True)
class Step:
    name: Promise
    why: Promise
    url_name: str
    number: int


@needs("settings.change")
def settings(request: PageRequest) -> HttpResponse:
    steps = _steps()
    next_one = next((step for step in steps if not step.number), None)
    return render(request, "office/overview.html", {"steps": steps, "next": next_one})


def _steps() -> list[Step]:
    """In the order in which one thing needs the other."""
    # Whoever sets the company up is there already.
    colleagues = max(Person.objects.working().count() - 1, 0)
    return [
        Step(_("Departments"), _("People, pipelines and rights belong to them."), "departments", _count(Department)),
        Step(_("People"), _("Each gets a log-in, a role and a department."), "staff", colleagues),
        Step(
            _("Pipelines"),
            _("The stages of a deal: what to do there, and within how long."),
            "pipelines",
            _count(Pipeline),
        ),
        Step(_("Loss reasons"), _("Whoever loses a deal says why."), "loss_reasons", _count(LossReason)),
        Step(_("Fields"), _("What you want to know of deals, clients and visits."), "fields", _count(Field)),
        Step(
            _("Kinds of visits"),
            _("How long one takes, and where it leads the deal."),
            "visit_kinds",
            _count(VisitKind),
        ),
        Step(_("Who can be booked"), _("Engineers and crews with their hours."), "resources", _count(Resource)),
        Step(_("Channels"), _("Sites and bots by which requests come in."), "channels", _count(ChannelAccount)),
    ]


def _count(model: type[Department | Pipeline | LossReason | Field | VisitKind | Resource | ChannelAccount]) -> int:
    return model.objects.count()
