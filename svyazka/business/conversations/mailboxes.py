"""Mailboxes of ours: what is entered is tried on both servers before it is stored."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any, NamedTuple, cast

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from svyazka.business.conversations import accounts
from svyazka.business.conversations.channel import of_kind
from svyazka.business.conversations.listening import TROUBLES
from svyazka.business.conversations.mailbox import NONE, STARTTLS, TLS, Tried, locked_up, read_passwords
from svyazka.business.conversations.models import ChannelAccount, Listening
from svyazka.business.journal.record import Actor, record
from svyazka.business.notices.messengers import Access, Denied, Unreached
from svyazka.kit import clock, emails, secrets
from svyazka.kit.refusals import Refused

_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,198}[A-Za-z0-9])?")
MOST_DAYS = 365
MOST_FOLDERS = 20
SECURITIES = (TLS, STARTTLS, NONE)


class Maker(NamedTuple):
    """Servers of a provider of mailboxes."""

    code: str
    title: Promise
    imap: tuple[str, int, str]
    smtp: tuple[str, int, str]
    has_plus: bool
    keeps_sent: bool  # it does not put a copy of what goes out into the folder by itself


# As their help pages say; `has_plus` only where they promise it.
MAKERS = (
    Maker("yandex", _("Yandex"), ("imap.yandex.ru", 993, TLS), ("smtp.yandex.ru", 465, TLS), True, False),
    Maker("mail_ru", _("Mail.ru"), ("imap.mail.ru", 993, TLS), ("smtp.mail.ru", 465, TLS), False, True),
    Maker("gmail", _("Gmail"), ("imap.gmail.com", 993, TLS), ("smtp.gmail.com", 465, TLS), True, False),
)


def maker_of(account: ChannelAccount) -> str:
    """Empty: a server of one's own."""
    hosts = (account.options.get("imap_host"), account.options.get("smtp_host"))
    return next((one.code for one in MAKERS if (one.imap[0], one.smtp[0]) == hosts), "")


def change(
    account: ChannelAccount, given: Mapping[str, Any], *, password: str, smtp_password: str, by: Actor
) -> ChannelAccount:
    """Stored once both servers have let us in. An empty password is the one that is stored already."""
    if account.kind != ChannelAccount.Kind.EMAIL:
        raise Refused(_("This is no mailbox."))
    options = _read(given)
    reading, sending = _passwords(account, options, password, smtp_password)
    secret = locked_up(reading, sending)
    _try(Access(account.code, secret, options=options))
    options["opened_at"] = str(account.options.get("opened_at") or clock.now().isoformat())
    with transaction.atomic():
        account = ChannelAccount.objects.select_for_update().get(pk=account.pk)
        account.options, account.secret = {**account.options, **options}, secrets.lock_away(secret)
        account.nick = options["address"][:100]
        account.save(update_fields=["options", "secret", "nick"])
        record("conversations.mailbox_kept", accounts.about(account), by=by, note=options["address"])
    return account


def listening_of(account: ChannelAccount) -> Listening | None:
    return Listening.objects.filter(account=account.code).first()


def in_words(trouble: str) -> str:
    return str(TROUBLES.get(trouble, TROUBLES["unreached"]))


def _read(given: Mapping[str, Any]) -> dict[str, str]:
    """As the account keeps it: text alone."""
    maker = next((one for one in MAKERS if one.code == given.get("maker")), None)
    address = _address(given.get("address", ""))
    options = {"address": address, "name": " ".join(str(given.get("name", "")).split())[:120]}
    for side in ("imap", "smtp"):
        host, port, security = getattr(maker, side) if maker else _server(given, side)
        options |= {f"{side}_host": host, f"{side}_port": str(port), f"{side}_security": security}
        options[f"{side}_user"] = str(given.get(f"{side}_user", "")).strip()[:200]
    options["imap_user"] = options["imap_user"] or address
    options["smtp_user"] = options["smtp_user"] or options["imap_user"]
    options["folders"] = "\n".join(_folders(str(given.get("folders", ""))))
    options["since_days"] = str(min(max(int(given.get("since_days") or 0), 0), MOST_DAYS))
    for name in ("marks_read", "reads_sent"):
        options[name] = "1" if given.get(name) else ""
    for name in ("has_plus", "keeps_sent"):
        options[name] = "1" if (getattr(maker, name) if maker else given.get(name)) else ""
    return options


