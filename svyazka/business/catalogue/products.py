"""Products: added, changed, retired, found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Case, ProtectedError, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from svyazka.business.catalogue.models import Product, ProductGroup, ProductPrice
from svyazka.business.journal.record import About, Actor, record
from svyazka.kit import clock, codes, texts
from svyazka.kit.refusals import ChangedMeanwhile, Refused

MOST = 20_000
LONGEST_NAME, LONGEST_UNIT, LONGEST_ARTICLE = 200, 20, 40
OFFERED = 12  # while somebody types
ORDERS = {
    "name": ("folded", "id"),
    "-name": ("-folded", "-id"),
    "price": ("price", "id"),
    "-price": ("-price", "-id"),
    "article": ("article_key", "id"),
}


@dataclass(frozen=True)
class Wish:
    """A product as somebody has typed it. `group`: a code."""

    name: str
    unit: str
    price: Decimal
    article: str = ""
    vat_rate: Decimal | None = None
    group: str = ""

    @property
    def article_key(self) -> str:
        return texts.folded(self.article)

    def values(self) -> dict[str, Any]:
        folded = texts.folded(self.name)
        return {
            "article": self.article,
            "article_key": self.article_key,
            "name": self.name,
            "folded": folded,
            "sought": f"{folded} {self.article_key}".strip(),
            "unit": self.unit,
            "price": self.price,
            "vat_rate": self.vat_rate,
        }


def add(wish: Wish, *, by: Actor) -> Product:
    wish = sound(wish)
    known = set(Product.objects.values_list("code", flat=True))
    insist_room(len(known) + 1)
    code = codes.made_of({"ru": wish.name}, besides=known, longest=60)
    try:
        with transaction.atomic():
            made = Product.objects.create(code=code, group=group_of(wish), **wish.values())
            priced([made], by=by)
            _record("added", made, by=by, changes={"name": (None, made.name), "price": (None, made.price)})
    except IntegrityError as conflict:
        raise _taken(conflict) from conflict
    return made


def change(product: Product, wish: Wish, *, by: Actor, version: int | None = None) -> Product:
    """Lines of deals that have it already keep the name and the price that they had then."""
    wish = sound(wish)
    try:
        with transaction.atomic():
            return _change(product, wish, by=by, version=version)
    except IntegrityError as conflict:
        raise _taken(conflict) from conflict


@transaction.atomic
def switch(product: Product, *, on: bool, by: Actor) -> None:
    """Off, it is not offered any more."""
    current = _held(product)
    if current.is_active != on:
        current.is_active = on
        _save(current)
        _record("changed", current, by=by, changes={"is_active": (not on, on)})


@transaction.atomic
def remove(product: Product, *, by: Actor) -> dict[str, Any] | None:
    """→ all that it takes to put it there again. None: it stands in deals, and is only retired."""
    current = _held(product)
    kept, number, name = _kept(current), current.pk, current.name
    try:
        current.delete()
    except ProtectedError:
        switch(product, on=False, by=by)
        return None
    record("catalogue.product_removed", About("product", number), by=by, changes={"name": (name, None)}, note=name)
    return kept


def put_back(kept: dict[str, Any], *, by: Actor) -> Product:
    """Undoes `remove`."""
    rate = kept["vat_rate"]
    return add(
        Wish(
            name=str(kept["name"]),
            unit=str(kept["unit"]),
            price=Decimal(kept["price"]),
            article=str(kept["article"]),
            vat_rate=None if rate is None else Decimal(rate),
            group=str(kept["group"]),
        ),
        by=by,
    )


def list_products(
    *, wanted: str = "", group: str = "", in_use: bool | None = None, order: str = "name"
) -> QuerySet[Product]:
    """Each word of the search in any place of name or article."""
    rows = _with_words(wanted).select_related("group")
    if in_use is not None:
        rows = rows.filter(is_active=in_use)
    if group:
        rows = rows.filter(group__code=group)
    return rows.order_by(*ORDERS.get(order, ORDERS["name"]))


def find(typed: str) -> list[Product]:
    """While somebody types: what begins so comes first."""
    said = texts.folded(typed)
    begins = Q(article_key__startswith=said) | Q(folded__startswith=said)
    rank = Case(When(Q(article_key=said), then=Value(0)), When(begins, then=Value(1)), default=Value(2))
    return list(_with_words(typed).filter(is_active=True).order_by(rank, "folded", "id")[:OFFERED])


def newest_prices(product: Product) -> Sequence[ProductPrice]:
    return list(product.prices.select_related("by")[:50])


def sound(wish: Wish) -> Wish:
    tidy = replace(
        wish,
        name=texts.one_line(wish.name),
        unit=texts.one_line(wish.unit),
        article=texts.one_line(wish.article),
    )
    if not tidy.name:
        raise _at_fault("name", _("Without a name nobody knows what it is."))
    if len(tidy.name) > LONGEST_NAME:
        raise _at_fault("name", _("This is too long."))
    if not tidy.unit or len(tidy.unit) > LONGEST_UNIT:
        raise _at_fault("unit", _("Name a unit, for example pcs or m; 20 letters at most."))
    if len(tidy.article) > LONGEST_ARTICLE:
        raise _at_fault("article", _("This is too long."))
    return tidy


def insist_room(number: int) -> None:
    if number > MOST:
        raise Refused(_("A catalogue has {most} products at most.").format(most=MOST))


def group_of(wish: Wish) -> ProductGroup | None:
    if not wish.group:
        return None
    found = ProductGroup.objects.filter(code=wish.group).first()
    if found is None:
        raise _at_fault("group", _("There is no such group."))
    return found


def priced(products: Sequence[Product], *, by: Actor) -> None:
    """From now on they cost so much."""
    now = clock.now()
    ProductPrice.objects.bulk_create(
        ProductPrice(product=one, price=one.price, at=now, by_id=by.actor_id) for one in products
    )


def _with_words(wanted: str) -> QuerySet[Product]:
    rows = Product.objects.all()
    for word in texts.folded(wanted).split()[:6]:
        rows = rows.filter(sought__contains=word)
    return rows


def _change(product: Product, wish: Wish, *, by: Actor, version: int | None) -> Product:
    current = _held(product)
    if version is not None and current.version != version:
        raise ChangedMeanwhile
    before = _kept(current)
    is_dearer = current.price != wish.price
    for name, value in wish.values().items():
        setattr(current, name, value)
    current.group = group_of(wish)
    after = _kept(current)
    changes = {name: (before[name], after[name]) for name in after if before[name] != after[name]}
    if changes:
        _save(current)
        _record("changed", current, by=by, changes=changes)
    if is_dearer:
        priced([current], by=by)
    return current


def _save(product: Product) -> None:
    product.version += 1
    product.save()


def _held(product: Product) -> Product:
    held = Product.objects.select_for_update(of=("self",)).select_related("group")
    current = held.filter(pk=product.pk).first()
    if current is None:
        raise ChangedMeanwhile
    return current


def _kept(product: Product) -> dict[str, Any]:
    return {
        "article": product.article,
        "name": product.name,
        "unit": product.unit,
        "price": format(product.price, ".2f"),
        "vat_rate": None if product.vat_rate is None else format(product.vat_rate, ".2f"),
        "group": product.group.code if product.group else "",
    }


def _taken(conflict: IntegrityError) -> Refused:
    if "product_article" in str(conflict):
        return _at_fault("article", _("There is a product of this article already."))
    return _at_fault("name", _("There is a product of this name already; give it an article to tell them apart."))


def _at_fault(name: str, words: str) -> Refused:
    return Refused(words, fields={name: words})


def _record(what: str, product: Product, *, by: Actor, changes: dict[str, tuple[Any, Any]]) -> None:
    record(f"catalogue.product_{what}", About("product", product.pk), by=by, changes=changes, note=product.name)
