"""A client is answered: what goes out, by whom, and what is said to whoever was not the first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients.models import Client, Interaction
from svyazka.business.conversations import messages
from svyazka.business.conversations.channel import Template
from svyazka.business.conversations.client_channel import Attached
from svyazka.business.conversations.models import Message
from svyazka.business.deals.opening import open_deal_of
from svyazka.business.inbox import replies, threads
from svyazka.business.inbox.models import FallenBack
from svyazka.business.staff.models import Person
from svyazka.kit import clock
from svyazka.kit.refusals import Refused
from svyazka.kit.texts import storable

SENT_TWICE = timedelta(seconds=10)
LATELY = timedelta(hours=12)


class AnsweredMeanwhile(Refused):
    """A colleague has answered since the page was drawn: whoever has seen that may answer, too."""

    status = 409

    def __init__(self, theirs: Interaction, name: str) -> None:
        self.theirs, self.name = theirs, name
        super().__init__(format_lazy(_("{name} has just answered this client."), name=name))


@transaction.atomic
def answer(
    client: Client,
    text: str,
    *,
    account: str,
    user_id: str,
    seen: int | None,
    files: Sequence[Attached] = (),
    answers: Message | None = None,
    subject: str = "",
    template: Template | None = None,
    by: Person,
) -> Message:
    """`seen`: the number of the last line that he had before his eyes. Sent twice within seconds, it is said once."""
    text = storable(text).strip()
    _insist_channel(account)
    _one_after_another(client.pk)
    if before := _just_said(client.pk, text, account, by=by):
        return before
    _insist_seen(client.pk, seen, by=by)
    _insist_filled(" ".join(template.values) if template else text)
    deal = open_deal_of(client)
    message = messages.say(
        client.pk, text, account=account, user_id=user_id, files=files, answers=answers, subject=subject,
        template=template, deal_id=deal.pk if deal else None, by=by,
    )  # fmt: skip
    line = messages.line_of(message)
    if line:
        threads.answered(line, by=by)
    return message


def _insist_channel(account: str) -> None:
    if account.partition("/")[0] not in settings.CHANNELS:
        raise Refused(_("There is no such channel."))


def _one_after_another(client_id: int) -> None:
    """Until the end of the transaction: of two who answer at once the second sees what the first has said."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"answer {client_id}"])


def _just_said(client_id: int, text: str, account: str, *, by: Person) -> Message | None:
    said = Interaction.objects.filter(
        client_id=client_id,
        at__gte=clock.now() - SENT_TWICE,
        kind=Interaction.Kind.MESSAGE,
        direction=Interaction.Direction.OUT,
        channel=account,
        by_id=by.pk,
        text=text,
    )
    line = said.order_by("-at", "-id").first() if text else None
    return messages.of_lines([line.pk]).get(line.pk) if line else None


def _insist_seen(client_id: int, seen: int | None, *, by: Person) -> None:
    lately = Interaction.objects.filter(
        client_id=client_id,
        at__gte=clock.now() - LATELY,
        kind=Interaction.Kind.MESSAGE,
        direction=Interaction.Direction.OUT,
        pk__gt=seen or 0,
    )
    for theirs in lately.exclude(by_id=by.pk).order_by("-at", "-id")[:3]:
        if not _is_in_place_of_another(theirs):
            raise AnsweredMeanwhile(theirs, _who(theirs.by_id))


def _who(number: int | None) -> str:
    names = Person.objects.filter(pk=number).values_list("full_name", flat=True) if number else None
    return (names.first() if names is not None else None) or str(_("A colleague"))


def _is_in_place_of_another(line: Interaction) -> bool:
    """Nobody has answered anew: the same went another way."""
    message = messages.of_lines([line.pk]).get(line.pk)
    return message is not None and FallenBack.objects.filter(by_message_id=message.pk).exists()


def _insist_filled(text: str) -> None:
    if left := replies.unfilled(text):
        words = format_lazy(_("Fill in {field} first, or take it out."), field=f"{{{left[0]}}}")
        raise Refused(words, fields={"text": words})
