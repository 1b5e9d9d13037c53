from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from svyazka.business.staff.models import Person


class Import(models.Model):
    """A file of values: which column is what, and how far it has come."""

    class State(models.TextChoices):
        CHOOSING = "choosing", _("columns are being chosen")
        CHECKING = "checking", _("is being checked")
        CHECKED = "checked", _("checked")
        STORING = "storing", _("is being stored")
        DONE = "done", _("values stored")
        UNDOING = "undoing", _("is being undone")
        UNDONE = "undone", _("undone")

    name = models.CharField(max_length=120)  # of the file
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    titles = models.JSONField(default=list)
    columns = models.JSONField(default=dict)  # place of a column → what it is (columns.py)
    overwrites = models.BooleanField(default=False)  # what is known already, too
    all_or_nothing = models.BooleanField(default=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.CHOOSING)

    class Meta:
        indexes = [
            models.Index(fields=["-at", "-id"], name="import_recent"),
            models.Index(
                fields=["id"],
                condition=models.Q(state__in=["checking", "storing", "undoing"]),
                name="import_to_go_on",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_at_work(self) -> bool:
        return self.state in (self.State.CHECKING, self.State.STORING, self.State.UNDOING)


class ImportLine(models.Model):
    """One line of it, and what became of it."""

    class State(models.TextChoices):
        NEW = "new"
        READY = "ready"  # to be stored
        SAME = "same"  # nothing of it is new
        WRONG = "wrong"
        STORED = "stored"
        UNDONE = "undone"
        KEPT = "kept"  # undone, but for what somebody has changed since

    of = models.ForeignKey(Import, models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField()  # in the file
    cells = models.JSONField()
    state = models.CharField(max_length=6, choices=State.choices, default=State.NEW)
    object_id = models.BigIntegerField(null=True)  # of the deal or the client
    faults = models.JSONField(default=list)  # [[place of the column, or -1, what is wrong or left], …]
    before = models.JSONField(default=dict)  # code → what was known; and what is known instead
    after = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["of", "number"], name="import_line_once")]
        indexes = [
            models.Index(fields=["of", "state", "number"], name="import_line_state"),
            models.Index(fields=["of", "object_id"], name="import_line_object"),
        ]
