"""How much of what people work with is touched when a part of the set-up changes."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count

from svyazka.business.clients.models import Client
from svyazka.business.company.compare import Difference, Kind
from svyazka.business.deals.models import Deal
from svyazka.kit.shapes import Item


def deals_of(differences: Iterable[Difference]) -> dict[str, int]:
    """Part → open deals that stand there, know it, came from there. What is new touches none."""
    changed = [one for one in differences if one.kind is not Kind.NEW]
    counted = {
        **_by("pipelines", "pipeline__code"),
        **_by("departments", "department__code"),
        **_by("sources", "source__code"),
        **_stages(),
    }
    counted |= {one.part: _knowing(one.item) for one in changed if one.section == "fields"}
    return {one.part: counted.get(one.part, 0) for one in changed}


def _by(section: str, column: str) -> dict[str, int]:
    rows = Deal.objects.still_open().exclude(**{column: None}).values_list(column).annotate(Count("pk"))
    return {f"{section}/{code}": number for code, number in rows.order_by()}


def _stages() -> dict[str, int]:
    rows = Deal.objects.still_open().values_list("pipeline__code", "stage__code").annotate(Count("pk")).order_by()
    return {f"pipelines/{pipeline}/{stage}": number for pipeline, stage, number in rows}


def _knowing(field: Item) -> int:
    if field["of"] == "client":
        return Client.objects.filter(facts__has_key=field["code"]).count()
    return Deal.objects.still_open().filter(facts__has_key=field["code"]).count() if field["of"] == "deal" else 0
