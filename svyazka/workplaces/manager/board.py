"""The board: a pipeline's deals by stage."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render

from svyazka.business.clients.models import Source
from svyazka.business.deals import board as deals
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Deal, Field, Pipeline, Stage
from svyazka.business.staff.models import Person
from svyazka.kit import rows
from svyazka.workplaces.manager import cards, filters
from svyazka.workplaces.manager.cards import Boarded
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.typed import whole_number

_MOST_NAMES = 300


@needs("deals.see")
def board(request: PageRequest, code: str = "") -> HttpResponse:
    pipelines = rows.read(Pipeline, _OFFERED, [code])
    pipeline = next((one for one in pipelines if one.code == code or not code), None)
    if pipeline is None and not code:
        return render(request, "manager/board_empty.html")
    if pipeline is None:
        raise Http404
    chosen = filters.read(request.GET)
    drawn = _drawn(request.person, pipeline, chosen)
    if request.htmx.target == "board":
        return _only_columns(request, pipeline, chosen, drawn)
    context = {
        "pipeline": pipeline,
        "pipelines": pipelines,
        "columns": drawn,
        "chosen": chosen,
        **choices(),
    }
    return render(request, "manager/board.html", context)


# One that is switched off only while deals are open in it, or when it is asked for by its own address.
_OFFERED = """
where is_active or code = %s
    or exists (select from deals_deal where pipeline_id = deals_pipeline.id and closed_at is null)
order by position, id
"""


@needs("deals.see")
def column(request: PageRequest, stage_id: int) -> HttpResponse:
    """More cards of a column, or the first ones of a closed one."""
    stage = get_object_or_404(Stage, pk=stage_id)
    chosen = filters.read(request.GET)
    after = filters.read_after(request.GET.get("after", ""))
    found = deals.page(stage, chosen.narrowed(request.person), after=after)
    boarded = Boarded.by(request.person, chosen, found.cards)
    return HttpResponse(cards.column_cards(found, boarded, leads=after is None))


@needs("deals.see")
def card(request: PageRequest, pk: int) -> HttpResponse:
    """A card that changed, with the counters of its column and of the one it left."""
    deal = get_object_or_404(Deal.objects.select_related("stage"), pk=pk)
    touched = [deal.stage_id, whole_number(request.GET.get("left", ""))]
    return HttpResponse(card_and_counters(request, deal, touched))


def card_and_counters(request: PageRequest, deal: Deal, touched: list[int | None]) -> str:
    chosen = filters.read(request.GET)
    narrowed = chosen.narrowed(request.person)
    wanted = [one for one in touched if one]
    stages = rows.read(Stage, "where pipeline_id = %s and id = any(%s)", [deal.pipeline_id, wanted])
    counted = cards.counters(deals.counters(stages, narrowed)) if stages else ""
    found = deals.card(deal.pk, narrowed, pipeline_id=deal.pipeline_id)
    # A board that is narrowed may not show the deal any more: it is told to take it out.
    shown = (
        cards.one(found, deal.stage, Boarded.by(request.person, chosen, [found]))
        if found
        else f'<li id="d{deal.pk}" data-gone></li>'
    )
    return shown + counted


def choices() -> dict[str, Any]:
    """What the filters offer."""
    return {
        "sources": rows.read(Source, "order by id"),
        "people": list(
            Person.objects.working()
            .exclude(role__in=("engineer", "crew"))
            .order_by("full_name")
            .values_list("pk", "full_name")[:_MOST_NAMES]
        ),
    }


def _drawn(person: Person, pipeline: Pipeline, chosen: filters.Filters) -> str:
    stages = rows.read(Stage, "where pipeline_id = %s order by position", [pipeline.pk])
    found = deals.columns(stages, chosen.narrowed(person))
    fields = cards.names_of_fields(facts.OWN, rows.read(Field, "order by position, id"))
    boarded = Boarded.by(person, chosen, [card for column in found for card in column.cards])
    return cards.columns(found, boarded, fields=fields)


def _only_columns(request: PageRequest, pipeline: Pipeline, chosen: filters.Filters, drawn: str) -> HttpResponse:
    context = {"pipeline": pipeline, "columns": drawn, "chosen": chosen}
    answer = render(request, "manager/columns.html", context)
    answer["HX-Replace-Url"] = request.path + (f"?{chosen.query}" if chosen.query else "")
    return answer
