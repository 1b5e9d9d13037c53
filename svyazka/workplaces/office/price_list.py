"""The price list of work on site: its lines, pasted or typed, standard sets, what may be agreed on the spot."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from svyazka.business.site_work import pasting, prices, rules, things, usual
from svyazka.business.site_work.models import PriceLine, UsualAmount
from svyazka.business.site_work.prices import Wish
from svyazka.business.visits.models import VisitKind
from svyazka.kit import money
from svyazka.kit.refusals import Refused
from svyazka.workplaces.shared import typed
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import Form, saved
from svyazka.workplaces.shared.short import money as roubles

PER_PAGE = 50
SORTS = (
    ("name", gettext_lazy("By name")),
    ("-name", gettext_lazy("By name, from the end")),
    ("price", gettext_lazy("Cheap ones first")),
    ("-price", gettext_lazy("Dear ones first")),
)
_UNDO = "price-line"
_UNDO_WITHIN = 3600  # seconds
_DECIMAL = {"inputmode": "decimal", "autocomplete": "off"}


def _decimal(label: Any, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=20, widget=forms.TextInput(_DECIMAL), **more)


def _kinds() -> list[tuple[str, str]]:
    return [(one.code, one.name) for one in VisitKind.objects.all()]


class LineForm(Form):
    kind = forms.ChoiceField(label=gettext_lazy("What it is"), choices=PriceLine.Kind.choices)
    name = forms.CharField(
        label=gettext_lazy("What it is called"),
        max_length=things.LONGEST_NAME,
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    unit = forms.CharField(
        label=gettext_lazy("Unit"), max_length=things.LONGEST_UNIT, help_text=gettext_lazy("pcs, m, pack")
    )
    price = _decimal(gettext_lazy("Price of one, ₽"))
    step = _decimal(
        gettext_lazy("One tap adds"),
        required=False,
        help_text=gettext_lazy("Empty: 1, and 0.5 of what is measured."),
    )
    is_sold = forms.BooleanField(
        label=gettext_lazy("Sold to the client"),
        required=False,
        help_text=gettext_lazy("Otherwise it is only counted. Work is always sold."),
    )
    visit_kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Offered during these visits"),
        choices=_kinds,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None is ticked: during all of them."),
    )

    def wish(self) -> Wish:
        given = self.cleaned_data
        return Wish(
            kind=given["kind"],
            name=given["name"],
            unit=given["unit"],
            price=_read(money.read, given["price"], "price"),
            step=_read(money.read_quantity, given["step"], "step") if given["step"] else None,
            is_sold=given["is_sold"],
            visit_kinds=given["visit_kinds"],
        )


class PasteForm(Form):
    kind = forms.ChoiceField(label=gettext_lazy("What these lines are"), choices=PriceLine.Kind.choices)
    pasted = forms.CharField(
        label=gettext_lazy("Lines of a table"),
        max_length=200_000,
        strip=False,
        widget=forms.Textarea({"rows": 10, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "Copy them in your spreadsheet and paste them here. Columns: name, unit, price, sold (yes or no)."
        ),
    )


class RulesForm(Form):
    own_price_up_to = _decimal(
        gettext_lazy("Own prices up to, ₽"),
        required=False,
        help_text=gettext_lazy(
            "What is not in the list may be agreed on with the client up to this sum. Empty: without a limit."
        ),
    )


@needs("prices.change")
def price_list(request: PageRequest) -> HttpResponse:
    return _list(request, RulesForm(initial={"own_price_up_to": _shown(rules.rules().own_price_up_to)}))


@needs("prices.change", "POST")
def price_rules(request: PageRequest) -> HttpResponse:
    form = RulesForm(request.POST)
    if saved(form, lambda: rules.change(own_price_up_to=_limit(form), by=request.person)):
        messages.success(request, _("Saved."))
        return redirect("price_list")
    return _list(request, form, status=422)


@needs("prices.change", "GET", "POST")
def price_line_new(request: PageRequest) -> HttpResponse:
    form = LineForm(request.POST or None, initial={"unit": _("pcs"), "kind": PriceLine.Kind.MATERIAL})
    if saved(form, lambda: prices.add(form.wish(), by=request.person)):
        messages.success(request, _("The line is added."))
        return redirect("price_line_new" if "more" in request.POST else "price_list")
    return render(request, "office/price_line.html", {"form": form}, status=422 if form.errors else 200)


@needs("prices.change", "GET", "POST")
def price_line(request: PageRequest, code: str) -> HttpResponse:
    found = get_object_or_404(PriceLine, code=code)
    version = typed.whole_number(request.POST.get("version"))
    form = LineForm(request.POST or None, initial=_values(found))
    if saved(form, lambda: prices.change(found, form.wish(), by=request.person, version=version)):
        messages.success(request, _("Saved."))
        return redirect("price_list")
    context = {"form": form, "line": found, "is_used": prices.is_used(found)}
    return render(request, "office/price_line.html", context, status=422 if form.errors else 200)


@needs("prices.change", "POST")
def price_line_state(request: PageRequest, code: str) -> HttpResponse:
    found = get_object_or_404(PriceLine, code=code)
    prices.switch(found, on=request.POST.get("on") == "1", by=request.person)
    return redirect("price_line", code)


@needs("prices.change", "POST")
def price_line_removal(request: PageRequest, code: str) -> HttpResponse:
    """What was used is only retired. The rest can be put back from the list."""
    kept = prices.remove(get_object_or_404(PriceLine, code=code), by=request.person)
    if kept is None:
        messages.success(request, _("It was used on visits: it is not offered any more, and stays where it was used."))
        return redirect("price_list")
    return redirect(f"{reverse('price_list')}?{urlencode({'removed': signing.dumps(kept, salt=_UNDO)})}")


@needs("prices.change", "POST")
def price_line_return(request: PageRequest) -> HttpResponse:
    kept = _removed(request.POST.get("removed", ""))
    if kept is None:
        raise Refused(_("This can no longer be undone."))
    prices.put_back(kept, by=request.person)
    messages.success(request, _("The line is there again."))
    return redirect("price_list")


@needs("prices.change", "GET", "POST")
def price_pasting(request: PageRequest) -> HttpResponse:
    form = PasteForm(request.POST or None, initial={"kind": PriceLine.Kind.MATERIAL})
    done: list[pasting.Pasted] = []
    taken = saved(form, lambda: done.append(_paste(request, form)))
    if taken and not done[0].wrong:
        messages.success(request, _told(done[0]))
        return redirect("price_list")
    context = {"form": form, "said": _told(done[0]) if done else "", "wrong": done[0].wrong[:30] if done else []}
    return render(request, "office/price_pasting.html", context, status=422 if form.errors or done else 200)


@needs("prices.change", "GET", "POST")
def price_set(request: PageRequest, code: str) -> HttpResponse:
    """The standard set of a kind of visits."""
    kind = get_object_or_404(VisitKind, code=code)
    if request.method != "POST":
        return _set_page(request, kind, dict(_amounts(kind)))
    given = {number: request.POST.get(f"quantity-{number}", "")[:20] for number in _numbers(request)}
    try:
        usual.change(
            kind,
            {number: money.read_quantity(said) for number, said in given.items() if said.strip()},
            by=request.person,
        )
    except Refused as refusal:
        return _set_page(request, kind, given, refusal)
    messages.success(request, _("Saved."))
    return redirect("price_list")


def _list(request: PageRequest, form: RulesForm, *, status: int = 200) -> HttpResponse:
    asked = request.GET
    wanted, sort = asked.get("q", "").replace("\x00", "")[:60].strip(), asked.get("sort", "name")
    kind, used = asked.get("kind", ""), {"on": True, "off": False}.get(asked.get("used", ""))
    visit_kind = asked.get("visit_kind", "").replace("\x00", "")[:50]
    page = min(typed.whole_number(asked.get("page")) or 1, prices.MOST)
    rows = prices.list_lines(wanted=wanted, kind=kind, visit_kind=visit_kind, in_use=used, order=sort)
    found = list(rows[(page - 1) * PER_PAGE : page * PER_PAGE + 1])
    removed = _removed(asked.get("removed", ""))
    context = {
        "rows": [_row(one) for one in found[:PER_PAGE]],
        "wanted": wanted,
        "kind": kind,
        "used": asked.get("used", ""),
        "visit_kind": visit_kind,
        "sort": sort,
        "sorts": SORTS,
        "kinds": PriceLine.Kind.choices,
        "visit_kinds": list(VisitKind.objects.all()),
        "later": _page(request, page + 1) if len(found) > PER_PAGE else "",
        "before": _page(request, page - 1) if page > 1 else "",
        "is_narrowed": bool(wanted or kind or used is not None or visit_kind),
        "removed": asked.get("removed", "") if removed else "",
        "removed_name": removed["name"] if removed else "",
        "form": form,
    }
    return render(request, "office/price_list.html", context, status=status)


def _page(request: PageRequest, number: int) -> str:
    query = request.GET.copy()
    query["page"] = str(number)
    query.pop("removed", None)
    return f"?{query.urlencode()}"


def _row(line: PriceLine) -> dict[str, Any]:
    return {
        "url": reverse("price_line", args=[line.code]),
        "name": line.name,
        "kind": line.get_kind_display(),
        "unit": line.unit,
        "price": roubles(line.price),
        "is_sold": line.is_sold,
        "with": ", ".join(kind.name for kind in line.visit_kinds.all()),
        "is_off": not line.is_active,
    }


def _values(line: PriceLine) -> dict[str, Any]:
    given = {name: getattr(line, name) for name in ("kind", "name", "unit", "is_sold")}
    given |= {"price": _shown(line.price), "step": _shown(line.step)}
    return {**given, "visit_kinds": list(line.visit_kinds.values_list("code", flat=True))}


def _shown(number: Decimal | None) -> str:
    return "" if number is None else money.plain(number).replace(".", ",")


def _read(reading: Any, given: str, name: str) -> Decimal:
    try:
        number: Decimal = reading(given)
    except Refused as refusal:
        raise Refused(refusal.message, fields={name: refusal.message}) from refusal
    return number


def _limit(form: RulesForm) -> Decimal | None:
    given = form.cleaned_data["own_price_up_to"]
    return _read(money.read, given, "own_price_up_to") if given else None


def _removed(signed: str) -> dict[str, Any] | None:
    """What was deleted within the last hour, as it was."""
    try:
        kept: dict[str, Any] = signing.loads(signed, salt=_UNDO, max_age=_UNDO_WITHIN)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return kept


def _paste(request: PageRequest, form: PasteForm) -> pasting.Pasted:
    return pasting.take_in(form.cleaned_data["pasted"], kind=form.cleaned_data["kind"], by=request.person)


def _told(done: pasting.Pasted) -> str:
    parts = [
        ngettext("{n} line added", "{n} lines added", done.added).format(n=done.added),
        ngettext("{n} changed", "{n} changed", done.changed).format(n=done.changed),
        ngettext("{n} as before", "{n} as before", done.same).format(n=done.same),
    ]
    return ", ".join(parts)


def _amounts(kind: VisitKind) -> Iterator[tuple[int, str]]:
    for line, quantity in UsualAmount.objects.filter(visit_kind=kind).values_list("line", "quantity"):
        yield line, _shown(quantity)


def _numbers(request: PageRequest) -> list[int]:
    names = [name.removeprefix("quantity-") for name in request.POST if name.startswith("quantity-")]
    return typed.whole_numbers(names[: prices.MOST])


def _set_page(
    request: PageRequest, kind: VisitKind, given: dict[int, str], refusal: Refused | None = None
) -> HttpResponse:
    lines = prices.list_lines(kind=PriceLine.Kind.MATERIAL, visit_kind=kind.code, in_use=True)
    rows = [{"id": str(one.pk), "name": one.name, "unit": one.unit, "quantity": given.get(one.pk, "")} for one in lines]
    context = {"kind": kind, "rows": rows, "refusal": refusal}
    return render(request, "office/price_set.html", context, status=refusal.status if refusal else 200)
