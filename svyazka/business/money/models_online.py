"""Links by which clients pay online, and by whom the money is taken."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

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


class PaymentLink(models.Model):
    """An address at which a client pays a sum. `key`: by it the service knows that it is asked for the same again."""

    class State(models.TextChoices):
        ASKED = "asked", _("being made")
        PENDING = "pending", _("waits for the client")
        SUCCEEDED = "succeeded", _("paid")
        CANCELED = "canceled", _("lapsed")
        FAILED = "failed", _("did not come about")

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
        indexes = [models.Index(fields=["ask_at"], condition=Q(ask_at__isnull=False), name="payment_link_due")]

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.ASKED, self.State.PENDING)
