from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from svyazka.business.staff.models import Department, Person


class RouteRule(models.Model):
    """To whom what a client writes goes, if he has no manager of his own. The first rule that fits counts."""

    class Hours(models.TextChoices):
        ANY = "", _("at any time")
        OPEN = "open", _("while somebody there works")
        CLOSED = "closed", _("while nobody there works")

    name = models.CharField(max_length=80, unique=True)
    categories = ArrayField(models.CharField(max_length=40), default=list, blank=True)  # codes; none: any
    accounts = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    language = models.CharField(max_length=2, blank=True)  # in which he writes: ru, en
    hours = models.CharField(max_length=6, choices=Hours.choices, blank=True, default=Hours.ANY)
    department = models.ForeignKey(Department, models.PROTECT, null=True, related_name="+")
    skill = models.CharField(max_length=30, blank=True)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    minutes = models.PositiveSmallIntegerField(default=15)  # of working time, until it escalates
    position = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(department__isnull=False) | Q(person__isnull=False) | ~Q(skill=""),
                name="route_leads_to_one",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Routed(models.Model):
    """To whom the house has given a thread last, and why. Whoever took it up since then keeps it."""

    class Why(models.TextChoices):
        OWN = "own", _("looks after the client")
        COLLEAGUE = "colleague", _("a colleague of whoever looks after him")
        RULE = "rule", _("by a rule")
        NOBODY = "nobody", _("no rule fits")

    thread = models.OneToOneField("inbox.Thread", models.CASCADE, primary_key=True, related_name="routed")
    why = models.CharField(max_length=9, choices=Why.choices)
    rule = models.ForeignKey(RouteRule, models.SET_NULL, null=True, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    minutes = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person", "-at"], name="routed_to_person")]
