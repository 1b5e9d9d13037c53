"""The one button that helps with a problem, for whoever looks at it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from svyazka.business.problems.listing import Line
from svyazka.business.problems.models import Problem
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person

Kind = Problem.Kind


@dataclass(frozen=True)
class Help:
    """`how`: a dialog over the page, a click that does it at once, a form that leads on, a number to ring, a page."""

    how: Literal["dialog", "click", "form", "ring", "page"]
    label: str
    icon: str
    url: str


def help_for(line: Line, person: Person, *, ours: bool) -> Help:
    """What this person cannot do himself he can still look at."""
    if line.kind == Kind.UNANSWERED and roles.may(person, "requests.take"):
        return Help("form", _("Take it up"), "inbox", f"/queue/{line.subject_id}/taking/")
    if not ours:
        return _open(line)
    if line.kind in (Kind.VISIT_UNCONFIRMED, Kind.VISIT_MOVED) and roles.may(person, "visits.book"):
        return Help("click", _("Confirm"), "check", f"/visits/{line.subject_id}/confirmation/")
    if line.kind in _WAYS:
        return _WAYS[line.kind](line)
    return _ring(line)


def _appoint(line: Line) -> Help:
    return Help("dialog", _("Appoint"), "person", f"/problems/responsible/?deal={line.deal_id}")


def _plan(line: Line) -> Help:
    return Help("dialog", _("Plan a step"), "plus", f"/problems/steps/?deal={line.deal_id}")


def _go_on(line: Line) -> Help:
    return Help("dialog", _("Done, and next?"), "check", f"/problems/steps/?deal={line.deal_id}&done={line.subject_id}")


def _ring(line: Line) -> Help:
    return Help("ring", _("Ring"), "phone", f"tel:{line.phone}") if line.phone else _open(line)


def _answer(line: Line) -> Help:
    return Help("page", _("Answer"), "message", f"/deals/{line.deal_id}/")


def _accept(line: Line) -> Help:
    return Help("page", _("Accept"), "check", f"/deals/{line.deal_id}/")


def _hand_on(line: Line) -> Help:
    return Help("page", _("See to it"), "right", f"/deals/{line.deal_id}/")


def _result(line: Line) -> Help:
    return Help("dialog", _("How it went"), "visit", f"/visits/{line.subject_id}/")


def _open(line: Line) -> Help:
    return Help("page", _("Open the deal"), "right", f"/deals/{line.deal_id}/")


_WAYS: dict[str, Callable[[Line], Help]] = {
    Kind.NO_PERSON: _appoint,
    Kind.NO_STEP: _plan,
    Kind.STEP_OVERDUE: _go_on,
    Kind.QUESTION: _answer,
    Kind.NOT_ACCEPTED: _accept,
    Kind.RETURNED: _hand_on,
    Kind.PING_PONG: _accept,
    Kind.VISIT_WITHOUT_RESULT: _result,
}
