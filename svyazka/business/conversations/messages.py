"""Messages between clients and us: each is one line of the history, and beside it what its channel knows of it."""

from __future__ import annotations

import secrets as randomness
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext, gettext_noop, pgettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients import amend, history
from svyazka.business.clients.models import Interaction
from svyazka.business.conversations import files as store
from svyazka.business.conversations import reach, states
from svyazka.business.conversations.channel import Button, Channel, Template, of_account
from svyazka.business.conversations.client_channel import Attached
from svyazka.business.conversations.mailbox import answer_to
from svyazka.business.conversations.models import Message
from svyazka.business.conversations.reach import WayTo
from svyazka.business.conversations.states import State
from svyazka.business.conversations.told import MessageEdited, MessageReceived
from svyazka.business.journal.record import About, Actor, record
from svyazka.kit import clock, rows
from svyazka.kit.refusals import Refused
from svyazka.kit.texts import storable

LATELY = 30  # messages of a chat: an album, or an edit of one of its pictures, is among them
# Why a message was not sent. In the language of whoever looks: `in_words`.
BLOCKED = gettext_noop("The client has blocked us there, or is not there any more.")
REFUSED = gettext_noop("The channel does not take this message.")
TOO_LATE = gettext_noop("The channel did not work for too long; nobody needs it any more in this form.")
SWITCHED_OFF = gettext_noop("This channel is switched off.")
NO_ANSWER = gettext_noop("No answer came: perhaps it was sent. Sending it again may say it twice.")


# What came in.


def find(account: str, user_id: str, outside_id: str) -> Message | None:
    """A message that is known already, from either side."""
    if not outside_id:
        return None
    return next(iter(rows.read(Message, _SAME, [account, outside_id, user_id])), None)


_SAME = "where account = %s and outside_id = %s and user_id = %s limit 1"


def find_part(account: str, user_id: str, outside_id: str) -> Message | None:
    """The message one of whose parts has this number: a picture of an album."""
    return next((one for one in _lately(account, user_id) if outside_id in one.more.get("parts", ())), None)


def received(said: MessageReceived, *, account: str, line: Interaction) -> Message:
    """What its channel knows of a line that has just come into the history. Whoever calls has asked `find` before."""
    answered = find(account, said.user_id, said.answers)
    more: dict[str, Any] = {"album": said.album} if said.album else {}
    if said.pressed:
        more["pressed"] = said.pressed
    message = Message.objects.create(
        interaction_id=line.pk,
        at=line.at,
        account=account,
        user_id=said.user_id,
        is_ours=said.is_ours,
        outside_id=said.outside_id[:400],
        state=State.SENT if said.is_ours else State.RECEIVED,
        state_at=said.sent_at,
        answers_id=answered.pk if answered else None,
        more=more,
    )
    store.want(message, said.files)
    if not said.is_ours:
        reach.heard(account, said.user_id, at=said.sent_at, address=said.address)
    return message


def joined(said: MessageReceived, *, account: str) -> Message | None:
    """The album to which it belongs, with its files. None: it is the first of it."""
    if not said.album:
        return None
    album = next((one for one in _lately(account, said.user_id) if one.more.get("album") == said.album), None)
    if album is None or said.outside_id in album.more.get("parts", ()):
        return album
    album.more["parts"] = [*album.more.get("parts", ()), said.outside_id]
    album.save(update_fields=["more"])
    store.want(album, said.files)
    _write_line(album, lambda line: _with_files(line, said))
    return album


def echo(said: MessageReceived, *, account: str) -> Message | None:
    """A message that we are sending, come back as one of ours before the answer did."""
    states.hold_number(account, said.outside_id)
    under_way = Message.objects.select_for_update().filter(
        account=account, user_id=said.user_id, is_ours=True, outside_id="", state__in=[State.SENDING, State.UNSURE]
    )
    for message in under_way.order_by("pk"):
        line = line_of(message)
        if line and line.text.strip() == said.text.strip():
            answered(message, (said.outside_id,))
            return message
    return None


@transaction.atomic
def edited(told: MessageEdited, *, account: str) -> Message | None:
    """The line says what it says now, and keeps what it said. None: nothing is known of such a message."""
    message = find(account, told.user_id, told.outside_id) or find_part(account, told.user_id, told.outside_id)
    if message is None:
        return None
    _write_line(message, lambda line: _with_edit(line, told))
    return message


