"""The list of deals as a file for spreadsheets: what the list shows, all pages of it."""

from __future__ import annotations

from collections.abc import Iterator

from django.http.response import HttpResponseBase

from svyazka.business.deals import listing
from svyazka.business.deals.models import Stage
from svyazka.kit import clock
from svyazka.workplaces.manager import table
from svyazka.workplaces.manager.cards import title_of
from svyazka.workplaces.shared import spreadsheet
from svyazka.workplaces.shared.door import PageRequest, needs

PIECE = 500


@needs("deals.export", "POST")
def deals_file(request: PageRequest) -> HttpResponseBase:
    asked = table.read(request, request.POST)
    listing.note_export([field.code for field in asked.wishes.columns], by=request.person)
    return spreadsheet.answer(f"deals-{clock.today().isoformat()}", _lines(asked))


def _lines(asked: table.Asked) -> Iterator[list[str]]:
    yield [head["title"] for head in table.heads(asked)]
    stages, after = {stage.pk: stage for stage in Stage.objects.all()}, ""
    while True:
        found = asked.page(after=after, most=PIECE)
        more = table.in_columns(found.cards, asked.wishes.columns, say=spreadsheet.cell)
        for card, texts in zip(found.cards, more, strict=True):
            stage = stages[card.stage_id]
            step = " ".join(filter(None, [stage.step_in_words(card.next_step), spreadsheet.moment(card.next_step_at)]))
            amount = spreadsheet.number(card.amount)
            yield [str(card.id), title_of(card), stage.name, step, card.responsible or "", *texts, amount]
        if not (after := found.after):
            return
