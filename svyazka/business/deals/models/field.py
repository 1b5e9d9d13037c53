"""The fields that a company adds."""

from __future__ import annotations

from django.db import models
from django.db.models import Value
from django.utils.translation import gettext_lazy as _

from svyazka.kit import words


class Field(models.Model):
    """Something that a company wants to know, besides what the house has by itself. The value stands in the `facts` of
    the deal, the client or the visit, under `code`."""

    class Kind(models.TextChoices):
        TEXT = "text", _("text")
        LONG_TEXT = "long_text", _("text of several lines")
        NUMBER = "number", _("whole number")
        DECIMAL = "decimal", _("number with decimals")
        MONEY = "money", _("amount of money")
        DATE = "date", _("date")
        MOMENT = "moment", _("date and time")
        YES = "yes", _("yes or no")
        CHOICE = "choice", _("one of a list")
        CHOICES = "choices", _("several of a list")
        PHONE = "phone", _("phone number")
        EMAIL = "email", _("e-mail address")
        LINK = "link", _("web address")
        PERSON = "person", _("one of the staff")

    class Of(models.TextChoices):
        DEAL = "deal", _("deal")
        CLIENT = "client", _("client")
        VISIT = "visit", _("visit")

    code = models.SlugField(unique=True)
    of = models.CharField(max_length=10, choices=Of.choices, default=Of.DEAL, db_default="deal")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    words = models.JSONField(default=dict)
    hint_words = models.JSONField(default=dict, db_default=Value({}, models.JSONField()), blank=True)
    # Of a list: [{"code": "inbound", "words": {"ru": …, "en": …}}, …]; what is no longer offered says "gone": true.
    choices = models.JSONField(default=list, db_default=Value([], models.JSONField()), blank=True)
    is_searched = models.BooleanField(default=False, db_default=False)  # its words lead to the deal or the client
    # As far as the search has followed (`searched.py`): whether it leads there yet, and the last one that was indexed.
    is_indexed = models.BooleanField(default=False, db_default=False)
    indexed_to = models.BigIntegerField(default=0, db_default=0)
    # Counted by a formula (`parameters`, above): shown like any other, and nobody types into it.
    is_computed = models.BooleanField(default=False, db_default=False)
    is_active = models.BooleanField(default=True, db_default=True)  # asked for; else only shown where it is known
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]

    @property
    def name(self) -> str:
        return words.here(self.words)

    @property
    def hint(self) -> str:
        return words.here(self.hint_words)

    def __str__(self) -> str:
        return self.name


class FactKey(models.Model):
    """A fact as it is sorted and compared by: of a deal or a client, from an index, whatever fields a company adds.

    Written by the database itself whenever `facts` change (migration 0012), so that no verb can forget it.
    """

    pk = models.CompositePrimaryKey("holder", "object_id", "code")
    holder = models.CharField(max_length=10, choices=Field.Of.choices, db_collation="C")
    object_id = models.BigIntegerField()
    code = models.CharField(max_length=50, db_collation="C")
    text = models.CharField(max_length=300, db_collation="C")  # lower case; of several of a list, the first
    number = models.DecimalField(max_digits=24, decimal_places=9, null=True)

    class Meta:
        indexes = [
            models.Index(fields=["holder", "code", "text", "object_id"], name="fact_key_text"),
            models.Index(
                fields=["holder", "code", "number", "object_id"],
                condition=models.Q(number__isnull=False),
                name="fact_key_number",
            ),
        ]
