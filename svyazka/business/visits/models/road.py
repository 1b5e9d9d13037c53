"""What those who go out are told of changes to their visits, and when somebody was near the address of one."""

from __future__ import annotations

from datetime import time

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from svyazka.business.deals.models import Task
from svyazka.business.notices.models import Notice
from svyazka.business.staff.models import Person
from svyazka.business.visits.models.visit import Visit


class RoadRules(models.Model):
    """How those who go out hear of changes, and whether their arrivals are noted. One row; without it, this."""

    is_on = models.BooleanField(default=True)
    gathers_minutes = models.PositiveSmallIntegerField(default=2)  # changes within these become one notice
    seen_minutes = models.PositiveSmallIntegerField(default=10)  # not opened for so long: another way is tried
    soon_hours = models.PositiveSmallIntegerField(default=4)  # a visit that begins within these
    tomorrow_at = models.TimeField(null=True, default=time(18))  # the plan of the next day; empty: not told
    notes_arrivals = models.BooleanField(default=False)
    arrivals_days = models.PositiveSmallIntegerField(default=90)  # for so long they are kept
    phones_seen_at = models.DateTimeField(null=True)  # until when clients' new phone numbers have been looked for


class RoadNews(models.Model):
    """What one of those who go to a visit has to hear of it: gathered for a while, told, seen."""

    class State(models.TextChoices):
        GATHERED = "gathered"
        TOLD = "told"
        MOOT = "moot"  # nothing was left to tell

    class Way(models.TextChoices):
        DEVICE = "device", _("on a device")
        CHAT = "chat", _("in a messenger")
        PAGE = "page", _("only in the app")
        CALL = "call", _("somebody rings")

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="news", db_index=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField()  # of the first change
    # How the visit was when he last knew it: what has changed is found by looking at it again.
    was = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.GATHERED)
    way = models.CharField(max_length=10, choices=Way.choices, blank=True)
    told_at = models.DateTimeField(null=True)
    try_at = models.DateTimeField(null=True)  # when it is told, or looked at again; empty: that is over
    notice = models.ForeignKey(Notice, models.SET_NULL, null=True, related_name="+", db_index=False)
    task = models.ForeignKey(Task, models.SET_NULL, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "person"], condition=Q(state="gathered"), name="road_news_gathered"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "try_at"], condition=Q(try_at__isnull=False), name="road_news_due"),
            models.Index(fields=["visit", "-at"], name="road_news_of_visit"),
            models.Index(fields=["person"], name="road_news_of_person"),
            models.Index(fields=["notice"], condition=Q(notice__isnull=False), name="road_news_by_notice"),
            models.Index(fields=["task"], condition=Q(task__isnull=False), name="road_news_by_task"),
        ]


class TomorrowTold(models.Model):
    """Somebody has been told his plan of a day, on its eve."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    day = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "day"], name="tomorrow_told_once")]


class Consent(models.Model):
    """Somebody lets his phone note when he comes to an address and leaves it. Taken back, it goes with all marks."""

    person = models.OneToOneField(Person, models.CASCADE, primary_key=True, related_name="+")
    given_at = models.DateTimeField()


class Mark(models.Model):
    """Somebody came to the address of a visit, or left it, as his phone has noticed. Never where he was otherwise."""

    class Kind(models.TextChoices):
        CAME = "came", pgettext_lazy("of a mark", "came")
        LEFT = "left", pgettext_lazy("of a mark", "left")

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="marks")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=4, choices=Kind.choices)
    at = models.DateTimeField()
    accuracy = models.PositiveSmallIntegerField()  # metres

    class Meta:
        constraints = [models.UniqueConstraint(fields=["visit", "person", "kind", "at"], name="mark_once")]
        indexes = [
            models.Index(fields=["person", "-at"], name="mark_of_person"),
            models.Index(fields=["at"], name="mark_at"),
        ]


class DurationTaken(models.Model):
    """The duration of a kind of visits was set to what was really needed. It can be set back once."""

    kind = models.ForeignKey("visits.VisitKind", models.CASCADE, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    was = models.JSONField()  # {"minutes": 60, "steps": […]}
    became = models.JSONField()
    undone_at = models.DateTimeField(null=True)
