from __future__ import annotations

from django.db import models
from django.db.models import Q

from svyazka.business.staff.models import Person, Session


class SentBy(models.TextChoices):
    DEVICE = "device"
    CHAT = "chat"


class Notice(models.Model):
    """What one person has to hear of: a question, a deal handed to him, a task. Ids and names only; the page finds the
    words for its kind, in the reader's language."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(Person, models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=40)  # "question.asked", "hand_off.waiting"
    at = models.DateTimeField()
    by_id = models.BigIntegerField(null=True)
    deal_id = models.BigIntegerField(null=True)
    client_id = models.BigIntegerField(null=True)
    data = models.JSONField(default=dict)  # what its words need: {"text": "…", "from": "Sales"}
    read_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)  # by push or messenger, where the person has one
    sent_by = models.CharField(max_length=10, choices=SentBy.choices, blank=True, default="", db_default="")
    tries = models.PositiveSmallIntegerField(default=0)
    try_at = models.DateTimeField(null=True)  # empty: there is nothing to send any more

    class Meta:
        indexes = [
            models.Index(fields=["person", "-at", "-id"], name="notice_of_person"),
            models.Index(fields=["person"], condition=Q(read_at=None), name="notice_unread"),
            models.Index(fields=["try_at"], condition=Q(try_at__isnull=False), name="notice_to_send"),
            models.Index(fields=["client_id"], condition=Q(client_id__isnull=False), name="notice_of_client"),
        ]


class Device(models.Model):
    """A browser that shows a person's notices also while no page is open; as long as he is logged in there."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="devices")
    session = models.ForeignKey(Session, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20)  # "web_push": which of settings.NOTICE_OUTLETS reaches it
    fingerprint = models.CharField(max_length=64, unique=True)  # of its address
    secret = models.TextField()  # address and keys, locked away: whoever has them can write to it
    created_at = models.DateTimeField()
    reached_at = models.DateTimeField(null=True)
    waits_until = models.DateTimeField(null=True)  # its maker's service has asked us for patience

    class Meta:
        indexes = [models.Index(fields=["person"], name="device_of_person")]


class QuietHours(models.Model):
    """Those of the company, for whoever has chosen none of his own. One row; without times, there are none."""

    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)


class Wish(models.Model):
    """What a person wants to hear of on his devices and in his chats, and when not."""

    person = models.OneToOneField(Person, models.CASCADE, primary_key=True, related_name="notice_wish")
    silent = models.JSONField(default=list)  # groups of kinds that stay in the page: ["task"]
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    as_company = models.BooleanField(default=False, db_default=False)  # the company's quiet hours in place of these
    zone = models.CharField(max_length=40, blank=True, default="", db_default="")  # his clock; empty: the company's
    names = models.BooleanField(default=False)  # what was written, and the client's name, on a locked screen


class Chat(models.Model):
    """A chat with a bot of ours in which a person hears of his notices. He has linked it himself."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="chats")
    account = models.CharField(max_length=60)  # "telegram/main": the bot
    user_id = models.CharField(max_length=100)  # who he is there
    shown = models.CharField(max_length=200, blank=True)  # "@nick", for himself
    linked_at = models.DateTimeField()
    reached_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)  # the bot was blocked there

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "user_id"], name="chat_of_one_person"),
            models.UniqueConstraint(fields=["person", "account"], name="one_chat_with_a_bot"),
        ]


class LinkCode(models.Model):
    """Whoever shows it in a chat with the bot is that person; once, and for some minutes."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    account = models.CharField(max_length=60)
    fingerprint = models.CharField(max_length=64, unique=True)
    until = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "account"], name="one_code_at_a_time")]


class Outgoing(models.Model):
    """What has still to be said in a messenger: a notice, or an answer to what was written there. Said, it is gone."""

    id = models.BigAutoField(primary_key=True)
    account = models.CharField(max_length=60)
    user_id = models.CharField(max_length=100)
    chat = models.ForeignKey(Chat, models.CASCADE, null=True, related_name="+")
    notice = models.ForeignKey(Notice, models.CASCADE, null=True, related_name="+")
    text = models.TextField(blank=True)  # of an answer; a notice is worded when it goes out
    at = models.DateTimeField()  # from when on it may be said: not in the quiet hours
    try_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["account", "user_id", "at", "id"], name="outgoing_in_order")]


class Outage(models.Model):
    """A bot through which nothing goes out now. It is asked again from time to time, not with every message."""

    class Why(models.TextChoices):
        UNREACHED = "unreached"
        DENIED = "denied"

    account = models.CharField(max_length=60, primary_key=True)
    why = models.CharField(max_length=10, choices=Why.choices)
    since = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    until = models.DateTimeField()
    told_at = models.DateTimeField(null=True)  # when the administrators heard of it
