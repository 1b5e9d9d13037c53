from __future__ import annotations

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients.models import Source


class Arrival(models.Model):
    """The ledger: one row for each thing that came from outside, whole, before anybody thought about it. Cut by week.

    Written by `write_down.py` (also from processes without Django), worked off by `work_off.py`.
    """

    class State(models.TextChoices):
        NEW = "new", _("waiting")
        AGAIN = "again", _("to be tried again")
        DONE = "done", _("worked off")
        IGNORED = "ignored", _("ignored")
        STUCK = "stuck", _("not understood")

    id = models.BigAutoField(primary_key=True)
    received_at = models.DateTimeField()
    account = models.CharField(max_length=60)  # "web_form/okna", "telegram/main", "asterisk/lab1"
    connector = models.CharField(max_length=20)  # a name in settings.CONNECTORS
    outside_id = models.CharField(max_length=200)
    conversation = models.CharField(max_length=200)  # what has to be worked off in order
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.NEW)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    reason = models.TextField(blank=True)  # why it is ignored, stuck or tried again: as `in_words` reads it
    made = models.JSONField(default=dict)  # ids of what became of it
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["conversation", "id"],
                condition=models.Q(state__in=["new", "again"]),
                name="arrival_pending",
            ),
            models.Index(
                fields=["id"],
                condition=models.Q(state__in=["new", "again"]) & ~models.Q(headers__has_key="can_wait"),
                name="arrival_awaited",
            ),
            models.Index(fields=["-received_at"], condition=models.Q(state="stuck"), name="arrival_stuck"),
            models.Index(fields=["-received_at", "-id"], name="arrival_recent"),
            models.Index(fields=["account", "-id"], condition=models.Q(connector="web_form"), name="arrival_of_form"),
            models.Index(
                fields=["-received_at", "-id"],
                condition=models.Q(state="ignored", connector="web_form"),
                name="arrival_spam",
            ),
        ]


def in_words(reason: str) -> str:
    """In the language of the page: in the ledger stands the English text and, in brackets, a detail."""
    text, bracket, detail = reason.partition(" [")
    return (gettext(text) if text else "") + bracket + detail


class ArrivalKey(models.Model):
    """(account, outside id) of the last weeks: what has been seen is not written a second time."""

    pk = models.CompositePrimaryKey("account", "outside_id")
    account = models.CharField(max_length=60)
    outside_id = models.CharField(max_length=200)
    received_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["received_at"], name="arrival_key_age")]


class ArrivalTally(models.Model):
    """How many arrivals came by an account in an hour. Counted by the worker as they grow, never over the ledger."""

    pk = models.CompositePrimaryKey("account", "hour")
    account = models.CharField(max_length=60)
    hour = models.DateTimeField()
    count = models.PositiveIntegerField()
    last_at = models.DateTimeField()


class TalliedUpTo(models.Model):
    """How far the ledger has been counted. One row."""

    arrival_id = models.BigIntegerField()


class Reckoning(models.Model):
    """What an account's other side said when it was asked last whether we have all that it had for us."""

    account = models.CharField(max_length=60, primary_key=True)
    at = models.DateTimeField(null=True)
    since = models.DateTimeField(null=True)  # from when on it was asked
    there = models.PositiveIntegerField(null=True)  # as many as it has had for us; empty: it does not tell
    missing = models.JSONField(default=list)  # outside ids that we have not, and could not get either
    fetched = models.PositiveIntegerField(default=0)  # those that we had not, and have got by this
    waiting = models.PositiveIntegerField(default=0)  # it has them and could not hand them over
    trouble = models.CharField(max_length=300, blank=True)  # as `in_words` reads it
    is_asked = models.BooleanField(default=False)  # somebody wants to know now


class MailTemplate(models.Model):
    """Letters of one sender that are requests, and where in them stands what."""

    name = models.CharField(max_length=120)
    sender = models.CharField(max_length=200)  # "leads@agency.ru", or "@agency.ru"
    subject = models.CharField(max_length=200, blank=True)  # a part of it; * is anything
    marks = models.JSONField(default=list)  # of `marks.Mark`
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True)
    is_active = models.BooleanField(default=True)
    sample_id = models.BigIntegerField(null=True)  # the arrival out of which it was made, as long as it is kept

    def __str__(self) -> str:
        return self.name
