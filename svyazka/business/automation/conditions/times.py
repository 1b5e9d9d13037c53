"""What is asked of the time at which the rule acts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.db.models import Q
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.automation import asked, choices
from svyazka.business.automation.action import Case
from svyazka.business.automation.asked import Ask
from svyazka.business.automation.conditions.saying import TIME
from svyazka.business.staff import presence
from svyazka.business.staff.models import Person
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

INSIDE, OUTSIDE = "inside", "outside"
THERE, NOT_THERE = "there", "not_there"


class Hours:
    """By the company's clock. An end before the beginning is on the next morning."""

    code: ClassVar[str] = "hours"
    title: ClassVar[Any] = _("Days and hours")
    group: ClassVar[Any] = TIME

    def form(self, _given: Mapping[str, Any]) -> Sequence[Ask]:
        how = ((INSIDE, _("within these hours")), (OUTSIDE, _("outside these hours")))
        days = tuple((str(number), name) for number, name in WEEKDAYS.items())
        return [
            Ask("how", "choice", _("How"), choices=how, required=True, initial=INSIDE),
            Ask("days", "choice", _("Days"), choices=days, many=True, required=True, initial=list("01234")),
            Ask("begin", "time", _("From"), required=True, initial="09:00"),
            Ask("end", "time", _("Until"), required=True, initial="18:00"),
        ]

    def read(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        found = asked.read(self.form(typed), typed)
        if found["begin"] == found["end"]:
            said = _("The end is the beginning.")
            raise Refused(said, fields={"end": said})
        return found

    def words(self, given: Mapping[str, Any]) -> str:
        days = ", ".join(str(WEEKDAYS_ABBR[int(day)]) for day in given["days"])
        said = (
            gettext("it is {days}, {begin}–{end}")
            if given["how"] == INSIDE
            else gettext("it is not {days}, {begin}–{end}")
        )
        return said.format(days=days, begin=given["begin"], end=given["end"])

    def holds(self, given: Mapping[str, Any], case: Case) -> bool:
        now = clock.local(clock.now())
        hour, today, begin, end = now.strftime("%H:%M"), now.weekday(), given["begin"], given["end"]
        if begin < end:
            is_within = str(today) in given["days"] and begin <= hour < end
        else:
            since_yesterday = str((today - 1) % 7) in given["days"] and hour < end
            is_within = since_yesterday or (str(today) in given["days"] and hour >= begin)
        return bool(is_within == (given["how"] == INSIDE))

    def narrowed(self, given: Mapping[str, Any]) -> Q | None:
        return None


class SomebodyThere:
    code: ClassVar[str] = "somebody_there"
    title: ClassVar[Any] = _("Somebody is at work")
    group: ClassVar[Any] = TIME

    def form(self, given: Mapping[str, Any]) -> Sequence[Ask]:
        who = (("responsible", _("whoever is responsible")), ("department", _("somebody of a department")))
        how = ((THERE, _("is at work")), (NOT_THERE, _("is not at work")))
        in_one = ("who", ("department",))
        return [
            Ask("who", "choice", _("Who"), choices=who, required=True, initial="responsible"),
            Ask("department", "department", _("Department"), required=True, shown_when=in_one),
            Ask("how", "choice", _("How"), choices=how, required=True, initial=THERE),
        ]

    def read(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        return asked.read(self.form(typed), typed)

    def words(self, given: Mapping[str, Any]) -> str:
        is_there = given["how"] == THERE
        if given["who"] == "responsible":
            return (
                gettext("whoever is responsible is at work")
                if is_there
                else gettext("whoever is responsible is not at work")
            )
        named = {one.value: one.label for one in choices.list_of("department")}
        said = (
            gettext("somebody of “{department}” is at work")
            if is_there
            else gettext("nobody of “{department}” is at work")
        )
        return said.format(department=named.get(given["department"], given["department"]))

    def holds(self, given: Mapping[str, Any], case: Case) -> bool:
        if given["who"] == "responsible":
            people = [case.deal.responsible_id] if case.deal and case.deal.responsible_id else []
        else:
            working = Person.objects.working().filter(department__code=given["department"])
            people = list(working.values_list("pk", flat=True))
        is_there = bool(people) and bool(presence.at_work(clock.now(), people=people))
        return bool(is_there == (given["how"] == THERE))

    def narrowed(self, given: Mapping[str, Any]) -> Q | None:
        return None
