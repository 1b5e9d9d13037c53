"""What this company may not use: foreign messengers, where the law forbids them for a trade (41-FZ)."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.conversations import channel
from svyazka.business.conversations.models import Ban, ChannelAccount
from svyazka.business.journal.record import About, Actor, record
from svyazka.business.notices import messengers
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

FOREIGN = Ban.What.FOREIGN_MESSENGERS


def foreign_are_forbidden() -> bool:
    return Ban.objects.filter(what=FOREIGN).exists()


@transaction.atomic
def forbid_foreign(*, by: Actor) -> None:
    """Their bots are switched off: nothing comes in there any more, nothing goes out."""
    _ban, is_new = Ban.objects.get_or_create(what=FOREIGN, defaults={"since": clock.now()})
    if not is_new:
        return
    record("conversations.foreign_forbidden", About("channel", 0), by=by)
    for account in ChannelAccount.objects.select_for_update().filter(kind__in=_foreign(), is_active=True):
        account.is_active = False
        account.save(update_fields=["is_active"])
        changes = {"is_active": (True, False)}
        record("conversations.account_changed", About("channel", account.pk), by=by, changes=changes)


@transaction.atomic
def allow_foreign(*, by: Actor) -> None:
    """Each bot is switched on again by hand."""
    if Ban.objects.filter(what=FOREIGN).delete()[0]:
        record("conversations.foreign_allowed", About("channel", 0), by=by)


def refuse_forbidden(kind: str) -> None:
    if kind in _foreign() and foreign_are_forbidden():
        raise Refused(_("Foreign messengers are forbidden in this company."))


def _foreign() -> list[str]:
    of_staff = [kind for kind in settings.MESSENGERS if messengers.of_kind(kind).is_foreign]
    return of_staff + [kind for kind in settings.CHANNELS if channel.of_kind(kind).is_foreign]
