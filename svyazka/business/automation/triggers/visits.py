"""Visits, and what is done on site, as they stand in the history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.automation import choices
from svyazka.business.automation.asked import Ask
from svyazka.business.automation.trigger import Event, Happened
from svyazka.business.automation.triggers.told import Told, besides, event_of

VISITS = _("Visits")


class _OfVisit(Told):
    """`says`: what the line of the history calls it."""

    group: ClassVar[Any] = VISITS
    lines: ClassVar[Sequence[str]] = ("visit",)
    says: ClassVar[Sequence[str]]

    def form(self, options: Mapping[str, Any]) -> Sequence[Ask]:
        return [Ask("kind", "visit_kind", _("Which visits"), help=_("Nothing chosen: all."))]

    def words(self, options: Mapping[str, Any]) -> str:
        return besides(self.title, _named(options))

    def event(self, row: Happened, options: Mapping[str, Any]) -> Event | None:
        said = row.changes
        if said.get("event") not in self.says or options.get("kind") not in ("", None, said.get("code")):
            return None
        return event_of(row, visit=said.get("visit"), visit_kind=said.get("code"), number=said.get("number"))


class VisitBooked(_OfVisit):
    code: ClassVar[str] = "visit_booked"
    title: ClassVar[Any] = _("A visit is booked")
    says: ClassVar[Sequence[str]] = ("booked",)
    fired: ClassVar[frozenset[str]] = frozenset({"visits.booked"})


class VisitMoved(_OfVisit):
    code: ClassVar[str] = "visit_moved"
    title: ClassVar[Any] = _("A visit is moved")
    says: ClassVar[Sequence[str]] = ("moved",)

    def form(self, options: Mapping[str, Any]) -> Sequence[Ask]:
        said = _("1: every time it is moved. 3: when it is moved for the third time, and each time after that.")
        return [
            *super().form(options),
            Ask("times", "whole", _("From which time on"), help=said, required=True, least=1, most=20, initial=1),
        ]

    def words(self, options: Mapping[str, Any]) -> str:
        times = options["times"]
        said = gettext("from the {number}th time on").format(number=times) if times > 1 else ""
        return besides(self.title, _named(options), said)

    def event(self, row: Happened, options: Mapping[str, Any]) -> Event | None:
        if int(row.changes.get("number") or 0) < options["times"]:
            return None
        return super().event(row, options)


class VisitConfirmed(_OfVisit):
    code: ClassVar[str] = "visit_confirmed"
    title: ClassVar[Any] = _("The client confirms a visit")
    says: ClassVar[Sequence[str]] = ("confirmed",)


class VisitDone(_OfVisit):
    code: ClassVar[str] = "visit_done"
    title: ClassVar[Any] = _("A visit is done")
    says: ClassVar[Sequence[str]] = ("done",)


class VisitNotDone(_OfVisit):
    code: ClassVar[str] = "visit_not_done"
    title: ClassVar[Any] = _("Nothing came of a visit")
    says: ClassVar[Sequence[str]] = ("not_done",)


class VisitCancelled(_OfVisit):
    code: ClassVar[str] = "visit_cancelled"
    title: ClassVar[Any] = _("A visit is called off")
    says: ClassVar[Sequence[str]] = ("cancelled",)


class CrewLate(_OfVisit):
    code: ClassVar[str] = "crew_late"
    title: ClassVar[Any] = _("Whoever goes to a visit is late")
    says: ClassVar[Sequence[str]] = ("late",)

    def form(self, options: Mapping[str, Any]) -> Sequence[Ask]:
        return [
            *super().form(options),
            Ask("minutes", "minutes", _("By at least"), required=True, least=1, most=480, initial=30),
        ]

    def words(self, options: Mapping[str, Any]) -> str:
        count = options["minutes"]
        late = ngettext("by {count} minute", "by {count} minutes", count).format(count=count)
        return besides(self.title, _named(options), late)

    def event(self, row: Happened, options: Mapping[str, Any]) -> Event | None:
        if int(row.changes.get("minutes") or 0) < options["minutes"]:
            return None
        return super().event(row, options)


class AgreementSigned(Told):
    code: ClassVar[str] = "agreement_signed"
    title: ClassVar[Any] = _("An agreement is signed")
    group: ClassVar[Any] = VISITS
    verbs: ClassVar[Sequence[str]] = ("agreements.signed", "agreements.signed_by_link")


class SheetFinished(Told):
    code: ClassVar[str] = "sheet_finished"
    title: ClassVar[Any] = _("A sheet is filled in")
    group: ClassVar[Any] = VISITS
    verbs: ClassVar[Sequence[str]] = ("sheets.finished",)


def _named(options: Mapping[str, Any]) -> str:
    code = options.get("kind")
    name = choices.label("visit_kind", code) if code else ""
    return f"“{name}”" if name else ""
