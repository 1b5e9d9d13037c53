"""How much comes in by which channel, what of it waits, and whether the other side says that this is all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from svyazka.business.calls import links
from svyazka.business.calls.models import Pbx
from svyazka.business.conversations import proofs
from svyazka.business.conversations.listening import TROUBLES
from svyazka.business.conversations.models import ChannelAccount, Listening
from svyazka.business.intake import reckoning
from svyazka.business.intake.models import Reckoning, in_words
from svyazka.business.intake.tally import Standing, standings
from svyazka.kit.refusals import Refused
from svyazka.workplaces.office.channels import KINDS
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.short import Short

MOST_SHOWN = 5


@dataclass(frozen=True)
class State:
    """`tone`: good, warn, bad, or nothing where nobody can say."""

    tone: str
    words: str
    more: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Row:
    name: str
    what: str
    is_on: bool
    standing: Standing
    state: State
    url: str
    code: str
    can_ask: bool
    is_asked: bool
    stuck_url: str
    oldest: str


@needs("intake.repair")
def arrivals_by_channel(request: PageRequest) -> HttpResponse:
    return render(request, "office/arrivals_by_channel.html", {"rows": _rows()})


@needs("intake.repair", "POST")
def arrivals_asking(request: PageRequest) -> HttpResponse:
    code = request.POST.get("account", "")
    account = ChannelAccount.objects.filter(code=code.replace("\0", ""), is_active=True).first()
    if account is None or not reckoning.can_be_asked(account):
        raise Refused(_("Nobody can be asked about this channel."))
    reckoning.ask(account.code)
    messages.success(request, _("It is asked now; what it says stands here in some seconds."))
    return redirect("arrivals_by_channel")


def _rows() -> list[Row]:
    found = standings()
    reckoned = {one.account: one for one in Reckoning.objects.all()}
    heard = {one.account: one for one in Listening.objects.all()}
    kinds: dict[str, Any] = dict(KINDS)
    rows = []
    for account in ChannelAccount.objects.order_by("-is_active", "name", "pk"):
        last = reckoned.get(account.code)
        rows.append(
            Row(
                name=account.name,
                what=str(kinds.get(account.kind, account.kind)),
                is_on=account.is_active,
                url=reverse("channel", args=[account.pk]),
                code=account.code,
                state=_state(last, heard.get(account.code), account),
                can_ask=account.is_active and reckoning.can_be_asked(account),
                is_asked=last is not None and last.is_asked,
                **_stands(account.code, found),
            )
        )
    return rows + [_row_of(pbx, found) for pbx in Pbx.objects.order_by("-is_active", "code")]


def _row_of(pbx: Pbx, found: Mapping[str, Standing]) -> Row:
    return Row(
        name=pbx.code,
        what=_("Telephone system"),
        is_on=pbx.is_active,
        url=reverse("pbx", args=[pbx.pk]),
        code=pbx.code,
        state=_of_pbx(pbx),
        can_ask=False,
        is_asked=False,
        **_stands(pbx.code, found),
    )


def _stands(code: str, found: Mapping[str, Standing]) -> dict[str, Any]:
    standing = found.get(code, Standing())
    return {
        "standing": standing,
        "stuck_url": f"{reverse('arrivals')}?{urlencode({'tab': 'stuck', 'account': code})}",
        "oldest": Short().age(standing.oldest) if standing.oldest else "",
    }


def _state(one: Reckoning | None, heard: Listening | None, account: ChannelAccount) -> State:
    if not account.is_active:
        return State("", _("switched off"))
    if heard and heard.trouble:
        return State("bad", str(TROUBLES.get(heard.trouble, heard.trouble)), at=heard.since)
    if proofs.is_asked_for(account):
        return State("", _("cannot be tried: this form asks for a secret"))
    if one is None or one.at is None:
        return State("", _("not asked yet") if reckoning.can_be_asked(account) else _("cannot be counted"))
    if one.missing:
        count = len(one.missing)
        words = ngettext("{n} is missing", "{n} are missing", count).format(n=count)
        return State("bad", words, ", ".join(one.missing[:MOST_SHOWN]), one.at)
    if one.trouble:
        return State("bad", in_words(one.trouble), at=one.at)
    if one.waiting:
        return State(
            "warn", ngettext("{n} waits there", "{n} wait there", one.waiting).format(n=one.waiting), at=one.at
        )
    return State("good", _("all in"), _counted(one), one.at)


def _counted(one: Reckoning) -> str:
    if one.fetched:
        return ngettext("{n} was fetched just now", "{n} were fetched just now", one.fetched).format(n=one.fetched)
    return "" if one.there is None else _("{n} of {n} in 24 hours").format(n=one.there)


def _of_pbx(pbx: Pbx) -> State:
    if not pbx.is_active:
        return State("", _("switched off"))
    if not links.is_up(pbx):
        return State("bad", str(links.TROUBLES.get(pbx.trouble, pbx.trouble or _("not connected"))))
    return State("good", _("connected"), _("after a break, calls that are going on are asked for anew"))
