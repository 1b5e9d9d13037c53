"""What a phone keeps ready for a day without signal: the pages of the coming days, each with a mark that changes with
it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import Count
from django.http import HttpResponse, JsonResponse
from django.urls import reverse

from svyazka.business.visits.models import Visit
from svyazka.kit import clock
from svyazka.workplaces.field import agreement, day, sheet
from svyazka.workplaces.field.installed import assets
from svyazka.workplaces.shared.door import PageRequest, needs

MOST = 120  # pages


@needs("visits.carry_out")
def ahead(request: PageRequest) -> HttpResponse:
    """Of days: from yesterday, where something may have to be added, to as far as the tabs go."""
    first = clock.today() - timedelta(days=1)
    begins, ends = clock.day_bounds(first)[0], clock.day_bounds(clock.today() + timedelta(days=day.DAYS_AHEAD))[0]
    rows = day.of(request).on_days(begins, ends).annotate(pictures=Count("photos", distinct=True))
    visits = list(rows.select_related("deal").order_by("starts_at"))
    today = reverse("field_day")
    pages = [{"url": f"{today}?day={on.isoformat()}", "mark": mark} for on, mark in _days(visits)]
    pages += [{"url": reverse("field_visit", args=[one.pk]), "mark": _mark([one])} for one in visits]
    sheets = list(sheet.ahead(visits))
    pages += [{"url": url, "mark": _stamp(mark)} for url, mark in (*sheets, *agreement.ahead(visits, sheets))]
    pages.append({"url": reverse("field_queue"), "mark": _stamp("")})
    return JsonResponse({"pages": pages[:MOST]})


def _days(visits: Iterable[Visit]) -> list[tuple[date, str]]:
    """Today and tomorrow always. The tabs of a page count all days: where one changes, all are asked for."""
    whole = _mark(visits)
    days = {clock.today(), clock.today() + timedelta(days=1)}
    days |= {clock.local(one.starts_at).date() for one in visits}
    return [(on, f"{whole}-{clock.today().isoformat()}") for on in sorted(days)]


def _mark(visits: Iterable[Any]) -> str:
    return _stamp(" ".join(f"{one.pk}.{one.version}.{one.deal.version}.{one.pictures}" for one in visits))


def _stamp(text: str) -> str:
    """Another version of the house draws other pages."""
    return hashlib.sha256(f"{text} {' '.join(assets())}".encode()).hexdigest()[:16]
