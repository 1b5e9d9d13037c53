"""Chats in which a person hears of his notices: he links them himself, with a code that the bot is shown."""

from __future__ import annotations

import re
import secrets as randomness
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from svyazka.business.journal.record import About, Actor, record
from svyazka.business.notices import outbox
from svyazka.business.notices.models import Chat, LinkCode, Outgoing
from svyazka.business.staff.models import Person
from svyazka.kit import clock, rows, secrets

VALID = timedelta(minutes=15)
# What follows /start in a link of ours begins so; anything else is of an advertisement, and a client's.
PREFIX = "me-"
_SHOWN = re.compile(rf"/start\s+({PREFIX}[\w-]+)", re.ASCII)

LINKED = gettext_noop("Done: what concerns you in Svyazka is said here from now on. /stop ends it.")
TAKEN = gettext_noop("A colleague hears of his notices in this chat. Send /stop first, then open the link once more.")
UNKNOWN = gettext_noop("This link does not work any more. If you want to ask us something, just write it here.")
STOPPED = gettext_noop("No more notices come here. You can link the chat again on your page in Svyazka.")
UNREAD = gettext_noop(
    "Only notices come here; nobody reads what you write. Open the deal to answer. /stop ends the notices."
)


@transaction.atomic
def invite(person: Person, account: str) -> str:
    """A code for the bot, told this once. An earlier one opens no longer."""
    code = f"{PREFIX}{randomness.token_urlsafe(24)}"
    given = {"fingerprint": secrets.fingerprint(code), "until": clock.now() + VALID}
    LinkCode.objects.update_or_create(person=person, account=account, defaults=given)
    return code


@dataclass(frozen=True)
class Heard:
    """Something written to a bot that is none of a client's: by whom of the staff, if a link of ours was any good."""

    person: Person | None = None


@transaction.atomic
def hear(text: str, *, account: str, user_id: str, shown: str) -> Heard | None:
    """What one of the staff wrote to a bot, or somebody with a link of ours. None: it is a client's."""
    if found := _SHOWN.fullmatch(text.strip()):
        return Heard(_link(found[1], account=account, user_id=user_id, shown=shown))
    chat = next(iter(rows.read(Chat, "where account = %s and user_id = %s", [account, user_id])), None)
    if chat is None:
        return None
    command = text.split()[0].lower() if text.split() else ""
    if command == "/stop":
        end(chat, by=chat.person)
    else:
        _open(chat)
    said = {"/stop": STOPPED, "/start": LINKED}.get(command, UNREAD)
    _say(said, account=account, user_id=user_id, language=chat.person.language)
    return Heard(chat.person)


def end(chat: Chat, *, by: Actor) -> None:
    with transaction.atomic():
        record("notices.chat_ended", About("person", chat.person_id), by=by, people=[chat.person_id])
        chat.delete()


@transaction.atomic
def end_all(person: Person, *, by: Actor) -> None:
    LinkCode.objects.filter(person=person).delete()
    for chat in Chat.objects.filter(person=person):
        end(chat, by=by)


@transaction.atomic
def close(chat: Chat, *, by: Actor) -> None:
    """The bot was blocked there; its person sees it on his page. What else was to be said there is not tried."""
    Outgoing.objects.filter(chat=chat).delete()
    if Chat.objects.filter(pk=chat.pk, closed_at=None).update(closed_at=clock.now()):
        record("notices.chat_closed", About("person", chat.person_id), by=by, people=[chat.person_id])


def _link(code: str, *, account: str, user_id: str, shown: str) -> Person | None:
    """A code that was refused because of the chat is good for another one."""
    mark = secrets.fingerprint(code)
    found = LinkCode.objects.select_for_update(of=("self",)).select_related("person").filter(fingerprint=mark).first()
    if not found or found.account != account or found.until < clock.now() or not found.person.is_active:
        outbox.answer(_(UNKNOWN), account=account, user_id=user_id)
        return None
    person = found.person
    if Chat.objects.filter(account=account, user_id=user_id).exclude(person=person).exists():
        _say(TAKEN, account=account, user_id=user_id, language=person.language)
        return None
    found.delete()
    Chat.objects.filter(person=person, account=account).delete()  # and with it what was still to be said there
    Chat.objects.create(person=person, account=account, user_id=user_id, shown=shown, linked_at=clock.now())
    record("notices.chat_linked", About("person", person.pk), by=person, people=[person.pk])
    _say(LINKED, account=account, user_id=user_id, language=person.language)
    return person


def _open(chat: Chat) -> None:
    """Whoever writes to the bot does not block it."""
    if Chat.objects.filter(pk=chat.pk, closed_at__isnull=False).update(closed_at=None):
        person = chat.person
        record("notices.chat_linked", About("person", person.pk), by=person, people=[person.pk])


def _say(text: str, *, account: str, user_id: str, language: str) -> None:
    with translation.override(language):
        outbox.answer(_(text), account=account, user_id=user_id)
