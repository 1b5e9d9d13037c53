"""Who owes how much and for how long; as a file, too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from svyazka.business.money import debts as our
from svyazka.business.money.debts import AGE_WORDS, AGES, PER_PAGE, SORTS, Debt, Narrowed, Totals
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.workplaces.shared import spreadsheet, typed
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.short import Short
from svyazka.workplaces.shared.short import money as roubles

MOST_PAGES = 10_000
NOBODY = "none"


@needs("money.see")
def debts(request: PageRequest) -> HttpResponse:
    asked = _asked(request)
    page = min(typed.whole_number(request.GET.get("page")) or 1, MOST_PAGES)
    found = our.list_debts(request.person, asked, page=page)
    managers = our.by_manager(request.person, Narrowed(age=asked.age, only_overdue=asked.only_overdue))
    short = Short()
    totals = our.totals(request.person, asked)
    context = {
        "asked": asked,
        "ages": [(age, AGE_WORDS[age]) for age in AGES],
        "shares": _shares(totals, asked),
        "totals": {"clients": totals.clients, "owed": roubles(totals.owed), "overdue": roubles(totals.overdue)},
        "rows": [_row(one, short) for one in found[:PER_PAGE]],
        "managers": [
            {
                "id": str(one.person_id or NOBODY),
                "name": one.name or _("nobody's deals"),
                "owed": roubles(one.owed),
                "overdue": roubles(one.overdue) if one.overdue else "",
                "address": _address(asked, person=str(one.person_id or NOBODY)),
                "is_here": asked.person_id is not None and (one.person_id or 0) == asked.person_id,
            }
            for one in managers
        ],
        "sorts": {sort: _address(asked, sort=sort) for sort in SORTS},
        "all_url": _address(asked, person=""),
        "next": _address(asked, page=str(page + 1)) if len(found) > PER_PAGE else "",
        "before": _address(asked, page=str(page - 1)) if page > 1 else "",
        "may_export": roles.may(request.person, "payments.export"),
        "whose": _person(asked),
    }
    return render(request, "manager/money/debts.html", context)


@needs("payments.export", "POST")
def debts_file(request: PageRequest) -> HttpResponseBase:
    our.note_export(request.person)
    return spreadsheet.answer("debts", _lines(request.person, _asked(request)))


def _asked(request: PageRequest) -> Narrowed:
    given = request.POST if request.method == "POST" else request.GET
    age, sort, person = given.get("age", ""), given.get("sort", ""), given.get("person", "")
    return Narrowed(
        person_id=0 if person == NOBODY else typed.whole_number(person),
        age=age if age in AGES else "",
        words=" ".join(given.get("words", "").replace("\x00", "").split())[:100],
        only_overdue=given.get("overdue") == "1",
        sort=sort if sort in SORTS else "owed",
    )


def _person(asked: Narrowed) -> str:
    return "" if asked.person_id is None else str(asked.person_id or NOBODY)


def _address(asked: Narrowed, **other: str) -> str:
    given = {
        "whose": _person(asked),
        "age": asked.age,
        "words": asked.words,
        "overdue": "1" if asked.only_overdue else "",
        "sort": asked.sort if asked.sort != "owed" else "",
        **other,
    }
    query = urlencode({name: value for name, value in given.items() if value})
    return "/debts/" + (f"?{query}" if query else "")


def _shares(totals: Totals, asked: Narrowed) -> list[dict[str, Any]]:
    """Each age with its part of the whole, for the bar."""
    return [
        {
            "age": age,
            "name": AGE_WORDS[age],
            "said": roubles(amount),
            "percent": f"{100 * amount / totals.owed:.1f}" if totals.owed else "0",
            "address": _address(asked, age="" if asked.age == age else age),
            "is_here": asked.age == age,
        }
        for age, amount in zip(AGES, totals.ages, strict=True)
    ]


def _row(one: Debt, short: Short) -> dict[str, Any]:
    return {
        "client": one.name or f"№ {one.client_id}",
        "client_id": str(one.client_id),
        "owed": roubles(one.owed),
        "overdue": roubles(one.overdue) if one.overdue else "",
        "ages": [
            (AGE_WORDS[age], roubles(amount) if amount else "") for age, amount in zip(AGES, one.ages, strict=True)
        ],
        "oldest": short.day(one.oldest),
        "invoices": one.invoices,
        "advance": roubles(one.advance) if one.advance else "",
    }


def _lines(person: Person, asked: Narrowed) -> Iterator[list[str]]:
    yield [
        _("Number of the client"), _("Client"), _("Owed"), _("of that overdue"), *(str(AGE_WORDS[age]) for age in AGES),
        _("Due first"), _("Open invoices"), _("Advance"),
    ]  # fmt: skip
    for one in our.every(person, asked):
        amounts = [spreadsheet.number(each) for each in (one.owed, one.overdue, *one.ages)]
        due = one.oldest.strftime("%d.%m.%Y")
        yield [str(one.client_id), one.name, *amounts, due, str(one.invoices), spreadsheet.number(one.advance)]
