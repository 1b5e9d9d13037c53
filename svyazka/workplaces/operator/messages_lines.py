"""The lines of a thread: messages of all channels, calls, requests and notes, ready to be shown as they were said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from svyazka.business.clients import history
from svyazka.business.clients.models import Interaction
from svyazka.business.conversations.models import Message
from svyazka.business.inbox.fallback import in_their_place
from svyazka.business.inbox.models import FallenBack
from svyazka.kit import clock
from svyazka.workplaces.operator.messages_list import initials_of
from svyazka.workplaces.shared import timeline
from svyazka.workplaces.shared.short import Short

Kind, State = Interaction.Kind, Message.State
KINDS = (Kind.MESSAGE, Kind.FORM, Kind.CALL, Kind.NOTE)
# What stands below a message of ours: the word, its icon, its tone.
STATES: dict[str, tuple[Promise, str, str]] = {
    State.WAITING: (pgettext_lazy("message", "waiting to be sent"), "journal", ""),
    State.SENDING: (pgettext_lazy("message", "being sent"), "journal", ""),
    State.UNSURE: (pgettext_lazy("message", "perhaps sent"), "question", "warn"),
    State.SENT: (pgettext_lazy("message", "sent"), "check", ""),
    State.DELIVERED: (pgettext_lazy("message", "delivered"), "checks", ""),
    State.READ: (pgettext_lazy("message", "read"), "checks", "read"),
    State.FAILED: (pgettext_lazy("message", "not sent"), "warning", "bad"),
    State.CALLED_OFF: (pgettext_lazy("message", "called off"), "close", ""),
}


@dataclass(frozen=True)
class Bubble:
    """One line. `day`: stands above it, where another day begins; `message`: the number of what its channel knows."""

    line: timeline.Line
    side: str  # in, out, note, event
    text: SafeString
    time: str
    day: str
    day_id: str
    initials: str
    subject: str
    quoted: str
    state: str
    state_icon: str
    state_tone: str
    went: str  # how it went on, where it did not get there
    message: str
    can_again: bool
    can_call_off: bool


@dataclass(frozen=True)
class Page:
    bubbles: list[Bubble]
    before: str
    last: str  # the number of the newest line


def page(client_id: int, *, before: history.Before | None = None) -> Page:
    """The newest below. Nine queries at most, however many lines."""
    found = history.spoken_with(client_id, KINDS, before=before)
    shown = timeline.page(found)
    lines = found[: history.PAGE]
    of = {one.pk: line.message.message for one, line in zip(lines, shown.lines, strict=True) if line.message}
    went = in_their_place([one.pk for one in of.values() if one and one.is_ours])
    texts = {message.pk: one.text for one in lines if (message := of.get(one.pk))}
    short = Short()
    pairs = list(zip(lines, shown.lines, strict=True))[::-1]
    bubbles, day = [], ""
    for one, line in pairs:
        bubble = _bubble(one, line, of.get(one.pk), went, texts, short, after=day)
        day = bubble.day_id
        bubbles.append(bubble)
    return Page(bubbles, shown.before, str(max((one.pk for one in lines), default="")))


def _bubble(
    one: Interaction,
    line: timeline.Line,
    message: Message | None,
    went: Mapping[int, FallenBack],
    texts: Mapping[int, str],
    short: Short,
    *,
    after: str,
) -> Bubble:
    at = clock.local(one.at)
    day_id = f"{at.date():%Y-%m-%d}"
    word, icon, tone = STATES.get(message.state, ("", "", "")) if message and message.is_ours else ("", "", "")
    fell = went.get(message.pk) if message else None
    return Bubble(
        line=line,
        side=_side(one),
        text=line.text,
        time=f"{at:%H:%M}",
        day=_day(at, short) if day_id != after else "",
        day_id=day_id,
        initials=initials_of(line.who),
        subject=str(message.more.get("subject") or "") if message else "",
        quoted=_quoted(message, texts),
        state=str(word),
        state_icon=icon,
        state_tone=tone,
        went=_went(fell) if fell else "",
        message=str(message.pk) if message else "",
        can_again=bool(line.message and line.message.can_again),
        can_call_off=bool(line.message and line.message.can_call_off),
    )


def _side(one: Interaction) -> str:
    if one.kind == Kind.NOTE:
        return "note"
    if one.kind != Kind.MESSAGE:
        return "event"
    return "out" if one.direction == Interaction.Direction.OUT else "in"


def _day(at: datetime, short: Short) -> str:
    days = (clock.today() - at.date()).days
    if days in (0, 1):
        return _("Today") if days == 0 else _("Yesterday")
    return f"{date_format(at, 'l')}, {short.day(at.date())}"


def _quoted(message: Message | None, texts: Mapping[int, str]) -> str:
    if message is None or not message.answers_id:
        return ""
    return " ".join(texts.get(message.answers_id, "").split())[:120] or _("an earlier message")


_WHY_OTHER: dict[str, Promise] = {
    "failed": gettext_lazy("It was not sent"),
    "closed": gettext_lazy("The client cannot be reached there any more"),
    "off": gettext_lazy("The channel is switched off"),
    "down": gettext_lazy("The channel did not answer"),
    "by_hand": gettext_lazy("It was not sent"),
}


def _went(fell: FallenBack) -> str:
    why = _WHY_OTHER.get(fell.why, "")
    if fell.by_message_id:
        return _("{why}: gone by another channel, see below").format(why=why)
    if fell.task_id:
        return _("{why}, and no other way leads to him: there is a task to ring").format(why=why)
    return _("{why}, and no other way leads to him").format(why=why)


def size_of(size: int | None) -> str:
    """`340 KB`, `2.4 MB`."""
    if not size:
        return ""
    if size < 1024 * 1024:
        return _("{number} KB").format(number=max(1, round(size / 1024)))
    return _("{number} MB").format(number=number_format(size / 1024 / 1024, 1))