def line_of(message: Message) -> Interaction | None:
    return Interaction.objects.filter(pk=message.interaction_id, at=message.at).first()


def of_lines(interaction_ids: Collection[int]) -> dict[int, Message]:
    """What the channels know of these lines of the history: `.files` are there. Two questions to the database."""
    if not interaction_ids:
        return {}
    found = Message.objects.filter(interaction_id__in=list(interaction_ids)).prefetch_related("files").order_by("pk")
    return {message.interaction_id: message for message in found}


def _lately(account: str, user_id: str) -> list[Message]:
    return rows.read(Message, _LATELY, [account, user_id, LATELY])


_LATELY = "where account = %s and user_id = %s order by id desc limit %s for update"


def _write_line(message: Message, change: Any) -> None:
    lines = Interaction.objects.select_for_update().filter(pk=message.interaction_id, at=message.at)
    for line in lines:
        change(line)
        amend.amend(line.pk, near=line.at, data=line.data, waiting=line.waiting, text=line.text)


def _with_files(line: Interaction, said: MessageReceived) -> None:
    line.data["files"] = [*line.data.get("files", ()), *(one.kind for one in said.files)]
    line.text = line.text or storable(said.text)


def _with_edit(line: Interaction, told: MessageEdited) -> None:
    """`edits`: what it said before, and until when; the latest one last."""
    if told.text is None:
        line.data.setdefault("taken_back", told.at.isoformat())
        return
    text, before = storable(told.text), line.data.get("edits", [])
    if text == line.text or (before and told.at.isoformat() < before[-1]["until"]):
        return
    line.data["edits"] = [*before, {"text": line.text, "until": told.at.isoformat()}]
    line.text = text


# What goes out.


@transaction.atomic
def say(
    client_id: int,
    text: str,
    *,
    account: str,
    user_id: str,
    by: Actor,
    deal_id: int | None = None,
    files: Sequence[Attached] = (),
    buttons: Sequence[Sequence[Button]] = (),
    answers: Message | None = None,
    template: Template | None = None,
    subject: str = "",
) -> Message:
    """A line of the history, and what the worker has to send (`sending.py`). Refused, in words, where it cannot be."""
    text, channel = storable(text).strip(), of_account(account)
    _insist_open(_way(client_id, account, user_id), template)
    _insist_taken(channel, text, files=files, buttons=buttons, template=template)
    line = history.add(
        client_id,
        kind=Interaction.Kind.MESSAGE,
        direction=Interaction.Direction.OUT,
        deal_id=deal_id,
        channel=account,
        text=text,
        data={"files": [store.kind_of(one.kind) for one in files]} if files else {},
        by=by,
    )
    message = Message.objects.create(
        interaction_id=line.pk,
        at=line.at,
        account=account,
        user_id=user_id,
        is_ours=True,
        key=randomness.token_hex(16),
        state=State.WAITING,
        state_at=line.at,
        try_at=line.at,
        by_id=by.actor_id,
        answers_id=answers.pk if answers else None,
        more=_besides(buttons, template, subject, answers),
    )
    store.attach(message, files)
    record("conversations.said", _about(line), by=by)
    return message


@transaction.atomic
def again(message: Message, *, by: Actor) -> Message:
    """A person sends once more what was not sent, or perhaps was not."""
    current, line = _held(message)
    if current.state not in (State.FAILED, State.UNSURE, State.CALLED_OFF):
        raise Refused(_("This message is on its way already, or has arrived."))
    template = current.more.get("template")
    _insist_open(_way(line.client_id, current.account, current.user_id), template and template_of(current))
    if current.state != State.UNSURE:
        current.key, current.outside_id = randomness.token_hex(16), ""
    now = clock.now()
    current.state, current.state_at, current.try_at = State.WAITING, now, now
    current.reason, current.tries, current.by_id = "", 0, by.actor_id
    current.more["again"] = now.isoformat()
    current.save()
    record("conversations.said_again", _about(line), by=by)
    return current


@transaction.atomic
def call_off(message: Message, *, by: Actor) -> Message:
    """As long as nobody has begun to send it. A second click changes nothing."""
    current, line = _held(message)
    if current.state == State.CALLED_OFF:
        return current
    if current.state != State.WAITING:
        raise Refused(_("It is too late: this message is on its way."))
    current.state, current.state_at, current.try_at = State.CALLED_OFF, clock.now(), None
    current.save(update_fields=["state", "state_at", "try_at"])
    record("conversations.called_off", _about(line), by=by)
    return current


