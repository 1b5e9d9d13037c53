"""Links by which clients pay online, and by whom the money is taken."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from svyazka.business.clients.models import Client
from svyazka.business.deals.models import Deal
from svyazka.business.staff.models import Person


class PaymentAccount(models.Model):
    """Who takes money online for us. One row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    kind = models.CharField(max_length=20, blank=True)  # a key of settings.PAYMENT_SERVICES
    shop = models.CharField(max_length=40, blank=True)
    secret = models.TextField(blank=True)  # locked away (kit/secrets.py)
    is_on = models.BooleanField(default=False)
    gives_receipts = models.BooleanField(default=False)  # the service makes them out for us (54-FZ)
    trouble = models.CharField(max_length=20, blank=True)  # a key of online.TROUBLES
    rests_until = models.DateTimeField(null=True)
    public_key = models.CharField(max_length=64, blank=True, default="", db_default="")  # in the address that it calls
    heard_at = models.DateTimeField(null=True)  # when it called last
    # With which a link goes to the client; empty: the house's words.
    letter = models.TextField(blank=True, default="", db_default="")


class PaymentLink(models.Model):
    """An address at which a client pays a sum. `key`: by it the service knows that it is asked for the same again."""

    class State(models.TextChoices):
        ASKED = "asked", _("being made")
        PENDING = "pending", _("waits for the client")
        SUCCEEDED = "succeeded", _("paid")
        CANCELED = "canceled", _("lapsed")
        FAILED = "failed", _("did not come about")
        OFF = (
            "off",
            pgettext_lazy("payment link", "called off"),
        )  # by us; whoever has the address can still pay until it lapses

    key = models.UUIDField(default=uuid4, unique=True)
    client = models.ForeignKey(Client, models.PROTECT, related_name="payment_links")
    deal = models.ForeignKey(Deal, models.PROTECT, related_name="payment_links")
    invoice = models.ForeignKey("money.Invoice", models.PROTECT, related_name="payment_links")
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    contact = models.CharField(max_length=200, blank=True)  # where the receipt goes
    state = models.CharField(max_length=9, choices=State.choices, default=State.ASKED)
    why = models.CharField(max_length=60, blank=True)  # in the words of the service, or a key of online.TROUBLES
    outside_id = models.CharField(max_length=60, blank=True)
    url = models.CharField(max_length=500, blank=True)
    payment = models.ForeignKey("money.Payment", models.PROTECT, null=True, related_name="+")
    ask_at = models.DateTimeField(null=True)  # None: nothing will change any more
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_link_is_some"),
            models.UniqueConstraint(
                fields=["invoice"], condition=Q(state__in=["asked", "pending"]), name="payment_link_once"
            ),
            models.CheckConstraint(
                condition=~Q(state="succeeded") | Q(payment__isnull=False), name="payment_link_has_its_payment"
            ),
        ]
        indexes = [
            models.Index(fields=["ask_at"], condition=Q(ask_at__isnull=False), name="payment_link_due"),
            models.Index(fields=["outside_id"], condition=~Q(outside_id=""), name="payment_link_there"),
        ]

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.ASKED, self.State.PENDING)

    @property
    def is_asked_of(self) -> bool:
        """Whether money may still come by it."""
        return self.is_open or self.state == self.State.OFF


class Refund(models.Model):
    """Money of a payment link that goes back. Each try is a row with a key of its own: asked for again with it, it is
    the same refund there."""

    class State(models.TextChoices):
        ASKED = "asked", _("being asked for")
        PENDING = "pending", pgettext_lazy("refund", "under way")
        SUCCEEDED = "succeeded", _("went back")
        CANCELED = "canceled", _("refused by the service")
        FAILED = "failed", _("did not come about")

    key = models.UUIDField(default=uuid4, unique=True)
    link = models.ForeignKey(PaymentLink, models.PROTECT, related_name="refunds")
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    reason = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.ASKED)
    why = models.CharField(max_length=60, blank=True)  # in the words of the service, or a key of online.TROUBLES
    outside_id = models.CharField(max_length=60, blank=True)
    payment = models.ForeignKey("money.Payment", models.PROTECT, null=True, related_name="+")
    ask_at = models.DateTimeField(null=True)  # None: nothing will change any more
    at = models.DateTimeField()
    # None: in the service's own account.
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_is_some"),
            models.UniqueConstraint(fields=["link"], condition=Q(state__in=["asked", "pending"]), name="refund_once"),
            models.UniqueConstraint(fields=["outside_id"], condition=~Q(outside_id=""), name="refund_there_once"),
            models.CheckConstraint(
                condition=~Q(state="succeeded") | Q(payment__isnull=False), name="refund_has_its_payment"
            ),
        ]
        indexes = [models.Index(fields=["ask_at"], condition=Q(ask_at__isnull=False), name="refund_due")]

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.ASKED, self.State.PENDING)
