"""Letters: which of them answers which, and which stands in the history already."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import replace

from django.db.models import Q

from svyazka.business.clients.models import Interaction
from svyazka.business.conversations import messages
from svyazka.business.conversations.models import ChannelAccount, Message
from svyazka.business.conversations.told import MailReceived
from svyazka.kit.texts import storable

TOKEN = 12  # letters of a key of ours: nobody guesses them, and they fit into a subject
_TOKEN = re.compile(rf"[0-9a-f]{{{TOKEN}}}")
_OURS = re.compile(r"<([0-9a-f]{32})@")
_MOST_REFERENCES = 20
_OUT_OF_SIGHT = "~"  # sorts after all that a key consists of


def token_of(key: str) -> str:
    """What a letter of ours carries in an address or the subject, so that an answer is known by it."""
    return key[:TOKEN]


def key_of(message_id: str) -> str:
    """Of a letter of ours: `<3f2a…@example.ru>` → `3f2a…`. Empty: it is none."""
    found = _OURS.match(message_id)
    return found[1] if found else ""


def known(mail: MailReceived, *, account: str) -> Message | None:
    """It was read before, in another folder, another mailbox, or under another number; or it is a copy of one of ours.
    Another letter under the same Message-ID is not it."""
    alike = _numbered([mail.outside_id, _by_its_print(mail)], mailboxes() | {account})
    return next((one for one in alike if one.more.get("print", mail.print) == mail.print), None)


def answered(mail: MailReceived) -> Message | None:
    """The letter that it answers: by what its headers say, the nearest first; else by a token of ours. Never by the
    subject alone."""
    asked = mail.references[:_MOST_REFERENCES]
    found = {number: one for one in _numbered(asked, mailboxes()) for number in (one.outside_id, one.key)}
    by_headers = (found.get(one) or found.get(key_of(one) or one) for one in asked)
    return next(filter(None, by_headers), None) or next(filter(None, map(_of_token, mail.tokens)), None)


def received(mail: MailReceived, *, account: str, line: Interaction) -> Message:
    """Beside its line in the history. Whoever calls has asked `known` before."""
    if messages.find(account, mail.user_id, mail.outside_id):
        mail = replace(mail, outside_id=_by_its_print(mail))
    message = messages.received(mail, account=account, line=line)
    message.more |= {"subject": storable(mail.subject), "print": mail.print}
    message.more |= {"references": list(reversed(mail.references[:_MOST_REFERENCES]))}
    message.save(update_fields=["more"])
    return message


def mailboxes() -> set[str]:
    return set(ChannelAccount.objects.filter(kind=ChannelAccount.Kind.EMAIL).values_list("code", flat=True))


def own_addresses() -> set[str]:
    options = ChannelAccount.objects.filter(kind=ChannelAccount.Kind.EMAIL).values_list("options", flat=True)
    return {given["address"] for given in options if given.get("address")}


def _numbered(message_ids: Iterable[str], codes: Collection[str]) -> list[Message]:
    """By their ids; those of ours also before they have been told that it was taken."""
    ids = [one[:400] for one in message_ids]
    keys = list(filter(None, map(key_of, ids)))
    found = Message.objects.filter(Q(account__in=codes, outside_id__in=ids) | Q(key__in=keys))
    return list(found.order_by("pk")) if ids else []


def _by_its_print(mail: MailReceived) -> str:
    return f"{mail.outside_id[:360]}#{mail.print}"


def _of_token(token: str) -> Message | None:
    if not _TOKEN.fullmatch(token):
        return None
    found = Message.objects.filter(key__gte=token, key__lt=token + _OUT_OF_SIGHT, is_ours=True)[:2]
    return found[0] if len(found) == 1 else None
