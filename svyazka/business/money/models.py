"""What clients owe, what they have paid, and which payment is for what. Amounts in roubles, exact to the kopeck."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients.models import Client
from svyazka.business.deals.models import Deal
from svyazka.business.staff.models import Person


def _money(**more: Any) -> models.DecimalField[Any, Any]:
    return models.DecimalField(max_digits=14, decimal_places=2, **more)


class Invoice(models.Model):
    """What a client owes, of one deal. `open_amount` is kept by the verbs: what of it nobody has paid yet."""

    class Origin(models.TextChoices):
        OFFICE = "office", _("invoice")
        SITE = "site", _("agreed on site")  # what was agreed there and stands in no invoice: one for each deal

    client = models.ForeignKey(Client, models.PROTECT, related_name="invoices", db_index=False)
    deal = models.ForeignKey(Deal, models.PROTECT, related_name="invoices")
    origin = models.CharField(max_length=6, choices=Origin.choices, default=Origin.OFFICE)
    number = models.PositiveIntegerField(null=True)  # of this year, without gaps; None: of the site
    issued_on = models.DateField()
    due_on = models.DateField()
    amount = _money()
    vat = _money(default=Decimal(0))  # of that
    open_amount = _money()
    lines = models.JSONField(default=list)  # as they were when it was made out: name, unit, quantity, price, …
    purpose = models.CharField(max_length=300, blank=True)
    is_called_off = models.BooleanField(default=False)
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0, open_amount__gte=0), name="invoice_not_negative"),
            models.CheckConstraint(condition=Q(open_amount__lte=F("amount")), name="invoice_open_of_amount"),
            models.UniqueConstraint(fields=["deal"], condition=Q(origin="site"), name="invoice_of_site_once"),
        ]
        indexes = [
            models.Index(fields=["client", "due_on"], condition=Q(open_amount__gt=0), name="invoice_owed"),
            models.Index(fields=["due_on"], condition=Q(open_amount__gt=0), name="invoice_due"),
            models.Index(fields=["client", "-issued_on"], name="invoice_of_client"),
            models.Index(fields=["-issued_on", "-id"], name="invoice_recent"),
        ]


class Payment(models.Model):
    """Money that came in, or went back (less than nothing). Never changed once its period is closed."""

    class Origin(models.TextChoices):
        HAND = "hand", _("entered by hand")
        BANK = "bank", _("bank statement")
        ONLINE = "online", _("paid online")
        SITE = "site", _("taken on site")

    client = models.ForeignKey(Client, models.PROTECT, related_name="payments", db_index=False)
    deal = models.ForeignKey(Deal, models.PROTECT, null=True, related_name="money")
    amount = _money()
    paid_on = models.DateField()
    origin = models.CharField(max_length=6, choices=Origin.choices)
    outside_id = models.CharField(max_length=120, blank=True)  # what it is called there: the same is entered once
    document = models.CharField(max_length=40, blank=True)  # number of the payment order, of the receipt
    purpose = models.CharField(max_length=500, blank=True)
    free_amount = _money()  # what of it is for no invoice yet
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="corrections")
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="money_is_some"),
            models.UniqueConstraint(
                fields=["origin", "outside_id"], condition=~Q(outside_id=""), name="money_entered_once"
            ),
        ]
        indexes = [
            models.Index(fields=["client", "-paid_on"], name="money_of_client"),
            models.Index(fields=["-paid_on", "-id"], name="money_recent"),
            models.Index(fields=["client"], condition=~Q(free_amount=0), name="money_free"),
        ]


class Part(models.Model):
    """So much of a payment is for this invoice."""

    payment = models.ForeignKey(Payment, models.CASCADE, related_name="parts")
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="parts")
    amount = _money()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payment", "invoice"], name="part_once"),
            models.CheckConstraint(condition=~Q(amount=0), name="part_is_some"),
        ]


class Books(models.Model):
    """One row: until which day nothing is changed any more."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    closed_until = models.DateField(null=True)
