"""The lines of a move: what would become of each, or has become, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from svyazka.business.clients import naming
from svyazka.business.clients.models import Client, ContactPoint
from svyazka.business.duplicates import wording
from svyazka.business.duplicates.models import Suspicion
from svyazka.business.moving_in import columns
from svyazka.business.moving_in.going_on import figures
from svyazka.business.moving_in.models import MoveIn, MoveInRow

PER_PAGE, SHOWN_REASONS = 50, 3
State, Outcome = MoveInRow.State, MoveInRow.Outcome
_WHICH = ("new", "joins", "doubtful", "known", "deal", "wrong", "faults", "kept", "aside")
_SHOWN = ("name", "last", "first", "company", "phone", "email", "deal_name", "stage", "sum")


def tabs(given: MoveIn, here: str) -> list[dict[str, Any]]:
    number = figures(given)
    names = {
        "": _("All"),
        "new": _("New clients"),
        "joins": _("Join"),
        "doubtful": _("May be known"),
        "known": _("Moved over before"),
        "deal": _("New deals"),
        "wrong": _("Not readable"),
        "faults": _("With remarks"),
        "kept": _("Stayed"),
        "aside": _("No records"),
    }
    counted = {**number, "": sum(number[state] for state in State.values if state not in ("new", "aside"))}
    counted[""] += number["new_lines"]
    return [
        {"code": code, "name": name, "count": counted[code], "is_here": code == here}
        for code, name in names.items()
        if counted[code] or code in ("", here)
    ]


def page(given: MoveIn, asked: QueryDict) -> dict[str, Any]:
    """`of`: which; `after`: the number of the last line before."""
    which, after = asked.get("of", ""), asked.get("after", "")
    start = int(after) if after.isdecimal() and len(after) < 10 else 0
    found = list(_which(given, which).filter(number__gt=start).order_by("number")[: PER_PAGE + 1])
    rows = found[:PER_PAGE]
    more = f"?of={which if which in _WHICH else ''}&after={rows[-1].number}" if len(found) > PER_PAGE else ""
    return {"rows": said(given, rows), "more": more}


def said(given: MoveIn, rows: Sequence[MoveInRow]) -> list[dict[str, Any]]:
    """Each in words; clients are asked for once."""
    called = _called({number for row in rows for number in (row.like.get("client"), row.client_id) if number})
    return [
        {
            "number": row.number,
            "title": _title(given, row),
            "cells": " · ".join(_cells(given, row)),
            "what": what(row),
            "tone": _TONES.get(row.outcome if row.state in (State.READY, State.STORED) else row.state, ""),
            "whom": _whom(row, called),
            "why": why(row),
            "faults": [(_column(given, place), _cell(row, place), fault) for place, fault in row.faults],
            "made": _made(row, called),
        }
        for row in rows
    ]


def report(given: MoveIn) -> Iterator[list[str]]:
    """All lines that are records, with the cells as they stand there."""
    yield [_("Line"), _("What becomes of it"), _("Whom it joins or resembles"), _("Why"), _("Remarks"), *given.titles]
    rows = given.rows.exclude(state=State.ASIDE).order_by("number").defer("packed")
    for row in rows.iterator():
        faults = "; ".join(f"{_column(given, place)}: {fault}".strip(": ") for place, fault in row.faults)
        yield [str(row.number), what(row), _plainly_whom(row), why(row), faults, *map(str, row.cells)]


def what(row: MoveInRow) -> str:
    if row.state in (State.READY, State.STORED) and row.outcome:
        return str(Outcome(row.outcome).label)
    names = {
        State.NEW: _("not looked at yet"),
        State.WRONG: _("cannot be read"),
        State.ASIDE: _("no record"),
        State.UNDONE: _("undone"),
        State.KEPT: _("stayed"),
    }
    return names.get(State(row.state), "")


def why(row: MoveInRow) -> str:
    if not row.like.get("reasons"):
        return ""
    given = Suspicion(reasons=row.like["reasons"], doubts=row.like.get("doubts", []))
    likely = [one.text for one in wording.because(given) if one.speaks_for][:SHOWN_REASONS]
    return "; ".join([", ".join(likely), *map(str, wording.doubts(given))]).strip("; ")


def _which(given: MoveIn, which: str) -> QuerySet[MoveInRow]:
    rows = given.rows.defer("packed")
    if which in ("new", "joins", "doubtful", "known", "deal"):
        return rows.filter(outcome=which, state__in=(State.READY, State.STORED))
    if which in ("wrong", "kept", "aside"):
        return rows.filter(state=which)
    if which == "faults":
        return rows.exclude(faults=[])
    return rows.exclude(state=State.ASIDE)


_TONES = {"joins": "good", "known": "good", "doubtful": "warn", "wrong": "bad", "kept": "warn"}


def _title(given: MoveIn, row: MoveInRow) -> str:
    keys = ("deal_name",) if row.kind == MoveInRow.Kind.DEAL else ("name", "last", "first", "company")
    named = [_cell(row, place) for key in keys for place in _places(given, key)]
    return " ".join(filter(None, named[:3])) or next(filter(None, map(str, row.cells)), "")


def _cells(given: MoveIn, row: MoveInRow) -> list[str]:
    shown = [_cell(row, place) for key in _SHOWN[4:] for place in _places(given, key)]
    return [cell for cell in shown if cell]


def _places(given: MoveIn, key: str) -> list[int]:
    return columns.places_of(given.columns, key)


def _column(given: MoveIn, place: int) -> str:
    return given.titles[place] if 0 <= place < len(given.titles) else ""


def _cell(row: MoveInRow, place: int) -> str:
    return str(row.cells[place]) if 0 <= place < len(row.cells) else ""


def _whom(row: MoveInRow, called: dict[int, str]) -> dict[str, str]:
    if number := row.like.get("client"):
        return {"url": reverse("client", args=[number]), "name": called.get(number, "")}
    if number := row.like.get("deal"):
        return {"url": reverse("deal", args=[number]), "name": _("deal № {number}").format(number=number)}
    if number := row.like.get("line"):
        return {"url": "", "name": _("line {number}").format(number=number)}
    return {}


def _plainly_whom(row: MoveInRow) -> str:
    if number := row.like.get("client"):
        return _("client № {number}").format(number=number)
    return _whom(row, {}).get("name", "")


def _made(row: MoveInRow, called: dict[int, str]) -> list[tuple[str, str]]:
    """What stands here of it now."""
    found = []
    if row.state in (State.STORED, State.KEPT):
        if row.client_id in called:
            found.append((reverse("client", args=[row.client_id]), called[row.client_id]))
        if row.deal_id:
            found.append((reverse("deal", args=[row.deal_id]), _("deal № {number}").format(number=row.deal_id)))
    return found


def _called(numbers: set[int]) -> dict[int, str]:
    points: dict[int, list[ContactPoint]] = {}
    for point in ContactPoint.objects.filter(client_id__in=numbers):
        points.setdefault(point.client_id, []).append(point)
    clients = Client.objects.filter(pk__in=numbers)
    return {client.pk: naming.called(client, points.get(client.pk, [])) for client in clients}
