from __future__ import annotations

from decimal import Decimal

import pytest


@pytest.fixture
def deal(vera, olga):
    from svyazka.business.deals import opening

    return opening.open_deal(vera, by=olga)


@pytest.fixture
def wish(windows):
    """A line as somebody wants it: `wish("net", 2, percent=10)` of the catalogue, `wish("Подъём", price=500)` of his
    own."""
    from svyazka.business.catalogue.models import Product
    from svyazka.business.offers.lines import Wish
    from svyazka.business.offers.sums import Off

    def make(what, quantity=1, *, price=None, percent=0, amount=0, vat_rate=22):
        product = Product.objects.filter(code=what).first()
        return Wish(
            name=product.name if product else what,
            unit=product.unit if product else "шт",
            quantity=Decimal(str(quantity)),
            price=Decimal(str(price)) if price is not None else product.price,
            off=Off(Decimal(str(percent)), Decimal(str(amount))),
            vat_rate=None if vat_rate is None else Decimal(vat_rate),
            product_id=product.pk if product else None,
        )

    return make
