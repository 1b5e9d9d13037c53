"""What is held of a client here: what its channels know of what he and we have written, the files, and how he can be
reached. The words themselves stand in his history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from svyazka.business.clients.models import ContactPoint, Interaction
from svyazka.business.conversations.models import Attachment, Message, Reach
from svyazka.kit.held import Held


def messages(client_ids: Sequence[int]) -> QuerySet[Any]:
    lines = Interaction.objects.filter(client_id__in=list(client_ids), kind=Interaction.Kind.MESSAGE)
    return Message.objects.filter(interaction_id__in=lines.values("pk")).order_by("pk")


def attachments(client_ids: Sequence[int]) -> QuerySet[Any]:
    return Attachment.objects.filter(message__in=messages(client_ids).order_by().values("pk")).order_by("pk")


def reaches(client_ids: Sequence[int]) -> QuerySet[Any]:
    """By the accounts that are his: of a way that nobody has to open first, by the address alone."""
    points = ContactPoint.objects.filter(client_id__in=list(client_ids), value=OuterRef("user_id"))
    his = Exists(points.filter(account=OuterRef("account"))) | Exists(points.filter(account=""))
    return Reach.objects.filter(his).order_by("pk")


HELD = (
    Held(
        Message,
        messages,
        ("at", "account", "user_id", "state", "state_at"),
        ("outside_id", "key", "reason", "more"),
    ),
    Held(
        Attachment,
        attachments,
        ("message_id", "kind", "name", "type", "size", "state"),
        ("ref", "stored", "reason"),
    ),
    Held(Reach, reaches, ("account", "user_id", "heard_at", "closed_at"), ("address", "closed_why")),
)
# Accounts of ours with their templates, and how far they have been read; what is told of numbers that nobody knows yet
# goes after a day.
NOTHING = ("ChannelAccount", "ApprovedTemplate", "Ban", "MailServer", "EarlyState", "Listening")
