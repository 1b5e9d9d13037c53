"""Calls, once they are over.

A call stands in the history from its first ring on and changes until it ends, so it is looked up by its end. It may be
written down a little after that: each sweep looks back some minutes further than the last one reached, and what was
found then has the same key.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import connection
from django.utils.translation import gettext_lazy as _

from svyazka.business.automation.asked import Ask
from svyazka.business.automation.trigger import Event
from svyazka.business.automation.triggers.told import ByTime, besides
from svyazka.business.calls.models import CallQueue, PhoneLine

CALLS = _("Calls")
LATE = timedelta(minutes=5)  # so much later a call may be written down
LONGEST = timedelta(hours=3)  # of a call
_RESULTS = (("answered", _("answered")), ("missed", _("missed")), ("busy", _("busy")))


class _OfCall(ByTime, ABC):
    group: ClassVar[Any] = CALLS

    def form(self, options: Mapping[str, Any]) -> Sequence[Ask]:
        lines = tuple((one.number, one.name) for one in PhoneLine.objects.order_by("name", "pk"))
        queues = tuple((one.code, str(one)) for one in CallQueue.objects.order_by("name", "code"))
        every = _("Nothing chosen: all.")
        return [
            Ask("lines", "choice", _("On which of our numbers"), help=every, many=True, choices=lines),
            Ask("queues", "choice", _("In which queue"), help=every, many=True, choices=queues),
        ]

    def words(self, options: Mapping[str, Any]) -> str:
        return besides(self.title, self._more(options), _where(options))

    def sweep(self, options: Mapping[str, Any], *, since: datetime, until: datetime) -> Iterable[Event]:
        given = {
            "since": since - LATE,
            "until": until,
            "begun": since - LATE - LONGEST,
            "lines": options.get("lines") or None,
            "queues": options.get("queues") or None,
            **self._asked(options),
        }
        with connection.cursor() as cursor:
            cursor.execute(self._question(options), given)
            for number, at, deal, client, person, result, seconds in cursor.fetchall():
                data = {"call": number, "result": result, "seconds": seconds}
                yield Event(f"call/{number}", at, deal, client, number, person, data)

    def _more(self, options: Mapping[str, Any]) -> str:
        return ""

    def _asked(self, options: Mapping[str, Any]) -> dict[str, Any]:
        return {}

    @abstractmethod
    def _question(self, options: Mapping[str, Any]) -> str: ...


_ENDED = """
select id, ended_at, deal_id, client_id, answered_by_id, case result when 'left' then 'missed' else result end,
       talk_seconds
from calls_call
where started_at > %(begun)s and started_at <= %(until)s and state = 'ended' and merged_into_id is null
  and ended_at > %(since)s and ended_at <= %(until)s and client_id is not null
  and (%(lines)s::text[] is null or our_number = any(%(lines)s::text[]))
  and (%(queues)s::text[] is null or queue = any(%(queues)s::text[]))
"""


class CallMissed(_OfCall):
    code: ClassVar[str] = "call_missed"
    title: ClassVar[Any] = _("A call is missed")

    def _question(self, options: Mapping[str, Any]) -> str:
        return f"{_ENDED} and result in ('missed', 'busy', 'left') and direction = 'in'"


class CallEnded(_OfCall):
    code: ClassVar[str] = "call_ended"
    title: ClassVar[Any] = _("A call ends")

    def form(self, options: Mapping[str, Any]) -> Sequence[Ask]:
        ways = (("in", _("incoming calls")), ("out", _("outgoing calls")))
        return [
            Ask("direction", "choice", _("Which calls"), choices=ways, required=True, initial="in"),
            Ask("result", "choice", _("With which result"), choices=_RESULTS, required=True, initial="answered"),
            Ask("seconds", "whole", _("Spoken for at least so many seconds"), least=0, most=36000),
            *super().form(options),
        ]

    def _more(self, options: Mapping[str, Any]) -> str:
        return f"{dict(_RESULTS)[options['result']]}"

    def _asked(self, options: Mapping[str, Any]) -> dict[str, Any]:
        results = ["missed", "left"] if options["result"] == "missed" else [options["result"]]
        return {"results": results, "direction": options["direction"], "seconds": options.get("seconds") or 0}

    def _question(self, options: Mapping[str, Any]) -> str:
        return f"{_ENDED} and result = any(%(results)s) and direction = %(direction)s and talk_seconds >= %(seconds)s"


def _where(options: Mapping[str, Any]) -> str:
    lines = PhoneLine.objects.filter(number__in=options.get("lines") or []).values_list("name", flat=True)
    queues = CallQueue.objects.filter(code__in=options.get("queues") or [])
    return ", ".join([*lines, *map(str, queues)])
