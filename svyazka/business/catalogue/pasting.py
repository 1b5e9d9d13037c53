"""Products pasted out of a spreadsheet: looked at first, then taken in as a whole."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from svyazka.business.catalogue import products, vat
from svyazka.business.catalogue.models import Product, ProductGroup
from svyazka.business.catalogue.products import Wish
from svyazka.business.journal.record import About, Actor, Change, record_all
from svyazka.kit import codes, money, texts
from svyazka.kit.refusals import ChangedMeanwhile, Refused

MOST = 2_000  # at once
# Where there is no line of titles.
_ORDER = ("name", "unit", "price", "article", "vat", "group")
_TITLES = {
    "name": ("наименование", "название", "товар", "услуга", "name", "product", "товар или услуга"),
    "unit": ("единица", "ед", "ед.", "ед. изм.", "ед.изм.", "единица измерения", "unit"),
    "price": ("цена", "цена, ₽", "цена, руб.", "стоимость", "price"),
    "article": ("артикул", "код", "article", "sku"),
    "vat": ("ндс", "ндс, %", "ставка ндс", "vat"),
    "group": ("группа", "категория", "раздел", "group"),
}


class Fate(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    SAME = "same"
    WRONG = "wrong"


@dataclass(frozen=True)
class Seen:
    """What would become of a line. `why`: what is wrong with it; `before`: the price of now, where it changes."""

    number: int
    fate: Fate
    name: str
    wish: Wish | None = None
    product: Product | None = None
    why: str = ""
    before: Decimal | None = None


@dataclass(frozen=True)
class _Known:
    by_article: Mapping[str, Product]
    by_name: Mapping[str, Product]
    groups: Mapping[str, str]
    usual_vat: Decimal | None

    def same_as(self, wish: Wish) -> Product | None:
        """By its article; by its name, as long as nobody has said articles that differ."""
        if wish.article_key and (found := self.by_article.get(wish.article_key)):
            return found
        found = self.by_name.get(texts.folded(wish.name))
        return found if found and not (wish.article_key and found.article_key) else None


def look(pasted: str) -> list[Seen]:
    """Stores nothing."""
    rows = list(_rows(pasted))
    if not rows:
        raise _at_fault(_("Paste lines of a table: name, unit, price."))
    if len(rows) > MOST:
        raise _at_fault(_("Paste {most} lines at once at most.").format(most=MOST))
    known, seen, met = _known(), list[Seen](), set[tuple[str, str]]()
    for number, given in rows:
        one = _seen(number, given, known)
        if one.wish:
            key = (one.wish.article_key, "" if one.wish.article_key else texts.folded(one.wish.name))
            if key in met:
                one = Seen(number, Fate.WRONG, one.name, why=_("This product stands above already."))
            met.add(key)
        seen.append(one)
    return seen


@transaction.atomic
def take_in(pasted: str, *, by: Actor) -> list[Seen]:
    """All that can be read, in few statements; what is wrong stays away."""
    seen = look(pasted)
    new = [one for one in seen if one.fate is Fate.ADDED]
    other = [one for one in seen if one.fate is Fate.CHANGED]
    groups = {group.code: group for group in ProductGroup.objects.all()}
    try:
        with transaction.atomic():
            added = _add(new, groups)
            changed = _change(other, groups)
    except IntegrityError as conflict:
        raise ChangedMeanwhile from conflict
    dearer = {one.product.pk for one in other if one.product and one.before is not None}
    products.priced([*added, *(one for one in changed if one.pk in dearer)], by=by)
    told = [*(_told(one, "added", by) for one in added), *(_told(one, "changed", by) for one in changed)]
    record_all(told, quietly=True)
    return seen


def _seen(number: int, given: Mapping[str, str], known: _Known) -> Seen:
    name = given.get("name", "")
    try:
        wish = products.sound(_wish(given, known))
        before = known.same_as(wish)
        wish = _as_it_was(wish, given, before)
    except Refused as refusal:
        return Seen(number, Fate.WRONG, name, why=str(refusal.message))
    if before is None:
        return Seen(number, Fate.ADDED, name, wish)
    fate = Fate.SAME if _is_same(before, wish) else Fate.CHANGED
    return Seen(number, fate, name, wish, before, before=before.price if before.price != wish.price else None)


def _wish(given: Mapping[str, str], known: _Known) -> Wish:
    named = given.get("group", "")
    code = known.groups.get(texts.folded(named), "") if named else ""
    if named and not code:
        raise Refused(_("There is no group “{name}”: add it first.").format(name=named[:60]))
    return Wish(
        name=given.get("name", ""),
        unit=given.get("unit", "") or _("pcs"),
        price=money.read(given.get("price", "")),
        article=given.get("article", ""),
        vat_rate=vat.read(given["vat"]) if given.get("vat") else known.usual_vat,
        group=code,
    )


def _as_it_was(wish: Wish, given: Mapping[str, str], before: Product | None) -> Wish:
    """A column that is not there changes nothing."""
    if before is None:
        return wish
    return Wish(
        name=wish.name,
        unit=wish.unit if given.get("unit") else before.unit,
        price=wish.price,
        article=wish.article or before.article,
        vat_rate=wish.vat_rate if given.get("vat") else before.vat_rate,
        group=wish.group or (before.group.code if before.group else ""),
    )


def _is_same(product: Product, wish: Wish) -> bool:
    group = product.group.code if product.group else ""
    return group == wish.group and all(getattr(product, name) == value for name, value in wish.values().items())


def _known() -> _Known:
    every = list(Product.objects.select_related("group"))
    return _Known(
        {one.article_key: one for one in every if one.article_key},
        # One without an article comes first: it is named by nothing else.
        {one.folded: one for one in sorted(every, key=lambda one: not one.article_key)},
        {texts.folded(word): group.code for group in ProductGroup.objects.all() for word in group.words.values()},
        vat.rules().usual,
    )


def _add(seen: Sequence[Seen], groups: Mapping[str, ProductGroup]) -> list[Product]:
    taken = set(Product.objects.values_list("code", flat=True)) if seen else set()
    products.insist_room(len(taken) + len(seen))
    made = []
    for one in seen:
        assert one.wish
        code = codes.made_of({"ru": one.wish.name}, besides=taken, longest=60)
        taken.add(code)
        made.append(Product(code=code, group=groups.get(one.wish.group), **one.wish.values()))
    return Product.objects.bulk_create(made)


def _change(seen: Sequence[Seen], groups: Mapping[str, ProductGroup]) -> list[Product]:
    ids = [one.product.pk for one in seen if one.product]
    held = {one.pk: one for one in Product.objects.select_for_update().filter(pk__in=ids).order_by("pk")}
    changed = []
    for one in seen:
        assert one.wish
        assert one.product
        current = held.get(one.product.pk)
        if current is None or current.version != one.product.version:
            raise ChangedMeanwhile
        for name, value in one.wish.values().items():
            setattr(current, name, value)
        current.group = groups.get(one.wish.group)
        current.version += 1
        changed.append(current)
    if changed:
        Product.objects.bulk_update(changed, [*_COLUMNS, "group", "version"])
    return changed


_COLUMNS = ("article", "article_key", "name", "folded", "sought", "unit", "price", "vat_rate")


def _told(product: Product, how: str, by: Actor) -> Change:
    changes = {"name": (None, product.name), "price": (None, product.price)}
    return Change(f"catalogue.product_{how}", About("product", product.pk), by, changes)


def _rows(pasted: str) -> Iterator[tuple[int, dict[str, str]]]:
    """With the number of the line; titles say which column is what, empty lines are passed over."""
    text = texts.storable(pasted).replace("\r\n", "\n").replace("\r", "\n")
    try:
        read = list(csv.reader(io.StringIO(text), delimiter="\t" if "\t" in text else ";"))
    except csv.Error as fault:
        raise _at_fault(_("This cannot be read as a table.")) from fault
    order: Sequence[str] = _ORDER
    for number, line in enumerate(read, start=1):
        cells = [texts.one_line(one) for one in line]
        if titles := _titles(cells):
            order = titles
        elif any(cells):
            yield number, dict(zip(order, cells, strict=False))


def _titles(cells: Sequence[str]) -> list[str]:
    """What each column is; nothing, where this is no line of titles. A column nobody knows goes by no name."""
    found = [next((key for key, titles in _TITLES.items() if cell.lower() in titles), "") for cell in cells]
    return found if "name" in found else []


def _at_fault(words: str) -> Refused:
    return Refused(words, fields={"pasted": words})
