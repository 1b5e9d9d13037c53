"""Problems in words: what each kind is called, and why a deal is one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from svyazka.business.problems.models import Problem
from svyazka.kit import words
from svyazka.workplaces.shared.short import Short

Kind = Problem.Kind
# fmt: off
TITLES: dict[str, Promise] = {
    Kind.NO_PERSON: gettext_lazy("Nobody responsible"),
    Kind.NO_STEP: gettext_lazy("No next step"),
    Kind.STEP_OVERDUE: gettext_lazy("Step overdue"),
    Kind.STUCK: gettext_lazy("Stuck at a stage"),
    Kind.SLOW: gettext_lazy("Longer than usual"),
    Kind.UNANSWERED: gettext_lazy("Not answered"),
    Kind.MISSED_CALL: gettext_lazy("Call not returned"),
    Kind.QUESTION: gettext_lazy("Question without an answer"),
    Kind.NOT_ACCEPTED: gettext_lazy("Hand-off not accepted"),
    Kind.RETURNED: gettext_lazy("Hand-off returned"),
    Kind.PING_PONG: gettext_lazy("Handed to and fro"),
    Kind.VISIT_IMPOSSIBLE: gettext_lazy("Nobody can come"),
    Kind.VISIT_BESIDE: gettext_lazy("Done on site, changed meanwhile"),
    Kind.VISIT_ORPHANED: gettext_lazy("Visit without anybody"),
    Kind.VISIT_LATE: gettext_lazy("Will come too late"),
    Kind.VISIT_UNCONFIRMED: gettext_lazy("Visit not confirmed"),
    Kind.VISIT_MOVED: gettext_lazy("Visit moved again and again"),
    Kind.VISIT_NOT_DONE: gettext_lazy("Visit that could not be done"),
    Kind.NOT_AGREED: gettext_lazy("Extra work without consent"),
    Kind.VISIT_WITHOUT_RESULT: gettext_lazy("Visit without a result"),
    Kind.AGREEMENT_NOT_SENT: gettext_lazy("Agreement not sent"),
    Kind.INVOICE_OVERDUE: gettext_lazy("Invoice overdue"),
    Kind.WAITS_TOO_LONG: gettext_lazy("Waits for a window too long"),
}
# fmt: on


def counted(numbers: Mapping[str, int]) -> str:
    """`3 overdue steps, 2 unanswered questions`: what hurts most first."""
    said = [_COUNTED[kind](numbers[kind]).format(n=numbers[kind]) for kind in TITLES if numbers.get(kind)]
    return ", ".join(said) or _("no problems")


def change(number: int) -> str:
    """Against the day before."""
    if not number:
        return _("as many as on the day before")
    if number > 0:
        return ngettext("{n} more than on the day before", "{n} more than on the day before", number).format(n=number)
    return ngettext("{n} fewer than on the day before", "{n} fewer than on the day before", -number).format(n=-number)


_COUNTED: dict[str, Callable[[int], str]] = {
    Kind.NO_PERSON: lambda n: ngettext("{n} deal of nobody", "{n} deals of nobody", n),
    Kind.NO_STEP: lambda n: ngettext("{n} deal without a step", "{n} deals without a step", n),
    Kind.STEP_OVERDUE: lambda n: ngettext("{n} overdue step", "{n} overdue steps", n),
    Kind.STUCK: lambda n: ngettext("{n} stuck deal", "{n} stuck deals", n),
    Kind.SLOW: lambda n: ngettext("{n} unusually slow deal", "{n} unusually slow deals", n),
    Kind.UNANSWERED: lambda n: ngettext("{n} client without an answer", "{n} clients without an answer", n),
    Kind.MISSED_CALL: lambda n: ngettext("{n} call not returned", "{n} calls not returned", n),
    Kind.QUESTION: lambda n: ngettext("{n} unanswered question", "{n} unanswered questions", n),
    Kind.NOT_ACCEPTED: lambda n: ngettext("{n} hand-off not accepted", "{n} hand-offs not accepted", n),
    Kind.RETURNED: lambda n: ngettext("{n} returned hand-off", "{n} returned hand-offs", n),
    Kind.PING_PONG: lambda n: ngettext("{n} deal handed to and fro", "{n} deals handed to and fro", n),
    Kind.VISIT_IMPOSSIBLE: lambda n: ngettext("{n} visit that nobody can make", "{n} visits that nobody can make", n),
    Kind.VISIT_BESIDE: lambda n: ngettext("{n} visit to decide on", "{n} visits to decide on", n),
    Kind.VISIT_ORPHANED: lambda n: ngettext("{n} visit without anybody", "{n} visits without anybody", n),
    Kind.VISIT_LATE: lambda n: ngettext("{n} visit that begins late", "{n} visits that begin late", n),
    Kind.VISIT_UNCONFIRMED: lambda n: ngettext("{n} unconfirmed visit", "{n} unconfirmed visits", n),
    Kind.VISIT_MOVED: lambda n: ngettext("{n} visit moved again", "{n} visits moved again", n),
    Kind.VISIT_NOT_DONE: lambda n: ngettext("{n} visit that came to nothing", "{n} visits that came to nothing", n),
    Kind.NOT_AGREED: lambda n: ngettext("{n} visit with work not agreed on", "{n} visits with work not agreed on", n),
    Kind.VISIT_WITHOUT_RESULT: lambda n: ngettext("{n} visit without a result", "{n} visits without a result", n),
    Kind.AGREEMENT_NOT_SENT: lambda n: ngettext("{n} agreement not sent", "{n} agreements not sent", n),
    Kind.INVOICE_OVERDUE: lambda n: ngettext("{n} overdue invoice", "{n} overdue invoices", n),
    Kind.WAITS_TOO_LONG: lambda n: ngettext("{n} client without a window", "{n} clients without a window", n),
}


@dataclass(frozen=True)
class Why:
    """What the words are made of."""

    of: Mapping[str, Any]
    since: datetime
    stage: str
    stage_since: datetime
    short: Short
    steps: Mapping[str, str] = field(default_factory=dict)  # what its stage asks for

    @property
    def what(self) -> str:
        """What the stage asks for, in the reader's language; what somebody typed as it is."""
        step = str(self.of.get("what", ""))
        return words.here(self.steps) if step in self.steps.values() else step

    @property
    def age(self) -> str:
        return self.short.age(self.since)

    @property
    def at_stage(self) -> str:
        return self.short.age(self.stage_since)

    def span(self, name: str) -> str:
        return self.short.span(timedelta(seconds=float(self.of.get(name) or 0)))

    def moment(self, name: str) -> str:
        try:
            return self.short.moment(datetime.fromisoformat(str(self.of.get(name))))
        except ValueError:
            return ""


