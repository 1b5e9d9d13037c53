"""A channel that needs more than a token: which number is ours there, and what the other side signs with."""

from __future__ import annotations

import re
import secrets as randomness
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.conversations import accounts, bans, bots, sending
from svyazka.business.conversations.channel import Channel, Saying, Unsure, of_kind
from svyazka.business.conversations.messages import reason_in_words, refused
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.journal.record import Actor, record
from svyazka.business.notices.messengers import Access, Denied, Undeliverable, Unreached
from svyazka.kit import phones, secrets
from svyazka.kit.refusals import Refused

_NUMBER = re.compile(r"\d{1,30}")
_VERSION = re.compile(r"v\d{1,3}\.\d{1,2}")
_SIGNING = re.compile(r"[\x21-\x7e]{8,200}")


def connect(
    account: ChannelAccount,
    *,
    token: str,
    base: str,
    proxy: str,
    phone_number_id: str,
    waba_id: str,
    version: str,
    signing: str,
    by: Actor,
) -> None:
    """Stored once the other side has said which number it is. Empty secrets are those that are stored already."""
    bans.refuse_forbidden(account.kind)
    server = bots.read_base(base)
    options = {**account.options, **_options(phone_number_id, waba_id, version)}
    key = _signing(account, signing)
    access = Access(
        account.code, bots.read_token(account, token, server), server, bots.read_proxy(account, proxy), options
    )
    with _asking(access, account.kind) as channel:
        name = channel.name()
    with transaction.atomic():
        account.secret, account.nick, account.base = secrets.lock_away(access.token), name[:100], access.base
        account.proxy = secrets.lock_away(access.proxy) if access.proxy else ""
        account.options, account.signing = options, secrets.lock_away(key)
        account.save(update_fields=["secret", "nick", "base", "proxy", "options", "signing"])
        sending.resume(account.code)
        record("conversations.token_kept", accounts.about(account), by=by, note=name)


def try_out(account: ChannelAccount, *, to: str, by: Actor) -> str:
    """A message to somebody who has just written to us; says the number that it was given there."""
    access = bots.reach(account.code)
    if access is None:
        raise Refused(_("This channel is not set up yet."))
    try:
        number = phones.normalise(to).removeprefix("+")
    except phones.NotAPhone:
        words = _("This is not a phone number.")
        raise Refused(words, fields={"to": words}) from None
    saying = Saying(randomness.token_hex(16), number, gettext("A trial message: the channel works."))
    with _asking(access, account.kind) as channel:
        said = channel.say(saying)
    record("conversations.tried_out", accounts.about(account), by=by)
    return said.outside_ids[0]


@contextmanager
def _asking(access: Access, kind: str) -> Iterator[Channel]:
    """What goes wrong, in our words."""
    try:
        with closing(of_kind(kind)(access)) as channel:
            yield channel
    except Denied:
        words = _("The messenger does not know this token, or it has no right to this number.")
        raise Refused(words, fields={"token": words}) from None
    except Unreached:
        words = _("The messenger does not answer. If it cannot be reached from here directly, name a proxy.")
        raise Refused(words, fields={"proxy": words}) from None
    except Unsure:
        raise Refused(_("No answer came: look whether the message has arrived.")) from None
    except Undeliverable as refusal:
        raise Refused(reason_in_words(refused(str(refusal)))) from None


def _options(phone_number_id: str, waba_id: str, version: str) -> Mapping[str, str]:
    given = {"phone_number_id": phone_number_id.strip(), "waba_id": waba_id.strip()}
    for name, value in given.items():
        if not _NUMBER.fullmatch(value) and (value or name == "phone_number_id"):
            words = _("Only digits stand here; it is no phone number.")
            raise Refused(words, fields={name: words})
    version = version.strip().lower()
    if version and not _VERSION.fullmatch(version):
        words = _("A version is written like v23.0")
        raise Refused(words, fields={"version": words})
    return {**given, "version": version}


def _signing(account: ChannelAccount, typed: str) -> str:
    key = typed.strip()
    if not key and account.signing:
        return secrets.take_out(account.signing)
    if not _SIGNING.fullmatch(key):
        words = _("Without the app secret nothing comes in. Copy it, whole.")
        raise Refused(words, fields={"signing": words})
    return key
