"""What whoever sends a form must show, and what we ask others about him: secrets of a form's account."""

from __future__ import annotations

import re

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.conversations import accounts
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.journal.record import Actor, record
from svyazka.kit import secrets
from svyazka.kit.refusals import Refused

WAYS = ("header", "field", "signature")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,60}")
_KEY = re.compile(r"[\x21-\x7e]{1,200}")


@transaction.atomic
def ask_for(account: ChannelAccount, way: str, name: str, *, by: Actor) -> str:
    """From now on only what shows a new secret is let in; it is told this once. Without a way, everything is."""
    account = ChannelAccount.objects.select_for_update().get(pk=account.pk)
    options, secret = {**account.options, "proof": {}}, ""
    if way:
        options["proof"], secret = {"way": _way(way, account), "name": _name(name)}, accounts.new_secret()
    account.options = options
    account.secret_fingerprint = secrets.fingerprint(secret) if way in ("header", "field") else ""
    account.signing = secrets.lock_away(secret) if way == "signature" else ""
    account.save(update_fields=["options", "secret_fingerprint", "signing"])
    record("conversations.proof_changed", accounts.about(account), by=by, changes={"way": (None, way or None)})
    return secret


def is_asked_for(account: ChannelAccount) -> bool:
    return bool(account.options.get("proof"))


@transaction.atomic
def ask_captcha(account: ChannelAccount, site_key: str, server_key: str, *, by: Actor) -> None:
    """An empty server key is the one that is stored already; an empty site key switches the captcha off."""
    account = ChannelAccount.objects.select_for_update().get(pk=account.pk)
    site_key, server_key = site_key.strip(), server_key.strip()
    words = _("This is no key of a captcha.")
    if site_key and not _KEY.fullmatch(site_key):
        raise Refused(words, fields={"site_key": words})
    if server_key and not _KEY.fullmatch(server_key):
        raise Refused(words, fields={"server_key": words})
    if site_key and not server_key and not account.secret:
        missing = _("Without the server key nobody can be asked.")
        raise Refused(missing, fields={"server_key": missing})
    was = bool(account.options.get("captcha"))
    account.options = {**account.options, "captcha": {"site_key": site_key} if site_key else {}}
    account.secret = "" if not site_key else secrets.lock_away(server_key) if server_key else account.secret
    account.save(update_fields=["options", "secret"])
    record("conversations.captcha_changed", accounts.about(account), by=by, changes={"is_on": (was, bool(site_key))})


def _way(way: str, account: ChannelAccount) -> str:
    if way not in WAYS:
        raise Refused(_("There is no such way."))
    if account.options.get("widget", {}).get("is_on"):
        words = _("The form for the site is on, and a page keeps no secret. Open another channel for this sender.")
        raise Refused(words, fields={"way": words})
    return way


def _name(typed: str) -> str:
    name = typed.strip()
    if not _NAME.fullmatch(name):
        words = _("A name of Latin letters, digits and dashes, like X-Api-Key.")
        raise Refused(words, fields={"name": words})
    return name
