from __future__ import annotations

from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from svyazka.business.staff.models import Person
from svyazka.kit import words


class Meaning(models.TextChoices):
    """What a category means for the house, whatever the company calls it."""

    NEW_REQUEST = "new_request", _("new request")
    ORDER_QUESTION = "order_question", _("question about an order")
    COMPLAINT = "complaint", _("complaint")
    RESCHEDULE = "reschedule", _("another date")
    SUPPLIER = "supplier", _("supplier")
    SPAM = "spam", _("spam: no deal is opened")
    JOB_SEEKER = "job_seeker", _("looks for a job")
    OTHER = "other", _("something else")


class Category(models.Model):
    """What a message or a call is about, in the company's own words."""

    code = models.SlugField(max_length=40, unique=True)
    words = models.JSONField(default=dict)
    meaning = models.CharField(max_length=20, choices=Meaning.choices, default=Meaning.OTHER)
    colour = models.CharField(max_length=10, default="slate")  # a name of the design system's palette
    position = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "id"]

    @property
    def name(self) -> str:
        return words.here(self.words)

    def __str__(self) -> str:
        return self.name


class SortRule(models.Model):
    """What is surely of a category, as somebody has written it. The first rule that fits counts, before the classifier
    is asked."""

    name = models.CharField(max_length=80, unique=True)
    category = models.ForeignKey(Category, models.PROTECT, related_name="rules")
    when = models.JSONField(default=dict)  # as `when.py` has it
    position = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class SortModel(models.Model):
    """What the classifier has learnt from people, and how good it was on what it had not learnt from."""

    class State(models.TextChoices):
        WAITING = "waiting", _("is learning")
        READY = "ready", _("to be decided")
        TAKEN = "taken", _("taken into use")
        LEFT = "left", _("not taken into use")
        FAILED = "failed", _("could not learn")

    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)  # nobody: by itself
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    packed = models.BinaryField(default=b"")
    texts = models.PositiveIntegerField(default=0)  # from which it has learnt
    corrections = models.PositiveIntegerField(default=0)  # that there were then
    # "now", "before" → what `figures.py` counts on the texts that were held back.
    figures = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["state"], condition=Q(state="waiting"), name="one_learning_at_once"),
        ]


class SortSettings(models.Model):
    """One row. `edition` is another one after each change of categories, rules, model or threshold: what a process has
    read of them holds as long as it is the same."""

    edition = models.CharField(max_length=32)
    threshold = models.FloatField(default=0.8)
    takes_over = models.BooleanField(default=True)  # what has learnt more, by itself, if it is not worse
    model = models.ForeignKey(SortModel, models.PROTECT, null=True, related_name="+")  # in force


class Sorted(models.Model):
    """Of which category a line of the history is, who says so, and what was said before. Without a row it is of none.
    Cut by month."""

    class How(models.TextChoices):
        RULE = "rule", _("by a rule")
        CLASSIFIER = "classifier", _("by the classifier")
        PERSON = "person", _("by a person")

    id = models.BigIntegerField(primary_key=True)  # of the line
    at = models.DateTimeField()  # when that happened
    category = models.ForeignKey(Category, models.PROTECT, related_name="+", db_index=False)
    how = models.CharField(max_length=10, choices=How.choices)
    rule_id = models.BigIntegerField(null=True)
    probability = models.FloatField(null=True)
    model_id = models.BigIntegerField(null=True)
    by_id = models.BigIntegerField(null=True)
    said_at = models.DateTimeField(null=True)  # when a person said it
    was = models.JSONField(null=True)  # what stood here before a person said otherwise: {"category": 3, "how": "rule"}

    class Meta:
        indexes = [
            models.Index(fields=["category", "-at", "-id"], name="sorted_of_category"),
            models.Index(fields=["-said_at", "-id"], condition=Q(how="person"), name="sorted_by_people"),
        ]
