"""What a phone keeps ready for a day without signal: the pages of the coming days, each with a mark that changes with
it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.http import HttpResponse, JsonResponse
from django.urls import reverse

from svyazka.business.clients import history
from svyazka.business.sheets import sheets
from svyazka.business.site_work import sums
from svyazka.business.staff.models import Person
from svyazka.business.visits import looked, not_done
from svyazka.business.visits.models import Action, HandOver, PhotoDrawing, Presence, Tick, Visit, VisitPhoto
from svyazka.kit import clock
from svyazka.workplaces.field import agreement, crew, day, sheet, site_work
from svyazka.workplaces.field.installed import assets
from svyazka.workplaces.shared.door import PageRequest, needs

MOST = 200  # pages
# Somebody may have to ask a colleague where there is no signal; who is free then costs a look at everybody's days.
HANDED_OVER_WITHIN = timedelta(days=4)  # over a weekend


@needs("visits.carry_out")
def ahead(request: PageRequest) -> HttpResponse:
    """Of days: from yesterday, where something may have to be added, to as far as the tabs go. What is wanted most
    comes first."""
    first = clock.today() - timedelta(days=1)
    begins, ends = clock.day_bounds(first)[0], clock.day_bounds(clock.today() + timedelta(days=day.DAYS_AHEAD))[0]
    rows = day.of(request).on_days(begins, ends).annotate(**_CHANGING)
    rows = rows.select_related("deal", "client", "kind", "resource").prefetch_related(*day.READ_WITH)
    visits: list[Any] = list(rows.order_by("starts_at"))
    begun = sheets.revisions([one.pk for one in visits])
    written = sums.marks([one.pk for one in visits])
    marks = {pk: f"{mark} {written.get(pk, '')}" for pk, mark in _marks(visits, begun, request.person).items()}
    today, whole = reverse("field_day"), " ".join([*marks.values(), clock.today().isoformat()])
    pages = [("", reverse("field_queue"))]
    # The tabs of a page count all days: where one changes, all are asked for.
    pages += [(whole, f"{today}?day={on.isoformat()}") for on in _days(visits)]
    pages.append((whole, reverse("field_week")))
    own = [(marks[one.pk], reverse("field_visit", args=[one.pk])) for one in visits]
    own += [(marks[pk], reverse("field_done", args=[pk])) for pk in _that_end(visits)]
    own += [(mark, url) for url, mark in site_work.ahead(marks)]
    drawn = {one.pk: one.drawn for one in visits}
    forms = [(url, f"{mark} {drawn[_visit_of(url)]}") for url, mark in sheet.ahead(visits, begun)]
    own += [(mark, url) for url, mark in (*forms, *agreement.ahead(visits, forms, drawn))]
    own += [(f"{marks[pk]} {clock.today()}", reverse("field_hand_over", args=[pk])) for pk in _given(request, visits)]
    pages += _the_next_first(own, visits)
    return JsonResponse({"pages": [{"url": url, "mark": _stamp(mark)} for mark, url in pages[:MOST]]})


def _the_next_first(pages: list[tuple[str, str]], visits: list[Any]) -> list[tuple[str, str]]:
    """All of one visit, then all of the next; yesterday's last: the farthest give way where there are too many."""
    begins = clock.day_bounds(clock.today())[0]
    places = {one.pk: place for place, one in enumerate(sorted(visits, key=lambda one: one.starts_at < begins))}
    return sorted(pages, key=lambda page: places[_visit_of(page[1])])


def _visit_of(url: str) -> int:
    """`/field/visits/17/…` is of the 17th."""
    return int(url.removeprefix(reverse("field_day")).split("/")[1])


def _rows_of(rows: QuerySet[Any], what: str) -> ArraySubquery:
    return ArraySubquery(rows.filter(visit=OuterRef("pk")).order_by("pk").values(what))


# What stands on the page of a visit, and changes neither it nor its deal.
_CHANGING: dict[str, Any] = {
    "pictures": _rows_of(VisitPhoto.objects.all(), "pk"),
    # Also on the photos of earlier visits: the installers go by them.
    "drawn": ArraySubquery(
        PhotoDrawing.objects.filter(photo__visit__deal=OuterRef("deal")).order_by("pk").values("pk")
    ),
    "ticked": _rows_of(Tick.objects.all(), "pk"),
    "came": _rows_of(Presence.objects.all(), "came_at"),
    "left": _rows_of(Presence.objects.all(), "left_at"),
    "asked": _rows_of(HandOver.objects.filter(state=HandOver.State.ASKED), "pk"),
    "beside": _rows_of(Action.objects.filter(outcome=Action.Outcome.BESIDE, decided_at=None), "pk"),
}


def _marks(visits: Sequence[Any], begun: Any, person: Person) -> dict[int, str]:
    """What changes with a visit: itself, what is shown of it, what happened in its deal, and that he has looked."""
    looks = looked.of_visits(visits, person)
    happened = history.latest_of({one.deal_id for one in visits})
    return {
        one.pk: f"{_mark(one, begun)} {happened.get(one.deal_id, 0)} "
        f"{looks[one.pk].at.timestamp() if one.pk in looks else 0} {looked.shown(one)}"
        for one in visits
    }


def _mark(visit: Any, begun: Any) -> str:
    changing = " ".join(str(getattr(visit, name)) for name in _CHANGING)
    filled = sorted((code, *said) for (pk, code), said in begun.items() if pk == visit.pk)
    return f"{visit.pk}.{visit.version}.{visit.deal.version} {changing} {filled}"


def _days(visits: Iterable[Visit]) -> list[date]:
    """Today and tomorrow always."""
    days = {clock.today(), clock.today() + timedelta(days=1)}
    return sorted(days | {clock.local(one.starts_at).date() for one in visits})


def _that_end(visits: Iterable[Visit]) -> Iterator[int]:
    """They have a page of their own for that."""
    return (one.pk for one in visits if one.kind.checklist and one.status in not_done.UNDER_WAY)


def _given(request: PageRequest, visits: Iterable[Visit]) -> Iterator[int]:
    until = clock.now() + HANDED_OVER_WITHIN
    return (one.pk for one in visits if one.starts_at < until and crew.may_hand_over(request, one))


def _stamp(text: str) -> str:
    """Another version of the house draws other pages."""
    return hashlib.sha256(f"{text} {' '.join(assets())}".encode()).hexdigest()[:16]
