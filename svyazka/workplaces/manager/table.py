"""The same deals as a table that can be sorted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from svyazka.business.deals import listing, orders
from svyazka.business.deals.board import COUNTED, Card, Narrowed
from svyazka.business.deals.known.wanted import DATED, MEASURED
from svyazka.business.deals.models import Field, Pipeline, Stage
from svyazka.kit import rows
from svyazka.workplaces.manager import filters, wishes
from svyazka.workplaces.manager.board import choices
from svyazka.workplaces.manager.cards import title_of
from svyazka.workplaces.manager.wishes import Wishes
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.said import Staff, names_of, people_in, said
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


@dataclass(frozen=True)
class Asked:
    """All that the address asks for."""

    chosen: filters.Filters
    wishes: Wishes
    order: Order
    narrowed: Narrowed
    fields: list[Field]

    def page(self, *, after: str = "", most: int = listing.PAGE) -> listing.Listed:
        """Of the list, in the order that is asked for."""
        code = self.order.sort.removeprefix("f.")
        field = next((field for field in self.fields if code != self.order.sort and field.code == code), None)
        return listing.list_deals(
            self.narrowed,
            order=orders.by_field(field) if field else orders.named(self.order.sort),
            descending=self.order.descending,
            state=self.order.state,
            after=after,
            most=most,
        )

    def query(self, order: Order, *, after: str = "") -> str:
        last = urlencode({**order.query, **({"after": after} if after else {})})
        return "&".join(filter(None, [self.chosen.query, self.wishes.query, last]))

    def address(self, order: Order, *, after: str = "") -> str:
        query = self.query(order, after=after)
        return reverse("deals") + (f"?{query}" if query else "")


@needs("deals.see")
def deals(request: PageRequest) -> HttpResponse:
    asked = read(request, request.GET)
    order = asked.order
    after = request.GET.get("after", "")[:500].replace("\x00", "")
    found = asked.page(after=after)
    context = {
        "rows": rows_of(found.cards, asked.wishes.columns),
        "more_url": asked.address(order, after=found.after) if found.after else "",
        "chosen": asked.chosen,
        "order": order,
        "width": 6 + len(asked.wishes.columns),
    }
    if after:
        return render(request, "manager/table_later.html", context)
    # What fits on a page is counted already: rare ones would be looked for twice.
    counted = listing.count_deals(asked.narrowed, state=order.state) if found.after else len(found.cards)
    context |= {"count": f"{COUNTED}+" if counted > COUNTED else str(counted), "report_url": _report_url(asked)}
    context |= {
        "heads": heads(asked),
        "states": _states(),
        "carried": parse_qsl(asked.address(order).partition("?")[2]),
    }
    answer = _part(request, asked, context) if request.htmx.target == "deals-table" else _whole(request, asked, context)
    wishes.remember(answer, asked.wishes, request.GET)
    return answer


def read(request: PageRequest, given: QueryDict) -> Asked:
    fields = rows.read(Field, "where of <> 'visit' order by position, id")
    chosen = filters.read(given)
    wished = wishes.read(given, fields, request.COOKIES.get(wishes.REMEMBERED, ""))
    return Asked(chosen, wished, _order(given, fields), chosen.narrowed(request.person, **wished.narrowing), fields)


def _part(request: PageRequest, asked: Asked, context: dict[str, Any]) -> HttpResponse:
    answer = render(request, "manager/table_body.html", context)
    answer.write(render_to_string("manager/table_around.html", {**context, "apart": True}, request=request))
    answer["HX-Replace-Url"] = asked.address(asked.order)
    return answer


def _whole(request: PageRequest, asked: Asked, context: dict[str, Any]) -> HttpResponse:
    offered = {
        "wishes": wishes.offered(asked.fields, asked.wishes, request.GET),
        "pipelines": rows.read(Pipeline, "order by position, id"),
    }
    return render(request, "manager/table.html", {**context, **offered, **choices()})


def rows_of(cards: Sequence[Card], columns: Sequence[Field]) -> list[dict[str, Any]]:
    stages = {stage.pk: stage for stage in Stage.objects.all()}
    short = Short()
    more = in_columns(cards, columns)
    names = [field.name for field in columns]
    return [
        {**_row(card, stages, short), "more": list(zip(names, texts, strict=True))}
        for card, texts in zip(cards, more, strict=True)
    ]


def in_columns(
    cards: Sequence[Card], columns: Sequence[Field], *, say: Callable[[Field, Any, Staff], str] = said
) -> list[list[str]]:
    """For each deal, what stands in the columns that were chosen."""
    if not columns:
        return [[] for _card in cards]
    known, by_code = listing.facts_of([card.id for card in cards]), {field.code: field for field in columns}
    staff = names_of({pk for facts in known.values() for pk in people_in(facts, by_code)})
    return [[say(field, known[card.id].get(field.code), staff) for field in columns] for card in cards]


def _report_url(asked: Asked) -> str:
    """The report is asked for behind the page, which does not wait for it."""
    return f"{reverse('deals_report')}?{asked.query(asked.order)}" if asked.wishes.by else ""


def _order(given: QueryDict, fields: Sequence[Field]) -> Order:
    sort, state = given.get("sort", ""), given.get("state", "")
    known = {*orders.NAMED, *(f"f.{field.code}" for field in fields)}
    return Order(
        sort=sort if sort in known else "number",
        descending=given.get("way") != "up",
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


def heads(asked: Asked) -> list[dict[str, Any]]:
    """What is counted begins with the largest, what is called something with the first letter."""
    titles = [
        ("number", "№", True),
        ("client", _("Client"), False),
        ("moved", _("Stage"), True),
        ("step", _("Next step"), True),
        ("responsible", _("Responsible"), False),
        *((f"f.{field.code}", field.name, field.kind in (*MEASURED, *DATED)) for field in asked.wishes.columns),
        ("amount", _("Amount"), True),
    ]
    order, found = asked.order, []
    for sort, title, largest_first in titles:
        here = sort == order.sort
        turned = Order(sort, not order.descending if here else largest_first, order.state)
        way = ("descending" if order.descending else "ascending") if here else ""
        found.append({"title": title, "way": way, "url": asked.address(turned)})
    return found


def _states() -> list[tuple[str, str]]:
    return [("open", _("Open")), ("closed", _("Closed")), ("all", _("All"))]
