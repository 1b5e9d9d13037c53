"""The ways by which requests come in: opening one, changing it, switching it off."""

from __future__ import annotations

import re
import secrets as randomness
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients.models import Source
from svyazka.business.conversations import bans
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.journal.record import About, Actor, record
from svyazka.kit import secrets
from svyazka.kit.refusals import Refused

_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
# Kinds whose outside must show a secret with each arrival. A form's page is open to everybody: it has none.
_KIND = ChannelAccount.Kind
WITH_SECRET = frozenset({_KIND.TELEGRAM, _KIND.MAX, _KIND.WHATSAPP, _KIND.GREEN_API})


def open_account(
    kind: str, *, code: str, name: str, by: Actor, source: Source | None = None, origins: Sequence[str] = ()
) -> tuple[ChannelAccount, str]:
    """The new account, and the secret that the outside must show: it is told this once."""
    bans.refuse_forbidden(kind)
    secret = new_secret() if kind in WITH_SECRET else ""
    account = ChannelAccount(
        kind=kind,
        code=f"{kind}/{_code(code)}",
        name=_name(name),
        public_key=randomness.token_urlsafe(18),
        secret_fingerprint=secrets.fingerprint(secret) if secret else "",
        source=source,
        origins=read_origins(origins),
    )
    try:
        with transaction.atomic():
            account.save(force_insert=True)
            record("conversations.account_opened", about(account), by=by, note=account.name)
    except IntegrityError as conflict:
        words = _("There is an account of this name already.")
        raise Refused(words, fields={"code": words}) from conflict
    return account, secret


@transaction.atomic
def change(account: ChannelAccount, *, by: Actor, **values: Any) -> ChannelAccount:
    """`values`: name, source, origins, for_staff or is_active."""
    account = ChannelAccount.objects.select_for_update().get(pk=account.pk)
    if values.get("is_active"):
        bans.refuse_forbidden(account.kind)
    read = {"name": _name, "origins": read_origins}
    changes = {}
    for key, given in values.items():
        value = read[key](given) if key in read else given
        before = getattr(account, key)
        if before != value:
            setattr(account, key, value)
            changes[key] = (_plain(before), _plain(value))
    if changes:
        account.save(update_fields=list(changes))
        record("conversations.account_changed", about(account), by=by, changes=changes)
    return account


@transaction.atomic
def renew_secret(account: ChannelAccount, *, by: Actor) -> str:
    """From now on only the new secret opens; it is told this once."""
    if account.kind not in WITH_SECRET:
        raise Refused(_("This way in has no secret: its key stands in the page of the site."))
    secret = new_secret()
    keep_secret(account, secret, by=by)
    return secret


def options_of(code: str) -> dict[str, Any]:
    """What an account has set besides, for those who read its arrivals."""
    found = ChannelAccount.objects.filter(code=code).values_list("options", flat=True).first()
    return dict(found or {})


def new_secret() -> str:
    return randomness.token_urlsafe(32)


@transaction.atomic
def keep_secret(account: ChannelAccount, secret: str, *, by: Actor) -> None:
    account.secret_fingerprint = secrets.fingerprint(secret)
    account.save(update_fields=["secret_fingerprint"])
    record("conversations.secret_renewed", about(account), by=by)


def about(account: ChannelAccount) -> About:
    return About("channel", account.pk)


def _code(typed: str) -> str:
    code = typed.strip().lower()
    if not _CODE.fullmatch(code):
        words = _("Up to 40 Latin letters, digits and dashes.")
        raise Refused(words, fields={"code": words})
    return code


def _name(typed: str) -> str:
    name = " ".join(typed.split())
    if not name:
        words = _("Give it a name that colleagues will recognise.")
        raise Refused(words, fields={"name": words})
    return name


def read_origins(typed: Sequence[str]) -> list[str]:
    """`https://okna.ru/page` → `https://okna.ru`: what a browser sends as the Origin."""
    found = []
    for text in filter(None, (given.strip().lower() for given in typed)):
        found.append(_origin(text if "://" in text else f"https://{text}"))
    return list(dict.fromkeys(found))


def _origin(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:  # brackets with no IPv6 address in them
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not re.fullmatch(r"[\w.-]+(:\d+)?", parts.netloc):
        words = _("A site is written like https://example.com")
        raise Refused(words, fields={"origins": words})
    return f"{parts.scheme}://{parts.netloc}"


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return ", ".join(value)
    return str(value) if isinstance(value, Source) else value
