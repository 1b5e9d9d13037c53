"""Time alone makes it due."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from django.db import connection
from django.db.models import Q
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.automation import asked
from svyazka.business.automation.asked import Ask
from svyazka.business.automation.conditions.deals import in_words
from svyazka.business.automation.trigger import Event
from svyazka.business.automation.triggers.deals import EVERY, pipelines_in_words, stage_in_words
from svyazka.business.automation.triggers.told import ByTime, besides
from svyazka.business.deals.models import Deal, Field
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

TIME = _("Time")
CONTACT = ("call", "message", "form", "visit")
BEFORE, AFTER = "before", "after"


class StaysAtStage(ByTime):
    code: ClassVar[str] = "stays_at_stage"
    title: ClassVar[Any] = _("A deal stays at a stage for so long")
    group: ClassVar[Any] = TIME

    def form(self, options: Mapping[str, Any]) -> Sequence[Ask]:
        return [
            Ask("stage", "stage", _("Which stage"), required=True),
            Ask("minutes", "minutes", _("How long"), required=True, least=1),
        ]

    def words(self, options: Mapping[str, Any]) -> str:
        return besides(_("A deal stays at a stage"), stage_in_words(options["stage"]), in_words(options["minutes"]))

    def sweep(self, options: Mapping[str, Any], *, since: datetime, until: datetime) -> Iterable[Event]:
        """Over the index of the board's columns."""
        stays = timedelta(minutes=options["minutes"])
        found = Deal.objects.still_open().filter(stage_id=options["stage"])
        found = found.filter(stage_since__gt=since - stays, stage_since__lte=until - stays).order_by(
            "stage_since", "pk"
        )
        for deal, client, at in found.values_list("pk", "client_id", "stage_since"):
            yield Event(f"stays/{deal}/{at.isoformat()}", at + stays, deal, client)


class NoContact(ByTime):
    """Neither called, nor written, nor visited, in any of his deals. Looked for once in an hour."""

    code: ClassVar[str] = "no_contact"
    title: ClassVar[Any] = _("Nobody has been in touch with the client of an open deal for so long")
    group: ClassVar[Any] = TIME

    def form(self, options: Mapping[str, Any]) -> Sequence[Ask]:
        return [
            Ask("days", "whole", _("How many days"), required=True, least=1, most=366, initial=7),
            Ask("pipelines", "pipeline", _("In which pipelines"), help=EVERY, many=True),
        ]

    def words(self, options: Mapping[str, Any]) -> str:
        title = gettext("No contact with the client of an open deal for {days} d").format(days=options["days"])
        return besides(title, pipelines_in_words(options["pipelines"]))

    def sweep(self, options: Mapping[str, Any], *, since: datetime, until: datetime) -> Iterable[Event]:
        begin, end = (one.replace(minute=0, second=0, microsecond=0) for one in (since, until))
        if begin == end:
            return
        silent = timedelta(days=options["days"])
        given: dict[str, Any] = {"since": begin - silent, "until": end - silent, "kinds": list(CONTACT)}
        with connection.cursor() as cursor:
            cursor.execute(_SILENT, {**given, "pipelines": options["pipelines"] or None})
            for deal, client, at in cursor.fetchall():
                yield Event(f"silent/{deal}/{at.isoformat()}", at + silent, deal, client)


# Those whose last contact, or whose opening, lies within the hour that is `silent` ago. Each client is asked over his
# own index; only the months of that hour are.
_SILENT = """
select deal.id, deal.client_id, last.at from deals_deal deal
join deals_pipeline pipeline on pipeline.id = deal.pipeline_id
cross join lateral (
    select greatest(max(line.at), deal.opened_at) as at from clients_interaction line
    where line.client_id = deal.client_id and line.at > %(since)s and line.at <= %(until)s
      and line.kind = any(%(kinds)s)
) last
where deal.closed_at is null and deal.opened_at <= %(until)s and last.at > %(since)s and last.at <= %(until)s
  and (%(pipelines)s::text[] is null or pipeline.code = any(%(pipelines)s::text[]))
  and not exists (
    select from clients_interaction line
    where line.client_id = deal.client_id and line.at > %(until)s and line.kind = any(%(kinds)s))
order by last.at, deal.id
"""


