"""The list of deals as a file for spreadsheets: what the list shows, all pages of it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime
from io import StringIO

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase

from svyazka.business.deals import listing
from svyazka.business.deals.models import Stage
from svyazka.kit import clock
from svyazka.workplaces.manager import table
from svyazka.workplaces.manager.cards import title_of
from svyazka.workplaces.shared.door import PageRequest, needs

PIECE = 500
# A spreadsheet takes what begins so for a formula, and would run it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@needs("deals.export", "POST")
def deals_file(request: PageRequest) -> HttpResponseBase:
    asked = table.read(request, request.POST)
    listing.note_export([field.code for field in asked.wishes.columns], by=request.person)
    answer = StreamingHttpResponse(_written(asked), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="deals-{clock.today().isoformat()}.csv"'
    return answer


def _written(asked: table.Asked) -> Iterator[str]:
    # Without the mark, the usual spreadsheet reads Russian letters as something else.
    yield "\ufeff" + _line([head["title"] for head in table.heads(asked)])
    for row in _all(asked):
        yield _line(row)


def _all(asked: table.Asked) -> Iterator[list[str]]:
    stages, order, after = {stage.pk: stage for stage in Stage.objects.all()}, asked.order, ""
    while True:
        found = listing.list_deals(
            asked.narrowed,
            sort=order.sort,
            descending=order.descending,
            state=order.state,
            after=after,
            most=PIECE,
        )
        for card, more in zip(found.cards, table.in_columns(found.cards, asked.wishes.columns), strict=True):
            stage = stages[card.stage_id]
            step = " ".join(filter(None, [stage.step_in_words(card.next_step), _moment(card.next_step_at)]))
            amount = "" if card.amount is None else format(card.amount, "f").replace(".", ",")
            yield [str(card.id), title_of(card), stage.name, step, card.responsible or "", *more, amount]
        if not (after := found.after):
            return


def _moment(at: datetime | None) -> str:
    return clock.local(at).strftime("%d.%m.%Y %H:%M") if at else ""


def _line(cells: list[str]) -> str:
    line = StringIO()
    csv.writer(line, delimiter=";", lineterminator="\r\n").writerow([harmless(cell) for cell in cells])
    return line.getvalue()


def harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
