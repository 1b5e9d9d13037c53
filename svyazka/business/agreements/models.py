"""What is stored of agreements: the company's terms, and what a client has read and signed, word for word."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from svyazka.business.clients.models import Client
from svyazka.business.deals.models import Deal, Task
from svyazka.business.sheets.models import FormKind, FormVersion, Sheet
from svyazka.business.staff.models import Person
from svyazka.business.visits.models import Visit
from svyazka.kit import words


class Terms(models.Model):
    """What a client agrees to with such a form: the company's own text, in each language."""

    form = models.OneToOneField(FormKind, models.CASCADE, related_name="terms")
    words = models.JSONField(default=dict)

    @property
    def text(self) -> str:
        return words.here(self.words)


class Letterhead(models.Model):
    """What stands under the company's name on its papers: who it is, in law. One row."""

    details = models.TextField(blank=True, default="")


class Agreement(models.Model):
    """What a client was shown, as it was then, and what he said to it. `content` never changes any more."""

    class Outcome(models.TextChoices):
        SIGNED = "signed", pgettext_lazy("agreement", "signed")
        OFFERED = "offered", pgettext_lazy("agreement", "to be signed by link")
        THINKS = "thinks", pgettext_lazy("agreement", "the client thinks it over")

    class Way(models.TextChoices):
        GLASS = "glass", pgettext_lazy("agreement", "on the glass of the phone")
        LINK = "link", pgettext_lazy("agreement", "by link")

    class Paper(models.TextChoices):
        """How its PDF stands."""

        NONE = "none"
        WAITING = "waiting"
        MADE = "made"
        FAILED = "failed"

    class Letter(models.TextChoices):
        """How it goes to the client."""

        NONE = "none", pgettext_lazy("letter", "not sent")
        WAITING = "waiting", pgettext_lazy("letter", "on its way")
        SENT = "sent", pgettext_lazy("letter", "sent")
        BY_HAND = "by_hand", pgettext_lazy("letter", "no channel: give the client the link")
        FAILED = "failed", pgettext_lazy("letter", "could not be sent")

    request_id = models.UUIDField(unique=True)  # a tap that arrives twice counts once
    deal = models.ForeignKey(Deal, models.PROTECT, related_name="agreements", db_index=False)
    client = models.ForeignKey(Client, models.PROTECT, related_name="+")
    visit = models.ForeignKey(Visit, models.PROTECT, related_name="agreements")
    sheet = models.ForeignKey(Sheet, models.PROTECT, related_name="agreements", db_index=False)
    form = models.ForeignKey(FormKind, models.PROTECT, related_name="agreements")
    written = models.ForeignKey(FormVersion, models.PROTECT, related_name="+", db_index=False)
    number = models.PositiveIntegerField()  # of those of its deal
    revision = models.PositiveIntegerField()  # of the sheet, as the phone knew it
    digest = models.CharField(max_length=64)  # of the answers
    content = models.JSONField()  # answers, terms, work, address, company …: see `content.py`
    language = models.CharField(max_length=5)
    shown_at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")  # who showed it
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    note = models.CharField(max_length=300, blank=True, default="")  # what the client said instead
    # The one that holds now, of this form in this deal; those before it are kept.
    is_current = models.BooleanField(default=False)

    name = models.CharField(max_length=200, blank=True, default="")  # as whoever signed wrote it
    strokes = models.JSONField(null=True)
    signed_at = models.DateTimeField(null=True)
    way = models.CharField(max_length=10, choices=Way.choices, blank=True, default="")
    code = models.CharField(max_length=12, blank=True, default="")  # by which paper and row are compared

    paper = models.CharField(max_length=10, choices=Paper.choices, default=Paper.NONE)
    file = models.FileField(upload_to="agreements/%Y/%m/", blank=True)
    letter = models.CharField(max_length=10, choices=Letter.choices, default=Letter.NONE)
    channel = models.CharField(max_length=20, blank=True, default="")
    address = models.CharField(max_length=200, blank=True, default="")  # there
    sent_at = models.DateTimeField(null=True)
    task = models.ForeignKey(Task, models.SET_NULL, null=True, related_name="+", db_index=False)
    try_at = models.DateTimeField(null=True)  # when the house goes on with paper or letter
    tries = models.PositiveSmallIntegerField(default=0)
    failed_at = models.DateTimeField(null=True)  # since when somebody has to see to it

    fingerprint = models.CharField(max_length=64, unique=True)  # of the link
    link_number = models.PositiveIntegerField(default=0, db_default=0)  # each time that it is revoked, another one
    link_revoked_at = models.DateTimeField(null=True)  # until there is a new one
    ordered_at = models.DateTimeField(null=True)
    ordered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["deal", "number"], name="agreement_number_once"),
            models.UniqueConstraint(
                fields=["deal", "form"], condition=Q(is_current=True), name="agreement_current_once"
            ),
            models.CheckConstraint(
                condition=~Q(outcome="signed") | (Q(signed_at__isnull=False) & Q(strokes__isnull=False)),
                name="agreement_signed_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["sheet", "number"], name="agreement_sheet"),
            models.Index(fields=["signed_at", "id"], condition=Q(is_current=True), name="agreement_by_date"),
            models.Index(
                fields=["signed_at", "id"],
                condition=Q(is_current=True, ordered_at=None),
                name="agreement_to_order",
            ),
            models.Index(fields=["try_at"], condition=Q(try_at__isnull=False), name="agreement_due"),
            models.Index(fields=["deal"], condition=Q(failed_at__isnull=False), name="agreement_failed"),
        ]

    @property
    def title(self) -> str:
        """By which people name it."""
        return f"{self.deal_id}-{self.number}"

    @property
    def is_signed(self) -> bool:
        return self.outcome == self.Outcome.SIGNED

    def __str__(self) -> str:
        return self.title


class OldLink(models.Model):
    """An address that was revoked: whoever opens it reads what to do."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="old_links")
    fingerprint = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