def _server(given: Mapping[str, Any], side: str) -> tuple[str, int, str]:
    host, security = str(given.get(f"{side}_host", "")).strip(), str(given.get(f"{side}_security", TLS))
    if not _HOST.fullmatch(host):
        words = _("A server is written like mail.example.com")
        raise Refused(words, fields={f"{side}_host": words})
    if security not in SECURITIES:
        words = _("Choose how the connection is encrypted.")
        raise Refused(words, fields={f"{side}_security": words})
    usual = {"imap": 993 if security == TLS else 143, "smtp": 465 if security == TLS else 587}
    return host, int(given.get(f"{side}_port") or usual[side]), security


def _passwords(
    account: ChannelAccount, options: Mapping[str, str], password: str, smtp_password: str
) -> tuple[str, str]:
    """What is stored goes to no other server: whoever can change the settings could read it there."""
    known = read_passwords(secrets.take_out(account.secret)) if account.secret else {}
    reading = password or _stored(account, options, "imap", known, field="password")
    if smtp_password or password:
        return reading, smtp_password or password
    return reading, _stored(account, options, "smtp", known, field="smtp_password")


def _stored(
    account: ChannelAccount, options: Mapping[str, str], side: str, known: Mapping[str, str], *, field: str
) -> str:
    place = [f"{side}_{part}" for part in ("host", "port", "security", "user")]
    if not known.get(side):
        words = _("The password is empty.")
    elif any(options[name] != account.options.get(name) for name in place):
        words = _("Enter the password once more: it goes to another server now.")
    else:
        return known[side]
    raise Refused(words, fields={field: words})


def _try(access: Access) -> None:
    with closing(of_kind(ChannelAccount.Kind.EMAIL)(access)) as channel:
        tried = cast(Tried, channel)
        with _troubles("imap"):
            tried.try_reading()
        with _troubles("smtp"):
            tried.try_sending()


@contextmanager
def _troubles(side: str) -> Iterator[None]:
    try:
        yield
    except Denied:
        words = str(_REFUSED[side])
        raise Refused(words, fields={"password" if side == "imap" else "smtp_password": words}) from None
    except Unreached as trouble:
        words = str(_NOT_THERE[side]).format(why=in_words(str(trouble)))
        raise Refused(words, fields={"folders" if str(trouble) == "no_folder" else f"{side}_host": words}) from None


_REFUSED = {
    "imap": _("The mailbox does not let us in. Most providers want a password for applications, and IMAP switched on."),
    "smtp": _("The server for sending does not let us in with this name and password."),
}
_NOT_THERE = {"imap": _("Reading does not work. {why}"), "smtp": _("Sending does not work. {why}")}


def _address(typed: str) -> str:
    try:
        return emails.normalise(typed)
    except emails.NotAnEmail:
        words = _("This is no e-mail address.")
        raise Refused(words, fields={"address": words}) from None


def _folders(typed: str) -> list[str]:
    """One a line; the first is the one that tells of new letters by itself."""
    found = [line.strip() for line in typed.splitlines() if line.strip()]
    if len(found) > MOST_FOLDERS or any(len(line) > 200 or not line.isprintable() for line in found):
        words = _("Up to {most} folders, one a line.").format(most=MOST_FOLDERS)
        raise Refused(words, fields={"folders": words})
    return list(dict.fromkeys(found)) or ["INBOX"]
