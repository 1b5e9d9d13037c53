"""Bots of ours, and accounts at services that pass messengers on: who they are on the other side, how they are reached
from here, and that the other side learns our address."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Protocol, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.conversations import accounts, bans, sending
from svyazka.business.conversations.channel import Channel, of_kind
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.journal.record import Actor, record
from svyazka.business.notices import outbox
from svyazka.business.notices.messengers import Access, Denied, NotConnected, Undeliverable, Unreached
from svyazka.kit import secrets
from svyazka.kit.refusals import Refused

_TOKEN = re.compile(r"[\x21-\x7e]{1,500}")
_INSTANCE = re.compile(r"[0-9]{1,20}")
_HIDDEN = "•••"


class Caller(Channel, Protocol):
    def call_here(self, address: str, *, secret: str) -> None:
        """From now on what people write comes to this address, with the secret. Raises what `name` does."""


def reach(code: str) -> Access | None:
    """None: it is switched off, forbidden, or nobody has entered its token."""
    account = ChannelAccount.objects.filter(code=code, is_active=True).exclude(secret="").first()
    return access_of(account) if account else None


def access_of(account: ChannelAccount) -> Access:
    proxy = secrets.take_out(account.proxy) if account.proxy else ""
    return Access(account.code, secrets.take_out(account.secret), account.base, proxy, _as_texts(account.options))


def _as_texts(options: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in options.items()}


def for_staff() -> list[ChannelAccount]:
    """Through which a person can hear of his notices."""
    bots = ChannelAccount.objects.filter(kind__in=settings.MESSENGERS, is_active=True, for_staff=True)
    return list(bots.exclude(nick="").order_by("kind", "pk"))


def can_be_called(kind: str) -> bool:
    return kind in settings.CHANNELS and hasattr(of_kind(kind), "call_here")


def connect(
    account: ChannelAccount, *, token: str, base: str, proxy: str, by: Actor, instance: str | None = None
) -> None:
    """Stored once the bot has said who it is. An empty token is the one that is stored already, as is a proxy whose
    password is hidden. `instance`: which of several it is there; None, where nobody counts them."""
    if not can_be_called(account.kind):
        raise Refused(_("This is no bot."))
    bans.refuse_forbidden(account.kind)
    server = read_base(base)
    options = account.options if instance is None else {**account.options, "instance": _read_instance(instance)}
    access = Access(
        account.code, read_token(account, token, server), server, read_proxy(account, proxy), _as_texts(options)
    )
    with _asking(access, account.kind) as messenger:
        nick = messenger.name()
    with transaction.atomic():
        account.secret, account.nick, account.base = secrets.lock_away(access.token), nick[:100], access.base
        account.proxy = secrets.lock_away(access.proxy) if access.proxy else ""
        account.options = options
        account.save(update_fields=["secret", "nick", "base", "proxy", "options"])
        outbox.resume(account.code)
        sending.resume(account.code)
        record("conversations.token_kept", accounts.about(account), by=by, note=nick)


def call_here(account: ChannelAccount, address: str, *, by: Actor) -> None:
    """The other side gets our address and, where it shows one, a new secret. Ours is kept when it has taken them."""
    if not can_be_called(account.kind):
        raise Refused(_("This is no bot."))
    if not account.secret:
        raise Refused(_("First enter the token."))
    if not address.startswith("https://"):
        raise Refused(_("Messengers call only addresses that begin with https."))
    secret = accounts.new_secret() if account.kind in accounts.WITH_SECRET else ""
    with _asking(access_of(account), account.kind) as messenger:
        messenger.call_here(address, secret=secret)
    with transaction.atomic():
        account.options.pop("asks", None)
        account.save(update_fields=["options"])
        if secret:
            accounts.keep_secret(account, secret, by=by)
        else:
            record("conversations.called_here", accounts.about(account), by=by)


def can_be_asked(account: ChannelAccount) -> bool:
    return can_be_called(account.kind) and account.kind in settings.EARS


def ask_there(account: ChannelAccount, *, by: Actor) -> None:
    """Where nobody outside can call us: the listener asks for what was written, and is called no more."""
    if not can_be_asked(account):
        raise Refused(_("This messenger cannot be asked from here: it has to call."))
    if not account.secret:
        raise Refused(_("First enter the token."))
    with _asking(access_of(account), account.kind) as messenger:
        messenger.name()
        if call_no_more := getattr(messenger, "call_no_more", None):
            call_no_more()
    with transaction.atomic():
        account.options["asks"] = "1"
        account.save(update_fields=["options"])
        record("conversations.asked_from_here", accounts.about(account), by=by)


def shown_proxy(account: ChannelAccount) -> str:
    """`socks5://user:•••@host:1080`"""
    if not account.proxy:
        return ""
    parts = urlsplit(secrets.take_out(account.proxy))
    if parts.password is None:
        return parts.geturl()
    return parts._replace(netloc=f"{parts.username}:{_HIDDEN}@{parts.netloc.rpartition('@')[2]}").geturl()


@contextmanager
def _asking(access: Access, kind: str) -> Iterator[Caller]:
    """What goes wrong, in our words."""
    try:
        with closing(of_kind(kind)(access)) as channel:
            yield cast(Caller, channel)
    except Denied:
        words = _("The messenger does not know this token. Copy it once more, whole.")
        raise Refused(words, fields={"token": words}) from None
    except NotConnected as state:
        words = _("The token is right, but nothing is connected there ({state}). Connect it there and try again.")
        raise Refused(words.format(state=state)) from None
    except Unreached:
        words = _("The messenger does not answer. If it cannot be reached from here directly, name a proxy.")
        raise Refused(words, fields={"proxy": words}) from None
    except Undeliverable:
        raise Refused(_("The messenger does not take this address.")) from None


def read_token(account: ChannelAccount, typed: str, base: str) -> str:
    """What is stored goes to no other server: whoever can change the settings could read it there."""
    token = typed.strip()
    if not token and account.secret:
        if base != account.base:
            words = _("Enter the token once more: it goes to another server now.")
            raise Refused(words, fields={"token": words})
        return secrets.take_out(account.secret)
    if not _TOKEN.fullmatch(token) or "/" in token:
        words = _("This is no token of a bot.") if token else _("The token is empty.")
        raise Refused(words, fields={"token": words})
    return token


def _read_instance(typed: str) -> str:
    instance = typed.strip()
    if not _INSTANCE.fullmatch(instance):
        words = _("The number of an instance has only digits, like 7103000000.")
        raise Refused(words, fields={"instance": words})
    return instance


def read_base(typed: str) -> str:
    base = typed.strip().rstrip("/")
    if base and not _is_server(base, ("http", "https")):
        words = _("A server is written like https://example.com")
        raise Refused(words, fields={"base": words})
    return base


def read_proxy(account: ChannelAccount, typed: str) -> str:
    proxy = typed.strip()
    if account.proxy and proxy == shown_proxy(account):
        return secrets.take_out(account.proxy)
    if proxy and (_HIDDEN in proxy or not _is_server(proxy, ("http", "https", "socks5", "socks5h"))):
        words = _("A proxy is written like socks5://user:password@example.com:1080")
        raise Refused(words, fields={"proxy": words})
    return proxy


def _is_server(address: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0 and " " not in address
    except ValueError:  # brackets with no IPv6 address in them, a port that is no number
        return False
