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

from svyazka.business.deals import listing
from svyazka.business.deals.board import COUNTED, Card, Narrowed
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
    after = request.GET.get("after", "")[:100].replace("\x00", "")
    found = listing.list_deals(
        asked.narrowed, sort=order.sort, descending=order.descending, state=order.state, after=after
    )
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
    context |= {"count": f"{COUNTED}+" if counted > COUNTED else str(counted), "report": _report(asked)}
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
    return Asked(chosen, wished, _order(given), chosen.narrowed(request.person, **wished.narrowing), fields)


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


def _report(asked: Asked) -> dict[str, Any] | None:
    """How many deals there are of each value, and their amount."""
    field = asked.wishes.by
    if field is None:
        return None
    totals = listing.totals(asked.narrowed, field, state=asked.order.state)
    staff = names_of(people_in({str(at): one.value for at, one in enumerate(totals)}, _each(field, len(totals))))
    most = max((one.count for one in totals), default=1)
    return {
        "name": field.name,
        "lines": [
            {
                "value": said(_one_of(field), one.value, staff) or _("not known"),
                "count": str(one.count),
                "amount": money(one.amount),
                "part": str(100 * one.count // most),
            }
            for one in totals
        ],
    }


def _one_of(field: Field) -> Field:
    """Of several of a list, a line of the report is about one."""
    kind = Field.Kind.CHOICE if field.kind == Field.Kind.CHOICES else field.kind
    return Field(code=field.code, kind=kind, choices=field.choices)


def _each(field: Field, number: int) -> dict[str, Field]:
    return {str(at): field for at in range(number)}


def _order(given: QueryDict) -> Order:
    sort, state = given.get("sort", ""), given.get("state", "")
    return Order(
        sort=sort if sort in listing.SORTS else "number",
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
    titles = [
        ("number", "№"),
        ("", _("Client")),
        ("moved", _("Stage")),
        ("step", _("Next step")),
        ("", _("Responsible")),
        *(("", field.name) for field in asked.wishes.columns),
        ("amount", _("Amount")),
    ]
    order, found = asked.order, []
    for sort, title in titles:
        here = sort == order.sort
        turned = Order(sort, not order.descending if here else True, order.state)
        way = ("descending" if order.descending else "ascending") if here else ""
        found.append({"title": title, "way": way, "url": asked.address(turned) if sort else ""})
    return found


def _states() -> list[tuple[str, str]]:
    return [("open", _("Open")), ("closed", _("Closed")), ("all", _("All"))]
