"""What clients owe, what they have paid, and which payment is for what. Amounts in roubles, exact to the kopeck."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import ExtractYear
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
    payee = models.JSONField(default=dict)  # to whom it is to be paid, as it stood in the company's details then
    is_called_off = models.BooleanField(default=False)
    called_off_on = models.DateField(null=True)
    reason = models.CharField(max_length=300, blank=True)  # why it was called off
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0, open_amount__gte=0), name="invoice_not_negative"),
            models.CheckConstraint(condition=Q(open_amount__lte=F("amount")), name="invoice_open_of_amount"),
            models.UniqueConstraint(fields=["deal"], condition=Q(origin="site"), name="invoice_of_site_once"),
            models.UniqueConstraint(ExtractYear("issued_on"), "number", name="invoice_number_once"),
            models.CheckConstraint(
                condition=Q(origin="site", number=None) | Q(origin="office", number__isnull=False),
                name="invoice_has_its_number",
            ),
            models.CheckConstraint(
                condition=Q(is_called_off=False, called_off_on=None)
                | Q(is_called_off=True, called_off_on__isnull=False, open_amount=0),
                name="invoice_called_off_owes_nothing",
            ),
        ]
        indexes = [
            models.Index(fields=["client", "due_on"], condition=Q(open_amount__gt=0), name="invoice_owed"),
            models.Index(fields=["due_on"], condition=Q(open_amount__gt=0), name="invoice_due"),
            models.Index(fields=["client", "-issued_on"], name="invoice_of_client"),
            models.Index(fields=["-issued_on", "-id"], name="invoice_recent"),
        ]

    @property
    def paid(self) -> Decimal:
        return Decimal(0) if self.is_called_off else self.amount - self.open_amount


class Payment(models.Model):
    """Money that came in, or went back (less than nothing). Never changed: what was wrong is put right by a row of its
    own. `free_amount` is kept by the verbs; of what went back it is what nobody can say from which payment."""

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
            models.CheckConstraint(
                condition=Q(amount__gt=0, free_amount__gte=0, free_amount__lte=F("amount"))
                | Q(amount__lt=0, free_amount__lte=0, free_amount__gte=F("amount")),
                name="money_free_of_amount",
            ),
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
    """So much of a payment is for this invoice, or went back to the client by that refund."""

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="parts")
    invoice = models.ForeignKey(Invoice, models.PROTECT, null=True, related_name="parts")
    refund = models.ForeignKey(Payment, models.PROTECT, null=True, related_name="taken")
    amount = _money()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payment", "invoice"], name="part_once"),
            models.UniqueConstraint(fields=["payment", "refund"], name="part_went_back_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="part_is_more_than_nothing"),
            models.CheckConstraint(
                condition=Q(invoice=None, refund__isnull=False) | Q(invoice__isnull=False, refund=None),
                name="part_is_for_one_thing",
            ),
        ]


class Books(models.Model):
    """One row: until which day nothing is changed any more, and within how many days an invoice is to be paid."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    closed_until = models.DateField(null=True)
    days_to_pay = models.PositiveSmallIntegerField(default=5, db_default=5)


class Payee(models.Model):
    """To whom clients pay by bank: the company as it stands on its invoices. One row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    name = models.CharField(max_length=160, blank=True)
    inn = models.CharField(max_length=12, blank=True)
    kpp = models.CharField(max_length=9, blank=True)
    bank = models.CharField(max_length=160, blank=True)
    bik = models.CharField(max_length=9, blank=True)
    account = models.CharField(max_length=20, blank=True)
    bank_account = models.CharField(max_length=20, blank=True)  # of the bank itself, at the central one
    address = models.CharField(max_length=300, blank=True)
    head = models.CharField(max_length=120, blank=True)
    accountant = models.CharField(max_length=120, blank=True)


from svyazka.business.money.models_bank import BankDocument as BankDocument  # noqa: E402
from svyazka.business.money.models_bank import Payer as Payer  # noqa: E402
from svyazka.business.money.models_bank import Statement as Statement  # noqa: E402
from svyazka.business.money.models_bank import StatementRules as StatementRules  # noqa: E402
from svyazka.business.money.models_online import PaymentAccount as PaymentAccount  # noqa: E402
from svyazka.business.money.models_online import PaymentLink as PaymentLink  # noqa: E402
from svyazka.business.money.models_online import Refund as Refund  # noqa: E402
