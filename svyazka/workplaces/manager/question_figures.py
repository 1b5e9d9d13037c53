"""Who keeps whom waiting for an answer, and how long answers take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from svyazka.business.deals.work import question_figures
from svyazka.business.deals.work.question_figures import Figures
from svyazka.business.staff.models import Department, Person
from svyazka.kit import clock, rows
from svyazka.workplaces.manager.question_list import Chosen, is_wide
from svyazka.workplaces.shared import typed
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.short import Short

USUAL = timedelta(days=30)


@needs("questions.see")
def figures(request: PageRequest) -> HttpResponse:
    if not is_wide(request.person):
        return redirect("questions")
    first, last = _days(request.GET)
    found = question_figures.count(request.person, since=clock.day_bounds(first)[0], until=clock.day_bounds(last)[1])
    context = {
        "first": first.isoformat(),
        "last": last.isoformat(),
        "spans": [
            {"name": name, "url": f"?first={clock.today() - timedelta(days=days - 1)}", "here": _is(first, last, days)}
            for days, name in ((7, _("7 days")), (30, _("30 days")), (90, _("90 days")), (365, _("A year")))
        ],
        "tables": _tables(found, _names(found)),
        "pairs": _pairs(found["pair"], _names(found)),
    }
    return render(request, "manager/question/figures.html", context)


def _days(asked: Mapping[str, str]) -> tuple[date, date]:
    """The first and the last day; the wrong way round they are turned."""
    last = typed.day(asked.get("last")) or clock.today()
    first = typed.day(asked.get("first")) or last - USUAL + timedelta(days=1)
    return min(first, last), max(first, last)


def _is(first: date, last: date, days: int) -> bool:
    return last == clock.today() and (last - first).days == days - 1


def _names(found: Mapping[str, Sequence[Figures]]) -> dict[int, str]:
    ids = {one.person_id for one in found["person"]} | {one.asker_id for one in found["asker"]}
    people = rows.read(Person, "where id = any(%s)", [[pk for pk in ids if pk]])
    return {person.pk: person.full_name for person in people}


def _tables(found: Mapping[str, Sequence[Figures]], names: Mapping[int, str]) -> list[dict[str, Any]]:
    departments = {one.pk: one.name for one in rows.read(Department, "order by id")}
    every = Chosen(whose="all")
    return [
        {
            "name": title,
            "column": _("Department") if code == "department" else _("Name"),
            "rows": [
                _row(one, named.get(getattr(one, f"{code}_id") or 0, _("Without a department")), every, code)
                for one in found[code]
            ],
        }
        for code, title, named in (
            ("person", _("Who is asked"), names),
            ("department", _("Departments"), departments),
            ("asker", _("Who asks"), names),
        )
    ]


def _row(one: Figures, name: str, every: Chosen, code: str) -> dict[str, Any]:
    number = str(getattr(one, f"{code}_id") or "")
    return {
        "name": name,
        "asked": one.asked,
        "answered": one.answered,
        "median": _took(one.median),
        "slow": _took(one.slow),
        "waiting": one.waiting,
        "waiting_url": every.address(**{code: number}),
        "overdue": one.overdue,
        "overdue_url": every.address(state="overdue", **{code: number}),
    }


def _pairs(found: Sequence[Figures], names: Mapping[int, str]) -> list[dict[str, Any]]:
    """Only where somebody waits now."""
    every = Chosen(whose="all")
    return [
        {
            "asker": names.get(one.asker_id or 0, ""),
            "person": names.get(one.person_id or 0, ""),
            "waiting": one.waiting,
            "overdue": one.overdue,
            "median": _took(one.median),
            "url": every.address(person=str(one.person_id), asker=str(one.asker_id)),
        }
        for one in found
        if one.waiting
    ]


def _took(span: timedelta | None) -> str:
    return Short().span(span) if span is not None else "—"
