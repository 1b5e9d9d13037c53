"""What happened before, as far as it matters on site: what was promised, who spoke with the client, earlier visits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from svyazka.business.clients import history
from svyazka.business.clients.models import Interaction
from svyazka.business.deals.models import Task
from svyazka.business.staff.models import Person
from svyazka.business.visits.client_rules import Span, span_of
from svyazka.business.visits.models import Visit, VisitPhoto
from svyazka.workplaces.field import day
from svyazka.workplaces.shared import shots, timeline
from svyazka.workplaces.shared.door import PageRequest
from svyazka.workplaces.shared.short import Short
from svyazka.workplaces.shared.shots import Shot
from svyazka.workplaces.shared.timeline import Line

Kind = Interaction.Kind
SAID = (Kind.NOTE, Kind.CALL, Kind.MESSAGE, Kind.FORM, Kind.QUESTION)
SPOKEN = (Kind.CALL, Kind.MESSAGE)
FIRST, MOST = 3, 30  # lines at once, and after one more tap
MOST_VISITS, MOST_PHOTOS, MOST_TASKS = 10, 6, 3


@dataclass(frozen=True)
class Earlier:
    """`more`: photos that are not shown."""

    visit: Visit
    photos: Sequence[Shot]
    more: int


@dataclass(frozen=True)
class Before:
    """`span`: between which times the client was told that somebody comes."""

    span: Span | None
    promised: Sequence[tuple[str, str]]
    spoke: Person | None
    spoke_at: str
    visits: Sequence[Earlier]
    first: Sequence[Line]
    rest: Sequence[Line]


def of_visit(request: PageRequest, visit: Visit) -> Before:
    """Only of the deals of this client that he goes to. As many questions however much there is."""
    deals = list(day.of(request).filter(client=visit.client_id).values_list("deal_id", flat=True).distinct())
    found = history.of_kinds(deals, SAID, most=MOST)
    lines = timeline.lines(found)
    spoke, spoke_at = _spoke_last(found)
    return Before(
        span=span_of(visit.starts_at) if visit.status in Visit.MOVABLE else None,
        promised=_promised(visit),
        spoke=spoke,
        spoke_at=spoke_at,
        visits=_earlier(visit, deals),
        first=lines[:FIRST],
        rest=lines[FIRST:],
    )


def _promised(visit: Visit) -> list[tuple[str, str]]:
    """What the office has still to do in the deal, and by when: the client may ask."""
    short = Short()
    open_ones = Task.objects.filter(deal=visit.deal_id, done_at=None).order_by("due_at", "pk")[:MOST_TASKS]
    return [(one.what, short.moment(one.due_at)) for one in open_ones]


def _spoke_last(found: Sequence[Interaction]) -> tuple[Person | None, str]:
    for one in found:
        by = one.by_id or one.data.get("by")
        if one.kind in SPOKEN and isinstance(by, int) and (person := Person.objects.filter(pk=by).first()):
            return person, Short().moment(one.at)
    return None, ""


def _earlier(visit: Visit, deals: Sequence[int]) -> list[Earlier]:
    """Also those of colleagues: whoever installs sees what was found when it was measured."""
    rows = Visit.objects.filter(deal__in=deals, client=visit.client_id, starts_at__lt=visit.starts_at)
    over = rows.filter(status__in=(Visit.Status.DONE, Visit.Status.NOT_DONE)).exclude(pk=visit.pk)
    visits = list(over.select_related("kind", "resource", "not_done").order_by("-starts_at")[:MOST_VISITS])
    photos = _photos(visits)
    return [Earlier(one, photos[one.pk][:MOST_PHOTOS], max(len(photos[one.pk]) - MOST_PHOTOS, 0)) for one in visits]


def _photos(visits: Sequence[Visit]) -> dict[int, list[Shot]]:
    """With what is drawn on them: whoever installs goes by it."""
    found: dict[int, list[Shot]] = defaultdict(list)
    rows = VisitPhoto.objects.filter(visit__in=[one.pk for one in visits]).order_by("at")
    for shot in shots.of(rows) if visits else ():
        found[shot.photo.visit_id].append(shot)
    return found
