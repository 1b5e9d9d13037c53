"""What the company sells: products, typed or pasted, and the rates of VAT that they may have."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from svyazka.business.catalogue import pasting, products, vat
from svyazka.business.catalogue.models import Product, ProductGroup
from svyazka.business.catalogue.pasting import Fate, Seen
from svyazka.business.catalogue.products import Wish
from svyazka.kit import money
from svyazka.kit.refusals import Refused
from svyazka.workplaces.shared import typed
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import Form, saved
from svyazka.workplaces.shared.short import Short
from svyazka.workplaces.shared.short import money as roubles

PER_PAGE = 50
SORTS = (
    ("name", gettext_lazy("By name")),
    ("-name", gettext_lazy("By name, from the end")),
    ("article", gettext_lazy("By article")),
    ("price", gettext_lazy("Cheap ones first")),
    ("-price", gettext_lazy("Dear ones first")),
)
_UNDO = "product"
_UNDO_WITHIN = 3600  # seconds
_PLAIN = {"autocomplete": "off"}
FATES = {
    Fate.ADDED: (gettext_lazy("new"), "good"),
    Fate.CHANGED: (gettext_lazy("changes"), "warn"),
    Fate.SAME: (gettext_lazy("as before"), ""),
    Fate.WRONG: (gettext_lazy("not taken"), "bad"),
}
MOST_SHOWN = 200


def _groups() -> list[tuple[str, str]]:
    return [("", _("no group")), *((one.code, one.name) for one in ProductGroup.objects.all())]


class ProductForm(Form):
    name = forms.CharField(
        label=gettext_lazy("What it is called"), max_length=products.LONGEST_NAME, widget=forms.TextInput(_PLAIN)
    )
    article = forms.CharField(
        label=gettext_lazy("Article"),
        max_length=products.LONGEST_ARTICLE,
        required=False,
        widget=forms.TextInput(_PLAIN),
    )
    unit = forms.CharField(label=gettext_lazy("Unit"), max_length=products.LONGEST_UNIT)
    price = forms.CharField(
        label=gettext_lazy("Price of one, ₽"),
        max_length=20,
        widget=forms.TextInput({**_PLAIN, "inputmode": "decimal"}),
    )
    vat = forms.CharField(label=gettext_lazy("VAT"), max_length=10, widget=forms.Select)
    group = forms.ChoiceField(label=pgettext_lazy("of products", "Group"), choices=_groups, required=False)

    def __init__(self, *args: Any, product: Product | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.rates = vat.offered(besides=product.vat_rate if product else None, has=product is not None)
        select: Any = self.fields["vat"].widget
        select.choices = self.rates

    def wish(self) -> Wish:
        given = self.cleaned_data
        if given["vat"] not in dict(self.rates):
            said = _("Choose one of the company's rates.")
            raise Refused(said, fields={"vat": said})
        try:
            price = money.read(given["price"])
        except Refused as refusal:
            raise Refused(refusal.message, fields={"price": refusal.message}) from refusal
        plain = {name: given[name] for name in ("name", "article", "unit", "group")}
        return Wish(price=price, vat_rate=vat.read(given["vat"]), **plain)


class PasteForm(Form):
    pasted = forms.CharField(
        label=gettext_lazy("Lines of a table"),
        max_length=400_000,
        strip=False,
        widget=forms.Textarea({"rows": 12, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "Copy them in your spreadsheet and paste them here. Columns: name, unit, price, article, VAT, group; or in "
            "any order under a line of titles."
        ),
    )


class VatForm(Form):
    rates = forms.CharField(
        label=gettext_lazy("Rates"),
        max_length=200,
        widget=forms.TextInput(_PLAIN),
        help_text=gettext_lazy("As many as the company needs, with commas: without VAT, 0, 10, 22."),
    )
    usual = forms.CharField(
        label=gettext_lazy("A new product begins with"), max_length=20, widget=forms.TextInput(_PLAIN)
    )


@needs("catalogue.change")
def catalogue(request: PageRequest) -> HttpResponse:
    return _list(request, _vat_form())


@needs("catalogue.change", "POST")
def vat_rates(request: PageRequest) -> HttpResponse:
    form = VatForm(request.POST)
    if saved(form, lambda: vat.change(form.cleaned_data["rates"], usual=form.cleaned_data["usual"], by=request.person)):
        messages.success(request, _("Saved."))
        return redirect("catalogue")
    return _list(request, form, status=422)


@needs("catalogue.change", "GET", "POST")
def product_new(request: PageRequest) -> HttpResponse:
    form = ProductForm(request.POST or None, initial={"unit": _("pcs"), "vat": vat.code(vat.rules().usual)})
    if saved(form, lambda: products.add(form.wish(), by=request.person)):
        messages.success(request, _("The product is added."))
        return redirect("product_new" if "more" in request.POST else "catalogue")
    return render(request, "office/product.html", {"form": form}, status=422 if form.errors else 200)


@needs("catalogue.change", "GET", "POST")
def product(request: PageRequest, code: str) -> HttpResponse:
    found = get_object_or_404(Product.objects.select_related("group"), code=code)
    version = typed.whole_number(request.POST.get("version"))
    form = ProductForm(request.POST or None, initial=_values(found), product=found)
    if saved(form, lambda: products.change(found, form.wish(), by=request.person, version=version)):
        messages.success(request, _("Saved."))
        return redirect("catalogue")
    context = {"form": form, "product": found, "prices": _prices(found)}
    return render(request, "office/product.html", context, status=422 if form.errors else 200)


@needs("catalogue.change", "POST")
def product_state(request: PageRequest, code: str) -> HttpResponse:
    products.switch(get_object_or_404(Product, code=code), on=request.POST.get("on") == "1", by=request.person)
    return redirect("product", code)


@needs("catalogue.change", "POST")
def product_removal(request: PageRequest, code: str) -> HttpResponse:
    """What stands in deals is only retired. The rest can be put back from the list."""
    kept = products.remove(get_object_or_404(Product, code=code), by=request.person)
    if kept is None:
        messages.success(request, _("It stands in deals: it is not offered any more, and stays where it stands."))
        return redirect("catalogue")
    return redirect(f"{reverse('catalogue')}?{urlencode({'removed': signing.dumps(kept, salt=_UNDO)})}")


@needs("catalogue.change", "POST")
def product_return(request: PageRequest) -> HttpResponse:
    kept = _removed(request.POST.get("removed", ""))
    if kept is None:
        raise Refused(_("This can no longer be undone."))
    products.put_back(kept, by=request.person)
    messages.success(request, _("The product is there again."))
    return redirect("catalogue")


@needs("catalogue.change", "GET", "POST")
def product_pasting(request: PageRequest) -> HttpResponse:
    """Looked at first: what would become of each line. Then the same text is taken in."""
    form = PasteForm(request.POST or None)
    is_sure = "take" in request.POST
    done: list[list[Seen]] = []
    if saved(form, lambda: done.append(_pasted(request, form, is_sure=is_sure))) and is_sure:
        added = sum(one.fate is Fate.ADDED for one in done[0])
        changed = sum(one.fate is Fate.CHANGED for one in done[0])
        said = ngettext("{n} product added", "{n} products added", added).format(n=added)
        messages.success(request, said + ", " + ngettext("{n} changed", "{n} changed", changed).format(n=changed))
        return redirect("catalogue")
    context = {"form": form, **(_looked_at(done[0]) if done else {})}
    return render(request, "office/product_pasting.html", context, status=422 if form.errors else 200)


def _pasted(request: PageRequest, form: PasteForm, *, is_sure: bool) -> list[Seen]:
    text = form.cleaned_data["pasted"]
    return pasting.take_in(text, by=request.person) if is_sure else pasting.look(text)


def _looked_at(seen: list[Seen]) -> dict[str, Any]:
    """What is wrong comes first: the rest needs nobody."""
    order = [Fate.WRONG, Fate.CHANGED, Fate.ADDED, Fate.SAME]
    first = sorted(seen, key=lambda one: (order.index(one.fate), one.number))[:MOST_SHOWN]
    good = sum(one.fate in (Fate.ADDED, Fate.CHANGED) for one in seen)
    return {
        "lines": [_line(one) for one in first],
        "counts": [(*FATES[fate], sum(one.fate is fate for one in seen)) for fate in order],
        "good": good,
        "hidden": len(seen) - len(first),
    }


def _line(one: Seen) -> dict[str, Any]:
    words, tone = FATES[one.fate]
    return {
        "number": str(one.number),
        "name": one.wish.name if one.wish else one.name,
        "article": one.wish.article if one.wish else "",
        "price": roubles(one.wish.price) if one.wish else "",
        "before": roubles(one.before) if one.before is not None else "",
        "fate": words,
        "tone": tone,
        "why": one.why,
    }


def _list(request: PageRequest, form: VatForm, *, status: int = 200) -> HttpResponse:
    asked = request.GET
    wanted, sort = asked.get("q", "").replace("\x00", "")[:60].strip(), asked.get("sort", "name")
    group, used = asked.get("group", "").replace("\x00", "")[:50], {"on": True, "off": False}.get(asked.get("used", ""))
    page = min(typed.whole_number(asked.get("page")) or 1, products.MOST)
    rows = products.list_products(wanted=wanted, group=group, in_use=used, order=sort)
    found = list(rows[(page - 1) * PER_PAGE : page * PER_PAGE + 1])
    removed = _removed(asked.get("removed", ""))
    context = {
        "rows": [_row(one) for one in found[:PER_PAGE]],
        "wanted": wanted,
        "chosen_group": group,
        "own_groups": list(ProductGroup.objects.all()),
        "used": asked.get("used", ""),
        "sort": sort,
        "sorts": SORTS,
        "later": _page(request, page + 1) if len(found) > PER_PAGE else "",
        "before": _page(request, page - 1) if page > 1 else "",
        "is_narrowed": bool(wanted or group or used is not None),
        "removed": asked.get("removed", "") if removed else "",
        "removed_name": removed["name"] if removed else "",
        "form": form,
    }
    return render(request, "office/catalogue.html", context, status=status)


def _vat_form() -> VatForm:
    kept = vat.rules()
    listed = "; ".join(_("without VAT") if one is None else money.shown(one) for one in kept.percents)
    usual = _("without VAT") if kept.usual is None else money.shown(kept.usual)
    return VatForm(initial={"rates": listed, "usual": usual})


def _page(request: PageRequest, number: int) -> str:
    query = request.GET.copy()
    query["page"] = str(number)
    query.pop("removed", None)
    return f"?{query.urlencode()}"


def _row(one: Product) -> dict[str, Any]:
    return {
        "url": reverse("product", args=[one.code]),
        "name": one.name,
        "article": one.article,
        "group": one.group.name if one.group else "",
        "unit": one.unit,
        "price": roubles(one.price),
        "vat": vat.said(one.vat_rate),
        "is_off": not one.is_active,
    }


def _values(one: Product) -> dict[str, Any]:
    plain = {name: getattr(one, name) for name in ("name", "article", "unit")}
    group = one.group.code if one.group else ""
    return {**plain, "price": money.shown(one.price), "vat": vat.code(one.vat_rate), "group": group}


def _prices(one: Product) -> list[tuple[str, str, str]]:
    short = Short()
    return [
        (short.moment(price.at), roubles(price.price), price.by.full_name if price.by else "")
        for price in products.newest_prices(one)
    ]


def _removed(signed: str) -> dict[str, Any] | None:
    """What was deleted within the last hour, as it was."""
    try:
        kept: dict[str, Any] = signing.loads(signed, salt=_UNDO, max_age=_UNDO_WITHIN)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return kept
