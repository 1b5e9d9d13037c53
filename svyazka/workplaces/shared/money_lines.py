"""What the history says of money: that it came, never how much."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients.models import Interaction
from svyazka.business.money.models import Payment

_TITLES: dict[str, tuple[str, Promise]] = {
    "paid": ("in", _("Payment received")),
    "refunded": ("", _("Money paid back")),
    "corrected": ("", _("Payment put right")),
}


def said(one: Interaction) -> tuple[str, str, str]:
    event, number = one.data.get("event", ""), one.data.get("number", "")
    if event == "invoiced":
        return "money", "", str(_("Invoice № {number} made out")).format(number=number)
    if event == "called_off":
        return "money", "bad", str(_("Invoice № {number} called off")).format(number=number)
    tone, title = _TITLES.get(event, _TITLES["paid"])
    origin = dict(Payment.Origin.choices).get(one.data.get("origin", ""))
    return "money", tone, f"{title}: {origin}" if origin else str(title)