def answered(message: Message, outside_ids: Sequence[str]) -> None:
    """The channel has taken a message of ours, which is held, and has told its number there. Should it have come back
    under that number as one written elsewhere, it stands in the history once."""
    number = outside_ids[0][:400] if outside_ids else ""
    states.hold_number(message.account, number)
    double = find(message.account, message.user_id, number)
    if double and double.pk != message.pk:
        history.take_back([double.interaction_id])
        double.delete()
    message.outside_id = number
    if outside_ids[1:]:
        message.more["parts"] = list(outside_ids[1:])
    message.save(update_fields=["outside_id", "more"])
    states.move_on(message, State.SENT, at=clock.now())
    if number:
        states.catch_up(message)


def refused(detail: str) -> str:
    """`detail`: their code; or a reason that the connector has words for, with the code in brackets."""
    if detail.endswith("]"):
        return detail
    return f"{REFUSED} [{detail}]" if detail else REFUSED


def in_words(message: Message) -> str:
    """Why it was not sent, in the language of the page: in the row stands the English text and, in brackets, their
    code."""
    return reason_in_words(message.reason)


def reason_in_words(reason: str) -> str:
    text, bracket, detail = reason.partition(" [")
    return (gettext(text) if text else "") + bracket + detail


def buttons_of(message: Message) -> list[list[Button]]:
    return [[Button(**one) for one in row] for row in message.more.get("buttons", [])]


def template_of(message: Message) -> Template | None:
    given = message.more.get("template")
    return Template(given["name"], given["language"], tuple(given["values"])) if given else None


def pressed_words(message: Message | None, code: str) -> str:
    """What stands on the button of ours that has this code."""
    for button in (one for row in buttons_of(message) for one in row) if message else ():
        if button.code == code:
            return button.text
    return pgettext("button", "A button was pressed")


def _way(client_id: int, account: str, user_id: str) -> WayTo:
    ways: Iterable[WayTo] = reach.ways_of(client_id)
    for way in ways:
        if (way.account, way.user_id) == (account, user_id):
            return way
    raise Refused(_("This client cannot be reached by this channel."))


def _insist_open(way: WayTo, template: Template | None) -> None:
    if not (way.can_write or (template and way.by_template)):
        raise Refused(way.why_not)


def _insist_taken(
    channel: type[Channel],
    text: str,
    *,
    files: Sequence[Attached],
    buttons: Sequence[Sequence[Button]],
    template: Template | None,
) -> None:
    if not (text or files or template):
        raise Refused(_("The message is empty."), fields={"text": _("Write something.")})
    if len(text.encode("utf-16-le")) > 2 * channel.longest:
        words = gettext("Too long: {most} characters fit into one message here.").format(most=channel.longest)
        raise Refused(words, fields={"text": words})
    if files and not channel.takes_files:
        raise Refused(_("This channel takes no files."), fields={"files": _("This channel takes no files.")})
    if buttons and not channel.takes_buttons:
        raise Refused(_("This channel knows no buttons."))
    if template and not channel.takes_templates:
        raise Refused(_("This channel knows no templates."))


def _besides(
    buttons: Sequence[Sequence[Button]], template: Template | None, subject: str, answers: Message | None
) -> dict[str, Any]:
    more: dict[str, Any] = {}
    if buttons:
        more["buttons"] = [[vars(one) for one in row] for row in buttons]
    if template:
        more["template"] = {"name": template.name, "language": template.language, "values": list(template.values)}
    if subject:
        more["subject"] = storable(subject)
    elif answers and answers.more.get("subject"):
        more["subject"] = answer_to(answers.more["subject"])
    if answers and answers.more.get("references"):
        more["references"] = answers.more["references"]
    return more


def _held(message: Message) -> tuple[Message, Interaction]:
    current = Message.objects.select_for_update().get(pk=message.pk)
    line = line_of(current)
    if line is None or not current.is_ours:
        raise Refused(_("This is no message of ours."))
    return current, line


def _about(line: Interaction) -> About:
    return About("interaction", line.pk, client_id=line.client_id, deal_id=line.deal_id)
