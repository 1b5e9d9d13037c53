from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class DoNotCall(models.Model):
    """A number that is not rung, and who said so. What a company may not use for chats is a Ban of conversations."""

    class Reason(models.TextChoices):
        WISH = "wish", _("the client's own wish")
        COMPLAINT = "complaint", _("a complaint")
        WRONG = "wrong", _("somebody else's number")
        OTHER = "other", _("another reason")

    number = models.CharField(max_length=20, unique=True)  # E.164
    reason = models.CharField(max_length=10, choices=Reason.choices, default=Reason.WISH)
    note = models.CharField(max_length=200, blank=True)
    by_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)  # empty: until somebody allows it again

    class Meta:
        indexes = [models.Index(fields=["-at", "-id"], name="do_not_call_recent")]

    def __str__(self) -> str:
        return self.number


class CallingHours(models.Model):
    """When clients are rung, by the clock of the place where they are: one row for the company."""

    begins = models.TimeField()
    ends = models.TimeField()
    weekend_begins = models.TimeField()
    weekend_ends = models.TimeField()
