"""The same deals as a table that can be sorted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from svyazka.business.deals import listing
from svyazka.business.deals.board import COUNTED, Card
from svyazka.business.deals.models import Pipeline, Stage
from svyazka.kit import rows
from svyazka.workplaces.manager import filters
from svyazka.workplaces.manager.board import choices
from svyazka.workplaces.manager.cards import title_of
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.short import Short, money


@dataclass(frozen=True)
class Order:
    sort: str
    descending: bool
    state: str

    @property
    def query(self) -> dict[str, str]:
        given = {"sort": self.sort, "way": "down" if self.descending else "up", "state": self.state}
        usual = {"sort": "number", "way": "down", "state": "open"}
        return {name: value for name, value in given.items() if value != usual[name]}


@needs("deals.see")
def deals(request: PageRequest) -> HttpResponse:
    chosen, order = filters.read(request.GET), _order(request)
    found = listing.list_deals(
        chosen.narrowed(request.person),
        sort=order.sort,
        descending=order.descending,
        state=order.state,
        after=request.GET.get("after", "")[:100].replace("\x00", ""),
    )
    stages = {stage.pk: stage for stage in Stage.objects.all()}
    short = Short()
    context = {
        "rows": [_row(card, stages, short) for card in found.cards],
        "more_url": _address(request, chosen, order, after=found.after) if found.after else "",
        "chosen": chosen,
        "order": order,
    }
    if request.GET.get("after"):
        return render(request, "manager/table_later.html", context)
    counted = listing.count_deals(chosen.narrowed(request.person), state=order.state)
    context |= {"count": f"{COUNTED}+" if counted > COUNTED else str(counted)}
    context |= {"heads": _heads(request, chosen, order), "states": _states()}
    if request.htmx.target == "deals-table":
        counter = render_to_string("manager/table_count.html", {**context, "apart": True})
        answer = render(request, "manager/table_body.html", context)
        answer.write(counter)
        answer["HX-Replace-Url"] = _address(request, chosen, order)
        return answer
    context["pipelines"] = rows.read(Pipeline, "order by position, id")
    return render(request, "manager/table.html", {**context, **choices()})


def _order(request: PageRequest) -> Order:
    sort, state = request.GET.get("sort", ""), request.GET.get("state", "")
    return Order(
        sort=sort if sort in listing.SORTS else "number",
        descending=request.GET.get("way") != "up",
        state=state if state in listing.STATES else "open",
    )


def _row(card: Card, stages: dict[int, Stage], short: Short) -> dict[str, Any]:
    stage = stages[card.stage_id]
    return {
        "id": str(card.id),
        "name": title_of(card),
        "address": card.address,
        "stage": stage.name,
        "colour": stage.colour,
        "age": short.age(card.stage_since),
        "late": card.stage_due_at is not None and card.stage_due_at < short.now,
        "step": stage.step_in_words(card.next_step),
        "step_at": short.moment(card.next_step_at) if card.next_step_at else "",
        "over": card.next_step_at is not None and card.next_step_at < short.now,
        "responsible": card.responsible or "",
        "amount": money(card.amount),
    }


def _heads(request: PageRequest, chosen: filters.Filters, order: Order) -> list[dict[str, Any]]:
    titles = [
        ("number", "№"),
        ("", _("Client")),
        ("moved", _("Stage")),
        ("step", _("Next step")),
        ("", _("Responsible")),
        ("amount", _("Amount")),
    ]
    heads = []
    for sort, title in titles:
        here = sort == order.sort
        turned = Order(sort, not order.descending if here else True, order.state)
        way = ("descending" if order.descending else "ascending") if here else ""
        heads.append({"title": title, "way": way, "url": _address(request, chosen, turned) if sort else ""})
    return heads


def _states() -> list[tuple[str, str]]:
    return [("open", _("Open")), ("closed", _("Closed")), ("all", _("All"))]


def _address(request: PageRequest, chosen: filters.Filters, order: Order, *, after: str = "") -> str:
    query = "&".join(filter(None, [chosen.query, urlencode({**order.query, **({"after": after} if after else {})})]))
    return request.path + (f"?{query}" if query else "")
