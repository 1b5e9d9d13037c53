"""Photos with what is drawn over them, as the pages show them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from svyazka.business.visits import drawings
from svyazka.business.visits.models import PhotoDrawing, Visit, VisitPhoto


@dataclass(frozen=True)
class Shot:
    """`drawing`: what `static/drawings/svg.js` draws; empty, where nothing is drawn."""

    photo: VisitPhoto
    drawing: str


def of_visit(visit: Visit) -> list[Shot]:
    return of(visit.photos.order_by("at"))


def of(photos: Iterable[VisitPhoto]) -> list[Shot]:
    all_of_them = list(photos)
    drawn = drawings.newest_of(all_of_them)
    return [Shot(one, written(drawn.get(one.pk))) for one in all_of_them]


def given(drawing: PhotoDrawing) -> dict[str, Any]:
    return {"number": drawing.number, **drawing.content}


def written(drawing: PhotoDrawing | None) -> str:
    return json.dumps(given(drawing), ensure_ascii=False) if drawing else ""
