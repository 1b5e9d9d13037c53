"""The board as its script draws it: short names and minutes of the day, as a week of it is a megabyte."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from svyazka.business.deals.models import Stage
from svyazka.business.visits import board
from svyazka.business.visits.board import Board, Cell, Entry, Row
from svyazka.business.visits.directions import street_of
from svyazka.business.visits.models import Resource, Visit, VisitKind
from svyazka.business.visits.month import Row as MonthRow
from svyazka.kit import clock
from svyazka.workplaces.shared.timeline import duration

FIRST_HOUR, LAST_HOUR = 8, 20
DAY = 24 * 60


def words() -> dict[str, str]:
    """What the script says by itself."""
    return {
        "load": _("Load"),
        "rest": _("A break of {minutes} min lies in here"),
        "way": _("{minutes} min on the way"),
        "off": _("day off"),
        "free": _("Free"),
        "visits": _("visits:"),
        "away": _("somebody is away"),
        "nothing": _("Nothing fits what you are looking for."),
        "confirmed": _("confirmed"),
        "unconfirmed": _("not confirmed"),
        "unskilled": _("does not do such work"),
        "taken": _("taken:"),
        "past": _("has already passed"),
        "closed": _("outside the working hours"),
        "locked": _("locked"),
        "lock": _("Lock for planning"),
        "unlock": _("No longer locked"),
        "changed": _("Somebody has just changed it: it stays where it is now."),
        "gone": _("Somebody has just moved it away or called it off."),
        "whole_day": _("Open the day"),
        "close": _("Close"),
        "none_then": _("Nothing stands here any more."),
        **{str(value): str(label) for value, label in Visit.Status.choices},
    }


def days(found: Board, kinds: Sequence[VisitKind], stages: Sequence[Stage]) -> dict[str, Any]:
    colours = {stage.pk: stage.colour for stage in stages}
    drawn = [_row(row, colours) for row in found.rows]
    first, last = _hours(drawn)
    return {
        **_head(found.days),
        "from": first,
        "to": last,
        "rows": drawn,
        "kinds": [{"id": kind.pk, "name": kind.name, "skill": kind.skill} for kind in kinds],
        "stages": [{"name": stage.name, "colour": stage.colour} for stage in stages],
    }


def month(day: date, found: Sequence[MonthRow]) -> dict[str, Any]:
    days = [one.day for one in found[0].days] if found else [day]
    drawn = [
        {
            **_who(row.resource, row.resource.goes_out),
            "cells": [{"n": one.visits, "load": one.load, "away": one.is_away} for one in row.days],
        }
        for row in found
    ]
    return {**_head(days), "rows": drawn, "kinds": [], "stages": []}


def _head(days: Sequence[date]) -> dict[str, Any]:
    today = clock.today()
    return {
        "days": [
            {"day": one.isoformat(), "name": formats.date_format(one, "D j"), "today": one == today} for one in days
        ],
        # Where the day begins for whoever counts from 1970, and how far its clock is ahead of that.
        "offset": int(timezone.localtime().utcoffset().total_seconds()) // 60,  # type: ignore[union-attr]
        "now": int(clock.now().timestamp()),
    }


def _who(resource: Resource, goes_out: bool) -> dict[str, Any]:
    return {
        "id": resource.pk,
        "name": resource.name,
        "kind": resource.kind,
        "out": goes_out,
        "skills": resource.skills,
        "areas": resource.territory,
    }


def _row(row: Row, colours: dict[int, str]) -> dict[str, Any]:
    return {
        **_who(row.resource, row.resource.goes_out and row.works),
        "rests": [[_minute(begins), _minute(ends), minutes] for minutes, begins, ends in row.resource.breaks],
        "cells": [_cell(cell, colours) for cell in row.cells],
    }


def _cell(cell: Cell, colours: dict[int, str]) -> dict[str, Any]:
    midnight = clock.day_bounds(cell.day)[0].astimezone(UTC)
    return {
        "open": [_span(one.start, one.end, midnight) for one in cell.open],
        "load": cell.load,
        "said": _said(cell),
        "all": [_entry(one, midnight, colours) for one in cell.entries],
    }


def _entry(entry: Entry, midnight: datetime, colours: dict[int, str]) -> dict[str, Any]:
    one = entry.taken
    begins, ends = _span(one.starts_at, one.ends_at, midnight)
    if not one.visit_id:
        title = _("Held") if one.kind == "hold" else _("Absent")
        return {"a": begins, "b": ends, "t": title, "s": one.note, "e": one.kind}
    said: dict[str, Any] = {
        "v": one.visit_id,
        "a": begins,
        "b": ends,
        "t": one.client,
        "s": street_of(one.address),
        "k": one.kind_id,
        "c": colours.get(one.stage_id, "slate"),
        "st": one.status,
        "d": one.deal_id,
        "n": one.version,
    }
    if one.begins_at and one.begins_at > one.starts_at:
        said["o"] = (one.begins_at - one.starts_at) // timedelta(minutes=1)
    if entry.way is not None:
        said["w"] = -(-entry.way // 60)
    if one.is_confirmed:
        said["ok"] = 1
    if board.movable(one):
        said["x"] = 1
    if one.is_locked:
        said["l"] = one.locked_why or 1
    if not one.is_led:
        said["along"] = 1
    if entry.faults:
        said["p"] = entry.faults
    return said


def _span(start: datetime, end: datetime, midnight: datetime) -> list[int]:
    """In minutes of the day; what began before or goes on after it, up to its edges."""
    since, until = start - midnight, end - midnight
    return [max(0, since.days * DAY + since.seconds // 60), min(DAY, until.days * DAY + until.seconds // 60)]


def _said(cell: Cell) -> str:
    number = len(cell.visits)
    if not number:
        return _("no visits") if cell.open else _("day off")
    said = ngettext("{count} visit", "{count} visits", number).format(count=number)
    minutes = int(cell.driven.total_seconds()) // 60
    way = _("{minutes} min on the way").format(minutes=minutes)
    if minutes >= 60:
        way = _("{time} on the way").format(time=duration(minutes * 60))
    return f"{said} · {way}" if minutes else said


def _minute(hour: str) -> int:
    hours, minutes = hour.split(":")
    return int(hours) * 60 + int(minutes)


def _hours(drawn: Sequence[dict[str, Any]]) -> tuple[int, int]:
    """From the first hour to the last in which anybody works or has anything to do."""
    spans = [span for row in drawn for cell in row["cells"] for span in cell["open"]]
    spans += [[one["a"], one["b"]] for row in drawn for cell in row["cells"] for one in cell["all"] if "v" in one]
    first = min([FIRST_HOUR * 60, *(span[0] for span in spans)])
    last = max([LAST_HOUR * 60, *(span[1] for span in spans)])
    return first // 60 * 60, -(-last // 60) * 60
