"""What comes in is called by the company's own categories: which there are, in which order, and how much is in each."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from svyazka.business.sorting import categories as our
from svyazka.business.sorting import listing
from svyazka.business.sorting.models import Category, Meaning
from svyazka.kit import clock
from svyazka.workplaces.office.names import NameForm
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import saved
from svyazka.workplaces.shared.short import Short

DAYS = 14
_COLOURS: dict[str, Promise] = {
    "blue": pgettext_lazy("colour", "blue"),
    "cyan": pgettext_lazy("colour", "cyan"),
    "violet": pgettext_lazy("colour", "violet"),
    "purple": pgettext_lazy("colour", "purple"),
    "amber": pgettext_lazy("colour", "amber"),
    "orange": pgettext_lazy("colour", "orange"),
    "teal": pgettext_lazy("colour", "teal"),
    "lime": pgettext_lazy("colour", "lime"),
    "green": pgettext_lazy("colour", "green"),
    "red": pgettext_lazy("colour", "red"),
    "slate": pgettext_lazy("colour", "grey"),
}


class CategoryForm(NameForm):
    meaning = forms.ChoiceField(
        label=gettext_lazy("What it means"),
        choices=Meaning.choices,
        initial=Meaning.OTHER,
        help_text=gettext_lazy("By this the house knows what to do with it, whatever it is called."),
    )
    colour = forms.ChoiceField(label=gettext_lazy("Colour"), choices=list(_COLOURS.items()), initial="slate")


@needs("sorting.change", "GET", "POST")
def categories(request: PageRequest) -> HttpResponse:
    form = CategoryForm(request.POST or None)
    if saved(form, lambda: our.add(_named(form), **_besides(form), by=request.person)):
        messages.success(request, _("The category is added."))
        return redirect("categories")
    context = {"form": form, "rows": _rows(), "days": _days()}
    return render(request, "office/categories.html", context, status=422 if form.errors else 200)


@needs("sorting.change", "GET", "POST")
def category(request: PageRequest, code: str) -> HttpResponse:
    found = get_object_or_404(Category, code=code)
    form = CategoryForm(request.POST or None, initial={**found.words, "meaning": found.meaning, "colour": found.colour})
    if saved(form, lambda: our.change(found, _named(form), **_besides(form), by=request.person)):
        messages.success(request, _("Saved."))
        return redirect("categories")
    context = {"form": form, "category": found, "rules": found.rules.all()}
    return render(request, "office/category.html", context, status=422 if form.errors else 200)


@needs("sorting.change", "POST")
def category_state(request: PageRequest, code: str) -> HttpResponse:
    our.switch(get_object_or_404(Category, code=code), on=request.POST.get("on") == "1", by=request.person)
    return redirect("category", code)


@needs("sorting.change", "POST")
def category_place(request: PageRequest, code: str) -> HttpResponse:
    our.move(get_object_or_404(Category, code=code), up=request.POST.get("to") == "up", by=request.person)
    return redirect("categories")


def _named(form: CategoryForm) -> dict[str, str]:
    return {language: form.cleaned_data[language] for language in ("ru", "en")}


def _besides(form: CategoryForm) -> dict[str, str]:
    return {name: form.cleaned_data[name] for name in ("meaning", "colour")}


def _rows() -> list[dict[str, Any]]:
    counted = our.counted()
    return [{"category": one, "number": counted.get(one.pk, 0)} for one in Category.objects.all()]


def _days() -> list[dict[str, Any]]:
    """The last two weeks, today first; nothing if nothing was sorted in them."""
    today, short, names = clock.today(), Short(), listing.names()
    first = today - timedelta(days=DAYS - 1)
    found = listing.by_day(first, today)
    totals = {day: sum(number for (of, _code), number in found.items() if of == day) for day, _code in found}
    most = max(totals.values(), default=0)
    days = [today - timedelta(days=back) for back in range(DAYS)]
    return [
        {
            "day": short.day(day),
            "total": totals.get(day, 0),
            "parts": [
                {
                    "colour": one.colour,
                    "width": f"{100 * found[day, code] / most:.2f}",
                    "said": f"{one.name}: {found[day, code]}",
                }
                for code, one in names.items()
                if (day, code) in found
            ],
        }
        for day in (days if most else [])
    ]
