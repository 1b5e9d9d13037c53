"""Departments and sources go only when nothing names them: else deals, rules and ways in would point nowhere."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction
from django.utils.translation import gettext as _

from svyazka.business.calls.models import PhoneLine
from svyazka.business.clients.models import Source
from svyazka.business.clients.sources import SOURCES
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.deals.models import Deal, DistributionRule, HandOffRule, Pipeline
from svyazka.business.journal.record import Actor
from svyazka.business.staff.departments import DEPARTMENTS
from svyazka.business.staff.models import Department, Person
from svyazka.kit.refusals import Refused

_MOST_NAMES = 5


@transaction.atomic
def remove_department(department: Department, *, by: Actor) -> None:
    current = DEPARTMENTS.held(department)
    if said := list(_in_department(current)):
        raise Refused(_("The department “{name}” cannot go yet:").format(name=current.name), missing=said)
    DEPARTMENTS.remove(current, by=by)


@transaction.atomic
def remove_source(source: Source, *, by: Actor) -> None:
    current = SOURCES.held(source)
    if said := list(_with_source(current)):
        raise Refused(_("The source “{name}” cannot go:").format(name=current.name), missing=said)
    SOURCES.remove(current, by=by)


def _in_department(department: Department) -> Iterator[str]:
    people = list(Person.objects.filter(department=department).order_by("-is_active", "full_name"))
    if people:
        yield _("In it work: {names}").format(names=_some([one.full_name for one in people]))
    if pipelines := [one.name for one in Pipeline.objects.filter(department=department)]:
        yield _("Its pipelines: {names}").format(names=_some(pipelines))
    if number := Deal.objects.filter(department=department).count():
        yield _("Its deals: {number}").format(number=number)
    if rules := [*_rules_of(department)]:
        yield _("Rules of these pipelines appoint people out of it: {names}").format(names=_some(rules))


def _rules_of(department: Department) -> list[str]:
    handing = HandOffRule.objects.filter(department=department).select_related("stage__pipeline")
    giving = DistributionRule.objects.filter(department=department).select_related("pipeline")
    found = [*(one.stage.pipeline for one in handing), *(one.pipeline for one in giving)]
    return list(dict.fromkeys(one.name for one in found))


def _with_source(source: Source) -> Iterator[str]:
    if number := Deal.objects.filter(source=source).count():
        yield _("Deals that came from it: {number}").format(number=number)
    if channels := [one.name for one in ChannelAccount.objects.filter(source=source)]:
        yield _("Channels: {names}").format(names=_some(channels))
    if lines := [one.name for one in PhoneLine.objects.filter(source=source)]:
        yield _("Our numbers: {names}").format(names=_some(lines))
    rules = DistributionRule.objects.filter(source=source).select_related("pipeline")
    if pipelines := list(dict.fromkeys(one.pipeline.name for one in rules)):
        yield _("Rules by which these pipelines distribute leads: {names}").format(names=_some(pipelines))


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:_MOST_NAMES])
    left = len(names) - _MOST_NAMES
    return _("{names} and {number} more").format(names=shown, number=left) if left > 0 else shown
