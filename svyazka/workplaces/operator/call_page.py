"""The page of one call: how it went, what was said, and who listened to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.calls import fold
from svyazka.business.calls.fold import Leg
from svyazka.business.calls.follow import line_of
from svyazka.business.calls.models import Call, Listening, Recording
from svyazka.business.calls.phone_system import Kind, Way
from svyazka.business.calls.recordings import keeping
from svyazka.business.calls.recordings.listening import list_listenings
from svyazka.business.calls.recordings.of_call import list_recordings, names_at
from svyazka.business.calls.summary import Summary, Transfer, summarise
from svyazka.business.calls.whose_phone import names_in
from svyazka.business.clients.models import Client
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.workplaces.operator.call_list import outcome
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.timeline import duration


@dataclass(frozen=True)
class Phone:
    """One phone of ours in the call."""

    who: str
    at: str  # when it began to ring
    outcome: str
    tone: str
    spoke: str


@dataclass(frozen=True)
class Passed:
    at: str
    words: str
    tone: str


@needs("queue.see")
def call(request: PageRequest, call_id: int) -> HttpResponse:
    found = get_object_or_404(Call, pk=call_id)
    if found.merged_into_id:
        return redirect("call", found.merged_into_id)
    return render(request, "operator/call.html", _context(request.person, found))


def _context(person: Person, found: Call) -> dict[str, Any]:
    legs = [fold.from_json(leg) for leg in found.legs]
    now = summarise(found.key, legs)
    recordings = list_recordings(found)
    names = _names(found, legs, now, recordings)
    icon, tone, title = outcome(found)
    client = Client.objects.filter(pk=found.client_id).first() if found.client_id else None
    sees_listeners = roles.may(person, "recordings.keep")
    return {
        "call": found,
        "icon": icon,
        "tone": tone,
        "title": title,
        "client": client,
        "called": (client and client.name) or found.client_number_readable,
        "line": line_of(found),
        "facts": _facts(found, now),
        "phones": _phones(legs, now, names),
        "passed": [_passed(transfer, names) for transfer in now.transfers],
        "is_recorded": bool(recordings or now.recordings),
        "kept": next((one for one in recordings if one.kept_by_id), None),
        "can_be_kept": any(one.state in keeping.WORTH_KEEPING for one in recordings),
        "listeners": _listeners(list_listenings(found)) if sees_listeners else None,
    }


def _names(call: Call, legs: Sequence[Leg], now: Summary, recordings: Sequence[Recording]) -> Mapping[str, str]:
    """Whose phone it was is known of those who were recorded; of the others, whose it is today."""
    phones = {leg.extension for leg in legs} | {one.by for one in now.transfers}
    dialled = {one.to for one in now.transfers}
    known = names_at(recordings, phones | dialled)
    unknown = {extension for extension, name in known.items() if name == extension}
    return {**known, **names_in(call, phones & unknown, dialled=dialled & unknown)}


def _facts(found: Call, now: Summary) -> list[tuple[str, str]]:
    told = [
        (_("Queue"), found.queue),
        (_("Waited"), duration(found.waiting_seconds) if found.direction == "in" else ""),
        (_("Spoke"), duration(found.talk_seconds) if found.talk_seconds else ""),
        (_("On hold"), duration(now.held_seconds) if now.held_seconds else ""),
        (_("Ended"), _hour(found.ended_at) if found.ended_at else ""),
    ]
    return [(name, value) for name, value in told if value]


def _phones(legs: Sequence[Leg], now: Summary, names: Mapping[str, str]) -> list[Phone]:
    return [_phone(leg, now, names) for leg in legs if leg.extension and (leg.rang_at or leg.answer_at)]


def _phone(leg: Leg, now: Summary, names: Mapping[str, str]) -> Phone:
    begun = leg.rang_at or leg.first_at
    answered = leg.answered_at
    refused = leg.refusal[1] if leg.refusal else ""
    talks = [talk for talk in now.talks if talk.extension == leg.extension and talk.end]
    seconds = sum((talk.end - talk.begin).total_seconds() for talk in talks if talk.end)
    said = _("picked up") if answered else str(_REFUSALS.get(refused, _("is ringing") if leg.rings else _("no answer")))
    return Phone(
        who=_with_number(leg.extension, names),
        at=_hour(begun) if begun else "",
        outcome=said,
        tone="good" if answered else "" if leg.rings or refused == Kind.CANCEL else "bad",
        spoke=duration(round(seconds)) if seconds >= 1 else "",
    )


_REFUSALS = {
    Kind.NO_ANSWER.value: gettext_lazy("no answer"),
    Kind.BUSY.value: gettext_lazy("busy"),
    Kind.CANCEL.value: gettext_lazy("taken elsewhere, or the caller hung up"),
}


def _passed(transfer: Transfer, names: Mapping[str, str]) -> Passed:
    by, to = _with_number(transfer.by, names), _with_number(transfer.to, names)
    how = _("after a word with whoever got it") if transfer.way == Way.ATTENDED else _("at once")
    words = _("{by} → {to}, {how}").format(by=by or _("Phone outside"), to=to, how=how)
    if transfer.is_missed:
        return Passed(_hour(transfer.at), _("{words}: nobody answered").format(words=words), "bad")
    if transfer.taken_by and transfer.taken_by != transfer.to:
        who = _with_number(transfer.taken_by, names)
        words = _("{words}; {who} took it").format(words=words, who=who)
    return Passed(_hour(transfer.at), words, "")


def _with_number(extension: str, names: Mapping[str, str]) -> str:
    name = names.get(extension, extension)
    return f"{name} ({extension})" if name != extension else name


def _listeners(rows: Sequence[Listening]) -> list[dict[str, Any]]:
    names = dict(Person.objects.filter(pk__in={row.person_id for row in rows}).values_list("pk", "full_name"))
    return [
        {"who": names.get(row.person_id, ""), "at": row.at, "address": row.address or "", "took": row.is_download}
        for row in rows
    ]


def _hour(at: datetime) -> str:
    return formats.date_format(timezone.localtime(at), "H:i:s")
