"""What is stored of selling: the lines of a deal, and the offers that are made of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from svyazka.business.catalogue.models import Product
from svyazka.business.clients.models import Client
from svyazka.business.deals.models import Deal
from svyazka.business.staff.models import Person
from svyazka.kit import words


def _money(**more: Any) -> models.DecimalField[Any, Any]:
    return models.DecimalField(max_digits=14, decimal_places=2, **more)


def _percent(**more: Any) -> models.DecimalField[Any, Any]:
    return models.DecimalField(max_digits=5, decimal_places=2, **more)


class Pricing(models.Model):
    """How the lines of a deal are counted together, and what comes of it. The sums are kept by the verbs."""

    deal = models.OneToOneField(Deal, models.CASCADE, primary_key=True, related_name="pricing")
    vat_on_top = models.BooleanField(default=False)  # prices are without VAT
    discount_percent = _percent(default=Decimal(0))  # off all lines together: in percent, or as a sum
    discount_sum = _money(default=Decimal(0))
    lines = models.PositiveSmallIntegerField(default=0)
    gross = _money(default=Decimal(0))
    discount = _money(default=Decimal(0))  # of the lines and of all together
    vat = _money(default=Decimal(0))
    total = _money(default=Decimal(0))  # what the client pays
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(discount_percent=0) | Q(discount_sum=0), name="pricing_one_discount"),
            models.CheckConstraint(
                condition=Q(discount_percent__gte=0, discount_percent__lte=100, discount_sum__gte=0, total__gte=0),
                name="pricing_not_negative",
            ),
        ]


class DealLine(models.Model):
    """Goods or a service in a deal, as it was called and cost when it was written down."""

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="lines", db_index=False)
    position = models.PositiveSmallIntegerField()
    product = models.ForeignKey(Product, models.PROTECT, null=True, related_name="+")  # None: in somebody's own words
    name = models.CharField(max_length=200)
    unit = models.CharField(max_length=20)
    quantity = models.DecimalField(max_digits=9, decimal_places=3)
    price = _money()
    discount_percent = _percent(default=Decimal(0))
    discount_sum = _money(default=Decimal(0))
    vat_rate = _percent(null=True)
    discount = _money(default=Decimal(0))  # with its share of what is taken off all of them
    vat = _money(default=Decimal(0))
    sum = _money(default=Decimal(0))  # what the client pays for it

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["deal", "position"], name="deal_line_place"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="deal_line_is_some"),
            models.CheckConstraint(condition=Q(discount_percent=0) | Q(discount_sum=0), name="deal_line_one_discount"),
            models.CheckConstraint(
                condition=Q(price__gte=0, discount_percent__gte=0, discount_percent__lte=100, discount_sum__gte=0),
                name="deal_line_not_negative",
            ),
        ]


class SellingRules(models.Model):
    """How the company sells: one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    amount_follows = models.BooleanField(default=False)  # the amount of a deal is what its lines cost
    vat_on_top = models.BooleanField(default=False)  # what the lines of a new deal begin with
    number_pattern = models.CharField(max_length=40, default="{number}/{year}")


class OfferTemplate(models.Model):
    """How an offer of the company looks and what it says, in each language; never changed under an offer that was
    sent, which keeps its own words."""

    code = models.SlugField(unique=True)
    words = models.JSONField(default=dict)  # what it is called
    position = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    heading = models.JSONField(default=dict)  # language → whose offer it is: the name, and below it who that is in law
    before = models.JSONField(default=dict)  # language → what stands above the lines
    after = models.JSONField(default=dict)  # … and below them
    letter = models.JSONField(default=dict)  # … and in the message that brings it
    columns = models.JSONField(default=list)
    valid_days = models.PositiveSmallIntegerField(default=14)
    logo = models.BinaryField(null=True)  # PNG or JPEG, small
    logo_kind = models.CharField(max_length=4, blank=True, default="")  # png, jpg
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["position", "id"]

    @property
    def name(self) -> str:
        return words.here(self.words)

    def __str__(self) -> str:
        return self.name


class OfferCounter(models.Model):
    """The last number of a year."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)


class Offer(models.Model):
    """One version of an offer. Once it is sent, `content` never changes any more."""

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("offer", "draft")
        SENT = "sent", pgettext_lazy("offer", "sent")
        ACCEPTED = "accepted", pgettext_lazy("offer", "accepted")
        DECLINED = "declined", pgettext_lazy("offer", "declined")
        EXPIRED = "expired", pgettext_lazy("offer", "expired")

    deal = models.ForeignKey(Deal, models.PROTECT, related_name="offers", db_index=False)
    client = models.ForeignKey(Client, models.PROTECT, related_name="+")
    template = models.ForeignKey(OfferTemplate, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()  # of this year, without gaps; all versions of an offer have the same
    edition = models.PositiveSmallIntegerField(default=1)
    title = models.CharField(max_length=60)  # the number as people name it
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    is_current = models.BooleanField(default=True)  # a newer version takes its place
    language = models.CharField(max_length=5)
    content = models.JSONField(default=dict)  # lines, sums, texts with their fields filled in: see `content.py`
    total = _money()
    vat = _money()
    made_at = models.DateTimeField()
    valid_until = models.DateField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    file = models.FileField(upload_to="offers/%Y/%m/", blank=True)
    sent_at = models.DateTimeField(null=True)
    sent_by = models.CharField(max_length=60, blank=True, default="")  # the account; empty: handed over
    # What the worker still has to send: by which account, to whom, with which words, for whom.
    wanted = models.JSONField(null=True)
    try_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    trouble = models.CharField(max_length=300, blank=True, default="")  # why it was not sent
    answered_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=300, blank=True, default="")  # why it was declined
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["year", "number", "edition"], name="offer_number_once"),
            models.UniqueConstraint(fields=["year", "number"], condition=Q(is_current=True), name="offer_current_once"),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False), name="offer_sent_has_its_moment"
            ),
        ]
        indexes = [
            models.Index(fields=["deal", "-id"], name="offer_of_deal"),
            models.Index(fields=["-made_at", "-id"], condition=Q(is_current=True), name="offer_recent"),
            models.Index(fields=["state", "-made_at", "-id"], condition=Q(is_current=True), name="offer_by_state"),
            models.Index(fields=["total", "id"], condition=Q(is_current=True), name="offer_by_total"),
            models.Index(fields=["valid_until"], condition=Q(state="sent"), name="offer_running"),
            models.Index(fields=["try_at"], condition=Q(try_at__isnull=False), name="offer_due"),
        ]

    @property
    def named(self) -> str:
        """Its number, and which version of it this is."""
        return self.title if self.edition == 1 else f"{self.title} v{self.edition}"

    def __str__(self) -> str:
        return self.named
