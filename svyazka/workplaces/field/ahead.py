"""What a phone keeps ready for a day without signal: the pages of the coming days, each with a mark that changes with
it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import Count
from django.http import HttpResponse, JsonResponse
from django.urls import reverse

from svyazka.business.clients import history
from svyazka.business.staff.models import Person
from svyazka.business.visits import looked
from svyazka.business.visits.models import Visit
from svyazka.kit import clock
from svyazka.workplaces.field import day, sheet
from svyazka.workplaces.field.installed import assets
from svyazka.workplaces.shared.door import PageRequest, needs

MOST = 120  # pages


@needs("visits.carry_out")
def ahead(request: PageRequest) -> HttpResponse:
    """Of days: from yesterday, where something may have to be added, to as far as the tabs go."""
    first = clock.today() - timedelta(days=1)
    begins, ends = clock.day_bounds(first)[0], clock.day_bounds(clock.today() + timedelta(days=day.DAYS_AHEAD))[0]
    rows = day.of(request).on_days(begins, ends).annotate(pictures=Count("photos", distinct=True))
    rows = rows.select_related("deal", "client").prefetch_related(*day.READ_WITH)
    visits = list(rows.order_by("starts_at"))
    marks = _marks(visits, request.person)
    today, whole = reverse("field_day"), _stamp(" ".join([*marks.values(), clock.today().isoformat()]))
    # The tabs of a page count all days: where one changes, all are asked for.
    pages = [{"url": f"{today}?day={on.isoformat()}", "mark": whole} for on in _days(visits)]
    pages.append({"url": reverse("field_week"), "mark": whole})
    pages += [{"url": reverse("field_visit", args=[one.pk]), "mark": _stamp(marks[one.pk])} for one in visits]
    pages += [{"url": url, "mark": _stamp(mark)} for url, mark in sheet.ahead(visits)]
    pages.append({"url": reverse("field_queue"), "mark": _stamp("")})
    return JsonResponse({"pages": pages[:MOST]})


def _days(visits: Iterable[Visit]) -> list[date]:
    """Today and tomorrow always."""
    days = {clock.today(), clock.today() + timedelta(days=1)}
    return sorted(days | {clock.local(one.starts_at).date() for one in visits})


def _marks(visits: Sequence[Any], person: Person) -> dict[int, str]:
    """What changes with a visit: itself, what is shown of it, what happened in its deal, and that he has looked."""
    looks = looked.of_visits(visits, person)
    happened = history.latest_of({one.deal_id for one in visits})
    return {
        one.pk: f"{one.pk}.{one.version}.{one.deal.version}.{one.pictures}.{happened.get(one.deal_id, 0)}."
        f"{looks[one.pk].at.timestamp() if one.pk in looks else 0}.{looked.shown(one)}"
        for one in visits
    }


def _stamp(text: str) -> str:
    """Another version of the house draws other pages."""
    return hashlib.sha256(f"{text} {' '.join(assets())}".encode()).hexdigest()[:16]
