"""What banks say came to our accounts: files, their documents, and what was decided on each."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients.models import Client
from svyazka.business.staff.models import Person


class Statement(models.Model):
    """A file of a bank, with the balances that it names and what of it could not be read."""

    class State(models.TextChoices):
        LOOKING = "looking", _("is being looked through")
        READY = "ready", _("looked through")
        UNDOING = "undoing", _("is being undone")
        UNDONE = "undone", _("undone")

    name = models.CharField(max_length=120)  # of the file
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.LOOKING)
    accounts = models.JSONField(default=list)  # ours
    balances = models.JSONField(default=list)  # of each account: what the bank says, what we count, where they differ
    troubles = models.JSONField(default=list)  # [line, why, what stands there]
    begins_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["-at", "-id"], name="statement_recent"),
            models.Index(fields=["id"], condition=Q(state__in=["looking", "undoing"]), name="statement_to_go_on"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_at_work(self) -> bool:
        return self.state in (self.State.LOOKING, self.State.UNDOING)


class BankDocument(models.Model):
    """One document of it. `key`: by it the same document is known in another file; empty where it counts no more."""

    class Way(models.TextChoices):
        IN = "in", _("came in")
        OUT = "out", _("went out")
        BETWEEN = "between", _("between own accounts")

    class State(models.TextChoices):
        NEW = "new", _("not looked through yet")
        WAITS = "waits", _("waits for you")
        ENTERED = "entered", _("entered")
        LEFT = "left", _("left")  # not a client's money
        KNOWN = "known", _("known already")  # stands in another file
        ASIDE = "aside", _("put aside")
        UNDONE = "undone", _("undone")

    of = models.ForeignKey(Statement, models.PROTECT, related_name="documents", db_index=False)
    line = models.PositiveIntegerField()  # in the file
    way = models.CharField(max_length=8, choices=Way.choices)
    state = models.CharField(max_length=8, choices=State.choices, default=State.NEW)
    why = models.CharField(max_length=20, blank=True)  # a key of bank_words.WHY
    account = models.CharField(max_length=40, blank=True)  # ours
    number = models.CharField(max_length=40, blank=True)
    dated = models.DateField()
    booked_on = models.DateField()
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    other_name = models.CharField(max_length=300, blank=True)  # who pays, or is paid
    other_tax_number = models.CharField(max_length=12, blank=True)
    other_kpp = models.CharField(max_length=9, blank=True)
    other_account = models.CharField(max_length=40, blank=True)
    purpose = models.CharField(max_length=500, blank=True)
    key = models.CharField(max_length=64, blank=True)
    client = models.ForeignKey(Client, models.PROTECT, null=True, related_name="bank_documents")
    invoice = models.ForeignKey("money.Invoice", models.PROTECT, null=True, related_name="+")
    payment = models.ForeignKey("money.Payment", models.PROTECT, null=True, related_name="+")
    is_certain = models.BooleanField(default=False)
    reasons = models.JSONField(default=list)  # keys of bank_words.REASONS, with what they say
    turn = models.PositiveSmallIntegerField(default=0)  # how often it was taken back
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)  # who decided

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=~Q(key=""), name="bank_document_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="bank_document_is_some"),
            models.CheckConstraint(
                condition=~Q(state="entered") | Q(payment__isnull=False), name="bank_document_has_its_payment"
            ),
        ]
        indexes = [
            models.Index(fields=["of", "state", "line"], name="bank_document_state"),
            models.Index(fields=["of", "line"], name="bank_document_line"),
        ]


class Payer(models.Model):
    """Whose money comes from there: a client's, or nobody's who is one. Learnt from what people decide."""

    key = models.CharField(max_length=60, unique=True)  # account/4070…, inn/7707…
    name = models.CharField(max_length=300, blank=True)
    client = models.ForeignKey(Client, models.CASCADE, null=True, related_name="payers")  # None: no client
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(auto_now=True)


class StatementRules(models.Model):
    """One row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    enters_by_itself = models.BooleanField(default=False)  # what is certain
