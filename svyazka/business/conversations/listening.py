"""How far accounts have been read that do not call us, and how they stand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.conversations.bots import access_of
from svyazka.business.conversations.models import ChannelAccount, Listening
from svyazka.business.journal.record import About, Actor, Automaton, record
from svyazka.business.notices.messengers import Access
from svyazka.kit import clock
from svyazka.kit.strongbox import WrongKey

BY = Automaton("listener")
LOCKED = "locked"
TROUBLES = {
    "denied": _("The other side does not accept our login and secret. Enter them once more."),
    "unreached": _("The other side does not answer. We ask again and again."),
    "certificate": _("The server's certificate is not valid for this name. Check the name of the server."),
    "no_tls": _("The server does not speak this encryption at this port. Check both."),
    "no_host": _("There is no server of this name."),
    "no_folder": _("One of the folders is not there any more. Check their names."),
    "broken": _("The listener stopped because of a mistake of ours. It has been started again."),
    LOCKED: _(
        "The secrets of this account do not open: the key of the installation has changed. Enter them once more."
    ),
}
HEARD_AGAIN = timedelta(seconds=20)  # how exactly it is known when the other side has answered last


class Asked(NamedTuple):
    kind: str
    access: Access
    cursor: Mapping[str, Any]


def asked() -> list[Asked]:
    """The accounts that have to be asked now. One whose secret does not open keeps nobody else."""
    accounts = ChannelAccount.objects.filter(kind__in=settings.EARS, is_active=True).exclude(secret="")
    found = []
    for account in accounts.order_by("code"):
        try:
            found.append(Asked(account.kind, access_of(account), {}))
        except WrongKey:
            trouble(account.code, LOCKED, by=BY)
    cursors = dict(Listening.objects.values_list("account", "cursor"))
    return [one._replace(cursor=cursors.get(one.access.account, {})) for one in found]


def read_as_far_as(account: str, cursor: Mapping[str, Any]) -> None:
    now = clock.now()
    stored = {"cursor": dict(cursor), "asked_at": now, "heard_at": now}
    Listening.objects.update_or_create(account=account, defaults=stored)


@transaction.atomic
def heard(account: str, *, by: Actor) -> None:
    """The other side has answered; what was wrong with it is over."""
    now, known = clock.now(), _held(account)
    if known.trouble:
        record("conversations.heard_again", _about(account), by=by, note=account)
    elif known.asked_at and now - known.asked_at < HEARD_AGAIN:
        return
    known.asked_at, known.trouble, known.since = now, "", None
    known.save(update_fields=["asked_at", "trouble", "since"])


@transaction.atomic
def trouble(account: str, what: str, *, by: Actor) -> None:
    """A key of TROUBLES. The same once more is no news."""
    known = _held(account)
    if known.trouble == what:
        return
    known.trouble, known.since = what, known.since or clock.now()
    known.save(update_fields=["trouble", "since"])
    record("conversations.not_heard", _about(account), by=by, note=account, data={"trouble": what})


def _held(account: str) -> Listening:
    Listening.objects.get_or_create(account=account)
    return Listening.objects.select_for_update().get(account=account)


def _about(account: str) -> About:
    pk = ChannelAccount.objects.filter(code=account).values_list("pk", flat=True).first()
    return About("channel", pk or 0)
