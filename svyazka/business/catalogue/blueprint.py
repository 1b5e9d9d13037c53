"""Products and their groups in a blueprint."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from svyazka.business.catalogue import products, vat
from svyazka.business.catalogue.models import Product, ProductGroup
from svyazka.business.catalogue.products import Wish
from svyazka.business.journal.record import Actor
from svyazka.kit import money, texts, words
from svyazka.kit.refusals import Refused
from svyazka.kit.shapes import Code, Fault, Part, Path, Reading, Record, Ref, Section, Text, Words, Yes
from svyazka.kit.yaml_text import Node


@dataclass(frozen=True)
class _Read(Text):
    """What the house reads in a way of its own, and how it writes that."""

    reading: Callable[[str], Any] = vat.read
    writing: Callable[[Any], str] = vat.code

    def read(self, node: Node, path: Path, reading: Reading) -> str:
        try:
            return self.writing(self.reading(node.value if isinstance(node.value, str) else ""))
        except Refused as refusal:
            reading.wrong(node, path, str(refusal.message))
            return "0"


def _groups_of_company() -> list[dict[str, Any]]:
    return [{"code": one.code, "name": one.words, "is_active": one.is_active} for one in ProductGroup.objects.all()]


def _put_groups(items: list[dict[str, Any]], chosen: set[str], _by: Actor) -> None:
    for position, given in enumerate(items):
        ProductGroup.objects.filter(code=given["code"]).update(position=position)
        if given["code"] in chosen:
            values = {"words": given["name"], "is_active": given["is_active"], "position": position}
            ProductGroup.objects.update_or_create(code=given["code"], defaults=values)


def _products_of_company() -> list[dict[str, Any]]:
    """The first of them, in the order in which they came: a catalogue may be longer than a blueprint."""
    return [
        {
            "code": one.code,
            "name": {"ru": one.name},
            "article": one.article,
            "group": one.group.code if one.group else "",
            "unit": one.unit,
            "price": money.plain(one.price),
            "vat": vat.code(one.vat_rate),
            "is_active": one.is_active,
        }
        for one in Product.objects.select_related("group").order_by("pk")[:MOST]
    ]


def _put_products(items: list[dict[str, Any]], chosen: set[str], by: Actor) -> None:
    groups = {one.code: one for one in ProductGroup.objects.all()}
    known = {one.code: one for one in Product.objects.select_for_update().filter(code__in=chosen)}
    dearer = []
    for given in (one for one in items if one["code"] in chosen):
        product = known.get(given["code"]) or Product(code=given["code"], version=0, price=-1)
        before = product.price
        for name, value in _wish(given).values().items():
            setattr(product, name, value)
        product.group, product.is_active = groups.get(given["group"]), given["is_active"]
        product.version += 1
        product.save()
        if product.price != before:
            dearer.append(product)
    products.priced(dearer, by=by)


def _wish(given: Mapping[str, Any]) -> Wish:
    return Wish(
        name=texts.one_line(words.to_store(given["name"])),
        unit=given["unit"],
        price=Decimal(given["price"]),
        article=texts.one_line(given["article"]),
        vat_rate=vat.read(given["vat"]),
    )


def _faults(content: Mapping[str, Any]) -> Iterator[Fault]:
    """No two of one article, nor of one name without any."""
    seen: set[tuple[str, str]] = set()
    for given in content["products"]:
        wish = _wish(given)
        key = (wish.article_key, "" if wish.article_key else texts.folded(wish.name))
        if key in seen:
            said = _("“{name}” stands twice among the products.").format(name=wish.name)
            yield Fault(("products", given["code"], "name"), said)
        seen.add(key)


MOST = 500
PRODUCT_GROUPS = Section(
    "product_groups",
    gettext_lazy("Groups of products"),
    Record(
        {
            "code": Part(Code()),
            "name": Part(Words(longest=60), gettext_lazy("Title")),
            "is_active": Part(Yes(), gettext_lazy("In use"), default=True),
        }
    ),
    of_company=_groups_of_company,
    put=_put_groups,
)
PRODUCTS = Section(
    "products",
    gettext_lazy("Products"),
    Record(
        {
            "code": Part(Code(longest=60)),
            "name": Part(Words(longest=products.LONGEST_NAME), gettext_lazy("Title")),
            "article": Part(Text(longest=products.LONGEST_ARTICLE), gettext_lazy("Article"), default=""),
            "group": Part(Ref(section="product_groups"), pgettext_lazy("of products", "Group"), default=""),
            "unit": Part(Text(longest=products.LONGEST_UNIT), gettext_lazy("Unit")),
            "price": Part(_Read(reading=money.read, writing=money.plain), gettext_lazy("Price")),
            "vat": Part(_Read(), gettext_lazy("VAT"), default=vat.NONE),
            "is_active": Part(Yes(), gettext_lazy("In use"), default=True),
        }
    ),
    of_company=_products_of_company,
    put=_put_products,
    faults=_faults,
)