class DateOfField(ByTime):
    """So many days before or after a date, at an hour of the company's clock; of a moment, so long before or after."""

    code: ClassVar[str] = "date_of_field"
    title: ClassVar[Any] = _("So long before or after a date")
    group: ClassVar[Any] = TIME

    def form(self, options: Mapping[str, Any]) -> Sequence[Ask]:
        field = _date_field(options.get("field"))
        when = ((BEFORE, _("before")), (AFTER, _("after")))
        found = [
            Ask("field", "field", _("Which date"), required=True),
            Ask("when", "choice", _("Before or after"), choices=when, required=True, initial=BEFORE),
        ]
        if field and field.kind == Field.Kind.MOMENT:
            return [*found, Ask("minutes", "minutes", _("How long"), required=True, least=0)]
        return [
            *found,
            Ask("days", "whole", _("How many days"), required=True, least=0, most=366, initial=1),
            Ask("hour", "time", _("At what time"), required=True, initial="09:00"),
        ]

    def read(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        if typed.get("field") and _date_field(typed["field"]) is None:
            said = _("Choose a field that holds a date.")
            raise Refused(said, fields={"field": said})
        return asked.read(self.form(typed), typed)

    def words(self, options: Mapping[str, Any]) -> str:
        field = _date_field(options["field"])
        name = field.name if field else options["field"]
        if "minutes" in options:
            said = (
                gettext("{time} before “{field}”") if options["when"] == BEFORE else gettext("{time} after “{field}”")
            )
            return said.format(time=in_words(options["minutes"]), field=name)
        said = (
            gettext("{days} d before “{field}”, at {hour}")
            if options["when"] == BEFORE
            else gettext("{days} d after “{field}”, at {hour}")
        )
        return said.format(days=options["days"], field=name, hour=options["hour"])

    def sweep(self, options: Mapping[str, Any], *, since: datetime, until: datetime) -> Iterable[Event]:
        """Over the index of the facts; the days that may be meant are a few, and looked at one by one."""
        days = [day.isoformat() for day in self._days(options, since, until)]
        if not days:
            return
        with connection.cursor() as cursor:
            cursor.execute(_DATED, {"code": options["field"], "first": days[0], "last": f"{days[-1]}u"})
            rows = cursor.fetchall()
        for deal, client, stored in rows:
            at = self._due(options, str(stored))
            if at and since < at <= until:
                yield Event(f"dated/{deal}/{stored}", at, deal, client, data={"field": options["field"]})

    def _days(self, options: Mapping[str, Any], since: datetime, until: datetime) -> Iterator[date]:
        """A day more at both ends: moments are written in any zone."""
        away = -self._away(options)
        day, last = (since + away).date() - timedelta(days=1), (until + away).date() + timedelta(days=1)
        while day <= last:
            yield day
            day += timedelta(days=1)

    def _away(self, options: Mapping[str, Any]) -> timedelta:
        long = timedelta(minutes=options["minutes"]) if "minutes" in options else timedelta(days=options["days"])
        return -long if options["when"] == BEFORE else long

    def _due(self, options: Mapping[str, Any], stored: str) -> datetime | None:
        try:
            if "minutes" in options:
                moment = datetime.fromisoformat(stored)
                return moment + self._away(options) if moment.tzinfo else None
            return clock.at(date.fromisoformat(stored) + self._away(options), time.fromisoformat(options["hour"]))
        except (ValueError, OverflowError):
            return None


_DATED = """
select deal.id, deal.client_id, deal.facts ->> %(code)s from deals_factkey key
join deals_deal deal on deal.id = key.object_id
where key.holder = 'deal' and key.code = %(code)s and key.text >= %(first)s and key.text < %(last)s
  and deal.closed_at is null
order by key.text, deal.id
"""


class EveryMorning(ByTime):
    """Each open deal that fulfils the conditions, once a day."""

    code: ClassVar[str] = "every_day"
    title: ClassVar[Any] = _("Every day at a certain time, for open deals")
    group: ClassVar[Any] = TIME

    def form(self, options: Mapping[str, Any]) -> Sequence[Ask]:
        days = tuple((str(number), name) for number, name in WEEKDAYS.items())
        return [
            Ask("hour", "time", _("At what time"), required=True, initial="09:00"),
            Ask("days", "choice", _("On which days"), choices=days, many=True, required=True, initial=list("01234")),
            Ask("pipelines", "pipeline", _("In which pipelines"), help=EVERY, many=True),
        ]

    def words(self, options: Mapping[str, Any]) -> str:
        days = ", ".join(str(WEEKDAYS_ABBR[int(day)]) for day in options["days"])
        title = gettext("At {hour} on {days}, for open deals").format(hour=options["hour"], days=days)
        return besides(title, pipelines_in_words(options["pipelines"]))

    def sweep(self, options: Mapping[str, Any], *, since: datetime, until: datetime) -> Iterable[Event]:
        return self.sweep_among(options, since=since, until=until, among=Q())

    def sweep_among(self, options: Mapping[str, Any], *, since: datetime, until: datetime, among: Q) -> Iterable[Event]:
        at = self._last(options, since, until)
        if at is None:
            return
        found = Deal.objects.still_open().filter(among, opened_at__lt=at)
        if options["pipelines"]:
            found = found.filter(pipeline__code__in=options["pipelines"])
        day = clock.local(at).date().isoformat()
        for deal, client in found.order_by("pk").values_list("pk", "client_id"):
            yield Event(f"daily/{deal}/{day}", at, deal, client)

    def _last(self, options: Mapping[str, Any], since: datetime, until: datetime) -> datetime | None:
        """Of several mornings that nobody has swept, the last."""
        day, first = clock.local(until).date(), clock.local(since).date()
        while day >= first:
            at = clock.at(day, time.fromisoformat(options["hour"]))
            if since < at <= until and str(day.weekday()) in options["days"]:
                return at
            day -= timedelta(days=1)
        return None


def _date_field(code: Any) -> Field | None:
    dated = (Field.Kind.DATE, Field.Kind.MOMENT)
    return Field.objects.filter(code=str(code or ""), of=Field.Of.DEAL, kind__in=dated).first()
