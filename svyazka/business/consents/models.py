"""What clients have agreed to of their data, in which words, and on which way they said so."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from svyazka.business.clients.models import Client
from svyazka.business.staff.models import Person
from svyazka.kit import words


class ConsentText(models.Model):
    """The company's words for one kind of consent. Never changed: other words are another version."""

    class Kind(models.TextChoices):
        PROCESSING = "processing", pgettext_lazy("consent", "Processing of personal data")
        ADVERTISING = "advertising", pgettext_lazy("consent", "Advertising and news")
        RECORDING = "recording", pgettext_lazy("consent", "Recording of calls")

    kind = models.CharField(max_length=20, choices=Kind.choices)
    version = models.PositiveIntegerField()
    words = models.JSONField()
    since = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "version"], name="consent_text_once")]

    @property
    def text(self) -> str:
        return words.here(self.words)


class ClientConsent(models.Model):
    """That a client has agreed; and since when he does not any more."""

    class Source(models.TextChoices):
        FORM = "form", pgettext_lazy("consent", "form on a site")
        CALL = "call", pgettext_lazy("consent", "by telephone")
        ON_SITE = "on_site", pgettext_lazy("consent", "on site")
        PAPER = "paper", pgettext_lazy("consent", "on paper")

    client = models.ForeignKey(Client, models.PROTECT, related_name="consents", db_index=False)
    kind = models.CharField(max_length=20, choices=ConsentText.Kind.choices)
    # Empty: the company had not written its words down here then; what was agreed to stood on the page.
    text = models.ForeignKey(ConsentText, models.PROTECT, null=True, related_name="+", db_index=False)
    source = models.CharField(max_length=10, choices=Source.choices)
    page = models.CharField(max_length=2000, blank=True, default="")  # of a form: where it stood
    arrival_id = models.BigIntegerField(null=True)
    given_at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)  # who took it down
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        indexes = [models.Index(fields=["client", "kind", "-given_at"], name="consent_of_client")]
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=models.F("given_at")), name="consent_given_first"
            )
        ]
