"""Notices in a messenger: a chat is linked and ended on a person's own page, which hears at once what becomes of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from svyazka.business.conversations import bots
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.notices import linking
from svyazka.business.notices.messengers import of_account
from svyazka.business.notices.models import Chat
from svyazka.business.staff.models import Person
from svyazka.kit.refusals import Refused
from svyazka.kit.secrets import fingerprint
from svyazka.workplaces.shared.door import PageRequest, needs


@dataclass(frozen=True)
class Invitation:
    """Told once: what is stored is only good to recognise it."""

    code: str
    link: str


@dataclass(frozen=True)
class Row:
    """A bot of ours, and the person's chat with it."""

    bot: str  # "telegram/main"
    title: str  # "Telegram"
    name: str  # what the company calls the bot
    nick: str  # how it is found there
    is_on: bool
    chat: Chat | None = None
    invitation: Invitation | None = None

    @property
    def about(self) -> str:
        name = self.name if self.name != self.title else ""
        return " · ".join(filter(None, [name, self.chat.shown if self.chat else ""]))


@needs("own.account", "GET", "POST")
def account_chats(request: PageRequest) -> HttpResponse:
    """By POST with a fresh link for the bot that is named. Asked anew because something has happened to the person, it
    leaves alone what shows the same already: the link would be gone."""
    invited: dict[str, Invitation] = {}
    if request.method == "POST":
        account = next((one for one in bots.for_staff() if one.code == request.POST.get("bot")), None)
        if account is None:
            raise Refused(_("This bot is switched off by now."))
        invited[account.code] = _invite(request.person, account)
    shown = on_page(request.person, invited)
    if request.method == "GET" and request.GET.get("shown") == shown["chats_state"]:
        return HttpResponse(status=204)
    return render(request, "shared/chats.html", shown)


@needs("own.account", "POST")
def chat_ending(request: PageRequest, pk: int) -> HttpResponse:
    chat = Chat.objects.filter(pk=min(pk, 2**63 - 1), person=request.person).first()
    if chat:  # the bot may have been told /stop
        linking.end(chat, by=request.person)
    return render(request, "shared/chats.html", on_page(request.person))


def on_page(person: Person, invited: dict[str, Invitation] | None = None) -> dict[str, Any]:
    """Bots that are offered, and those that are linked whether they are offered or not."""
    chats = {chat.account: chat for chat in person.chats.order_by("account")}
    offered = {one.code: one for one in bots.for_staff()}
    names = dict(ChannelAccount.objects.filter(code__in=chats).values_list("code", "name"))
    rows = [
        Row(
            bot=code,
            title=of_account(code).title,
            name=offered[code].name if code in offered else names.get(code, code),
            nick=offered[code].nick if code in offered else "",
            is_on=code in offered,
            chat=chats.get(code),
            invitation=(invited or {}).get(code),
        )
        for code in dict.fromkeys([*offered, *chats])
    ]
    state = " ".join(f"{one.bot} {one.is_on} {one.chat and (one.chat.pk, one.chat.closed_at)}" for one in rows)
    return {"chats": rows, "chats_state": fingerprint(state)[:16]}


def linked(chats: Iterable[Chat]) -> list[str]:
    """For others than the person: in which messengers, and nothing of who he is there."""
    return [of_account(chat.account).title for chat in chats]


def _invite(person: Person, account: ChannelAccount) -> Invitation:
    code = linking.invite(person, account.code)
    return Invitation(code, of_account(account.code).invitation.format(bot=account.nick, code=code))
