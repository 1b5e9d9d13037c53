"""What the company sells: goods and services, with a unit, a price and a rate of VAT."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from svyazka.business.staff.models import Person
from svyazka.kit import words


def _money(**more: Any) -> models.DecimalField[Any, Any]:
    return models.DecimalField(max_digits=12, decimal_places=2, **more)


def _percent(**more: Any) -> models.DecimalField[Any, Any]:
    return models.DecimalField(max_digits=5, decimal_places=2, **more)


class ProductGroup(models.Model):
    """Products that belong together, in the company's own words."""

    code = models.SlugField(unique=True)
    words = models.JSONField(default=dict)
    position = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "id"]

    @property
    def name(self) -> str:
        return words.here(self.words)

    def __str__(self) -> str:
        return self.name


class Product(models.Model):
    """Goods or a service, as the company calls it."""

    code = models.SlugField(max_length=60, unique=True)
    article = models.CharField(max_length=40, blank=True)
    article_key = models.CharField(max_length=40, blank=True)  # as articles are compared
    name = models.CharField(max_length=200)
    folded = models.CharField(max_length=200)  # of the name: for order and “the same name”
    sought = models.CharField(max_length=241)  # name and article: what a search looks through
    group = models.ForeignKey(ProductGroup, models.PROTECT, null=True, related_name="products")
    unit = models.CharField(max_length=20)
    price = _money()
    vat_rate = _percent(null=True)  # None: without VAT, which is another matter than 0 %
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["folded", "id"]
        constraints = [
            models.UniqueConstraint(fields=["article_key"], condition=~Q(article_key=""), name="product_article"),
            models.UniqueConstraint(fields=["folded"], condition=Q(article_key=""), name="product_name"),
            models.CheckConstraint(condition=Q(price__gte=0), name="product_price_not_negative"),
            models.CheckConstraint(
                condition=Q(vat_rate=None) | Q(vat_rate__gte=0, vat_rate__lte=100), name="product_vat_is_a_rate"
            ),
        ]
        indexes = [
            models.Index(fields=["folded", "id"], name="product_by_name"),
            models.Index(fields=["price", "id"], name="product_by_price"),
            models.Index(fields=["article_key", "id"], name="product_by_article"),
            GinIndex(fields=["sought"], opclasses=["gin_trgm_ops"], name="product_words"),
        ]

    def __str__(self) -> str:
        return self.name


class ProductPrice(models.Model):
    """What a product costs from then on."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="prices", db_index=False)
    price = _money()
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["product", "-at", "-id"], name="product_price_newest")]


def _rates() -> list[str | None]:
    return [None, "0", "5", "7", "10", "20", "22"]


class VatRules(models.Model):
    """Which rates of VAT the company's products have, and which of them a new one begins with: one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    rates = models.JSONField(default=_rates)  # percents as text, in the order of the screen; null: without VAT
    usual = _percent(null=True)

    @property
    def percents(self) -> list[Decimal | None]:
        return [None if one is None else Decimal(one) for one in self.rates]