def reason(kind: str, why: Why) -> str:
    return _REASONS[kind](why)


def _no_person(why: Why) -> str:
    if gone := why.of.get("gone"):
        return _("{name} no longer works here").format(name=gone)
    if away := why.of.get("away"):
        return _("{name} is away until {when}").format(name=away, when=why.moment("until"))
    return _("Nobody has been responsible for {age}").format(age=why.age)


def _unanswered(why: Why) -> str:
    if why.of.get("by") == "form":
        return _("A request has been waiting for {age}").format(age=why.age)
    return _("A message has been waiting for an answer for {age}").format(age=why.age)


def _stuck(why: Why) -> str:
    said = _("Stands at “{stage}” for {age}; the limit is {limit}")
    return said.format(stage=why.stage, age=why.at_stage, limit=why.span("limit"))


def _slow(why: Why) -> str:
    said = _("Stands at “{stage}” for {age}; usual are {usual}")
    return said.format(stage=why.stage, age=why.at_stage, usual=why.span("usual"))


def _visit_moved(why: Why) -> str:
    moves = int(why.of.get("moves") or 0)
    said = ngettext(
        "The visit was moved {count} time, now to {when}", "The visit was moved {count} times, now to {when}", moves
    )
    return _with_reason(said.format(count=moves, when=why.moment("at")), why)


