"""Who is where, as a grid: resources by the hours of a day, or by the days of a week."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from svyazka.business.deals.models import Stage
from svyazka.business.visits.directions import street_of
from svyazka.business.visits.models import Booking, Resource, Visit
from svyazka.business.visits.rota import Shifts, hours_of, in_force, shifts_of
from svyazka.engines.routing.windows import Period, left_of
from svyazka.kit import clock

FIRST_HOUR, LAST_HOUR = 8, 20
SHORTEST_FREE = timedelta(minutes=30)
ICONS = {Visit.Status.ON_WAY: "route", Visit.Status.STARTED: "play", Visit.Status.DONE: "check"}


@dataclass(frozen=True)
class Block:
    """A visit, an absence or a free time. Texts and places come ready: they stand on the page a thousand times."""

    kind: str  # "visit", "absence", "hold", "free"
    begins: str
    ends: str
    title: str = ""
    text: str = ""
    hint: str = ""
    url: str = ""
    colour: str = ""
    status: str = ""
    icon: str = ""
    place: str = ""
    deal: str = ""


@dataclass(frozen=True)
class Cell:
    """What one resource does on one day."""

    day: date
    url: str
    blocks: list[Block]
    free: str
    is_off: bool
    is_today: bool
    stretches: list[str]


@dataclass(frozen=True)
class Row:
    name: str
    kind: str
    summary: str
    cells: list[Cell]


@dataclass(frozen=True)
class Grid:
    rows: list[Row]
    days: list[date]
    hours: list[tuple[str, str]]  # label, place
    begins: datetime
    ends: datetime
    stages: list[Stage]  # whose colours are to be seen


def build(days: list[date]) -> Grid:
    """Three queries, however many resources and visits."""
    span = (clock.day_bounds(days[0])[0], clock.day_bounds(days[-1])[1])
    taken: dict[int, list[Booking]] = defaultdict(list)
    related = ("visit__client", "visit__kind", "visit__deal__stage")
    rows = in_force(Booking.objects.filter(during__overlap=span))
    for booking in rows.select_related(*related).order_by("during"):
        taken[booking.resource_id].append(booking)
    # A van stands there from morning to evening; it is of interest where it goes somewhere.
    goes_out = Resource.objects.bookable().filter(kind__in=(Resource.Kind.ENGINEER, Resource.Kind.CREW))
    shown = goes_out | Resource.objects.filter(pk__in=taken.keys())
    resources = list(shown.select_related("person"))
    shifts = shifts_of(days[0], days[-1])
    begins, ends = _bounds(days[0], resources, taken, shifts) if len(days) == 1 else span
    ruler = _Ruler(begins, ends)
    stages = {one.visit.deal.stage for rows in taken.values() for one in rows if one.visit}
    return Grid(
        rows=[_row(resource, days, taken[resource.pk], ruler, shifts) for resource in resources],
        days=days,
        hours=_hours(ruler) if len(days) == 1 else [],
        begins=begins,
        ends=ends,
        stages=sorted(stages, key=lambda stage: (stage.pipeline_id, stage.position)),
    )


@dataclass(frozen=True)
class _Ruler:
    """Moments as parts of the width, written as CSS wants them."""

    begins: datetime
    ends: datetime

    def place(self, period: Period) -> str:
        start, end = max(period.start, self.begins), min(period.end, self.ends)
        return f"--from:{self.part(start)};--span:{max(0, (end - start) / (self.ends - self.begins)):.5f}"

    def part(self, moment: datetime) -> str:
        return f"{(moment - self.begins) / (self.ends - self.begins):.5f}"


def _bounds(
    day: date, resources: Iterable[Resource], taken: dict[int, list[Booking]], shifts: Shifts
) -> tuple[datetime, datetime]:
    """From the first hour to the last in which anybody works or has anything to do."""
    midnight, next_midnight = clock.day_bounds(day)
    stretches = [stretch for resource in resources for stretch in hours_of(resource, day, shifts)]
    stretches += [_period(one) for rows in taken.values() for one in rows if one.kind == Booking.Kind.VISIT]
    first = min([midnight + timedelta(hours=FIRST_HOUR), *(stretch.start for stretch in stretches)])
    last = max([midnight + timedelta(hours=LAST_HOUR), *(stretch.end for stretch in stretches)])
    hour = timedelta(hours=1)
    first = midnight + (max(first, midnight) - midnight) // hour * hour
    last = midnight - (midnight - min(last, next_midnight)) // hour * hour
    return first, last


def _row(resource: Resource, days: list[date], taken: list[Booking], ruler: _Ruler, shifts: Shifts) -> Row:
    cells = [_cell(resource, day, taken, ruler, shifts) for day in days]
    visits = sum(block.kind == "visit" for cell in cells for block in cell.blocks)
    said = ngettext("{count} visit", "{count} visits", visits).format(count=visits) if visits else _("no visits")
    free = cells[0].free if len(cells) == 1 else ""
    return Row(resource.name, resource.kind, f"{said} · {free}" if free else said, cells)


def _cell(resource: Resource, day: date, taken: list[Booking], ruler: _Ruler, shifts: Shifts) -> Cell:
    begin, end = clock.day_bounds(day)
    of_day = [one for one in taken if one.during.lower < end and one.during.upper > begin]
    busy = [_period(one) for one in of_day]
    stretches = hours_of(resource, day, shifts) if resource.is_bookable else []
    free = [gap for stretch in stretches for gap in left_of(stretch, busy)]
    ahead = [gap for gap in (_after_now(gap) for gap in free) if gap and gap.end - gap.start >= SHORTEST_FREE]
    blocks = [_taken_block(one, ruler) for one in of_day] + [_free_block(gap, ruler, resource, day) for gap in ahead]
    return Cell(
        day=day,
        url=f"{reverse('calendar')}?day={day.isoformat()}",
        blocks=sorted(blocks, key=lambda block: block.begins),
        free=_free_in_words(sum((gap.end - gap.start for gap in ahead), timedelta())),
        is_off=not stretches and resource.goes_out,
        is_today=day == clock.today(),
        stretches=[ruler.place(stretch) for stretch in stretches],
    )


def _taken_block(booking: Booking, ruler: _Ruler) -> Block:
    period = _period(booking)
    begins, ends, place = _clock(period.start), _clock(period.end), ruler.place(period)
    visit = booking.visit
    if visit is None:
        title = _("Absent") if booking.kind == Booking.Kind.ABSENCE else _("Held")
        return Block(booking.kind, begins, ends, title, booking.note, place=place)
    return Block(
        kind="visit",
        begins=begins,
        ends=ends,
        title=str(visit.client),
        text=street_of(visit.address),
        hint=f"{begins}–{ends}, {visit.kind}, {visit.client}, {visit.address}, {visit.get_status_display()}",
        url=reverse("visit", args=[visit.pk]),
        colour=visit.deal.stage.colour,
        status=visit.status,
        icon=ICONS.get(Visit.Status(visit.status), ""),
        place=place,
        deal=str(visit.deal_id),
    )


def _free_block(gap: Period, ruler: _Ruler, resource: Resource, day: date) -> Block:
    begins, ends = _clock(gap.start), _clock(gap.end)
    asked = {"resource": resource.pk, "day": day.isoformat(), "hours": f"{begins}–{ends}"}
    url = f"{reverse('free_time')}?{urlencode(asked)}"
    return Block("free", begins, ends, _("Free"), url=url, place=ruler.place(gap))


def _after_now(gap: Period) -> Period | None:
    """What has gone by is of no use to anybody."""
    now = clock.now()
    if gap.end <= now:
        return None
    return gap if gap.start >= now else Period(now.replace(second=0, microsecond=0), gap.end)


def _free_in_words(length: timedelta) -> str:
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    if not hours and not minutes:
        return ""
    if not hours:
        return _("{minutes} min free").format(minutes=minutes)
    if not minutes:
        return _("{hours} h free").format(hours=hours)
    return _("{hours} h {minutes} min free").format(hours=hours, minutes=minutes)


def _hours(ruler: _Ruler) -> list[tuple[str, str]]:
    count = int((ruler.ends - ruler.begins) / timedelta(hours=1))
    marks = [ruler.begins + timedelta(hours=number) for number in range(count)]
    return [(_clock(mark), f"--from:{ruler.part(mark)}") for mark in marks]


def _period(booking: Booking) -> Period:
    return Period(booking.during.lower, booking.during.upper)


def _clock(moment: datetime) -> str:
    return formats.date_format(clock.local(moment), "H:i")
