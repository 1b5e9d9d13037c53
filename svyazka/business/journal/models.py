from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Entry(models.Model):
    """One change: who, what, when, from which value to which. Append-only; cut by month (see the migration)."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    by_id = models.BigIntegerField(null=True)  # a person of the staff; empty when the house did it by itself
    actor = models.CharField(max_length=80, blank=True)  # the name of what did it, then
    verb = models.CharField(max_length=60)  # "deals.moved"
    kind = models.CharField(max_length=30)  # "deal"
    object_id = models.BigIntegerField()
    client_id = models.BigIntegerField(null=True)
    deal_id = models.BigIntegerField(null=True)
    changes = models.JSONField(default=dict)  # {"stage": ["new", "contacted"]}
    note = models.TextField(blank=True)
    run_id = models.BigIntegerField(null=True)  # of the company's rule that did it (because.py)
    is_brought = models.BooleanField(default=False, db_default=False)  # it has happened elsewhere: a file, a move

    class Meta:
        indexes = [
            models.Index(fields=["deal_id", "-at"], name="entry_deal"),
            models.Index(fields=["kind", "object_id", "-at"], name="entry_object"),
            models.Index(fields=["-at", "-id"], name="entry_recent"),
            # The journal of one person, or of one kind of things.
            models.Index(fields=["by_id", "-at", "-id"], condition=models.Q(by_id__isnull=False), name="entry_person"),
            models.Index(fields=["kind", "-at", "-id"], name="entry_kind"),
            # All that was done with one client's data.
            models.Index(
                fields=["client_id", "-at", "-id"], condition=models.Q(client_id__isnull=False), name="entry_client"
            ),
        ]


class LiveEvent(models.Model):
    """What the browsers hear of a change: ids only. The worker clears away what is older than a day."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    topic = models.CharField(max_length=40)  # "deal", "call", "visit", "arrival"
    object_id = models.BigIntegerField()
    people = ArrayField(models.BigIntegerField(), null=True)  # empty: the whole office
    data = models.JSONField(default=dict)  # further ids: {"deal": 17, "stage": 3}

    class Meta:
        indexes = [models.Index(fields=["at"], name="live_event_at")]
