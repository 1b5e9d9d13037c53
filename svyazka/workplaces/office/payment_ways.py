"""How clients may pay on site: the company's own list."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.site_work import payments
from svyazka.business.site_work.models import PaymentWay
from svyazka.workplaces.office import names
from svyazka.workplaces.shared.door import PageRequest, needs

SAID = names.Words(
    many="payment_ways",
    one="payment_way",
    icon="money",
    title=gettext_lazy("Ways of paying"),
    adding=gettext_lazy("A new way"),
    added=gettext_lazy("The way is added."),
    empty=gettext_lazy("No way yet: nobody can write down a payment on site. Add cash, card, transfer by QR."),
)


@needs("prices.change", "GET", "POST")
def payment_ways(request: PageRequest) -> HttpResponse:
    return names.page_of_all(request, payments.PAYMENT_WAYS, SAID, _rows)


@needs("prices.change", "GET", "POST")
def payment_way(request: PageRequest, code: str) -> HttpResponse:
    found = get_object_or_404(PaymentWay, code=code)
    return names.page_of_one(
        request,
        payments.PAYMENT_WAYS,
        SAID,
        found,
        state=reverse("payment_way_state", args=[code]),
        is_off=not found.is_active,
        off=_("Switched off: it is not offered any more. Payments that were taken so keep it."),
        mark=reverse("payment_way_cash", args=[code]),
        is_marked=found.is_cash,
        marking=_("It is cash: whoever takes it hands it in"),
        unmarking=_("It is no cash"),
    )


@needs("prices.change", "POST")
def payment_way_state(request: PageRequest, code: str) -> HttpResponse:
    found = get_object_or_404(PaymentWay, code=code)
    payments.PAYMENT_WAYS.switch(found, on=request.POST.get("on") == "1", by=request.person)
    return redirect("payment_way", code)


@needs("prices.change", "POST")
def payment_way_cash(request: PageRequest, code: str) -> HttpResponse:
    found = get_object_or_404(PaymentWay, code=code)
    payments.call_cash(found, is_cash=request.POST.get("on") == "1", by=request.person)
    return redirect("payment_way", code)


@needs("prices.change", "POST")
def payment_way_place(request: PageRequest, code: str) -> HttpResponse:
    found = get_object_or_404(PaymentWay, code=code)
    payments.PAYMENT_WAYS.move(found, up=request.POST.get("to") == "up", by=request.person)
    return redirect("payment_ways")


def _rows() -> list[tuple[PaymentWay, str]]:
    return [(one, _("cash") if one.is_cash else "") for one in PaymentWay.objects.all()]
