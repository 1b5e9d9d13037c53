"""Messages to phones, by whoever sends them for us."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import timedelta
from typing import Any, ClassVar

from django.utils.translation import gettext_noop as _

from svyazka.business.clients.models import ContactPoint
from svyazka.business.conversations import bots, client_channel
from svyazka.business.conversations.channel import Gone, Said, Saying, Unsure
from svyazka.business.conversations.client_channel import Letter
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.conversations.paid import Price
from svyazka.business.conversations.told import MessageState
from svyazka.business.notices.messengers import Access, Denied, Undeliverable, Unreached
from svyazka.connectors.sms.parts import parts_of
from svyazka.connectors.sms.provider import Provider, Unheard
from svyazka.connectors.sms.smsc import Smsc
from svyazka.kit.texts import within

PROVIDERS: Mapping[str, type[Smsc]] = {"smsc": Smsc}
TRIAL = _("A trial: nothing was sent, and nothing was paid.")


class Sms:
    title: ClassVar[str] = "SMS"
    longest: ClassVar[int] = 800  # twelve parts in Cyrillic: whoever needs more had better send a letter
    is_foreign: ClassVar[bool] = False
    begins: ClassVar[bool] = True
    window: ClassVar[timedelta | None] = None
    takes_files: ClassVar[bool] = False
    takes_buttons: ClassVar[bool] = False
    takes_templates: ClassVar[bool] = False
    # Sent twice under one number it would be paid for twice; but they can be asked whether they have it.
    repeats: ClassVar[bool] = False

    def __init__(self, access: Access) -> None:
        self._sender = access.options.get("sender", "")
        self._is_trial = bool(access.options.get("trial"))
        provider = PROVIDERS[access.options.get("provider") or "smsc"]
        self._provider: Provider = provider(access.token, access.base)

    def name(self) -> str:
        self._provider.balance()
        return self._sender or self._provider.title

    def balance(self) -> str:
        return self._provider.balance()

    def price(self, text: str, *, to: str) -> Price:
        """The parts by our own count, which is the network's; the sum by theirs."""
        said = self._provider.price(text, to=to, sender=self._sender)
        return Price(parts_of(text), said.cost, said.currency)

    def say(self, saying: Saying) -> Said:
        text = within(saying.text, self.longest)
        if self._is_trial:
            said = self._provider.price(text, to=saying.to, sender=self._sender)
            raise Undeliverable(f"{TRIAL} [{parts_of(text)} × SMS, {said.cost}]")
        try:
            self._provider.send(saying.key, text, to=saying.to, sender=self._sender)
        except Unheard as silence:
            return self._found(saying, str(silence))
        return Said((saying.key,))

    def state_of(self, outside_id: str, *, to: str) -> MessageState | None:
        return self._provider.state(outside_id, to=to)

    def fetch(self, ref: Mapping[str, Any]) -> Iterator[bytes]:
        raise Gone

    def close(self) -> None:
        self._provider.close()

    def _found(self, saying: Saying, trouble: str) -> Said:
        """The answer was lost: whether they have the message, they say when they are asked by our number of it."""
        try:
            known = self._provider.state(saying.key, to=saying.to)
        except (Denied, Undeliverable, Unreached):
            raise Unsure(trouble) from None
        if known is None:
            raise Unreached(trouble)
        return Said((saying.key,))


class ToClients:
    """Letters of visits, by an account that the company has switched on for that: they cost money."""

    title: ClassVar[str] = "SMS"
    takes_files: ClassVar[bool] = False
    shows_address: ClassVar[bool] = True

    def is_open(self) -> bool:
        return self._account() is not None

    def address_of(self, client_id: int) -> str | None:
        points = ContactPoint.objects.filter(client_id=client_id, kind=ContactPoint.Kind.PHONE).order_by("pk")
        return points.values_list("value", flat=True).first()

    def send(self, letter: Letter, *, to: str) -> None:
        account = self._account()
        if account is None:
            raise client_channel.Undeliverable("switched off")
        try:
            with closing(Sms(bots.access_of(account))) as line:
                line.say(Saying(letter.key[:40], to, letter.text))
        except Undeliverable as refusal:
            raise client_channel.Undeliverable(str(refusal)) from None
        except Unsure as doubt:  # rather not at all than twice: somebody rings
            raise client_channel.Undeliverable(str(doubt)) from None
        except (Denied, Unreached) as trouble:
            raise client_channel.Unreached(type(trouble).__name__) from None

    def _account(self) -> ChannelAccount | None:
        able = ChannelAccount.objects.filter(kind=ChannelAccount.Kind.SMS, is_active=True, options__to_clients="1")
        return able.exclude(secret="").order_by("pk").first()
