"""The lines of a deal, as a table that is typed in: products, quantities, prices, discounts, VAT."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from svyazka.business.catalogue import products as catalogue
from svyazka.business.catalogue import vat
from svyazka.business.deals import rights
from svyazka.business.deals.models import Deal
from svyazka.business.offers import lines as our
from svyazka.business.offers.lines import Wish, WrongLines
from svyazka.business.offers.models import DealLine, Pricing
from svyazka.business.offers.sums import NOTHING_OFF, Off, Whole
from svyazka.kit import money, rows
from svyazka.kit.refusals import ChangedMeanwhile, Refused
from svyazka.workplaces.manager.finding import deal_numbered
from svyazka.workplaces.shared import typed
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.short import money as roubles

COLUMNS = ("product", "name", "quantity", "unit", "price", "discount", "vat")
SHOWN = 8  # in the deal; the rest is a click away


@dataclass
class Typed:
    """What stood in the form: all of it, and what of it can be read."""

    rows: list[dict[str, str]]
    wishes: list[Wish]
    off: Off
    vat_on_top: bool
    wrong: dict[int, dict[str, str]] = field(default_factory=dict)
    discount: str = ""
    wrong_discount: str = ""


@needs("deals.change", "GET", "POST")
def lines(request: PageRequest, pk: int) -> HttpResponse:
    deal = deal_numbered(pk)
    rights.insist(request.person, deal)
    if request.method != "POST":
        pricing = our.pricing_of(pk)
        return _page(request, deal, _stored(pricing), pricing)
    given = _read(request)
    try:
        _insist_read(given)
        our.write(
            pk, given.wishes, off=given.off, vat_on_top=given.vat_on_top,
            version=typed.whole_number(request.POST.get("version")) or 0, by=request.person,
        )  # fmt: skip
    except ChangedMeanwhile as refusal:
        # What was typed stays; the next "Save" decides.
        return _page(request, deal, given, our.pricing_of(pk), refusal)
    except Refused as refusal:
        _put_on(given, refusal)
        return _page(request, deal, given, our.pricing_of(pk), refusal)
    messages.success(request, _("Saved."))
    return redirect("deal", pk=pk)


@needs("deals.change", "POST")
def lines_sums(request: PageRequest, pk: int) -> HttpResponse:
    """What it would come to; nothing is stored."""
    given = _read(request)
    whole = None
    if not given.wrong and not given.wrong_discount:
        try:
            whole = our.counted(given.wishes, off=given.off, vat_on_top=given.vat_on_top)
        except Refused as refusal:
            _put_on(given, refusal)
    said = {"wrong": given.wrong, "wrong_discount": given.wrong_discount}
    return JsonResponse(said | (_said(whole) if whole else {}))


@needs("deals.see")
def product_names(request: PageRequest) -> HttpResponse:
    """While somebody types."""
    asked = request.GET.get("q", "").replace("\x00", "")[:60].strip()
    found = catalogue.find(asked) if asked else []
    return JsonResponse({
        "products": [
            {
                "product": str(one.pk),
                "name": one.name,
                "article": one.article,
                "unit": one.unit,
                "price": _number(one.price),
                "shown": roubles(one.price),
                "vat": vat.code(one.vat_rate),
            }
            for one in found
        ]
    })  # fmt: skip


def of_deal(deal: Deal) -> dict[str, Any] | None:
    """For the page of the deal, in one question. None: nothing stands there."""
    found = list(rows.read_joined(_LINES, [deal.pk], DealLine, Pricing))
    if not found:
        return None
    pricing = found[0][1]
    return {
        "lines": [
            {"name": line.name, "quantity": f"{_number(line.quantity)}\u00a0{line.unit}", "sum": roubles(line.sum)}
            for line, _pricing in found[:SHOWN]
        ],
        "more": pricing.lines - SHOWN if pricing.lines > SHOWN else 0,
        **_totals(pricing),
    }


_LINES = f"""
select {rows.columns(DealLine, Pricing)} from offers_dealline
join offers_pricing on offers_pricing.deal_id = offers_dealline.deal_id
where offers_dealline.deal_id = %s order by position limit {SHOWN}
"""  # noqa: S608  # of our own models' names only


def _totals(of: Pricing | Whole) -> dict[str, str]:
    return {
        "gross": roubles(of.gross),
        "discount": roubles(of.discount) if of.discount else "",
        "vat": roubles(of.vat) if of.vat else "",
        "total": roubles(of.total),
    }


def _said(whole: Whole) -> dict[str, Any]:
    return {"sums": [roubles(one.sum) for one in whole.parts], "totals": _totals(whole)}


def _read(request: PageRequest) -> Typed:
    columns = [request.POST.getlist(name)[: our.MOST + 1] for name in COLUMNS]
    typed_rows = [
        {name: said.replace("\x00", "")[:300] for name, said in zip(COLUMNS, cells, strict=True)}
        for cells in zip(*columns, strict=False)
    ]
    # A line in which nobody has written anything is none.
    typed_rows = [row for row in typed_rows if row["name"].strip() or row["price"].strip()]
    usual = vat.rules().usual
    read = [our.read(row, usual) for row in typed_rows]
    discount = request.POST.get("discount_all", "")[:20]
    given = Typed(
        rows=typed_rows,
        wishes=[wish for wish, _wrong in read if wish],
        off=NOTHING_OFF,
        vat_on_top=request.POST.get("vat_on_top") == "1",
        wrong={place: wrong for place, (_wish, wrong) in enumerate(read) if wrong},
        discount=discount,
    )
    try:
        given.off = our.read_discount(discount)
    except Refused as refusal:
        given.wrong_discount = str(refusal.message)
    return given


def _insist_read(given: Typed) -> None:
    if given.wrong:
        raise WrongLines(given.wrong)
    if given.wrong_discount:
        raise Refused(given.wrong_discount, fields={"discount": given.wrong_discount})


def _put_on(given: Typed, refusal: Refused) -> None:
    if isinstance(refusal, WrongLines):
        given.wrong |= {place: dict(wrong) for place, wrong in refusal.wrong.items()}
    elif "discount" in refusal.fields:
        given.wrong_discount = str(refusal.fields["discount"])


def _stored(pricing: Pricing) -> Typed:
    kept = list(DealLine.objects.filter(deal=pricing.deal_id))
    return Typed(
        rows=[_row(one) for one in kept],
        wishes=[],
        off=NOTHING_OFF,
        vat_on_top=pricing.vat_on_top,
        discount=our.said_discount(pricing.discount_percent, pricing.discount_sum),
    )


def _row(line: DealLine) -> dict[str, str]:
    return {
        "product": str(line.product_id or ""),
        "name": line.name,
        "quantity": _number(line.quantity),
        "unit": line.unit,
        "price": _number(line.price),
        "discount": our.said_discount(line.discount_percent, line.discount_sum),
        "vat": vat.code(line.vat_rate),
        "sum": roubles(line.sum),
    }


def _number(number: Any) -> str:
    return money.shown(number)


def _page(
    request: PageRequest, deal: Deal, given: Typed, pricing: Pricing, refusal: Refused | None = None
) -> HttpResponse:
    context = {
        "deal": deal,
        "rows": _shown(given.rows, given.wrong),
        "empty": {"vat": vat.code(vat.rules().usual)},
        "rates": _rates(given.rows),
        "discount": given.discount,
        "wrong_discount": given.wrong_discount,
        "vat_on_top": given.vat_on_top,
        "version": str(pricing.version),
        "totals": _totals(pricing),
        "refusal": refusal,
        "theirs": _totals(pricing)["total"] if isinstance(refusal, ChangedMeanwhile) else "",
    }
    return render(request, "manager/lines/page.html", context, status=refusal.status if refusal else 200)


def _rates(given: Sequence[Mapping[str, str]]) -> list[tuple[str, str]]:
    """The company's list, and what lines have that were written down before it was changed."""
    offered = dict(vat.offered())
    return list({**{row["vat"]: row["vat"] for row in given if row["vat"]}, **offered}.items())


def _shown(given: Sequence[Mapping[str, str]], wrong: Mapping[int, Mapping[str, str]]) -> list[dict[str, Any]]:
    return [{**row, "wrong": wrong.get(place, {})} for place, row in enumerate(given)]
