"""What a room holds of a client. Each room says it of its own tables, in its `of_client.py`; a test finds tables, and
columns with words in them, of which nobody has said anything."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet

Rows = Callable[[Sequence[int]], QuerySet[Any]]


@dataclass(frozen=True)
class Held:
    """`rows`: those of these clients. `said`: columns (also of what a row points to) that he is told; `ours`: words
    that are nothing of his, or that the house can make anew out of the rest."""

    model: type[Model]
    rows: Rows
    said: tuple[str, ...]
    ours: tuple[str, ...] = ()


def by(model: type[Model], path: str) -> Rows:
    """`client_id`, or on the way over other tables `visit__client_id`."""

    def rows(client_ids: Sequence[int]) -> QuerySet[Any]:
        return model._default_manager.filter(**{f"{path}__in": list(client_ids)}).order_by("pk")

    return rows


def held(model: type[Model], path: str, *said: str, ours: tuple[str, ...] = ()) -> Held:
    return Held(model, by(model, path), said, ours)
