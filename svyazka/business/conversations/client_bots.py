"""A client who has written to a bot of ours is written to in the same chat."""

from __future__ import annotations

from contextlib import closing
from typing import ClassVar

from django.db.models import QuerySet

from svyazka.business.clients.models import ContactPoint
from svyazka.business.conversations import bots
from svyazka.business.conversations.client_channel import Letter, Undeliverable, Unreached
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.notices import messengers


class ByBot:
    """Of one kind of messenger. A bot cannot begin: only whoever has written to it is there."""

    title: ClassVar[str]
    kind: ClassVar[str]  # of the channel accounts, and of the clients' contact points
    takes_files: ClassVar[bool] = False
    shows_address: ClassVar[bool] = False  # it is a number of the messenger's own

    def is_open(self) -> bool:
        return self._accounts().exists()

    def address_of(self, client_id: int) -> str | None:
        """Of several bots the one that he came to know last."""
        codes = self._accounts().values("code")
        points = ContactPoint.objects.filter(client_id=client_id, kind=self.kind, account__in=codes).order_by("-pk")
        found = points.values_list("account", "value").first()
        return " ".join(found) if found else None

    def send(self, letter: Letter, *, to: str) -> None:
        account, _gap, user = to.partition(" ")
        access = bots.reach(account)
        if access is None:  # switched off, or forbidden, since
            raise Undeliverable(account)
        try:
            with closing(messengers.of_kind(self.kind)(access)) as messenger:
                messenger.send(letter.text, to=user)
        except messengers.Undeliverable as refusal:
            raise Undeliverable(type(refusal).__name__) from None
        except (messengers.Denied, messengers.Unreached) as trouble:
            raise Unreached(type(trouble).__name__) from None

    def _accounts(self) -> QuerySet[ChannelAccount]:
        return ChannelAccount.objects.filter(kind=self.kind, is_active=True).exclude(secret="")
