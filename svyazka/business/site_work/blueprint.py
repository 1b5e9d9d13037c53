"""The price list and the ways of paying of a blueprint."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.journal.record import Actor
from svyazka.business.site_work import prices, things
from svyazka.business.site_work.models import PaymentWay, PriceLine, UsualAmount
from svyazka.business.visits.models import VisitKind
from svyazka.kit import clock, money, texts, words
from svyazka.kit.refusals import Refused
from svyazka.kit.shapes import Code, Fault, Many, OneOf, Part, Path, Reading, Record, Ref, Section, Text, Words, Yes
from svyazka.kit.yaml_text import Node


@dataclass(frozen=True)
class _Number(Text):
    """A price, or a quantity: written like 450 or 1.5."""

    reading: Callable[[object], Decimal] = money.read_quantity

    def read(self, node: Node, path: Path, reading: Reading) -> str:
        try:
            return money.plain(self.reading(node.value if isinstance(node.value, str) else None))
        except Refused:
            reading.wrong(node, path, _("A number is needed here, written like 450 or 1.5."))
            return "1"


def _ways_of_company() -> list[dict[str, Any]]:
    rows = PaymentWay.objects.all()
    return [{"code": one.code, "name": one.words, "is_cash": one.is_cash, "is_active": one.is_active} for one in rows]


def _put_ways(items: list[dict[str, Any]], chosen: set[str], _by: Actor) -> None:
    for position, given in enumerate(items):
        PaymentWay.objects.filter(code=given["code"]).update(position=position)
        if given["code"] in chosen:
            values = {"words": given["name"], "is_active": given["is_active"], "is_cash": given["is_cash"]}
            PaymentWay.objects.update_or_create(code=given["code"], defaults={**values, "position": position})


def _lines_of_company() -> list[dict[str, Any]]:
    rows = PriceLine.objects.prefetch_related("visit_kinds", "usual_amounts__visit_kind").order_by("pk")
    return [
        {
            "code": one.code,
            "kind": one.kind,
            "name": {"ru": one.name},
            "unit": one.unit,
            "step": "" if one.step == prices.usual_step(one.unit) else money.plain(one.step),
            "price": money.plain(one.price),
            "is_sold": one.is_sold and one.kind != PriceLine.Kind.WORK,  # work goes without saying
            "visit_kinds": [kind.code for kind in one.visit_kinds.all()],
            "usual": [
                {"code": usual.visit_kind.code, "quantity": money.plain(usual.quantity)}
                for usual in sorted(one.usual_amounts.all(), key=lambda usual: usual.visit_kind.position)
            ],
            "is_active": one.is_active,
        }
        for one in rows
    ]


def _put_lines(items: list[dict[str, Any]], chosen: set[str], _by: Actor) -> None:
    kinds = {one.code: one for one in VisitKind.objects.all()}
    for given in (one for one in items if one["code"] in chosen):
        line = _put_line(given)
        line.visit_kinds.set([kinds[code] for code in given["visit_kinds"] if code in kinds])
        line.usual_amounts.all().delete()
        UsualAmount.objects.bulk_create(
            UsualAmount(visit_kind=kinds[usual["code"]], line=line, quantity=Decimal(usual["quantity"]))
            for usual in given["usual"]
            if usual["code"] in kinds
        )


def _put_line(given: dict[str, Any]) -> PriceLine:
    """Phones fetch the list anew by its version, and may still show the price of before."""
    values = _values(given)
    line = PriceLine.objects.select_for_update().filter(code=given["code"]).first()
    if line is None:
        return PriceLine.objects.create(code=given["code"], **values)
    if line.price != values["price"]:
        line.price_before, line.price_since = line.price, clock.now()
    for name, value in values.items():
        setattr(line, name, value)
    line.version += 1
    line.save()
    return line


def _values(given: dict[str, Any]) -> dict[str, Any]:
    name = _name(given)
    return {
        "kind": given["kind"],
        "name": name,
        "folded": texts.folded(name),
        "unit": given["unit"],
        "step": Decimal(given["step"] or prices.usual_step(given["unit"])),
        "price": money.read(given["price"]),
        "is_sold": given["is_sold"] or given["kind"] == PriceLine.Kind.WORK,
        "is_active": given["is_active"],
    }


def _name(given: Mapping[str, Any]) -> str:
    return things.tidy(words.to_store(given["name"]))


def _faults(content: Mapping[str, Any]) -> Iterator[Fault]:
    """No two of one name."""
    seen: set[tuple[str, str]] = set()
    for given in content["price_list"]:
        key = (given["kind"], texts.folded(_name(given)))
        if key in seen:
            said = _("“{name}” stands twice in the price list.").format(name=_name(given))
            yield Fault(("price_list", given["code"], "name"), said)
        seen.add(key)


PAYMENT_WAYS = Section(
    "payment_ways",
    gettext_lazy("Ways of paying on site"),
    Record(
        {
            "code": Part(Code()),
            "name": Part(Words(), gettext_lazy("Title")),
            "is_cash": Part(Yes(), gettext_lazy("Cash"), default=False),
            "is_active": Part(Yes(), gettext_lazy("In use"), default=True),
        }
    ),
    of_company=_ways_of_company,
    put=_put_ways,
)
_USUAL = Record({"code": Part(Ref(section="visit_kinds")), "quantity": Part(_Number(), gettext_lazy("Quantity"))})
PRICE_LIST = Section(
    "price_list",
    gettext_lazy("Price list of work on site"),
    Record(
        {
            "code": Part(Code(longest=60)),
            "kind": Part(OneOf(tuple(PriceLine.Kind.choices)), gettext_lazy("Material or work")),
            "name": Part(Words(longest=things.LONGEST_NAME), gettext_lazy("Title")),
            "unit": Part(Text(longest=things.LONGEST_UNIT), gettext_lazy("Unit")),
            "step": Part(_Number(), gettext_lazy("One tap adds"), default=""),
            "price": Part(_Number(reading=money.read), gettext_lazy("Price")),
            "is_sold": Part(Yes(), gettext_lazy("Sold to the client"), default=False),
            "visit_kinds": Part(Many(Ref(section="visit_kinds")), gettext_lazy("During these visits"), default=[]),
            "usual": Part(Many(_USUAL), gettext_lazy("Standard sets"), default=[]),
            "is_active": Part(Yes(), gettext_lazy("In use"), default=True),
        }
    ),
    of_company=_lines_of_company,
    put=_put_lines,
    faults=_faults,
)
