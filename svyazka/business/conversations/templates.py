"""Texts that a messenger has approved, for whoever has not written for a while: listed there, filled in here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import closing
from typing import Any, cast

import structlog
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.conversations import bots
from svyazka.business.conversations.channel import Approved, Channel, Template, of_account, of_kind
from svyazka.business.conversations.models import ApprovedTemplate, ChannelAccount
from svyazka.business.notices.messengers import Denied, Undeliverable, Unreached
from svyazka.kit.alone import alone
from svyazka.kit.refusals import Refused

APPROVED = "approved"
LONGEST_VALUE = 1024
LOCK = 5_220 << 32
_PLACE = re.compile(r"\{\{(\d{1,2})\}\}")
_FIELDS = ("state", "category", "head", "text", "foot", "buttons", "places", "is_unfit")
log = structlog.get_logger(__name__)


def list_of(account: str) -> list[ApprovedTemplate]:
    """All that the messenger listed last, those that can be sent first."""
    found = ApprovedTemplate.objects.filter(account=account).order_by("name", "language")
    return sorted(found, key=lambda one: not can_be_sent(one))


def can_be_sent(template: ApprovedTemplate) -> bool:
    return template.state == APPROVED and not template.is_unfit


def filled_in(account: str, name: str, language: str, values: Sequence[str]) -> tuple[Template, str]:
    """What goes out, and the whole text as the client reads it. Refused, in words, where it cannot be sent so."""
    found = ApprovedTemplate.objects.filter(account=account, name=name, language=language).first()
    if found is None or not can_be_sent(found):
        raise Refused(_("This template cannot be sent any more. Choose another one."))
    given = [" ".join(value.split())[:LONGEST_VALUE] for value in values[: found.places]]
    if len(given) < found.places or not all(given):
        words = _("Fill in every place of the template.")
        raise Refused(words, fields={"values": words})
    return Template(name, language, tuple(given)), rendered(found, given)


def rendered(template: ApprovedTemplate, values: Sequence[str]) -> str:
    """Places without a value yet stay as they are: this is the preview, too."""

    def value(place: re.Match[str]) -> str:
        number = int(place[1]) - 1
        return values[number] if 0 <= number < len(values) and values[number] else place[0]

    parts = (template.head, _PLACE.sub(value, template.text), template.foot)
    return "\n\n".join(filter(None, parts))


def refresh(account: ChannelAccount) -> int:
    """Asks the messenger, and says how many there are. Refused, in words, where it does not tell."""
    access = bots.reach(account.code)
    if access is None or not of_account(account.code).takes_templates:
        raise Refused(_("This channel is not set up yet."))
    try:
        with closing(of_account(account.code)(access)) as channel:
            listed = cast(Any, channel).templates()
    except Denied:
        words = _("The messenger does not show us its templates: the token has no right to, or is not valid.")
        raise Refused(words) from None
    except (Unreached, Undeliverable):
        raise Refused(_("The messenger does not answer. Try again a little later.")) from None
    keep(account.code, listed)
    return len(listed)


def refresh_due() -> None:
    """All accounts, by the chores; one worker of all."""
    kinds = [kind for kind in settings.CHANNELS if _takes(of_kind(kind))]
    with alone(LOCK) as nobody_else:
        active = ChannelAccount.objects.filter(kind__in=kinds, is_active=True).exclude(secret="")
        for account in active if nobody_else else ():
            try:
                refresh(account)
            except Refused as refusal:
                log.info("templates_not_listed", account=account.code, why=str(refusal))


@transaction.atomic
def keep(account: str, listed: Iterable[Approved]) -> None:
    """What is not listed any more is gone."""
    there = {(one.name, one.language): one for one in listed}
    for known in ApprovedTemplate.objects.select_for_update().filter(account=account):
        if (known.name, known.language) not in there:
            known.delete()
    rows = [
        ApprovedTemplate(
            account=account, name=one.name, language=one.language, state=one.state, category=one.category,
            head=one.head[:200], text=one.text, foot=one.foot[:200], buttons=list(one.buttons), places=one.places,
            is_unfit=one.unfit,
        )
        for one in there.values()
    ]  # fmt: skip
    ApprovedTemplate.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["account", "name", "language"], update_fields=_FIELDS
    )


def _takes(channel: type[Channel]) -> bool:
    return channel.takes_templates
