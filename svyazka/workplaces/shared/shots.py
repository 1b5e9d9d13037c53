"""Photos with what is drawn over them, as the pages show them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from svyazka.business.visits import drawings
from svyazka.business.visits.models import PhotoDrawing, Visit, VisitPhoto


@dataclass(frozen=True)
class Shot:
    """`drawing`: what `static/drawings/svg.js` draws; empty, where nothing is drawn. `is_later`: it was drawn after
    the client had agreed."""

    photo: VisitPhoto
    drawing: str
    is_later: bool = False


def of_visit(visit: Visit) -> list[Shot]:
    return of(visit.photos.order_by("at"))


def of(photos: Iterable[VisitPhoto]) -> list[Shot]:
    all_of_them = list(photos)
    drawn = drawings.newest_of(all_of_them)
    return [Shot(one, written(drawn.get(one.pk))) for one in all_of_them]


def as_agreed(photo: VisitPhoto, versions: Sequence[PhotoDrawing], at: datetime | None) -> tuple[Shot, ...]:
    """As it stood when the client agreed, and beside it what was drawn later. `versions`: the newest first; `at`: None,
    where nothing is agreed: the newest."""
    newest = versions[0] if versions else None
    stood = newest if at is None else next((one for one in versions if one.at <= at), None)
    shown = Shot(photo, written(stood))
    return (shown,) if stood == newest else (shown, Shot(photo, written(newest), is_later=True))


def given(drawing: PhotoDrawing) -> dict[str, Any]:
    return {"number": drawing.number, **drawing.content}


def written(drawing: PhotoDrawing | None) -> str:
    return json.dumps(given(drawing), ensure_ascii=False) if drawing else ""
