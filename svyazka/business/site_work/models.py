"""What is stored of the work on site beyond the visit itself: the price list, what was used, what was done besides and
agreed on, and what was paid."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from svyazka.business.deals.models import Deal
from svyazka.business.staff.models import Person
from svyazka.business.visits.models import Visit, VisitKind
from svyazka.kit import money, words


def _money(**more: Any) -> models.DecimalField[Any, Any]:
    return models.DecimalField(max_digits=12, decimal_places=2, **more)


def _quantity(**more: Any) -> models.DecimalField[Any, Any]:
    return models.DecimalField(max_digits=9, decimal_places=3, **more)


class PriceLine(models.Model):
    """A line of the price list: a material or a work, by the company's own name."""

    class Kind(models.TextChoices):
        MATERIAL = "material", _("material")
        WORK = "work", _("work")

    code = models.SlugField(max_length=60, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=150)
    folded = models.CharField(max_length=150)  # of the name: for order, search and “the same name”
    unit = models.CharField(max_length=20)
    step = _quantity(default=1)  # by how much one tap changes it
    price = _money()
    price_before = _money(null=True)  # a phone without signal still knows that one
    price_since = models.DateTimeField(null=True)
    is_sold = models.BooleanField(default=False)  # to the client; otherwise it is only counted
    visit_kinds = models.ManyToManyField(VisitKind, related_name="price_lines")  # none: with all of them
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["folded", "id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "folded"], name="price_line_name"),
            models.CheckConstraint(condition=Q(price__gte=0), name="price_not_negative"),
            models.CheckConstraint(condition=Q(step__gt=0), name="price_line_step"),
        ]
        indexes = [
            models.Index(fields=["folded", "id"], name="price_line_by_name"),
            models.Index(fields=["price", "id"], name="price_line_by_price"),
        ]

    def __str__(self) -> str:
        return self.name


class UsualAmount(models.Model):
    """How much of a material a visit of this kind takes as a rule: one line of the standard set."""

    visit_kind = models.ForeignKey(VisitKind, models.CASCADE, related_name="usual_amounts")
    line = models.ForeignKey(PriceLine, models.CASCADE, related_name="usual_amounts")
    quantity = _quantity()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visit_kind", "line"], name="usual_amount_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="usual_amount_is_some"),
        ]


class _OnSite(models.Model):
    """What such a row was at that time: a price list goes on changing."""

    id = models.UUIDField(primary_key=True)  # made on the phone
    line = models.ForeignKey(PriceLine, models.PROTECT, null=True, related_name="+")  # None: not in the list
    name = models.CharField(max_length=150)
    unit = models.CharField(max_length=20)
    quantity = _quantity()
    price = _money()
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)  # who entered or changed it
    changed_at = models.DateTimeField(auto_now=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    @property
    def cost(self) -> Decimal:
        return money.product(self.quantity, self.price)


class UsedMaterial(_OnSite):
    """What went into the work. What it costs is the office's business."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="used_materials")

    class Meta:
        ordering = ["at", "id"]
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="used_is_some")]


class ExtraWork(_OnSite):
    """Work or material that the client pays for besides, and how he agreed to it."""

    class Consent(models.TextChoices):
        ON_SPOT = "on_spot", _("agreed on the spot")
        BY_PHONE = "by_phone", _("agreed by phone")

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="extra_works")
    consent = models.CharField(max_length=10, choices=Consent.choices, blank=True)  # empty: he has not agreed yet
    consent_name = models.CharField(max_length=120, blank=True)
    consent_note = models.CharField(max_length=300, blank=True)
    consent_at = models.DateTimeField(null=True)
    consent_strokes = models.JSONField(null=True)  # as he signed on the glass; None: his word was enough
    consent_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="extra_work_is_some"),
            models.CheckConstraint(
                condition=Q(consent="", consent_at=None) | (~Q(consent="") & Q(consent_at__isnull=False)),
                name="consent_has_its_moment",
            ),
        ]
        indexes = [
            models.Index(fields=["visit"], condition=Q(consent="", removed_at=None), name="extra_work_not_agreed"),
        ]

    @property
    def is_agreed(self) -> bool:
        return bool(self.consent)


class PaymentWay(models.Model):
    """How a client pays on site, in the company's own words."""

    code = models.SlugField(unique=True)
    words = models.JSONField(default=dict)
    position = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    is_cash = models.BooleanField(default=False)  # whoever has taken it hands it in

    class Meta:
        ordering = ["position", "id"]

    @property
    def name(self) -> str:
        return words.here(self.words)

    def __str__(self) -> str:
        return self.name


class Payment(models.Model):
    """Money that somebody has taken on site. Never changed: what was wrong is put right by a row of its own."""

    id = models.UUIDField(primary_key=True)  # made on the phone
    visit = models.ForeignKey(Visit, models.PROTECT, related_name="payments")
    deal = models.ForeignKey(Deal, models.PROTECT, related_name="payments")
    amount = _money()  # of a correction: by how much it was wrong
    way = models.ForeignKey(PaymentWay, models.PROTECT, related_name="payments")
    receipt = models.CharField(max_length=40, blank=True)
    note = models.CharField(max_length=300, blank=True)
    taken_by = models.ForeignKey(Person, models.PROTECT, related_name="+")  # in whose hands it is
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    came_at = models.DateTimeField(auto_now_add=True)
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="corrections")

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0, corrects=None) | (~Q(amount=0) & Q(corrects__isnull=False)),
                name="payment_is_some",
            ),
            models.CheckConstraint(condition=Q(corrects=None) | ~Q(corrects=F("id")), name="payment_not_itself"),
        ]
        indexes = [
            models.Index(fields=["-at", "-id"], name="payment_recent"),
            models.Index(fields=["taken_by", "at"], name="payment_of_person"),
            models.Index(fields=["receipt", "at"], condition=~Q(receipt=""), name="payment_receipt"),
        ]


class SiteRules(models.Model):
    """What may be agreed on with a client without asking the office: one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    # The most that one line may cost whose price is not that of the list. None: nobody has said.
    own_price_up_to = _money(null=True)
