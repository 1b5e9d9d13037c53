"""The PDF of an agreement: the same words, the same sketches and the same signature as were on the glass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import formats, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from svyazka.business.agreements.models import Agreement
from svyazka.business.sheets import forms
from svyazka.business.sheets.tables import Cell, Table, tables
from svyazka.engines.sheets.drawing import draw
from svyazka.kit import clock, paper, strokes

TEMPLATE = Path(__file__).with_name("agreement.typ")
INK = "#1b3a8a"


def pdf(agreement: Agreement) -> bytes:
    """In the language in which the client has read it. Raises NoPaper."""
    with translation.override(agreement.language):
        return paper.made(TEMPLATE.read_text(), in_words(agreement))


def file_name(agreement: Agreement) -> str:
    """The same for whoever fetches it, and however often."""
    with translation.override(agreement.language):
        return pgettext("file", "Agreement {number}").format(number=agreement.title) + ".pdf"


def in_words(agreement: Agreement) -> dict[str, Any]:
    content = agreement.content
    found = tables(forms.read_version(agreement.written), content["answers"])
    return {
        "language": agreement.language,
        "title": _("Agreement № {number}").format(number=agreement.title),
        "subtitle": _("{form}, deal № {deal}").format(form=content["form"], deal=agreement.deal_id),
        "company": content["company"],
        "details": content["details"],
        "phone": content["phone"],
        "about": list(_about(agreement)),
        "parts": [_part(one) for one in found if one.lines and one.columns],
        "besides": content["besides"],
        "terms": content["terms"],
        "signed": _signed(agreement) if agreement.is_signed else None,
        "footer": _footer(agreement),
        "words": {
            "page": _("Page {n} of {all}"),
            "row": _("What it is about"),
            "answers": _("Sizes and what was chosen"),
            "besides": _("Agreed besides"),
            "terms": _("Terms"),
            "agreed": _("Read and agreed"),
        },
    }


def moment(at: datetime) -> str:
    local = clock.local(at)
    return f"{formats.date_format(local, 'j E Y')}, {local:%H:%M}"


def _about(agreement: Agreement) -> Iterator[dict[str, str]]:
    content = agreement.content
    at = datetime.fromisoformat(content["at"])
    given = {
        _("Client"): content["client"],
        _("Work"): f"{content['work']}, {formats.date_format(clock.local(at), 'j E Y')}",
        _("Address"): content["address"],
        _("We come again"): content["next"],
    }
    yield from ({"name": name, "text": text} for name, text in given.items() if text)


def _part(table: Table) -> dict[str, Any]:
    facts = [_facts(line.cells) for line in table.lines]
    if not table.is_repeated:
        return {"name": table.name, "facts": facts[0], "rows": None}
    rows = [
        {"name": line.name, "sketch": sketch_of(line.cells), "facts": told}
        for line, told in zip(table.lines, facts, strict=True)
    ]
    return {"name": f"{table.name}: {len(rows)}", "facts": [], "rows": rows}


def _facts(cells: tuple[Cell, ...]) -> list[dict[str, str]]:
    """Photos stay in the house: a number of them says nothing to the client."""
    return [{"name": cell.name, "text": cell.text} for cell in cells if cell.text not in ("", "—") and not cell.photos]


def sketch_of(cells: tuple[Cell, ...]) -> str | None:
    return next((drawn(cell.sketch, cell.text) for cell in cells if cell.sketch), None)


def drawn(sketch: Mapping[str, Any], label: str) -> str:
    return draw(sketch["sashes"], sketch["width"], sketch["height"], label=label)


def _signed(agreement: Agreement) -> dict[str, Any]:
    assert agreement.signed_at is not None
    facts = {
        _("Signed by"): agreement.name,
        _("When"): moment(agreement.signed_at),
        pgettext("agreement", "How"): agreement.get_way_display(),
        _("Check code"): agreement.code,
    }
    drawing = strokes.svg(agreement.strokes or [], ink=INK)
    return {
        "facts": [{"name": name, "text": str(text)} for name, text in facts.items()],
        "name": agreement.name,
        "strokes": drawing,
    }


def _footer(agreement: Agreement) -> str:
    said = _("Agreement № {number}").format(number=agreement.title)
    code = _("check code {code}").format(code=agreement.code)
    return f"{said} · {code}" if agreement.code else said
