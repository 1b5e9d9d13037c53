"""The one button that helps with a problem, for whoever looks at it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import gettext as _

from svyazka.business.problems.models import Problem
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person

Kind = Problem.Kind


@dataclass(frozen=True)
class Pain:
    """What choosing the help needs to know of a problem and of its deal."""

    deal_id: int
    kind: str
    subject_id: int
    person_id: int | None  # who should see to it
    why: Mapping[str, Any]
    phone: str | None
    version: int


@dataclass(frozen=True)
class Help:
    """`how`: a dialog over the page, a click that does it at once, a form that leads on, a number to ring, a page."""

    how: Literal["dialog", "click", "form", "ring", "page"]
    label: str
    icon: str
    url: str
    version: str = ""  # of the deal, where a click must not overlook what somebody else has done


def help_for(pain: Pain, person: Person, *, ours: bool) -> Help:
    """What this person cannot do himself he can still look at."""
    if pain.kind == Kind.UNANSWERED and roles.may(person, "requests.take"):
        return Help("form", _("Take it up"), "inbox", f"/queue/{pain.subject_id}/taking/")
    if pain.kind == Kind.QUESTION:
        return _question(pain, person)
    if pain.kind in (Kind.VISIT_ORPHANED, Kind.VISIT_LATE) and roles.may(person, "visits.plan"):
        where = f"/calendar/what-to-do/?resource={pain.why.get('resource', '')}"
        return Help("page", _("What to do about it"), "right", where)
    if pain.kind == Kind.VISIT_BESIDE and roles.may(person, "visits.book"):
        return Help("dialog", _("Decide"), "check", f"/visits/{pain.subject_id}/")
    if pain.kind == Kind.NOT_AGREED and roles.may(person, "visits.book"):
        return Help("dialog", _("Ask the client"), "phone", f"/visits/{pain.subject_id}/")
    if pain.kind == Kind.AGREEMENT_NOT_SENT and roles.may(person, "visits.see"):
        return Help("page", _("Open the agreement"), "task", f"/agreements/{pain.subject_id}/")
    if pain.kind == Kind.INVOICE_OVERDUE and roles.may(person, "money.see") and ours:
        return Help("page", _("Open the invoice"), "money", f"/invoices/{pain.subject_id}/")
    if not ours:
        return _open(pain)
    if pain.kind == Kind.VISIT_IMPOSSIBLE and roles.may(person, "visits.book"):
        return Help("dialog", _("Move"), "calendar", f"/visits/{pain.subject_id}/time/")
    if pain.kind == Kind.VISIT_UNCONFIRMED and roles.may(person, "visits.book"):
        # With the client's number, the confirmation and the move.
        return Help("dialog", _("Ask the client"), "phone", f"/visits/{pain.subject_id}/")
    if pain.kind == Kind.VISIT_MOVED and roles.may(person, "visits.book"):
        return Help("click", _("Confirm"), "check", f"/visits/{pain.subject_id}/confirmation/")
    if pain.kind == Kind.VISIT_NOT_DONE and roles.may(person, "visits.book"):
        where = f"/deals/{pain.deal_id}/visits/new/?kind={pain.why.get('booked', '')}"
        return Help("dialog", _("Book again"), "calendar", where)
    if pain.kind == Kind.WAITS_TOO_LONG and roles.may(person, "visits.book"):
        return Help("dialog", _("Look for a window"), "calendar", f"/calendar/waiting/{pain.subject_id}/windows/")
    if pain.kind in _WAYS:
        return _WAYS[pain.kind](pain)
    return _ring(pain)


def _question(pain: Pain, person: Person) -> Help:
    """Only whoever was asked can answer; whoever asks can remind him."""
    if not (number := pain.why.get("question")):
        return _open(pain)
    url = f"/questions/{number}"
    if pain.person_id == person.pk:
        return Help("dialog", _("Answer"), "message", f"{url}/answer/?list")
    if roles.may(person, "questions.ask"):
        return Help("click", _("Remind"), "bell", f"{url}/reminder/?list")
    return _open(pain)


def _appoint(pain: Pain) -> Help:
    return Help("dialog", _("Appoint"), "person", f"/problems/responsible/?deal={pain.deal_id}")


def _plan(pain: Pain) -> Help:
    return Help("dialog", _("Plan a step"), "plus", f"/problems/steps/?deal={pain.deal_id}")


def _go_on(pain: Pain) -> Help:
    return Help("dialog", _("Done, and next?"), "check", f"/problems/steps/?deal={pain.deal_id}&done={pain.subject_id}")


def _ring(pain: Pain) -> Help:
    return Help("ring", _("Ring"), "phone", f"tel:{pain.phone}") if pain.phone else _open(pain)


def _accept(pain: Pain) -> Help:
    return Help("click", _("Accept"), "check", f"/deals/{pain.deal_id}/acceptance/?list", str(pain.version))


def _hand_on(pain: Pain) -> Help:
    return Help("page", _("See to it"), "right", f"/deals/{pain.deal_id}/")


def _result(pain: Pain) -> Help:
    return Help("dialog", _("How it went"), "visit", f"/visits/{pain.subject_id}/")


def _open(pain: Pain) -> Help:
    return Help("page", _("Open the deal"), "right", f"/deals/{pain.deal_id}/")


_WAYS: dict[str, Callable[[Pain], Help]] = {
    Kind.NO_PERSON: _appoint,
    Kind.NO_STEP: _plan,
    Kind.STEP_OVERDUE: _go_on,
    Kind.NOT_ACCEPTED: _accept,
    Kind.RETURNED: _hand_on,
    Kind.PING_PONG: _accept,
    Kind.VISIT_WITHOUT_RESULT: _result,
}
