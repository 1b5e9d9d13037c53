"""What clients write: messages and forms, and that nobody answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import connection
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.automation import choices
from svyazka.business.automation.asked import Ask
from svyazka.business.automation.trigger import Event, Happened
from svyazka.business.automation.triggers.told import ByTime, Told, besides, event_of
from svyazka.business.conversations.models import ChannelAccount

MESSAGES = _("Messages and requests")
LATE = timedelta(minutes=30)  # so much later than it was sent a message may reach us


class MessageCame(Told):
    code: ClassVar[str] = "message_came"
    title: ClassVar[Any] = _("A client writes")
    group: ClassVar[Any] = MESSAGES
    lines: ClassVar[Sequence[str]] = ("message",)

    def form(self, options: Mapping[str, Any]) -> Sequence[Ask]:
        return [Ask("channels", "channel", _("By which channel"), help=_("Nothing chosen: all."), many=True)]

    def words(self, options: Mapping[str, Any]) -> str:
        return besides(self.title, _accounts(options))

    def event(self, row: Happened, options: Mapping[str, Any]) -> Event | None:
        if row.direction != "in" or (options["channels"] and row.channel not in options["channels"]):
            return None
        return event_of(row, channel=row.channel)


class FormCame(Told):
    code: ClassVar[str] = "form_came"
    title: ClassVar[Any] = _("A request comes from a site")
    group: ClassVar[Any] = MESSAGES
    lines: ClassVar[Sequence[str]] = ("form",)

    def form(self, options: Mapping[str, Any]) -> Sequence[Ask]:
        return [Ask("channels", "channel", _("Out of which form"), help=_("Nothing chosen: all."), many=True)]

    def words(self, options: Mapping[str, Any]) -> str:
        return besides(self.title, _accounts(options))

    def event(self, row: Happened, options: Mapping[str, Any]) -> Event | None:
        is_again = bool(row.changes.get("repeats"))
        if is_again or (options["channels"] and row.channel not in options["channels"]):
            return None
        return event_of(row, channel=row.channel)


class OfCategory(ByTime):
    """A line may get its category when it comes, when a call ends, or by a person: looked up by the category."""

    code: ClassVar[str] = "of_category"
    title: ClassVar[Any] = _("Something of a category comes in")
    group: ClassVar[Any] = MESSAGES

    def form(self, options: Mapping[str, Any]) -> Sequence[Ask]:
        kinds = (("message", _("messages")), ("form", _("requests")), ("call", _("calls")))
        return [
            Ask("category", "category", _("Which category"), required=True),
            Ask("kinds", "choice", _("Of what"), help=_("Nothing chosen: all."), many=True, choices=kinds),
        ]

    def words(self, options: Mapping[str, Any]) -> str:
        return besides(self.title, f"“{choices.label('category', options['category']) or options['category']}”")

    def sweep(self, options: Mapping[str, Any], *, since: datetime, until: datetime) -> Iterable[Event]:
        given = {"since": since - LATE, "until": until, "category": options["category"]}
        with connection.cursor() as cursor:
            cursor.execute(_OF_CATEGORY, {**given, "kinds": options["kinds"] or ["message", "form", "call"]})
            for number, at, deal, client, kind, channel in cursor.fetchall():
                data = {"category": options["category"], "kind": kind, "channel": channel}
                yield Event(f"line/{number}", at, deal, client, number, None, data)


_OF_CATEGORY = """
select line.id, line.at, line.deal_id, line.client_id, line.kind, line.channel
from sorting_sorted said join sorting_category category on category.id = said.category_id
join clients_interaction line on line.id = said.id and line.at = said.at
where category.code = %(category)s and said.at > %(since)s and said.at <= %(until)s
  and line.at > %(since)s and line.at <= %(until)s and line.kind = any(%(kinds)s) and line.direction <> 'out'
"""


class NobodyAnswers(ByTime):
    code: ClassVar[str] = "nobody_answers"
    title: ClassVar[Any] = _("Nobody answers a client")
    group: ClassVar[Any] = MESSAGES

    def form(self, options: Mapping[str, Any]) -> Sequence[Ask]:
        return [Ask("minutes", "minutes", _("How long"), required=True, least=1, most=14 * 24 * 60, initial=30)]

    def words(self, options: Mapping[str, Any]) -> str:
        return besides(self.title, _for_so_long(options["minutes"]))

    def sweep(self, options: Mapping[str, Any], *, since: datetime, until: datetime) -> Iterable[Event]:
        patience = timedelta(minutes=options["minutes"])
        with connection.cursor() as cursor:
            cursor.execute(_WAITING, [since - patience, until - patience])
            for client, waits, channel, deal, person in cursor.fetchall():
                data = {"channel": channel, "since": waits.isoformat()}
                yield Event(f"waits/{client}/{waits.isoformat()}", waits + patience, deal, client, None, person, data)


_WAITING = """
select thread.client_id, thread.waits_since, thread.last_account,
       (select id from deals_deal where client_id = thread.client_id and closed_at is null
        order by stage_since desc limit 1),
       thread.responsible_id
from inbox_thread thread
where thread.waits_since > %s and thread.waits_since <= %s and thread.state = 'open'
"""


def _for_so_long(minutes: int) -> str:
    if minutes % 60:
        return gettext("for {count} min").format(count=minutes)
    return ngettext("for {count} hour", "for {count} hours", minutes // 60).format(count=minutes // 60)


def _accounts(options: Mapping[str, Any]) -> str:
    found = ChannelAccount.objects.filter(code__in=options["channels"]).order_by("name")
    return ", ".join(found.values_list("name", flat=True))