def _with_reason(said: str, why: Why) -> str:
    return f"{said}: {given}" if (given := why.of.get("reason")) else said


def _handed(why: Why) -> str:
    legs = int(why.of.get("legs") or 0)
    return ngettext("Handed on {count} time already", "Handed on {count} times already", legs).format(count=legs)


def _invoice_overdue(why: Why) -> str:
    day = why.short.day(date.fromisoformat(str(why.of.get("due"))))
    if number := why.of.get("number"):
        return _("Invoice № {number} was to be paid until {day}").format(number=number, day=day)
    return _("What was agreed on site was to be paid until {day}").format(day=day)


_REASONS: dict[str, Callable[[Why], str]] = {
    Kind.NO_PERSON: _no_person,
    Kind.NO_STEP: lambda why: _("Nothing has been planned for {age}").format(age=why.age),
    Kind.STEP_OVERDUE: lambda why: _("“{what}” is {age} overdue").format(what=why.what, age=why.age),
    Kind.STUCK: _stuck,
    Kind.SLOW: _slow,
    Kind.UNANSWERED: _unanswered,
    Kind.MISSED_CALL: lambda why: _("Nobody has rung back for {age}").format(age=why.age),
    Kind.QUESTION: lambda why: _("The answer is {age} late: “{text}”").format(age=why.age, text=why.of.get("text", "")),
    Kind.NOT_ACCEPTED: lambda why: _("Nobody has accepted the hand-off; {age} late").format(age=why.age),
    Kind.RETURNED: lambda why: _with_reason(_("Returned {age} ago").format(age=why.age), why),
    Kind.PING_PONG: _handed,
    Kind.VISIT_IMPOSSIBLE: lambda why: _("{who} cannot come: {when}").format(
        who=why.of.get("who", ""), when=why.moment("at")
    ),
    Kind.VISIT_BESIDE: lambda why: _("{who} worked without signal; the visit was changed meanwhile ({when})").format(
        who=why.of.get("who", ""), when=why.moment("at")
    ),
    Kind.VISIT_ORPHANED: lambda why: _("{who} cannot come: {when}").format(
        who=why.of.get("who", ""), when=why.moment("at")
    ),
    Kind.VISIT_LATE: lambda why: _("{who} runs late and will not be there in time: {when}").format(
        who=why.of.get("who", ""), when=why.moment("at")
    ),
    Kind.VISIT_UNCONFIRMED: lambda why: _("The client has not confirmed {when}").format(when=why.moment("at")),
    Kind.VISIT_MOVED: _visit_moved,
    Kind.VISIT_NOT_DONE: lambda why: _with_reason(
        _("“{kind}” could not be done ({when})").format(kind=words.here(why.of.get("kind")), when=why.moment("at")), why
    ),
    Kind.NOT_AGREED: lambda why: _("The client has not agreed to: {works} ({who}, {when})").format(
        works=why.of.get("works", ""), who=why.of.get("who", ""), when=why.moment("at")
    ),
    Kind.VISIT_WITHOUT_RESULT: lambda why: _("Nobody has said how the visit went ({when})").format(
        when=why.moment("at")
    ),
    Kind.AGREEMENT_NOT_SENT: lambda why: _("The client does not get agreement № {number}").format(
        number=why.of.get("number", "")
    ),
    Kind.INVOICE_OVERDUE: _invoice_overdue,
    Kind.WAITS_TOO_LONG: lambda why: _("Waits for a window ({kind}), put down {when}").format(
        when=why.moment("begun"), kind=words.here(why.of.get("kind"))
    ),
}
