"""What a client is told of his visit, and the address at which he answers."""

from __future__ import annotations

from datetime import time, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from svyazka.business.deals.models import Task
from svyazka.business.visits.models.visit import Visit


class VisitLink(models.Model):
    """The address of the client's own page. Whoever knows it answers in the client's name."""

    visit = models.OneToOneField(Visit, models.CASCADE, related_name="link")
    token = models.TextField()  # locked away: it stands in every message
    fingerprint = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    moves = models.PositiveSmallIntegerField(default=0)  # by the client himself


class LinkMiss(models.Model):
    """Somebody has tried an address that opens nothing."""

    sender = models.GenericIPAddressField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["sender", "at"], name="link_miss")]


class What(models.TextChoices):
    BOOKED = "booked", pgettext_lazy("told to a client", "The visit is booked")
    MOVED = "moved", pgettext_lazy("told to a client", "The visit is at another time")
    REMINDER = "reminder", pgettext_lazy("told to a client", "Reminder on the day before")
    ON_THE_WAY = "on_the_way", pgettext_lazy("told to a client", "Somebody is on the way")
    CALLED_OFF = "called_off", pgettext_lazy("told to a client", "The visit is called off")
    OFFER = "offer", pgettext_lazy("told to a client", "A time has become free")


class ClientRules(models.Model):
    """How clients are told of visits, and what they may do by themselves. One row."""

    company = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=20, blank=True)  # E.164
    reminds_at = models.TimeField(default=time(17))  # on the day before
    quiet_from = models.TimeField(default=time(21))
    quiet_until = models.TimeField(default=time(9))
    changes_until_hours = models.PositiveSmallIntegerField(default=24)  # before the visit
    most_moves = models.PositiveSmallIntegerField(default=2)
    confirmed_hours = models.PositiveSmallIntegerField(default=24)  # before the visit; from then on it is a problem

    @property
    def changes_until(self) -> timedelta:
        return timedelta(hours=self.changes_until_hours)


class ClientText(models.Model):
    """The company's own words, in the place of those of the house."""

    what = models.CharField(max_length=20, choices=What.choices, unique=True)
    title = models.CharField(max_length=150)
    text = models.TextField(max_length=2000)
    is_on = models.BooleanField(default=True)
    by_hand = models.BooleanField(default=True)  # where no channel leads to the client, somebody rings


class ClientWord(models.Model):
    """One thing that a client is told, once: sent, or said by somebody who has the task."""

    class State(models.TextChoices):
        WAITING = "waiting"  # for its channel
        SENT = "sent"
        BY_HAND = "by_hand"
        MOOT = "moot"  # nobody has to hear of it any more

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="words")
    what = models.CharField(max_length=20, choices=What.choices)
    occasion = models.CharField(max_length=40)  # what makes it another one than the last of its kind
    at = models.DateTimeField()
    title = models.CharField(max_length=300)
    text = models.TextField()
    channel = models.CharField(max_length=20, blank=True)
    address = models.CharField(max_length=200, blank=True)  # there
    state = models.CharField(max_length=10, choices=State.choices)
    try_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    task = models.ForeignKey(Task, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["visit", "what", "occasion"], name="told_once")]
        indexes = [models.Index(fields=["try_at"], condition=Q(state="waiting"), name="client_word_due")]
