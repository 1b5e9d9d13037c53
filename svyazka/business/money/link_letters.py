"""A payment link goes to the client, by the channel in which he writes, with the company's own words."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.conversations import messages, reach
from svyazka.business.conversations.reach import WayTo
from svyazka.business.journal.record import About, record
from svyazka.business.money import online
from svyazka.business.money.models import PaymentAccount, PaymentLink
from svyazka.business.staff.models import Person
from svyazka.kit import money, texts
from svyazka.kit.refusals import Refused

LONGEST = 1000
FIELDS = ("{link}", "{amount}", "{invoice}")
USUAL = gettext_lazy("Good day! You can pay {amount} ₽ ({invoice}) here: {link}")


def ways_of(client_id: int) -> list[WayTo]:
    """By which a message can be written to him just now; the one by which he wrote last comes first."""
    return [one for one in reach.ways_of(client_id) if one.can_write]


def words() -> str:
    return online.account().letter or str(USUAL)


def text_of(link: PaymentLink) -> str:
    values = {"{link}": link.url, "{amount}": money.shown(link.amount), "{invoice}": online.title_of(link.invoice)}
    text = words()
    for field, value in values.items():
        text = text.replace(field, value)
    return text


@transaction.atomic
def send(link: PaymentLink, *, account: str, user_id: str, by: Person) -> None:
    """A message in his conversation, which the worker sends."""
    current = PaymentLink.objects.select_for_update(of=("self",)).select_related("invoice").get(pk=link.pk)
    if current.state != PaymentLink.State.PENDING or not current.url:
        raise Refused(_("Only a link that waits for the client is sent."))
    if not any((one.account, one.user_id) == (account, user_id) for one in ways_of(current.client_id)):
        raise Refused(_("This client cannot be reached by this channel."))
    messages.say(
        current.client_id,
        text_of(current),
        account=account,
        user_id=user_id,
        deal_id=current.deal_id,
        subject=online.title_of(current.invoice),
        by=by,
    )
    about = About("payment_link", current.pk, client_id=current.client_id, deal_id=current.deal_id)
    record("money.link_sent", about, by=by, changes={"by": (None, account)})


@transaction.atomic
def change(text: str, *, by: Person) -> None:
    """Empty: the house's own words again."""
    clean = texts.storable(text).strip()
    if len(clean) > LONGEST:
        raise Refused(_("This is too long."), fields={"letter": _("This is too long.")})
    if clean and "{link}" not in clean:
        said = _("Without {link} the client gets no link.")
        raise Refused(said, fields={"letter": said})
    PaymentAccount.objects.get_or_create(pk=1)
    stored = PaymentAccount.objects.select_for_update().get(pk=1)
    if stored.letter != clean:
        before, stored.letter = stored.letter, clean
        stored.save(update_fields=["letter"])
        record("money.link_letter", About("payment_account", 1), by=by, changes={"letter": (before, clean)})
