"""What a channel can say besides, whose messages cost money. And how it is set up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Protocol, cast

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.conversations import accounts, bots, channel, sending
from svyazka.business.conversations.channel import Saying, Unsure
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.conversations.told import MessageState
from svyazka.business.journal.record import Actor, record
from svyazka.business.notices.messengers import Access, Denied, Undeliverable, Unreached
from svyazka.kit import phones, secrets
from svyazka.kit.refusals import Refused
from svyazka.kit.texts import storable

LONGEST_SENDER = 11  # GSM 03.40: letters and digits in place of a number
LONGEST_TRIAL = 500


@dataclass(frozen=True)
class Price:
    """`parts`: how many messages it is for the network. `cost`: as they write it, in `currency`."""

    parts: int
    cost: str
    currency: str = "RUB"


class Paid(channel.Channel, Protocol):
    def state_of(self, outside_id: str, *, to: str) -> MessageState | None:
        """What has become of a message of ours, where they do not call us. Raises Denied or Unreached."""

    def balance(self) -> str:
        """How much there is, in money. Raises Denied or Unreached."""

    def price(self, text: str, *, to: str) -> Price:
        """Nothing is sent. Raises what `say` does."""


def connect(
    account: ChannelAccount,
    *,
    token: str,
    sender: str,
    callback_secret: str,
    is_trial: bool,
    to_clients: bool,
    by: Actor,
) -> None:
    """Stored once they have said how much money there is. What is left empty of the secrets stays as it is stored."""
    known = secrets.take_out(account.secret) if account.secret else ""
    given = token.strip() or known
    if not given or not given.isprintable() or len(given) > 200:
        words = _("Write “login:password”, or the key of the API.")
        raise Refused(words, fields={"token": words})
    options = {"sender": _sender(sender), "trial": "1" if is_trial else "", "to_clients": "1" if to_clients else ""}
    with _asking(Access(account.code, given, account.base, options=options)) as line:
        line.balance()
    with transaction.atomic():
        account.secret = secrets.lock_away(given)
        account.signing = secrets.lock_away(callback_secret.strip()) if callback_secret.strip() else account.signing
        account.options = {**account.options, **options}
        account.save(update_fields=["secret", "signing", "options"])
        sending.resume(account.code)
        record("conversations.token_kept", accounts.about(account), by=by, note=options["sender"])


def balance(account: ChannelAccount) -> str:
    with _asking(_access(account)) as line:
        return line.balance()


def price(account: ChannelAccount, text: str, *, to: str) -> Price:
    number, said = _number(to), _text(text)
    with _asking(_access(account)) as line:
        return line.price(said, to=number)


def try_it(account: ChannelAccount, text: str, *, to: str, key: str, by: Actor) -> None:
    """One message to one of us: it costs what such a message costs, unless it is a trial."""
    number, said = _number(to), _text(text)
    with _asking(_access(account)) as line:
        line.say(Saying(key, number, said))
    record("conversations.tried", accounts.about(account), by=by)


def _access(account: ChannelAccount) -> Access:
    if not account.secret:
        raise Refused(_("First enter the access."))
    return bots.access_of(account)


@contextmanager
def _asking(access: Access) -> Iterator[Paid]:
    """What goes wrong, in our words."""
    try:
        with closing(cast(type[Paid], channel.of_account(access.account))(access)) as line:
            yield line
    except Denied:
        words = _("They do not know this login and password, or this key; or they do not let in this address.")
        raise Refused(words, fields={"token": words}) from None
    except Undeliverable as refusal:
        raise Refused(_("It was not taken: {why}").format(why=channel_words(str(refusal)))) from None
    except Unsure:
        raise Refused(_("No answer came: perhaps it was sent.")) from None
    except Unreached as trouble:
        raise Refused(_("They do not answer now: {why}").format(why=channel_words(str(trouble)))) from None


def channel_words(reason: str) -> str:
    """In the language of the page: the English text and, in brackets, their code."""
    text, bracket, detail = reason.partition(" [")
    return (gettext(text) if text else "") + bracket + detail


def _sender(typed: str) -> str:
    sender = typed.strip()
    if len(sender) > 15 or (sender and not sender.isdigit() and len(sender) > LONGEST_SENDER) or not sender.isascii():
        words = _("Up to 11 Latin letters and digits, as it is registered there.")
        raise Refused(words, fields={"sender": words})
    return sender


def _number(typed: str) -> str:
    try:
        return phones.normalise(typed)
    except ValueError:
        words = _("This is no phone number.")
        raise Refused(words, fields={"to": words}) from None


def _text(typed: str) -> str:
    text = storable(typed).strip()[:LONGEST_TRIAL]
    if not text:
        words = _("Write something.")
        raise Refused(words, fields={"text": words})
    return text
